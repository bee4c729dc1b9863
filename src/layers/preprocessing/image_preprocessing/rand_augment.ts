/** @file `RandAugment`: a few changes of images, chosen at random among many. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../../arguments.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';
import type { PolicyFields, PolicyName, Step } from './policies.js';
import { drawStep, layersOf, policyLayers, runStep } from './policies.js';
import type { RandomColorOptions } from './base_random_color_layer.js';

/** In the order in which they are numbered, and drawn for. */
const NAMES: readonly PolicyName[] = [
  'random_shear',
  'random_translation',
  'random_rotation',
  'random_brightness',
  'random_color_degeneration',
  'random_contrast',
  'random_sharpness',
  'random_posterization',
  'solarization',
  'auto_contrast',
  'equalization',
];
/** In the order in which Keras makes them. */
const MADE: readonly PolicyName[] = [...NAMES.slice(0, 7), 'solarization', 'random_posterization', ...NAMES.slice(9)];

/** Options of `new RandAugment(options)`. */
export interface RandAugmentOptions extends RandomColorOptions {
  /** How many changes are made, one after the other; the same may be chosen twice. Default 2. */
  readonly numOps?: number;
  /** How strong they are: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 0.5. */
  readonly factor?: Factor;
  /** How values between pixels are found. Default `'bilinear'`. */
  readonly interpolation?: 'nearest' | 'bilinear';
}

/** What `RandAugment` draws. */
export interface ChosenChanges {
  /** For each of the changes, what was drawn for it. */
  readonly transforms: readonly Step[];
  /** Which of them are made: int32, (numOps,). */
  readonly layerIdxes: Tensor;
}

/**
 * Makes a few changes to the images of a batch while training, chosen anew for each batch among shear, shift, rotation, brightness, colour,
 * contrast, sharpness, posterization, solarization, auto-contrast and equalization. Masks and boxes move with the images.
 *
 * Input (batch, rows, columns, 3) or one image, of any dtype; output of the same shape, in floats. With the same seed the numbers are those
 * of Keras on JAX. (Boxes take the changes in the order in which images take them; in Keras in that of the list.)
 *
 * @param options See {@link RandAugmentOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, `valueRange` is no range, or `numOps` no positive whole number.
 * @see `keras.layers.RandAugment`; Cubuk et al. 2019, "RandAugment: Practical automated data augmentation with a reduced search space"
 * @example
 * const augment = new layers.RandAugment({ numOps: 2, factor: 0.3, seed: 1 });
 * augment(ops.ones([2, 16, 16, 3]), { training: true }).shape // [2, 16, 16, 3]
 */
export class RandAugment extends BaseImagePreprocessingLayer<ChosenChanges> {
  readonly valueRange: Range;
  readonly numOps: number;
  readonly factor: Range;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandAugmentOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      valueRange = [0, 255],
      numOps = 2,
      factor = 0.5,
      interpolation = 'bilinear',
      seed = null,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.valueRange = valueRangeOf(owner, valueRange);
    this.numOps = positiveInteger(owner, 'numOps', numOps);
    this.factor = factorRange(owner, 'factor', factor, { bounds: [0, 1] });
    this.interpolation = oneOf(owner, 'interpolation', interpolation, ['nearest', 'bilinear']);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
    const { dataFormat, boundingBoxFormat, dtypePolicy: dtype } = this;
    const shared = { factor: this.factor, valueRange: this.valueRange, interpolation: this.interpolation, seed };
    Object.assign(this, policyLayers(MADE, { ...shared, dataFormat, boundingBoxFormat, dtype }));
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed: _seed = null }: RandomTransformationOptions = {},
  ): ChosenChanges | null {
    if (!training) return null;
    const layerIdxes = random.randint([this.numOps], 0, NAMES.length, { seed: this.generator });
    const layers = layersOf(this as unknown as PolicyFields, NAMES);
    return { layerIdxes, transforms: layers.map((layer) => drawStep(layer, data, this.generator)) };
  }

  /** The changes one after the other. */
  #run(x: Tensor, { layerIdxes, transforms }: ChosenChanges, change: (x: Tensor, step: Step) => Tensor): Tensor {
    const steps = transforms.map((step) => (given: Tensor) => change(given, step));
    return ops.unstack(layerIdxes).reduce((each, index) => runStep(index, steps, each), x);
  }

  override transformImages(
    images: Tensor,
    transformation: ChosenChanges | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    if (!training || transformation === null) return floats;
    return this.#run(floats, transformation, (x, { layer, transformation: drawn }) => layer.transformImages(x, drawn));
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: ChosenChanges | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return masks;
    return this.#run(masks, transformation, (x, { layer, transformation: drawn }) =>
      layer.transformSegmentationMasks(x, drawn),
    );
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: ChosenChanges | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    return ops.unstack(transformation.layerIdxes).reduce<BoundingBoxes>((each, index) => {
      const changed = transformation.transforms.map(({ layer, transformation: drawn }) =>
        layer.transformBoundingBoxes(each, drawn),
      );
      const chosen = (tensors: readonly Tensor[]): Tensor => ops.take(ops.stack([...tensors]), index, { axis: 0 });
      return { boxes: chosen(changed.map((x) => x.boxes)), labels: chosen(changed.map((x) => x.labels)) };
    }, boxes);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      value_range: this.valueRange,
      num_ops: this.numOps,
      factor: this.factor,
      interpolation: this.interpolation,
      seed: this.seed,
    };
  }
}
