/** @file Output shapes of layers that slide windows over space, with sizes that may be open. */
import type { DataFormat } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';

/** Which axis holds the channels: from the front for channels first, from the back for channels last. */
export function channelAxis(format: DataFormat): 1 | -1 {
  return format === 'channels_first' ? 1 : -1;
}

/** The shape with its spatial sizes mapped (open ones stay open) and, if given, another number of channels. */
export function mapSpace(
  shape: PartialShape,
  format: DataFormat,
  size: (dim: number, i: number) => number,
  channels: number | null = shape.at(channelAxis(format)) ?? null,
): PartialShape {
  const space = format === 'channels_first' ? shape.slice(2) : shape.slice(1, -1);
  const mapped = space.map((dim, i) => (dim === null ? null : size(dim, i)));
  return format === 'channels_first' ? [shape[0], channels, ...mapped] : [shape[0], ...mapped, channels];
}

/** Windows that slide: their sizes, steps and gaps per spatial dimension. */
export interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation?: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
}

/**
 * The shape that windows give.
 *
 * @throws {ValueError} The input is of another rank, or smaller than a window that may not overlap its edge.
 */
export function windowOutputShape(
  owner: string,
  shape: PartialShape,
  format: DataFormat,
  { size, strides, dilation, padding }: Windows,
  channels?: number | null,
): PartialShape {
  requireRank(owner, shape, size.length);
  return mapSpace(
    shape,
    format,
    (dim, i) => {
      if (padding !== 'valid') return Math.ceil(dim / strides[i]);
      const reach = (size[i] - 1) * (dilation?.[i] ?? 1) + 1;
      if (dim < reach) {
        throw new ValueError(
          `${owner}: an input of shape ${formatShape(shape)} is smaller than the window, which reaches over ${reach} in spatial ` +
            `dimension ${i}, so nothing would come out. Use a smaller window or padding 'same'.`,
        );
      }
      return Math.floor((dim - reach) / strides[i]) + 1;
    },
    channels,
  );
}

/** @throws {ValueError} The input does not have `n` spatial dimensions. */
export function requireRank(owner: string, shape: PartialShape, n: number): void {
  if (shape.length !== n + 2) {
    throw new ValueError(
      `${owner}: the input has shape ${formatShape(shape)}. Expected ${n + 2} dimensions: batch, ${n} of space, and channels.`,
    );
  }
}

/** The number of channels. @throws {ValueError} It is open, so that weights cannot be made. */
export function requireChannels(owner: string, shape: PartialShape, axis: number): number {
  const channels = shape.at(axis);
  if (channels === null || channels === undefined) {
    throw new ValueError(
      `${owner}: the input has shape ${formatShape(shape)}, in which axis ${axis}, by which the weights are made, is open. Give it a size.`,
    );
  }
  return channels;
}
