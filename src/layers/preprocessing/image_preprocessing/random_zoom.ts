/** @file `RandomZoom`: brings images nearer or farther. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { AffineMap, SampledImageOptions } from './base_affine_layer.js';
import { BaseAffineLayer } from './base_affine_layer.js';
import type {
  ImageData,
  ImageSizes,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import { clipToImageSize, convertFormat } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { bothWays, factorRange } from './factors.js';

/** Options of `new RandomZoom(heightFactor, options)`. */
export interface RandomZoomOptions extends SampledImageOptions {
  /** As `heightFactor`, for the width. Default null: the zoom of the height, so that proportions stay. */
  readonly widthFactor?: Factor | null;
}

/** What `RandomZoom` draws. */
export interface Zoom {
  /** How much more of each image is seen, in height and width: (batch,). */
  readonly heightZoom: Tensor;
  readonly widthZoom: Tensor;
  readonly sizes: ImageSizes;
}

/**
 * Zooms each image about its middle at random while training. Masks and boxes are zoomed with it.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the zooms are those of Keras on JAX.
 *
 * @param heightFactor Between which numbers is drawn: [−f, f] for a number f, or [least, greatest], in (−1, 1]. 0.2 zooms out, so that 20 %
 *   more rows are seen; −0.2 zooms in.
 * @param options See {@link RandomZoomOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A factor is out of bounds, or an unknown mode or interpolation.
 * @see `keras.layers.RandomZoom`
 * @example
 * const zoom = new layers.RandomZoom(0.2, { seed: 1 });
 * zoom(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomZoom extends BaseAffineLayer<Zoom> {
  static readonly positional = ['height_factor'];
  readonly heightFactor: Factor;
  readonly widthFactor: Factor | null;
  readonly #height: Range;
  readonly #width: Range | null;

  constructor(heightFactor: Factor, options: RandomZoomOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { widthFactor = null, ...rest } = options;
    super(rest);
    const rule = { bounds: [-1, 1], isOpen: true, fromNumber: bothWays } as const;
    this.heightFactor = heightFactor;
    this.#height = factorRange(ownerOf(this), 'heightFactor', heightFactor, rule);
    this.widthFactor = widthFactor;
    this.#width = widthFactor === null ? null : factorRange(ownerOf(this), 'widthFactor', widthFactor, rule);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Zoom | null {
    if (!training) return null;
    const sizes = this.sizesOf(imagesOf(data));
    const drawn = ([least, greatest]: Range): Tensor =>
      this.draw([sizes.batch], [1 + least, 1 + greatest], seed ?? this.generator);
    const heightZoom = drawn(this.#height);
    return { heightZoom, widthZoom: this.#width === null ? heightZoom : drawn(this.#width), sizes };
  }

  protected override mapsOf({ heightZoom, widthZoom }: Zoom, { height, width }: ImageSizes): AffineMap {
    const none = ops.zerosLike(heightZoom);
    return [widthZoom, none, offset(width, widthZoom), none, heightZoom, offset(height, heightZoom)];
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Zoom | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    const { heightZoom, widthZoom, sizes } = transformation;
    const { height, width } = sizes;
    const window = (size: number, zoom: Tensor): [start: Tensor, end: Tensor] => {
      const start = offset(size, zoom);
      const end = ops.add(ops.multiply(zoom, size), start);
      return [ops.reshape(start, [-1, 1, 1]), ops.reshape(end, [-1, 1, 1])];
    };
    const [left, right] = window(width, widthZoom);
    const [top, bottom] = window(height, heightZoom);
    const pixels = this.boxesTo('xyxy', boxes, height, width);
    const [x1, y1, x2, y2] = ops.split(pixels.boxes, 4, { axis: -1 });
    const within = (x: Tensor, low: Tensor, high: Tensor): Tensor => ops.subtract(ops.clip(x, low, high), low);
    const cut = [within(x1, left, right), within(y1, top, bottom), within(x2, left, right), within(y2, top, bottom)];
    const seen = { height: ops.subtract(bottom, top), width: ops.subtract(right, left) };
    const relative = convertFormat({ ...pixels, boxes: ops.concatenate(cut, { axis: -1 }) }, 'xyxy', 'rel_xyxy', seen);
    const clipped = clipToImageSize(relative, { boundingBoxFormat: 'rel_xyxy' });
    return this.boxesFrom('rel_xyxy', clipped, height, width);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      height_factor: this.heightFactor,
      width_factor: this.widthFactor,
      fill_mode: this.fillMode,
      interpolation: this.interpolation,
      seed: this.seed,
      fill_value: this.fillValue,
    };
  }
}

/** Where the first pixel of a zoomed image lies. */
const offset = (size: number, zoom: Tensor): Tensor => ops.multiply((size - 1) / 2, ops.subtract(1, zoom));
