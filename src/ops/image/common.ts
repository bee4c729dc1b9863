/** @file Where rows, columns and channels are in images of both data formats, single or in batches. */
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor } from '../../runtime/index.js';

/** Axes of an image tensor. */
export interface ImageAxes {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** The axes of images (rows, columns, channels), with or without a batch. @throws {ValueError} Not of rank 3 or 4. */
export function imageAxes(name: string, images: Tensor, dataFormat: DataFormat | null | undefined): ImageAxes {
  if (images.ndim !== 3 && images.ndim !== 4) {
    throw new ValueError(
      `${name}: images of shape ${formatShape(images.shape)}. Expected rank 3 (one image) or 4 (a batch of images).`,
    );
  }
  const n = images.ndim;
  return standardizeDataFormat(dataFormat, name) === 'channels_last'
    ? { row: n - 3, column: n - 2, channel: n - 1 }
    : { row: n - 2, column: n - 1, channel: n - 3 };
}

/** Images as a batch, and how a result gets the rank that was given. */
export interface ImageBatch {
  readonly images: Tensor;
  readonly axes: ImageAxes;
  readonly restored: (result: Tensor) => Tensor;
}
/** Images, single or in a batch, as a batch. @throws {ValueError} Not of rank 3 or 4. */
export function imageBatch(name: string, given: Tensor, dataFormat: DataFormat | null | undefined): ImageBatch {
  const axes = imageAxes(name, given, dataFormat);
  if (given.ndim === 4) return { images: given, axes, restored: (x) => x };
  const { row, column, channel } = axes;
  return {
    images: lax.reshape(given, [1, ...given.shape]),
    axes: { row: row + 1, column: column + 1, channel: channel + 1 },
    restored: (x) => lax.reshape(x, x.shape.slice(1)),
  };
}
