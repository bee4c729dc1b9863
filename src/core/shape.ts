/** @file Shapes: sizes, strides, broadcasting and how they are written in messages. Compilers ask for them all the time: plain loops. */
import { describe, quote } from './describe.js';
import { TypeError, ValueError } from './errors.js';
import { isDict } from './tree.js';

/** A shape whose sizes are all known. */
export type Shape = readonly number[];

/** A shape with `null` where a size is not known before data come (the batch, mostly). */
export type PartialShape = readonly (number | null)[];

/** Number of elements. A scalar has 1. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** `(None, 28, 28, 1)`, `(3,)`, `()`: as Python prints a tuple. */
export function formatShape(shape: PartialShape): string {
  if (shape.length === 1) return `(${shape[0] ?? 'None'},)`;
  let text = '(';
  for (let i = 0; i < shape.length; i++) text += `${i === 0 ? '' : ', '}${shape[i] ?? 'None'}`;
  return `${text})`;
}

export function sameShape(a: PartialShape, b: PartialShape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * The shape in which operands meet under NumPy's broadcasting; `null` dims stay unknown unless another operand fixes them.
 *
 * @throws {ValueError} The shapes do not broadcast; the message names `owner` and all shapes.
 */
export function broadcastShapes<S extends PartialShape>(shapes: readonly S[], owner: string): S {
  const ndim = Math.max(0, ...shapes.map((s) => s.length));
  const result: (number | null)[] = [];
  for (let i = 0; i < ndim; i++) {
    let dim: number | null = 1;
    for (const shape of shapes) {
      const own = i - (ndim - shape.length) < 0 ? 1 : shape[i - (ndim - shape.length)]!;
      if (own === 1 || own === dim) continue;
      if (dim === 1) dim = own;
      else if (own === null) continue;
      else if (dim === null) dim = own;
      else {
        throw new ValueError(`${owner}: shapes ${shapes.map(formatShape).join(' and ')} cannot be broadcast together.`);
      }
    }
    result.push(dim);
  }
  return result as unknown as S;
}

/**
 * A possibly negative axis as an index from 0.
 *
 * @throws {ValueError} The axis lies outside of [-ndim, ndim).
 */
export function normalizeAxis(axis: number, ndim: number, owner: string): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw new ValueError(
      `${owner}: axis ${quote(axis)} is out of range for a tensor of ${ndim} dimension${ndim === 1 ? '' : 's'}.`,
    );
  }
  return axis < 0 ? axis + ndim : axis;
}

/** Axes as sorted indices from 0; `null` means all. @throws {ValueError} An axis is out of range or named twice. */
export function normalizeAxes(
  axis: number | readonly number[] | null | undefined,
  ndim: number,
  owner: string,
): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const axes = (typeof axis === 'number' ? [axis] : axis).map((a) => normalizeAxis(a, ndim, owner));
  if (new Set(axes).size !== axes.length)
    throw new ValueError(`${owner}: the axes ${quote(axis)} name one axis twice.`);
  return axes.sort((a, b) => a - b);
}

/** The shape after reducing `axes` (indices from 0): kept as 1, or dropped. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): number[] {
  return shape.flatMap((dim, i) => (axes.includes(i) ? (keepdims ? [1] : []) : [dim]));
}

/** 0, 1, …, n - 1. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

const isSize = (dim: unknown): boolean => dim === null || (Number.isInteger(dim) && (dim as number) >= 0);

/** Whether a value is a shape, or lists and dicts of shapes; null stands for what has none. */
function isShapes(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.every(isSize) || value.every(isShapes);
  return isDict(value) && Object.values(value).every(isShapes);
}

/**
 * Refuse what are no shapes.
 *
 * @param call What was called with them: `Dense 'dense': build`.
 * @param needed Whether there must be one.
 * @throws {TypeError} One is none.
 */
export function requireShapes(call: string, shapes: readonly unknown[], needed = false): void {
  if (shapes.every(isShapes) && !(needed && (shapes[0] ?? null) === null)) return;
  const given = shapes.map((each) =>
    Array.isArray(each) ? `[${each.map((dim) => describe(dim)).join(', ')}]` : describe(each),
  );
  throw new TypeError(
    `${call}(${given.join(', ')}): expected a shape, such as [null, 3], or lists or dicts of shapes.`,
  );
}
