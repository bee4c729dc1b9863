/**
 * @file Random graphs for property tests of passes and backends: single applications of any primitive with valid params
 * (`arbitraryApplication`), and whole programs (`arbitraryGraph`). Recipes per primitive stand in random_recipes.ts.
 */
import * as fc from 'fast-check';
import type { DType } from '../core/dtype.js';
import { DTYPES, isFloat } from '../core/dtype.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { range, sameShape, sizeOf } from '../core/shape.js';
import type { Graph, Value } from '../graph/index.js';
import { GraphBuilder, makeGraph, primitiveByName } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import type { Style } from './random_arrays.js';
import { Draw, drawShape, randomArray, randomIndices, STYLES } from './random_arrays.js';
import { RECIPES } from './random_recipes.js';

/** A program with numbers to run it on. */
export interface RandomProgram {
  readonly graph: Graph;
  readonly inputs: NDArray[];
}

/** Limits of what is drawn. */
export interface RandomOptions {
  /** Dtypes that may occur as types of operands; default all. */
  readonly dtypes?: readonly DType[];
  /** How numbers are drawn; default all styles. */
  readonly styles?: readonly Style[];
  /** Elements of an array, at most (about); default 300. */
  readonly elements?: number;
}

/** Which types a recipe takes. */
export interface TypeWish {
  readonly dtype?: (dtype: DType) => boolean;
  /** Fewest and most dimensions; default 0 to 4. */
  readonly ndim?: readonly [number, number];
  readonly elements?: number;
}

/** What the numbers of an operand mean. `index`: whole numbers from -2 to `rows` + 1, mostly valid row numbers. */
export type Role = 'number' | { readonly rows: number };

/** A graph that is being drawn: recipes take operands from it. */
export class Sketch {
  readonly builder = new GraphBuilder();
  readonly inputs: Value[] = [];
  readonly arrays: NDArray[] = [];
  /** Values that operands are taken from; empty as long as every operand is a new input. */
  readonly pool: Value[] = [];

  constructor(
    readonly draw: Draw,
    readonly options: Required<RandomOptions>,
    /** Whether operands are taken from the pool and from constants too. */
    readonly mixed: boolean,
    /** Loops and branches inside of this one, at most. */
    readonly depth: number,
    /** Dtypes that are preferred where they fit: the program's own few. */
    readonly favourites: readonly DType[] = options.dtypes,
  ) {}

  /** A dtype that the wish allows. */
  dtype(allowed: (dtype: DType) => boolean = () => true): DType {
    const lists = [this.favourites, this.options.dtypes, DTYPES].map((dtypes) => dtypes.filter(allowed));
    return this.draw.pick(lists.find((fitting) => fitting.length > 0)!);
  }

  shape([least, most]: readonly [number, number] = [0, 4], elements = this.options.elements): number[] {
    return drawShape(this.draw, least, most, elements);
  }

  /** A type for an operand: often that of a value that is there. */
  type({ dtype = () => true, ndim = [0, 4], elements = this.options.elements }: TypeWish = {}): TensorType {
    const there = this.pool.filter(
      (v) => dtype(v.dtype) && v.shape.length >= ndim[0] && v.shape.length <= ndim[1] && sizeOf(v.shape) <= elements,
    );
    if (there.length > 0 && this.draw.chance(85)) {
      const recent = there.slice(-4);
      return this.draw.pick(this.draw.chance(60) ? recent : there);
    }
    return { dtype: this.dtype(dtype), shape: this.shape(ndim, elements) };
  }

  /** An operand of a type. */
  operand(type: TensorType, role: Role = 'number'): Value {
    if (!this.mixed) return this.input(type, role);
    const same = this.pool.filter((v) => v.dtype === type.dtype && sameShape(v.shape, type.shape));
    const how = this.draw.int(0, 99);
    if (how < 60 && same.length > 0) return this.draw.pick(this.draw.chance(70) ? same.slice(-3) : same);
    if (how < 75 && this.pool.length > 0) return adapted(this.draw.pick(this.pool), type);
    if (how < 90) return this.constant(type);
    return this.input(type, role);
  }

  constant(type: TensorType): Value {
    const { draw, builder } = this;
    if (sizeOf(type.shape) <= 12 && draw.chance(30))
      return builder.constant(randomArray(type, draw.pick(this.options.styles), draw.seed()));
    const value = draw.pick([0, 1, 2, -1, 0.5, 3, -0, 4]);
    return lax.full(builder, type.shape, value, type.dtype);
  }

  input(type: TensorType, role: Role = 'number'): Value {
    const { draw, builder } = this;
    const value = builder.input(type, `x${this.inputs.length}`);
    const seed = draw.seed();
    const array =
      role === 'number'
        ? randomArray(type, draw.pick(this.options.styles), seed)
        : randomIndices(type, isFloat(type.dtype) || type.dtype.startsWith('u') ? 0 : -2, role.rows + 1, seed);
    this.inputs.push(value);
    this.arrays.push(array);
    return value;
  }

  apply(name: string, inputs: readonly Value[], params: unknown = {}): Value[] {
    return this.builder.apply(primitiveByName(name), inputs, params);
  }

  /** Apply one primitive. */
  application(name: string): Value[] {
    const recipe = RECIPES.get(name);
    if (recipe === undefined) throw new Error(`random_recipes.ts has no recipe for the primitive '${name}'.`);
    return recipe(this);
  }

  /**
   * A graph for the body of a loop or branch.
   *
   * @param outputs Types that it must give; `free` outputs of any type stand behind them.
   */
  body(inputs: readonly TensorType[], outputs: readonly TensorType[], free = 0): Graph {
    const inner = new Sketch(this.draw, { ...this.options, elements: 24 }, true, this.depth - 1, this.favourites);
    const own = inputs.map((type, i) => inner.builder.input(type, `b${i}`));
    inner.pool.push(...own);
    for (let i = this.draw.int(0, 4); i > 0; i--) inner.step();
    const made = outputs.map((type) => inner.inside(type));
    for (let i = 0; i < free; i++) made.push(inner.inside(inner.type({ elements: 24 })));
    return inner.closed(own, made);
  }

  /** A value of a type out of what is in the pool. */
  inside(type: TensorType): Value {
    const same = this.pool.filter((v) => v.dtype === type.dtype && sameShape(v.shape, type.shape));
    if (same.length > 0 && this.draw.chance(70)) return this.draw.pick(same);
    return this.pool.length > 0 ? adapted(this.draw.pick(this.pool), type) : this.constant(type);
  }

  /** The graph with the inputs that steps have made replaced by constants. */
  private closed(inputs: readonly Value[], outputs: readonly Value[]): Graph {
    if (this.inputs.length === 0) return makeGraph(inputs, outputs);
    const graph = makeGraph([...inputs, ...this.inputs], outputs);
    const builder = new GraphBuilder();
    const map = new Map<Value, Value>();
    inputs.forEach((v, i) => map.set(v, builder.input(v, `b${i}`)));
    this.inputs.forEach((v, i) => map.set(v, builder.constant(this.arrays[i])));
    for (const node of graph.nodes) {
      const made = builder.apply(
        node.primitive,
        node.inputs.map((v) => map.get(v)!),
        node.params,
      );
      node.outputs.forEach((v, i) => map.set(v, made[i]));
    }
    return makeGraph(
      inputs.map((v) => map.get(v)!),
      outputs.map((v) => map.get(v)!),
    );
  }

  /** One more node or two, of any primitive that is cheap enough. */
  step(): void {
    const all = [...RECIPES.keys()].filter(
      (name) => !DECOMPOSITIONS.has(name) && (this.depth > 0 || !CONTROL.has(name)),
    );
    const name = this.draw.chance(60) ? this.draw.pick(FREQUENT) : this.draw.pick(all);
    for (const value of this.application(name)) {
      if (sizeOf(value.shape) <= 4 * this.options.elements) this.pool.push(value);
    }
  }
}

const CONTROL: ReadonlySet<string> = new Set(['while', 'scan', 'cond', 'remat']);

/**
 * Random programs have none of these: a matrix that earlier steps made may be near to one that has no inverse, where two ways of rounding
 * lead far apart. They have tests of their own, on matrices that are made for them.
 */
const DECOMPOSITIONS: ReadonlySet<string> = new Set([
  'cholesky', 'triangularSolve', 'lu', 'qr', 'eigh', 'svd',
]); // prettier-ignore

/** What programs are mostly made of, and what the rules of the passes look for. */
const FREQUENT = [
  'add', 'sub', 'mul', 'div', 'neg', 'max', 'select', 'convert', 'broadcastInDim', 'reshape', 'transpose', 'reverse', 'slice', 'pad',
  'reduceSum', 'reduceMax', 'dotGeneral', 'concatenate', 'pow', 'not', 'and', 'lt', 'eq', 'sqrt', 'abs', 'stopGradient',
] as const; // prettier-ignore

/** `value` made to have a type, by conversion and whatever brings its elements into the shape. */
function adapted(value: Value, type: TensorType): Value {
  const x = lax.convert(value, type.dtype);
  if (sizeOf(x.shape) === sizeOf(type.shape)) return lax.reshape(x, type.shape);
  const offset = type.shape.length - x.shape.length;
  if (offset >= 0 && x.shape.every((dim, d) => dim === 1 || dim === type.shape[d + offset]))
    return lax.broadcastTo(x, type.shape);
  const scalar = lax.reduceMax(x, range(x.shape.length));
  return lax.broadcastTo(scalar, type.shape);
}

function complete({ dtypes = DTYPES, styles = STYLES, elements = 300 }: RandomOptions): Required<RandomOptions> {
  return { dtypes, styles, elements };
}

/**
 * One application of a primitive with valid random params, to inputs of random shapes (0, 1, primes, odd sizes), dtypes and numbers.
 *
 * @param name A primitive of the table, other than `input`.
 */
export function arbitraryApplication(name: string, options: RandomOptions = {}): fc.Arbitrary<RandomProgram> {
  return fc.gen().map((gen) => {
    const sketch = new Sketch(new Draw(gen), complete(options), false, 1);
    const outputs = sketch.application(name);
    return { graph: makeGraph(sketch.inputs, outputs), inputs: sketch.arrays };
  });
}

/**
 * A program of up to `steps` applications (default 20) of all primitives, with constants, shared values and several outputs.
 */
export function arbitraryGraph({
  steps = 20,
  ...options
}: RandomOptions & { readonly steps?: number } = {}): fc.Arbitrary<RandomProgram> {
  return fc.gen().map((gen) => {
    const draw = new Draw(gen);
    const limits = complete({ elements: 100, ...options });
    // Few dtypes in one program, so that values meet.
    const few = range(draw.int(1, 3)).map(() => draw.pick(limits.dtypes));
    const sketch = new Sketch(draw, limits, true, 1, few);
    sketch.pool.push(sketch.input(sketch.type()));
    for (let i = draw.int(1, steps); i > 0; i--) sketch.step();
    const used = new Set(sketch.builder.nodes.flatMap((node) => node.inputs));
    const ends = sketch.pool.filter((v) => !used.has(v));
    const outputs = [...ends.slice(-5), ...draw.subset(sketch.pool, 10)];
    return { graph: makeGraph(sketch.inputs, outputs), inputs: sketch.arrays };
  });
}
