/** @file Functions made of functions: vectorized over elements, with gradients of their own, differentiated in a direction. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { broadcastShapes, formatShape, sizeOf } from '../core/shape.js';
import { flatten, mapTree } from '../core/tree.js';
import * as lax from '../graph/lax.js';
import {
  computeJvp,
  type JvpOptions,
  op,
  type Tensor,
  type TensorLike,
  toTensor,
  withCustomGradient,
} from '../runtime/index.js';
import { vectorizedMap } from './control.js';

/** Options of `vectorize`. */
export interface VectorizeOptions {
  /** Numbers of arguments (from 0) that are handed on as they are. Default none. */
  readonly excluded?: Iterable<number> | null;
  /** The dimensions that the function takes and gives, `'(m,n),(n)->(m)'`. Default: scalars. */
  readonly signature?: string | null;
}

const GROUP = String.raw`\((?:\w+(?:,\w+)*)?\)`;
const LIST = `${GROUP}(?:,${GROUP})*`;

/** The names of dimensions: of each argument, and of each result. */
function parse(signature: string): [inputs: string[][], outputs: string[][]] {
  const text = signature.replaceAll(/\s/g, '');
  if (!new RegExp(`^${LIST}->${LIST}$`).test(text))
    throw new ValueError(`vectorize: signature '${signature}'. Expected one like '(m,n),(n)->(m)'.`);
  const groups = (list: string): string[][] =>
    [...list.matchAll(new RegExp(GROUP, 'g'))].map(([group]) => group.match(/\w+/g) ?? []);
  const [left, right] = text.split('->');
  return [groups(left), groups(right)];
}

/** Learn the sizes of dimensions, and refuse others than are known. */
function learn(sizes: Map<string, number>, names: readonly string[], shape: readonly number[], what: string): void {
  names.forEach((name, i) => {
    const size = shape[i];
    const known = sizes.get(name);
    if (known !== undefined && known !== size)
      throw new ValueError(
        `vectorize: ${what} has ${size} elements along '${name}', which has ${known} elsewhere (shape ${formatShape(shape)}).`,
      );
    sizes.set(name, size);
  });
}

/**
 * A function of scalars (or of small arrays) as one of arrays: it is applied to all elements, and arguments of different shapes are broadcast.
 *
 * @param pyfunc Takes tensors, gives one tensor or a list of them. It is traced once, whatever the number of elements.
 * @param options `excluded`: numbers of arguments that are handed on as they are. (Keras 3.15.1 does not heed its own.) `signature`: the dimensions
 *   that the function takes and gives, as `'(m,n),(n)->(m)'`; default: scalars.
 * @returns A function of the same arguments.
 * @throws {ValueError} No function, a signature that cannot be read, or shapes that do not fit it.
 * @see `keras.ops.vectorize`
 * @example
 * ops.vectorize((a: Tensor, b: Tensor) => ops.add(a, b))([1, 2, 3], 2) // [3, 4, 5]
 */
export const vectorize = op(
  'vectorize',
  (
    pyfunc: (...args: never[]) => unknown,
    { excluded = null, signature = null }: VectorizeOptions = {},
  ): ((...args: unknown[]) => Tensor | Tensor[]) => {
    if (typeof pyfunc !== 'function')
      throw new ValueError(`vectorize: pyfunc is ${describe(pyfunc)}. Expected a function.`);
    const fixed = new Set<number>(excluded ?? []);
    const stated = signature === null ? null : parse(signature);
    return (...args) => {
      const own = args.flatMap((_, i) => (fixed.has(i) || args[i] === null ? [] : [i]));
      const names = stated?.[0] ?? own.map((): string[] => []);
      if (names.length !== own.length)
        throw new ValueError(
          `vectorize: ${own.length} arguments for signature '${signature}', which has ${names.length}.`,
        );
      const tensors = own.map((i) => toTensor(args[i] as TensorLike, null, 'vectorize'));
      const sizes = new Map<string, number>();
      const outer = tensors.map((t, i) => {
        const count = t.ndim - names[i].length;
        if (count < 0)
          throw new ValueError(
            `vectorize: argument ${own[i]} of shape ${formatShape(t.shape)} has not the dimensions (${names[i].join()}) of the signature.`,
          );
        learn(sizes, names[i], t.shape.slice(count), `argument ${own[i]}`);
        return t.shape.slice(0, count);
      });
      const batch = broadcastShapes(outer, 'vectorize');
      const total = sizeOf(batch);
      const flat = tensors.map((t, i) => {
        const core = t.shape.slice(t.ndim - names[i].length);
        return lax.reshape(lax.broadcastTo(t, [...batch, ...core]), [total, ...core]);
      });
      const call = (elements: readonly Tensor[]): unknown => {
        const all = args.slice();
        own.forEach((i, k) => (all[i] = elements[k]));
        const found = pyfunc(...(all as never[]));
        flatten<Tensor>(found as Tensor[]).forEach((y, i) => {
          const dims = stated === null ? [] : stated[1][i];
          if (y.ndim !== dims.length)
            throw new ValueError(
              `vectorize: the function gave shape ${formatShape(y.shape)}. Expected dimensions (${dims.join()})${stated === null ? ': a scalar, unless a signature says otherwise' : ''}.`,
            );
          learn(sizes, dims, y.shape, `result ${i}`);
        });
        return found;
      };
      const found = batch.length === 0 ? call(flat.map((t) => lax.reshape(t, t.shape.slice(1)))) : vectorizedMap(call as never, flat); // prettier-ignore
      if (batch.length === 0) return found as Tensor | Tensor[];
      return mapTree<Tensor, Tensor>(found as Tensor[], (y) =>
        lax.reshape(y, [...batch, ...y.shape.slice(1)]),
      ) as Tensor[];
    };
  },
);

/** What `jvp` gives: by its options. */
export interface JvpFunction {
  <R>(fun: (...args: never[]) => R, primals: readonly unknown[], tangents: readonly unknown[], options?: JvpOptions & { readonly hasAux?: false }): [primalsOut: R, tangentsOut: R]; // prettier-ignore
  <R, A>(fun: (...args: never[]) => readonly [R, A], primals: readonly unknown[], tangents: readonly unknown[], options: JvpOptions & { readonly hasAux: true }): [primalsOut: R, tangentsOut: R, aux: A]; // prettier-ignore
}

/**
 * The value of a function, and its derivative in a direction: the Jacobian times the tangents.
 *
 * @param fun From tensors (or structures of them) to a tensor or a structure of them.
 * @param primals A list of the arguments of `fun`: floats.
 * @param tangents The direction: a list of the same structure and shapes.
 * @param options `hasAux`: `fun` gives `[output, aux]`, of which `aux` is handed on as it is (default false).
 * @returns `[primalsOut, tangentsOut]`, with `hasAux` `[primalsOut, tangentsOut, aux]`; both of the structure of the output.
 * @throws {ValueError} Primals that are no floats, or tangents of another structure or other shapes.
 * @see `keras.ops.jvp`; `jax.jvp`
 * @example
 * ops.jvp((x: Tensor) => ops.square(x), [3.5], [2.5]) // [12.25, 17.5]
 */
export const jvp = op(
  'jvp',
  (
    fun: (...args: never[]) => unknown,
    primals: readonly unknown[],
    tangents: readonly unknown[],
    { hasAux = false }: JvpOptions = {},
  ): unknown[] => computeJvp(fun, primals, tangents, { hasAux }),
  { callsBack: true },
) as unknown as JvpFunction & { readonly opName: string };

/**
 * A function whose gradient is stated by hand: faster, more stable, or another than that of its parts (a straight-through estimator).
 *
 * @param f Takes tensors (or structures of them) and gives `[output, gradFn]`. `gradFn(upstream)` takes the gradient of the output, in its structure,
 *   and gives those of the arguments: one tensor, or a list with one for each tensor in the arguments, `null` for none.
 * @returns A function of the same arguments that gives the output. No gradient flows to what `f` closes over.
 * @throws {ValueError} `f` gives no pair, or `gradFn` another number of gradients or other shapes than the arguments have.
 * @see `keras.ops.custom_gradient`
 * @example
 * const step = ops.customGradient((x: Tensor) => [ops.sign(x), (upstream: Tensor) => upstream] as const);
 * const x = tensor([-2.5, 3], { dtype: 'float32' });
 * grad(() => ops.sum(step(x)), [x])[0] // [1, 1]
 */
export const customGradient = checked(
  'customGradient',
  <Args extends readonly unknown[], R>(
    f: (...args: Args) => readonly [output: R, gradFn: (upstream: R) => unknown],
  ): ((...args: Args) => R) => withCustomGradient(f),
  undefined,
  { callsBack: true },
);
