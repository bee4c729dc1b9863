/** @file Windows of images: where they lie, and how they are cut out. */
import * as ops from '../../../ops/index.js';
import { range } from '../../../core/shape.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import type { BoundingBoxes } from './boxes.js';

/** The largest window of the proportions of a target in the middle of an image. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The largest window of the proportions height : width in the middle of an image of `rows` and `columns`. */
export function centeredWindow(rows: number, columns: number, height: number, width: number): Window {
  const windowHeight = Math.max(Math.min(rows, Math.trunc((columns * height) / width)), 1);
  const windowWidth = Math.max(Math.min(columns, Math.trunc((rows * width) / height)), 1);
  return {
    top: Math.trunc((rows - windowHeight) / 2),
    left: Math.trunc((columns - windowWidth) / 2),
    height: windowHeight,
    width: windowWidth,
  };
}

/**
 * A window of images.
 *
 * @param axes The axes of rows and columns, counted from the end.
 * @param from The first row and the first column: numbers, or tensors without axes.
 * @param sizes Rows and columns of the window, which lies within the images.
 */
export function cut(
  images: Tensor,
  axes: { readonly height: number; readonly width: number },
  [top, left]: readonly [Tensor | number, Tensor | number],
  [height, width]: readonly [number, number],
): Tensor {
  const n = images.ndim;
  const [row, column] = [n + axes.height, n + axes.width];
  const starts = range(n).map((d) => (d === row ? top : d === column ? left : 0));
  const sizes = range(n).map((d) => (d === row ? height : d === column ? width : images.shape[d]));
  return ops.slice(images, starts, sizes);
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Boxes of a window, in pixels, when it is resized. */
export function scaledBoxes<B extends BoundingBoxes>(boxes: B, from: Size, to: Size): B {
  if (from.height === to.height && from.width === to.width) return boxes;
  const [x, y] = [to.width / from.width, to.height / from.height];
  return { ...boxes, boxes: ops.multiply(boxes.boxes, tensor([x, y, x, y], [4], boxes.boxes.dtype)) };
}
