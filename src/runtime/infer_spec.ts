/**
 * @file Shapes and dtypes of what a function gives for symbolic tensors, found by running it on stand-ins: no op and no layer states
 * its output shape a second time. Open axes get sizes of their own; what differs between runs with different sizes is open.
 */
import type { DType } from '../core/dtype.js';
import { InternalError, ValueError } from '../core/errors.js';
import type { PartialShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict, mapTree } from '../core/tree.js';
import { KerasTensor } from './keras_tensor.js';
import { Tensor } from './tensor.js';
import { abstractly } from './trace.js';

/** Shape and dtype of a tensor to come. */
export interface Spec {
  readonly shape: PartialShape;
  readonly dtype: DType;
}

/** Whether a leaf is a spec (or a symbolic tensor, which has the same fields). */
export const isSpec = (x: unknown): boolean => typeof x === 'object' && x !== null && 'dtype' in x && 'shape' in x;

/** The KerasTensors in arguments. */
export function symbolicLeaves(args: unknown): KerasTensor[] {
  return flatten<unknown>(args).filter((x): x is KerasTensor => x instanceof KerasTensor);
}

/** An open axis of one of the symbolic tensors. */
interface OpenAxis {
  readonly symbol: KerasTensor;
  readonly axis: number;
}

/** What each open axis is taken for: a fixed size that occurs elsewhere, or null: it stays open. */
type Assignment = readonly (number | null)[];

/** Two sizes for what stays open. */
type Sizes = readonly [number, number];

/** No open axis is taken to be smaller than this, but for the question what is bounded by a fixed size. */
const SMALLEST = 83;
/** A size with many divisors, for functions that ask for one which their arguments do not name. */
const DIVISIBLE = 5040;
/** No size is made larger than this for the sake of the arguments. */
const LARGEST = 2 ** 22;
/** Options of `inferSpec`. */
export interface InferOptions {
  /**
   * Whether sizes that are the smaller of an open and a fixed one are open too, as in Keras's ops: one more run, with size 1. Keras
   * finds the shapes of layers' calls by two runs, and so does not see this. Default false.
   */
  readonly bounded?: boolean;
  /** How many ways to take the open axes are tried before the refusal of `fn` is believed. Default 24. */
  readonly attempts?: number;
}

/**
 * The specs of what `fn` gives for symbolic arguments, found by running it on stand-ins, twice or more often if a size is open.
 *
 * Open axes are first all of one size. When `fn` refuses that (`(83, 4) + (6, 4)`), sizes that `fn`'s numbers divide are tried, then
 * the fixed sizes of other axes in place of open ones, as few as possible.
 *
 * @param label Who asks, for messages.
 * @param args Arguments with KerasTensors in them.
 * @returns The structure of the result with a Spec in each tensor's place.
 * @throws {ValueError} What `fn` throws for every choice of sizes; open sizes are `None` in the message.
 */
export function inferSpec(
  label: string,
  fn: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  { bounded = false, attempts: most = 24 }: InferOptions = {},
): Tree<Spec> {
  const symbols = [...new Set(symbolicLeaves(args))];
  const axes = symbols.flatMap((symbol) =>
    symbol.shape.flatMap((dim, axis): OpenAxis[] => (dim === null ? [{ symbol, axis }] : [])),
  );
  const run = (assignment: Assignment, size: number): unknown => {
    let next = 0;
    const types = symbols.map(({ dtype, shape }) => ({
      dtype,
      shape: shape.map((dim): number => dim ?? assignment[next++] ?? size),
    }));
    return abstractly(label, types, (tensors) =>
      fn(
        ...args.map((arg) =>
          mapTree<unknown, unknown>(arg, (x) => (x instanceof KerasTensor ? tensors[symbols.indexOf(x)] : x)),
        ),
      ),
    );
  };
  if (axes.length === 0) return common(label, [run([], 1)]);

  const numbers = numbersIn(args);
  const shapes = shapesIn(args);
  const choices: readonly Sizes[] = [primes(numbers, shapes), divisible(numbers)];
  const all: Assignment = axes.map(() => null);

  /** The specs under an assignment, or null if it is refused. */
  const specsUnder = (assignment: Assignment): Tree<Spec> | null => {
    for (const [first, second] of choices) {
      const runs = accepted(() => [run(assignment, first), run(assignment, second)]);
      if (runs === null) continue;
      if (bounded) runs.push(...evidence(assignment, first, second));
      return common(label, runs);
    }
    return null;
  };
  /** Further runs that are accepted: with each axis of another size than the others, and with all as small as can be. */
  const evidence = (assignment: Assignment, first: number, second: number): unknown[] => {
    const open = assignment.flatMap((size, i) => (size === null ? [i] : []));
    const changed = (i: number, size: number): Assignment => assignment.with(i, size);
    const others = assignment.flatMap((size, i) =>
      size === null
        ? open.length > 1
          ? [changed(i, second)]
          : []
        : [1, ...sizesFor(axes[i], shapes)].filter((each) => each !== size).map((each) => changed(i, each)),
    );
    const runs = others.map((each) => accepted(() => run(each, first)));
    if (open.length > 0) runs.push(accepted(() => run(assignment, 1)));
    return runs.filter((result) => result !== null);
  };

  const found = specsUnder(all);
  if (found !== null) return found;
  const refused = refusal(choices[1].map((size) => caught(() => run(all, size))));
  // What the function says that it expects is a size to try as well: "Expected 3 (colours) or 1 (grey)".
  const wanted = refused instanceof Error ? (refused.message.match(/\d+/g) ?? []).map(Number) : [];
  let attempts = 0;
  for (const assignment of assignments(axes, [...shapes, wanted, [1]])) {
    if (++attempts > most) break;
    const taken = (each: Assignment): boolean =>
      choices.some((sizes) => accepted(() => sizes.map((size) => run(each, size))) !== null);
    if (!taken(assignment)) continue;
    const fewest = assignment.reduce<Assignment>((fixed, size, i) => {
      const freed = fixed.with(i, null);
      return size !== null && taken(freed) ? freed : fixed;
    }, assignment);
    return specsUnder(fewest)!;
  }
  throw refused;
}

/** What runs agree in: a Spec in the place of each tensor, sizes in which they differ open. */
function common(label: string, runs: readonly unknown[]): Tree<Spec> {
  const [first, ...others] = runs.map((result) => flatten<unknown>(result));
  if (others.length > 0 && others[0].length !== first.length)
    throw new ValueError(
      `${label}: how many tensors it gives depends on an axis of open size (None). State that size in the shape of Input.`,
    );
  let index = 0;
  return mapTree<unknown, Spec>(runs[0], (leaf) => {
    const rest = others.map((leaves) => leaves[index]);
    index++;
    if (!(leaf instanceof Tensor)) {
      throw new InternalError(`${label}: gave something that is no tensor for symbolic inputs`);
    }
    // A size of 1 may drop an axis (squeeze): such a run says nothing about the others.
    const alike = rest.filter((x): x is Tensor => x instanceof Tensor && x.ndim === leaf.ndim);
    return {
      dtype: leaf.dtype,
      shape: leaf.shape.map((dim, i) => (alike.every(({ shape }) => shape[i] === dim) ? dim : null)),
    };
  });
}

/** The whole numbers above 1 among arguments: alone, or as lists (`[-1, 3, 4]` is one list). */
function numbersIn(args: unknown): number[][] {
  const whole = (x: unknown): x is number => typeof x === 'number' && Number.isInteger(x) && x > 1;
  if (whole(args)) return [[args]];
  if (Array.isArray(args)) {
    const items: unknown[] = args;
    if (items.length > 0 && items.every((x) => typeof x === 'number' || x === null)) return [items.filter(whole)];
    return items.flatMap(numbersIn);
  }
  return isDict(args) ? Object.values(args).flatMap(numbersIn) : [];
}

/** Two rare sizes above the numbers in the arguments, that do not occur among their sizes. */
function primes(numbers: readonly (readonly number[])[], shapes: readonly PartialShape[]): Sizes {
  const taken = new Set(shapes.flat());
  const found: number[] = [];
  for (let n = Math.max(SMALLEST, ...numbers.flat().filter((x) => x < LARGEST)); found.length < 2; n++)
    if (!taken.has(n) && isPrime(n)) found.push(n);
  return [found[0], found[1]];
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

/** Two sizes above the numbers in the arguments, which these divide, and the product of each list of them (of a shape to come). */
function divisible(numbers: readonly (readonly number[])[]): Sizes {
  let multiple = 1;
  const enlarge = (by: number): void => {
    const larger = multiple * (by / greatestCommonDivisor(multiple, by));
    if (larger <= LARGEST) multiple = larger;
  };
  for (const list of numbers) enlarge(list.reduce((product, n) => product * n, 1));
  for (const n of numbers.flat()) enlarge(n);
  enlarge(DIVISIBLE);
  let above = multiple;
  for (const n of numbers.flat()) while (above <= n && above <= LARGEST) above += multiple;
  return [above, 2 * above];
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The shapes of all tensors among arguments, of lists of numbers too, and each list of whole numbers as if it were a shape. */
function shapesIn(args: unknown): PartialShape[] {
  if (typeof args !== 'object' || args === null) return [];
  if (Array.isArray(args)) {
    const lengths: number[] = [];
    for (let at: unknown = args; Array.isArray(at); at = (at as unknown[])[0]) lengths.push(at.length);
    return [...(args as unknown[]).flatMap(shapesIn), ...numbersIn(args), lengths];
  }
  if (isSpec(args)) return [(args as Spec).shape];
  return isDict(args) ? Object.values(args).flatMap(shapesIn) : [];
}

/**
 * What to take open axes for: one of them for a size that stands elsewhere, or for what fills a shape that does; all that lie over
 * one another in broadcasting; one that fills a shape alone; two of them.
 */
function* assignments(axes: readonly OpenAxis[], shapes: readonly PartialShape[]): Generator<Assignment> {
  const sizes = axes.map((axis) => sizesFor(axis, shapes));
  const singles = sizes.flatMap((list, i) => list.map((size) => [i, size] as const));
  const taking = (changes: readonly (readonly [axis: number, size: number])[]): Assignment =>
    axes.map((_, i) => changes.find(([axis]) => axis === i)?.[1] ?? null);
  for (const change of singles) yield taking([change]);
  const over = axes.flatMap((axis, i) => {
    const size = sizesOver(axis, shapes).find((n) => n !== 1);
    return size === undefined ? [] : [[i, size] as const];
  });
  if (over.length > 1) yield taking(over);
  for (const [i] of axes.entries())
    for (const size of fillers(axes[i].symbol, shapes)) yield axes.map((_, k) => (k === i ? size : 1));
  for (const [k, a] of singles.entries()) for (const b of singles.slice(k + 1)) if (a[0] !== b[0]) yield taking([a, b]);
}

/** The fixed sizes on the axis that lies over this one in broadcasting. */
function sizesOver({ symbol, axis }: OpenAxis, shapes: readonly PartialShape[]): number[] {
  const fromEnd = symbol.shape.length - axis;
  return shapes.flatMap((shape) => {
    const size = shape[shape.length - fromEnd];
    return size === null || size === undefined ? [] : [size];
  });
}

/** The fixed sizes that an open axis may stand for, the likely ones first. */
function sizesFor(axis: OpenAxis, shapes: readonly PartialShape[]): number[] {
  const fixed = shapes.flatMap((shape) => shape.filter((dim) => dim !== null));
  return [...new Set([...sizesOver(axis, shapes), ...fillers(axis.symbol, shapes), ...fixed])];
}

/** The sizes of one axis with which the tensor has as many elements as one of the shapes: (2, None, 4) fills (6, 4) with 3. */
function fillers({ shape }: KerasTensor, shapes: readonly PartialShape[]): number[] {
  const elements = (dims: PartialShape): number => dims.reduce<number>((total, dim) => total * (dim ?? 1), 1);
  return shapes
    .filter((each) => each !== shape && !each.includes(null))
    .map((each) => elements(each) / elements(shape))
    .filter((size) => Number.isInteger(size) && size > 0);
}

/** What `fn` gives, or null when it refuses its arguments. */
function accepted<R>(fn: () => R): R | null {
  try {
    return fn();
  } catch (error) {
    if (error instanceof ValueError) return null;
    throw error;
  }
}

function caught(fn: () => unknown): unknown {
  try {
    fn();
    return null;
  } catch (error) {
    return error;
  }
}

/** The refusals of two runs as one: numbers in which they differ come from open sizes and are printed as `None`. */
function refusal([first, second]: readonly unknown[]): unknown {
  if (!(first instanceof Error)) return second;
  if (!(second instanceof Error)) return first;
  const parts = first.message.split(/(\d+)/);
  const others = second.message.split(/(\d+)/);
  if (parts.length !== others.length) return first;
  const message = parts.map((part, i) => (part === others[i] ? part : 'None')).join('');
  first.stack = first.stack?.replace(first.message, message);
  first.message = message;
  return first;
}
