/** @file Pooling: the maximum or the mean of sliding windows. */
import { describe } from '../../core/describe.js';
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import type { WindowParams } from '../../graph/lax.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { inputDims, paddingOf, spatial } from './convolution.js';

/** Options of the pools. */
export interface PoolOptions {
  /** Default: the size of the window. */
  readonly strides?: number | readonly number[] | null;
  /** `'valid'`: whole windows only; `'same'`: ⌈size / stride⌉ outputs. Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

function windowOf(
  name: string,
  x: Tensor,
  poolSize: number | readonly number[],
  { strides = null, padding = 'valid', dataFormat }: PoolOptions,
): WindowParams {
  if (x.ndim < 3)
    throw new ValueError(`${name}: inputs of shape ${formatShape(x.shape)}. Expected (batch, …space, channels).`);
  if (padding !== 'valid' && padding !== 'same')
    throw new ValueError(`${name}: padding ${describe(padding)}. Expected 'valid' or 'same'.`);
  const dims = inputDims(x.ndim, standardizeDataFormat(dataFormat, name));
  const size = spatial(poolSize, x.ndim - 2, name, 'poolSize');
  const step = strides === null ? size : spatial(strides, x.ndim - 2, name, 'strides');
  const place = <V>(values: readonly V[], other: V): V[] =>
    x.shape.map((_, d) => (dims.spatial.includes(d) ? values[dims.spatial.indexOf(d)] : other));
  return {
    window: place(size, 1),
    strides: place(step, 1),
    padding: place(
      size.map((w, i) => paddingOf(padding, x.shape[dims.spatial[i]], w, step[i])),
      [0, 0] as [number, number],
    ),
    dilation: x.shape.map(() => 1),
  };
}

/**
 * The maximum of each window.
 *
 * @param inputs Shape (batch, …space, channels), or (batch, channels, …space) for `'channels_first'`.
 * @param poolSize The sizes of the window, or one number for all.
 * @param options See {@link PoolOptions}.
 * @returns Shape (batch, …new space, channels), or channels first.
 * @throws {ValueError} `inputs` has no axis of space, or the padding is unknown.
 * @see `keras.ops.max_pool`
 * @example
 * ops.maxPool([[[1], [3], [5], [7]]], 2) // [[[3], [7]]]
 */
export const maxPool = op(
  'max_pool',
  (inputs: TensorLike, poolSize: number | readonly number[], options: PoolOptions = {}): Tensor => {
    const x = toTensor(inputs, null, 'max_pool');
    return lax.reduceWindowMax(x, windowOf('max_pool', x, poolSize, options));
  },
  { optionNames: ['strides', 'padding', 'dataFormat'] },
);

/**
 * The mean of each window; padding does not count.
 *
 * @param inputs Shape (batch, …space, channels), or (batch, channels, …space) for `'channels_first'`.
 * @param poolSize The sizes of the window, or one number for all.
 * @param options See {@link PoolOptions}.
 * @returns Shape (batch, …new space, channels), or channels first.
 * @throws {ValueError} `inputs` has no axis of space, or the padding is unknown.
 * @see `keras.ops.average_pool`
 * @example
 * ops.averagePool([[[1], [3], [5], [7]]], 2) // [[[2], [6]]]
 */
export const averagePool = op(
  'average_pool',
  (inputs: TensorLike, poolSize: number | readonly number[], options: PoolOptions = {}): Tensor => {
    const x = floatTensor(inputs, 'average_pool');
    const params = windowOf('average_pool', x, poolSize, options);
    const total = lax.reduceWindowSum(x, params);
    if (options.padding !== 'same')
      return lax.div(
        total,
        lax.fullLike(
          total,
          params.window.reduce((a, b) => a * b, 1),
        ),
      );
    // The counts are the same for every sample and channel.
    const counted = x.shape.map((dim, d) => (params.window[d] === 1 ? 1 : dim));
    const counts = lax.reduceWindowSum(lax.full(x.applier, counted, 1, x.dtype), params);
    return lax.div(total, lax.broadcastTo(counts, total.shape));
  },
  { optionNames: ['strides', 'padding', 'dataFormat'] },
);

/** Bounds of the windows that pool `size` elements to `outputs`, as PyTorch's adaptive pooling has them. */
function adaptiveBounds(size: number, outputs: number): [number, number][] {
  return Array.from({ length: outputs }, (_, i): [number, number] => [
    Math.floor((i * size) / outputs),
    Math.ceil(((i + 1) * size) / outputs),
  ]);
}

function adaptive(name: string, reduce: (x: Tensor, axis: number) => Tensor) {
  return op(
    name,
    (
      inputs: TensorLike,
      outputSize: number | readonly number[],
      { dataFormat }: { readonly dataFormat?: DataFormat | null } = {},
    ): Tensor => {
      const x = floatTensor(inputs, name);
      const dims = inputDims(x.ndim, standardizeDataFormat(dataFormat, name));
      const sizes = spatial(outputSize, x.ndim - 2, name, 'outputSize');
      return dims.spatial.reduce((pooled, d, i) => {
        const parts = adaptiveBounds(pooled.shape[d], sizes[i]).map(([from, to]) => {
          const part = lax.slice(
            pooled,
            pooled.shape.map((_, a) => (a === d ? from : 0)),
            pooled.shape.map((dim, a) => (a === d ? to : dim)),
          );
          return lax.reshape(
            reduce(part, d),
            pooled.shape.map((dim, a) => (a === d ? 1 : dim)),
          );
        });
        return lax.concatenate(parts, d);
      }, x);
    },
  );
}
/**
 * Means of as many windows as wanted, whatever the input's size.
 *
 * @param inputs Shape (batch, …space, channels), or (batch, channels, …space) for `'channels_first'`.
 * @param outputSize The sizes of the new space, or one number for all.
 * @param options `dataFormat`: `'channels_last'` or `'channels_first'`; default null, the setting.
 * @returns Shape (batch, …new space, channels), or channels first.
 * @see `keras.ops.adaptive_average_pool`
 * @example
 * ops.adaptiveAveragePool([[[1], [2], [3], [4]]], 2) // [[[1.5], [3.5]]]
 */
export const adaptiveAveragePool = adaptive('adaptive_average_pool', (x, d) => {
  const total = lax.reduceSum(x, [d]);
  return lax.div(total, lax.fullLike(total, x.shape[d]));
});
/**
 * Maxima of as many windows as wanted, whatever the input's size.
 *
 * @param inputs Shape (batch, …space, channels), or (batch, channels, …space) for `'channels_first'`.
 * @param outputSize The sizes of the new space, or one number for all.
 * @param options `dataFormat`: `'channels_last'` or `'channels_first'`; default null, the setting.
 * @returns Shape (batch, …new space, channels), or channels first.
 * @see `keras.ops.adaptive_max_pool`
 * @example
 * ops.adaptiveMaxPool([[[1], [2], [3], [4]]], 2) // [[[2], [4]]]
 */
export const adaptiveMaxPool = adaptive('adaptive_max_pool', (x, d) =>
  // One window over the axis: its gradient goes to the first maximum, as that of `maxPool`.
  lax.reduceWindowMax(x, {
    window: x.shape.map((dim, a) => (a === d ? dim : 1)),
    strides: x.shape.map(() => 1),
    padding: x.shape.map(() => [0, 0] as const),
    dilation: x.shape.map(() => 1),
  }),
);
