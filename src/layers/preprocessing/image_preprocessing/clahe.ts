/** @file `ContrastLimitedAdaptiveHistogramEqualization`: equalization tile by tile, with bounded contrast. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import { range } from '../../../core/shape.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import { ownerOf, nonNegative, perDimension } from '../../arguments.js';
import type { ColorOptions } from './auto_contrast.js';
import type { TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, intoRange } from './base_image_preprocessing_layer.js';
import type { Range } from './factors.js';
import { valueRangeOf } from './factors.js';

const BYTE: Range = [0, 255];
const VALUES = 256;

/** Options of `new ContrastLimitedAdaptiveHistogramEqualization(options)`. */
export interface ContrastLimitedOptions extends ColorOptions {
  /** How often a value may occur, in multiples of its mean frequency; what is above is spread over all values. 0: any. Default 4. */
  readonly clipLimit?: number;
  /** How many tiles an image has: [downwards, to the right]. Default [8, 8]. */
  readonly tileGridSize?: readonly number[];
}

/** For each pixel along an axis: the tiles between whose middles it lies, and how near it is to the second. */
interface Neighbours {
  readonly before: readonly number[];
  readonly behind: readonly number[];
  readonly nearness: readonly number[];
}

/** Tiles have one more beside the first and the last, as these are. */
function neighboursOf(pixels: number, tile: number, tiles: number): Neighbours {
  const f = Math.fround;
  const position = range(pixels).map((i) => f(f(f(i - tile / 2) / tile) + 1));
  const clipped = (x: number): number => Math.max(0, Math.min(tiles + 1, x));
  return {
    before: position.map((x) => clipped(Math.floor(x))),
    behind: position.map((x) => clipped(Math.floor(x) + 1)),
    nearness: position.map((x) => f(x - Math.floor(x))),
  };
}

/**
 * Equalizes images tile by tile, in training and outside of it, and blends the tiles into one another, so that dark and bright parts both
 * get contrast. Where one value is very frequent in a tile its contrast is bounded, as noise would be all that one sees.
 *
 * Input (batch, rows, columns, channels) or one image; output of the same shape and dtype.
 *
 * @param options See {@link ContrastLimitedOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `valueRange` is no range, `clipLimit` is below 0, or `tileGridSize` is no pair of positive whole numbers.
 * @see `keras.layers.ContrastLimitedAdaptiveHistogramEqualization`; Zuiderveld 1994, "Contrast Limited Adaptive Histogram Equalization"
 * @example
 * const equalization = new layers.ContrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [2, 2] });
 * equalization(ops.full([1, 8, 8, 3], 100)).shape // [1, 8, 8, 3]
 */
export class ContrastLimitedAdaptiveHistogramEqualization extends BaseImagePreprocessingLayer {
  readonly valueRange: Range;
  readonly clipLimit: number;
  readonly tileGridSize: readonly number[];

  constructor(options: ContrastLimitedOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { valueRange = BYTE, clipLimit = 4, tileGridSize = [8, 8], ...rest } = options;
    super(rest);
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
    this.clipLimit = nonNegative(ownerOf(this), 'clipLimit', clipLimit);
    this.tileGridSize = perDimension(ownerOf(this), 'tileGridSize', tileGridSize, 2);
  }

  override transformImages(images: Tensor, _transformation: unknown = null, _options: TransformOptions = {}): Tensor {
    const isFirst = this.dataFormat === 'channels_first';
    const last = isFirst ? ops.transpose(images, { axes: [0, 2, 3, 1] }) : images;
    const equalized = this.#equalized(intoRange(last, this.valueRange, BYTE, 'float32'));
    const result = ops.cast(intoRange(equalized, BYTE, this.valueRange, 'float32'), images.dtype);
    return isFirst ? ops.transpose(result, { axes: [0, 3, 1, 2] }) : result;
  }

  #equalized(images: Tensor): Tensor {
    const [batch, height, width, channels] = images.shape;
    const [gridRows, gridColumns] = this.tileGridSize;
    const [tileRows, tileColumns] = [Math.ceil(height / gridRows), Math.ceil(width / gridColumns)];
    const [rows, columns] = [tileRows * gridRows, tileColumns * gridColumns];
    const padWidth = [[0, 0], [0, rows - height], [0, columns - width], [0, 0]]; // prettier-ignore
    const padded = rows === height && columns === width ? images : ops.pad(images, padWidth, { mode: 'symmetric' });
    const values = ops.cast(ops.clip(ops.cast(padded, 'float32'), 0, 255), 'int32'); // whole numbers, 0 to 255
    const tables = this.#tables(values, [tileRows, tileColumns]);

    // One table for each tile, and for one more around them: (batch, rows of tiles, columns of tiles, channels, 256), read flat.
    const [down, right] = [neighboursOf(rows, tileRows, gridRows), neighboursOf(columns, tileColumns, gridColumns)];
    const strides = { x: VALUES * channels, y: VALUES * channels * (gridColumns + 2) };
    const along = (list: readonly number[], factor: number, shape: readonly number[]): Tensor =>
      tensor(list.map((x) => x * factor), shape, 'int32'); // prettier-ignore
    const base = ops.add(
      ops.add(
        along(range(batch), strides.y * (gridRows + 2), [batch, 1, 1, 1]),
        along(range(channels), VALUES, [1, 1, 1, channels]),
      ),
      values,
    );
    const flat = ops.reshape(tables, [-1]);
    const at = (y: readonly number[], x: readonly number[]): Tensor =>
      ops.take(
        flat,
        ops.add(ops.add(base, along(y, strides.y, [1, rows, 1, 1])), along(x, strides.x, [1, 1, columns, 1])),
      );
    const weight = (list: readonly number[], shape: readonly number[]): Tensor => tensor(list, shape, 'float32');
    const [wy, wx] = [weight(down.nearness, [1, rows, 1, 1]), weight(right.nearness, [1, 1, columns, 1])];
    const blend = (a: Tensor, b: Tensor, w: Tensor): Tensor =>
      ops.add(ops.multiply(a, ops.subtract(1, w)), ops.multiply(b, w));
    const above = blend(at(down.before, right.before), at(down.before, right.behind), wx);
    const under = blend(at(down.behind, right.before), at(down.behind, right.behind), wx);
    return ops.slice(blend(above, under, wy), [0, 0, 0, 0], [batch, height, width, channels]);
  }

  /** What each value becomes in each tile: (batch, rows of tiles + 2, columns of tiles + 2, channels, 256). */
  #tables(values: Tensor, [tileRows, tileColumns]: readonly [number, number]): Tensor {
    const [batch, , , channels] = values.shape;
    const [gridRows, gridColumns] = this.tileGridSize;
    const pixels = tileRows * tileColumns;
    const tiled = ops.reshape(
      ops.transpose(ops.reshape(values, [batch, gridRows, tileRows, gridColumns, tileColumns, channels]), {
        axes: [0, 1, 3, 5, 2, 4],
      }),
      [-1, pixels],
    );
    const tiles = batch * gridRows * gridColumns * channels;
    const first = ops.multiply(ops.reshape(ops.arange(tiles, null, { dtype: 'int32' }), [tiles, 1]), VALUES);
    const places = ops.reshape(ops.add(tiled, first), [-1]);
    const ones = ops.ones([tiles * pixels]);
    let counts = ops.reshape(ops.segmentSum(ones, places, { numSegments: tiles * VALUES }), [tiles, VALUES]);
    if (this.clipLimit > 0) {
      const clipped = ops.clip(counts, 0, (this.clipLimit * pixels) / VALUES);
      const excess = ops.sum(ops.subtract(counts, clipped), { axis: -1, keepdims: true });
      counts = ops.add(clipped, ops.divide(excess, VALUES));
    }
    const below = ops.cumsum(counts, { axis: -1 });
    const least = ops.min(below, { axis: -1, keepdims: true });
    const divisor = ops.subtract(pixels, least);
    const sound = ops.where(ops.equal(divisor, 0), ops.onesLike(divisor), divisor);
    const tables = ops.clip(ops.divide(ops.multiply(ops.subtract(below, least), 255), sound), 0, 255);
    const grid = ops.reshape(tables, [batch, gridRows, gridColumns, channels, VALUES]);
    return [1, 2].reduce((x, axis) => {
      const size = x.shape[axis];
      const places = [0, ...range(size), size - 1];
      return ops.take(x, tensor(places, [size + 2], 'int32'), { axis });
    }, grid);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      value_range: this.valueRange,
      clip_limit: this.clipLimit,
      tile_grid_size: this.tileGridSize,
    };
  }
}
