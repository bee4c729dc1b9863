/** @file The base of the layers that move pixels by an affine map, one for each image: rotation, translation, zoom, shear. */
import { affineImages } from '../../../ops/image/transforms.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { oneOf, ownerOf } from '../../arguments.js';
import type { ImageSizes, RandomImageOptions } from './base_image_preprocessing_layer.js';
import { BaseMovingLayer } from './base_moving_layer.js';

const FILL_MODES = ['reflect', 'wrap', 'constant', 'nearest'] as const;
const INTERPOLATIONS = ['nearest', 'bilinear'] as const;

/** Options of layers that read images between their pixels. */
export interface SampledImageOptions extends RandomImageOptions {
  /** What stands beyond the borders: the image mirrored (`'reflect'`, the default), repeated (`'wrap'`), its last pixel, or `fillValue`. */
  readonly fillMode?: (typeof FILL_MODES)[number];
  /** How values between pixels are found. Default `'bilinear'`. Masks are always read with `'nearest'`. */
  readonly interpolation?: (typeof INTERPOLATIONS)[number];
  /** What stands beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly fillValue?: number;
}

/**
 * Affine maps, one for each image: the pixel (x, y) of the result is read at (a0·x + a1·y + a2, b0·x + b1·y + b2). Six tensors of as many
 * numbers as there are images.
 */
export type AffineMap = readonly [a0: Tensor, a1: Tensor, a2: Tensor, b0: Tensor, b1: Tensor, b2: Tensor];

/** Base of layers that move the pixels of each image by an affine map that is drawn. */
export abstract class BaseAffineLayer<T> extends BaseMovingLayer<T> {
  readonly fillMode: (typeof FILL_MODES)[number];
  readonly interpolation: (typeof INTERPOLATIONS)[number];
  readonly fillValue: number;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: SampledImageOptions) {
    const { fillMode = 'reflect', interpolation = 'bilinear', fillValue = 0, seed = null, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    this.fillMode = oneOf(owner, 'fillMode', fillMode, FILL_MODES);
    this.interpolation = oneOf(owner, 'interpolation', interpolation, INTERPOLATIONS);
    this.fillValue = fillValue;
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  /** The maps for what was drawn. */
  protected abstract mapsOf(transformation: T, sizes: ImageSizes): AffineMap;

  protected override moved(images: Tensor, transformation: T, interpolation: 'nearest' | 'bilinear'): Tensor {
    const { height: row, width: column, channel } = this.axes;
    const axes = { row: row + 4, column: column + 4, channel: channel + 4 };
    const maps = this.mapsOf(transformation, this.sizesOf(images)).map((x) => ops.reshape(x, [-1, 1, 1, 1]));
    const { fillMode, fillValue } = this;
    return affineImages(images, axes, maps, { order: interpolation === 'nearest' ? 0 : 1, fillMode, fillValue });
  }
}
