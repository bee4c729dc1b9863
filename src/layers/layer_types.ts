/** @file The types around layers: their options, what they are called with, trees of shapes. */
import type { DType } from '../core/dtype.js';
import type { DTypePolicyLike } from '../core/dtype_policy.js';
import type { PartialShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { isDict, mapTree } from '../core/tree.js';
import type { KerasTensor, Mask, OpResult, Spec, Tensor, TensorLike } from '../runtime/index.js';

/** The shape of a layer's input: one shape, or a list or dict of shapes for a layer of several inputs. */
export type ShapeTree = PartialShape | readonly ShapeTree[] | { readonly [key: string]: ShapeTree };

/** What layers are called with when there are numbers, or texts. */
export type ConcreteInputs =
  TensorLike | string | readonly ConcreteInputs[] | { readonly [key: string]: ConcreteInputs };

/** What layers are called with to draw a model: at least one KerasTensor. */
export type SymbolicInputs =
  KerasTensor | TensorLike | string | readonly SymbolicInputs[] | { readonly [key: string]: SymbolicInputs };

/** A mask, or one per input. */
export type MaskTree = Mask | null | readonly MaskTree[] | { readonly [key: string]: MaskTree };

/** Named arguments of a call: `layer(x, { training: true })`. Layers may have further ones. */
export interface CallOptions {
  /** Whether the layer trains (dropout drops, batch statistics are used). Default: as the call around, else false. */
  readonly training?: boolean | null;
  /** Bool, which time steps count. Default: the mask that the input carries. */
  readonly mask?: MaskTree;
}

/** `Yes` if nothing is known of R, else `No`. Both ways of assignment are asked, so that inside a class `this(x)` is one of the two. */
type IfUnknown<R, Yes, No> = ((x: R) => R) extends (x: unknown) => unknown ? Yes : No;

/** What a layer's `call` gives, by its type; `Tensor` where the type does not say. */
export type Returned<F> = F extends (...args: never[]) => infer R ? IfUnknown<R, Tensor, R> : Tensor;

/** What a layer's `call` gives for symbolic tensors: KerasTensors in the places of tensors. */
export type Drawn<F> = F extends (...args: never[]) => infer R ? IfUnknown<R, KerasTensor, OpResult<R>> : KerasTensor;

/** The named arguments of a call of attention that gives the scores too. */
export interface ScoresWanted {
  readonly returnAttentionScores: true;
  readonly [option: string]: unknown;
}

/** Options of every layer. */
export interface LayerOptions {
  /** Default: made from the class's name, `dense_3`. */
  readonly name?: string | null;
  /** Whether optimizers change the weights. Default true. */
  readonly trainable?: boolean;
  /** Dtype or dtype policy. Default: the global policy. */
  readonly dtype?: DTypePolicyLike;
  /** Whether float inputs are cast to the compute dtype. Default true. */
  readonly autocast?: boolean;
  /** Adds a loss computed from the outputs, divided by the batch size. Default null. */
  readonly activityRegularizer?: unknown;
  /** Shape of one sample, for the first layer of a Sequential. An `Input` as first layer says the same. */
  readonly inputShape?: PartialShape | null;
  /** The same for a sample that is a vector of this size. */
  readonly inputDim?: number | null;
  /** With `inputDim`: the same for a sample that is a sequence of so many such vectors; null: of any number. */
  readonly inputLength?: number | null;
  /** As `inputShape`, with the batch size before. */
  readonly batchInputShape?: PartialShape | null;
  /** Keras 2's: values of the weights, as `setWeights` takes them, in place of the initializers'. */
  readonly weights?: readonly TensorLike[] | null;
}

/** Options of `layer.addWeight(options)`. */
export interface WeightOptions {
  /** Default `[]`: a scalar. */
  readonly shape?: PartialShape;
  /** Default: `'glorot_uniform'` for floats, `'zeros'` for others. */
  readonly initializer?: unknown;
  /** Default: the layer's variable dtype. */
  readonly dtype?: DType | null;
  /** Default true. */
  readonly trainable?: boolean;
  /** Whether it is read in the layer's compute dtype. Default true. */
  readonly autocast?: boolean;
  /** Adds a loss of the size of the weight. Default null: none. */
  readonly regularizer?: unknown;
  /** Applied to the weight after each update. Default null: none. */
  readonly constraint?: unknown;
  readonly aggregation?: 'none' | 'mean' | 'sum' | 'only_first_replica' | null;
  readonly overwriteWithGradient?: boolean;
  /** The last part of the weight's path. Default: `'variable'`, `'variable_1'` and so on. */
  readonly name?: string | null;
}

export const isShape = (x: unknown): x is PartialShape =>
  Array.isArray(x) && x.every((dim) => dim === null || typeof dim === 'number');

/** The tree of shapes with each shape mapped. */
export function mapShapes<R>(shapes: ShapeTree, fn: (shape: PartialShape) => R): Tree<R> {
  return mapTree<unknown, R>(shapes, (shape) => fn(shape as PartialShape), isShape);
}

/** Nested lists of plain numbers, or of texts, are one tensor, other lists are lists of tensors. */
export function isPlainArray(x: unknown): boolean {
  let first = x;
  while (Array.isArray(first) && first.length > 0) first = first[0];
  return Array.isArray(x) && ['number', 'boolean', 'string'].includes(typeof first);
}

/** The shapes of tensors, in the same structure. */
export function shapesOf(inputs: unknown): ShapeTree {
  return mapTree<unknown, unknown>(inputs, (x) => (x as Spec | null)?.shape ?? null) as ShapeTree;
}

/** The arguments of a call: those by position, and the named ones in the last argument. */
export function splitCall(given: readonly unknown[]): { positional: unknown[]; options: Record<string, unknown> } {
  const last = given.at(-1);
  return given.length > 1 && isDict(last)
    ? { positional: given.slice(0, -1), options: last }
    : { positional: given.filter((x, i) => i === 0 || x !== undefined), options: {} };
}
