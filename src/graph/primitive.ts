/** @file What a primitive is: one definition that states its types, its meaning, its scalar form and its gradient. */
import { addOwner } from '../core/attribution.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Graph, Value } from './graph.js';
import type { ScalarBuilder } from './scalar.js';

/** What a gradient rule is given. */
export interface GradientContext<P> {
  /** Cotangent of each output; null where nothing flows back. At least one is not null. */
  readonly cotangents: readonly (Value | null)[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly params: P;
  /** Which inputs need a cotangent. A rule may skip the others. */
  readonly needed: readonly boolean[];
}

/** The four parts of a primitive. See `docs/architecture.md`, "To add …". */
export interface PrimitiveDefinition<P> {
  readonly name: string;
  /** The types of the outputs. Refuses what the primitive cannot take, with a message that names it. */
  type(inputs: readonly TensorType[], params: P): TensorType[];
  /** The meaning, in plain TypeScript with float64 accumulation: the oracle of every backend. */
  evaluate(inputs: readonly NDArray[], params: P, outputs: readonly TensorType[]): NDArray[];
  /**
   * Element-wise primitives only: the value of one output element from one element of each input. Its presence makes the
   * primitive element-wise; all inputs then have the shape of the output.
   */
  readonly scalar?: <S>(s: ScalarBuilder<S>, inputs: readonly S[], params: P) => S;
  /** Cotangents of the inputs (null: none flows), or null when the primitive has no gradient at all. */
  readonly gradient: ((context: GradientContext<P>) => readonly (Value | null)[]) | null;
  /** Multiply-adds for each element of the first input, where they are many more than elements are moved. */
  work?(inputs: readonly TensorType[]): number;
  /** How `params` are printed and compared; the default is JSON. */
  format?(params: P): string;
  /** Only of primitives that run graphs (loops, branches): those graphs, and `params` with others in their places. */
  readonly bodies?: {
    get(params: P): readonly Graph[];
    replace(params: P, bodies: readonly Graph[]): P;
  };
}

export interface Primitive<P = unknown> extends PrimitiveDefinition<P> {
  readonly name: string;
}

const table = new Map<string, Primitive>();

/** Put a primitive in the one table. Names are unique. */
export function definePrimitive<P>(definition: PrimitiveDefinition<P>): Primitive<P> {
  if (table.has(definition.name)) throw new Error(`The primitive '${definition.name}' is defined twice.`);
  table.set(definition.name, definition as unknown as Primitive);
  addOwner(definition.name);
  return definition;
}

/** A primitive of the table. @throws {Error} Its definition was never loaded: `primitives/index.ts` lists all. */
export function primitiveByName(name: string): Primitive {
  const found = table.get(name);
  if (found === undefined) throw new Error(`The primitive '${name}' is not defined.`);
  return found;
}

/** All primitives by name. */
export function allPrimitives(): ReadonlyMap<string, Primitive> {
  return table;
}

/** The params of a node as text: printed in programs, and compared by the pass that shares equal nodes. */
export function formatParams<P>(primitive: Primitive<P>, params: P): string {
  if (primitive.format) return primitive.format(params);
  if (params === null || typeof params !== 'object') return String(params ?? '');
  let empty = true;
  let plain = true;
  for (const key in params) {
    empty = false;
    const value: unknown = params[key];
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) plain = false;
  }
  if (empty) return '';
  return plain ? JSON.stringify(params) : JSON.stringify(params, writeNumber);
}

/** JSON has no NaN and no infinities, and writes -0 as 0. */
function writeNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? formatNumber(value) : value;
}

/** A number as text that tells it from all others. */
export function formatNumber(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}
