/** @file Types of ops that give several tensors: as many as are asked for by a literal number or list, so that each is known to be there. */
import type { KerasTensor, Tensor, TensorLike } from '../runtime/index.js';

/** N of T: a tuple for a literal N up to 64, else a list. */
export type Times<T, N extends number, Sofar extends T[] = []> = number extends N
  ? T[]
  : Sofar['length'] extends N
    ? Sofar
    : Sofar['length'] extends 64
      ? T[]
      : Times<T, N, [...Sofar, T]>;

/** One T for each entry of a list. */
export type Each<T, L extends readonly unknown[]> = { -readonly [K in keyof L]: T };

/** The parts between positions: one more than there are positions. */
export type Between<T, L extends readonly unknown[]> = number extends L['length'] ? T[] : [...Each<T, L>, T];

/** Parts of a tensor, or what stands for it. */
export type Parts<T, S extends number | readonly number[]> = S extends number
  ? Times<T, S>
  : S extends readonly number[]
    ? Between<T, S>
    : T[];

/** An op that cuts a tensor into parts. */
export interface SplitOp<Options> {
  <const S extends number | readonly number[]>(
    x: TensorLike,
    indicesOrSections: S,
    options?: Options,
  ): Parts<Tensor, S>;
  <const S extends number | readonly number[]>(
    x: TensorLike | KerasTensor,
    indicesOrSections: S,
    options?: Options,
  ): Parts<KerasTensor, S>;
  readonly opName: string;
}

/** Options of `unstack`. */
export interface UnstackOptions<N extends number = number> {
  /** How many slices there are, for code that knows. Default null: as the shape says. */
  readonly num?: N | null;
  /** Default 0. */
  readonly axis?: number;
}

/** An op that gives the slices along an axis. */
export interface UnstackOp {
  <N extends number = number>(x: TensorLike, options?: UnstackOptions<N>): Times<Tensor, N>;
  <N extends number = number>(x: TensorLike | KerasTensor, options?: UnstackOptions<N>): Times<KerasTensor, N>;
  readonly opName: string;
}

/** An op that gives one tensor for each of a list. */
export interface EachOp<Options> {
  <const L extends readonly TensorLike[]>(xs: L, options?: Options): Each<Tensor, L>;
  <const L extends readonly (TensorLike | KerasTensor)[]>(xs: L, options?: Options): Each<KerasTensor, L>;
  readonly opName: string;
}
