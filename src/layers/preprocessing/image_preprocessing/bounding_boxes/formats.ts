/** @file How bounding boxes are written in four numbers, and what all functions of boxes share. */
import { describe } from '../../../../core/describe.js';
import { NotImplementedError, ValueError } from '../../../../core/errors.js';
import { formatShape } from '../../../../core/shape.js';
import { isDict } from '../../../../core/tree.js';
import * as ops from '../../../../ops/index.js';
import type { Tensor, TensorLike } from '../../../../runtime/index.js';
import { KerasTensor, toTensor } from '../../../../runtime/index.js';

/** What the four numbers of a box mean. Formats that begin with `rel_` are fractions of the image's width and height; others are pixels. */
export type BoundingBoxFormat =
  'xyxy' | 'yxyx' | 'xywh' | 'center_xywh' | 'center_yxhw' | 'rel_xyxy' | 'rel_yxyx' | 'rel_xywh' | 'rel_center_xywh';

/** Boxes and what belongs to them: `{ boxes, labels }`. */
export interface BoundingBoxes {
  /** Shape (boxes, 4) or (batch, boxes, 4). */
  readonly boxes: TensorLike | KerasTensor;
  /** A class for each box: shape (boxes) or (batch, boxes); −1 where there is no box. */
  readonly labels?: TensorLike | KerasTensor | null;
}

/** A dict of boxes after its boxes were changed. */
export type Changed<D extends BoundingBoxes, T = Tensor> = Omit<D, 'boxes'> & { boxes: T };

/** How a format is made up. */
export interface Layout {
  /** Fractions of the image's size, not pixels. */
  readonly relative: boolean;
  /** Which axis comes first in each pair. */
  readonly order: 'xy' | 'yx';
  /** What the pairs are: two corners, the first corner and the size, or the centre and the size. */
  readonly pairs: 'corners' | 'corner and size' | 'center and size';
}

const LAYOUTS: Readonly<Record<BoundingBoxFormat, Layout>> = {
  xyxy: { relative: false, order: 'xy', pairs: 'corners' },
  yxyx: { relative: false, order: 'yx', pairs: 'corners' },
  xywh: { relative: false, order: 'xy', pairs: 'corner and size' },
  center_xywh: { relative: false, order: 'xy', pairs: 'center and size' },
  center_yxhw: { relative: false, order: 'yx', pairs: 'center and size' },
  rel_xyxy: { relative: true, order: 'xy', pairs: 'corners' },
  rel_yxyx: { relative: true, order: 'yx', pairs: 'corners' },
  rel_xywh: { relative: true, order: 'xy', pairs: 'corner and size' },
  rel_center_xywh: { relative: true, order: 'xy', pairs: 'center and size' },
};

/**
 * A format by its name, in letters of either case.
 *
 * @param argument Names the argument in messages.
 * @throws {ValueError} There is no such format; the message lists those there are.
 */
export function layoutOf(owner: string, argument: string, format: unknown): Layout & { name: BoundingBoxFormat } {
  const name = typeof format === 'string' ? format.toLowerCase() : '';
  if (!Object.hasOwn(LAYOUTS, name))
    throw new ValueError(
      `${owner}: ${argument}=${describe(format)}. Expected a format of boxes: ` +
        `${Object.keys(LAYOUTS)
          .map((each) => `'${each}'`)
          .join(', ')}.`,
    );
  return { ...LAYOUTS[name as BoundingBoxFormat], name: name as BoundingBoxFormat };
}

/**
 * Refuse boxes in another format than those with which a function works.
 *
 * @throws {ValueError} There is no such format.
 * @throws {NotImplementedError} The format is another one.
 */
export function requireFormat(owner: string, format: unknown, supported: readonly BoundingBoxFormat[]): void {
  const { name } = layoutOf(owner, 'boundingBoxFormat', format);
  if (!supported.includes(name))
    throw new NotImplementedError(
      `${owner}: boxes in the format '${name}'. It works on ${supported.map((each) => `'${each}'`).join(' and ')}: ` +
        `convert them first, by convertFormat(boxes, '${name}', '${supported[0]}').`,
    );
}

/** What came for a tensor, as ops take it: a KerasTensor stays, on which ops work as well. */
export function asTensor(x: unknown, owner: string): Tensor {
  return x instanceof KerasTensor ? (x as unknown as Tensor) : toTensor(x as TensorLike, null, owner);
}

/** Boxes as a tensor. @throws {ValueError} The last axis is not of four numbers. */
export function boxTensor(x: unknown, owner: string, argument = 'boxes'): Tensor {
  const t = asTensor(x, owner);
  if (t.ndim === 0 || t.shape.at(-1) !== 4)
    throw new ValueError(
      `${owner}: ${argument} of shape ${formatShape(t.shape)}. Expected four numbers for each box: shape (…, 4).`,
    );
  return t;
}

/** The four columns of boxes, each with a last axis of 1. */
export const columnsOf = (boxes: Tensor): [Tensor, Tensor, Tensor, Tensor] => ops.split(boxes, 4, { axis: -1 });

/** Boxes of four columns. */
export const fromColumns = (columns: readonly Tensor[]): Tensor => ops.concatenate([...columns], { axis: -1 });

/**
 * Change the boxes of a tensor, or those in a dict; what else is in the dict stays.
 *
 * @throws {ValueError} The dict has no `boxes`.
 */
export function mapBoxes(owner: string, given: unknown, change: (boxes: Tensor) => Tensor): unknown {
  if (!isDict(given)) return change(boxTensor(given, owner));
  return { ...given, boxes: change(boxTensor(boxesOf(owner, given), owner)) };
}

/** The boxes in a dict. @throws {ValueError} There are none. */
export function boxesOf(owner: string, given: Record<string, unknown>): unknown {
  if (given['boxes'] === undefined || given['boxes'] === null)
    throw new ValueError(`${owner}: ${describe(given)} has no 'boxes'. Expected a dict like { boxes, labels }.`);
  return given['boxes'];
}

/**
 * Rows and columns of an image.
 *
 * @param imageShape (height, width, channels), or null.
 * @throws {ValueError} It is something else.
 */
export function imageSize(owner: string, imageShape: unknown): { height?: number; width?: number } {
  if (imageShape === null || imageShape === undefined) return {};
  if (!Array.isArray(imageShape) || imageShape.length !== 3 || !imageShape.every((n) => typeof n === 'number' && n > 0))
    throw new ValueError(
      `${owner}: imageShape=${Array.isArray(imageShape) ? `[${imageShape.map((n) => describe(n)).join(', ')}]` : describe(imageShape)}. ` +
        `Expected [height, width, channels].`,
    );
  const [height, width] = imageShape as number[];
  return { height, width };
}
