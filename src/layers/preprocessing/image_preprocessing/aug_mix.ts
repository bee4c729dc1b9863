/** @file `AugMix`: mixes images with copies that went through chains of changes. */
import { checkedOptions } from '../../../core/arguments.js';
import { quote } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import type { Config } from '../../../core/serialization.js';
import { range } from '../../../core/shape.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import { randomChoice } from '../../../random/global_state.js';
import { SeedGenerator } from '../../../random/index.js';
import { flatten, mapTree } from '../../../core/tree.js';
import { isTracing, Tensor } from '../../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../../arguments.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';
import type { PolicyFields, PolicyName, Step } from './policies.js';
import { drawStep, layersOf, policyLayers, runStep } from './policies.js';
import type { RandomColorOptions } from './base_random_color_layer.js';

/** In the order in which they are numbered. */
const MOVES: readonly PolicyName[] = [
  'random_shear',
  'random_translation',
  'random_rotation',
  'random_posterization',
  'solarization',
  'auto_contrast',
  'equalization',
];
const COLORS: readonly PolicyName[] = [
  'random_brightness',
  'random_color_degeneration',
  'random_contrast',
  'random_sharpness',
];
/** The first ones in the order in which Keras makes them. */
const MADE: readonly PolicyName[] = [...MOVES.slice(0, 3), 'solarization', 'random_posterization', ...MOVES.slice(5)];

/** Options of `new AugMix(options)`. */
export interface AugMixOptions extends RandomColorOptions {
  /** How many changed copies are mixed. Default 3. */
  readonly numChains?: number;
  /** How many changes each of them goes through, one after the other; some are none. Default 3. */
  readonly chainDepth?: number;
  /** How strong the changes are: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 0.3. */
  readonly factor?: Factor;
  /** The parameter of the distributions from which the weights of copies and of the image itself are drawn. Above 0. Default 1. */
  readonly alpha?: number;
  /** Whether brightness, colour, contrast and sharpness are among the changes. Default true. */
  readonly allOps?: boolean;
  /** How values between pixels are found. Default `'bilinear'`. */
  readonly interpolation?: 'nearest' | 'bilinear';
}

/** One place in a chain: what was drawn for the changes, and which of them is made. Outside of programs only that one is drawn for. */
export interface Link {
  /** int32 without axes; null where there is one step. The number after the last is no change. */
  readonly index: Tensor | null;
  readonly steps: readonly Step[];
}

/** What `AugMix` draws. */
export interface Chains {
  /** The weights of the copies: (numChains,). */
  readonly chainMixingWeights: Tensor;
  /** The weight of the image itself, without axes. */
  readonly weightSample: Tensor;
  readonly chainTransforms: readonly (readonly Link[])[];
}

/**
 * Mixes images with copies of themselves while training: each copy goes through a chain of changes that are chosen at random. Masks go
 * through the same chains. Boxes stay as they are.
 *
 * Input (batch, rows, columns, 3) or one image, of any dtype; output of the same shape, in floats. With the same seed and
 * `utils.setRandomSeed`, by which Keras chooses the changes, the numbers are those of Keras on JAX outside of programs. Inside of programs
 * (models that train, `jit`, `Pipeline`) changes are chosen anew at every step by the layer's own generator; in Keras they are chosen once,
 * when the step is compiled.
 *
 * @param options See {@link AugMixOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, `alpha` not above 0, `valueRange` no range, or a number no positive whole one.
 * @see `keras.layers.AugMix`; Hendrycks et al. 2020, "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty"
 * @example
 * const augment = new layers.AugMix({ numChains: 2, chainDepth: 2, seed: 1 });
 * augment(ops.ones([2, 16, 16, 3]), { training: true }).shape // [2, 16, 16, 3]
 */
export class AugMix extends BaseImagePreprocessingLayer<Chains> {
  protected override readonly compilesCalls = false;
  readonly valueRange: Range;
  readonly numChains: number;
  readonly chainDepth: number;
  readonly factor: Range;
  readonly alpha: number;
  readonly allOps: boolean;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: AugMixOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      valueRange = [0, 255],
      numChains = 3,
      chainDepth = 3,
      factor = 0.3,
      alpha = 1,
      allOps = true,
      interpolation = 'bilinear',
      seed = null,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.valueRange = valueRangeOf(owner, valueRange);
    this.numChains = positiveInteger(owner, 'numChains', numChains);
    this.chainDepth = positiveInteger(owner, 'chainDepth', chainDepth);
    this.factor = factorRange(owner, 'factor', factor, { bounds: [0, 1] });
    if (!(alpha > 0)) throw new ValueError(`${owner}: alpha=${quote(alpha)}. Expected a number above 0.`);
    this.alpha = alpha;
    this.allOps = allOps;
    this.interpolation = oneOf(owner, 'interpolation', interpolation, ['nearest', 'bilinear']);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
    const { dataFormat, boundingBoxFormat, dtypePolicy: dtype } = this;
    const shared = { factor: this.factor, valueRange: this.valueRange, interpolation: this.interpolation, seed };
    const names = allOps ? [...MADE, ...COLORS] : MADE;
    Object.assign(this, policyLayers(names, { ...shared, dataFormat, boundingBoxFormat, dtype }));
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Chains | null {
    if (!training) return null;
    const generator = seed ?? this.generator;
    const parts = random.gamma([this.numChains], this.alpha, { seed: generator });
    const chainMixingWeights = ops.divide(parts, ops.sum(parts, { axis: -1, keepdims: true }));
    const weightSample = random.beta([], this.alpha, this.alpha, { seed: generator });
    const layers = layersOf(this as unknown as PolicyFields, this.allOps ? [...MOVES, ...COLORS] : MOVES);
    const link = (): Link => {
      if (isTracing()) {
        const index = random.randint([], 0, layers.length + 1, { seed: this.generator });
        return { index, steps: layers.map((layer) => drawStep(layer, data, this.generator)) };
      }
      const chosen = randomChoice(layers.length + 1);
      return { index: null, steps: chosen < layers.length ? [drawStep(layers[chosen], data, this.generator)] : [] };
    };
    const chainTransforms = range(this.numChains).map(() => range(this.chainDepth).map(link));
    return { chainMixingWeights, weightSample, chainTransforms };
  }

  /** x mixed with its copies. */
  #mixed(x: Tensor, chains: Chains, change: (x: Tensor, step: Step) => Tensor): Tensor {
    const dtype = this.computeDtype;
    const weights = ops.cast(chains.chainMixingWeights, dtype);
    const copies = chains.chainTransforms[0][0].index === null ? eager(x, chains, weights, change) : looped(x, chains, weights, change); // prettier-ignore
    const own = ops.cast(chains.weightSample, dtype);
    return ops.add(ops.multiply(own, x), ops.multiply(ops.subtract(1, own), copies));
  }

  override transformImages(
    images: Tensor,
    transformation: Chains | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    if (!training || transformation === null) return floats;
    const mixed = this.#mixed(floats, transformation, (x, { layer, transformation: drawn }) =>
      layer.transformImages(x, drawn),
    );
    return ops.clip(mixed, ...this.valueRange);
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Chains | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return masks;
    return this.#mixed(masks, transformation, (x, { layer, transformation: drawn }) =>
      layer.transformSegmentationMasks(x, drawn),
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      value_range: this.valueRange,
      num_chains: this.numChains,
      chain_depth: this.chainDepth,
      factor: this.factor,
      alpha: this.alpha,
      all_ops: this.allOps,
      interpolation: this.interpolation,
      seed: this.seed,
    };
  }
}

/** What each step makes of a tensor. */
type Change = (x: Tensor, step: Step) => Tensor;

/** The weighed sum of the copies: each goes through the changes that were chosen. */
function eager(x: Tensor, { chainTransforms }: Chains, weights: Tensor, change: Change): Tensor {
  const parts = ops.unstack(weights);
  return chainTransforms
    .map((chain, i) => ops.multiply(chain.flatMap(({ steps }) => steps).reduce(change, x), parts[i]))
    .reduce((a, b) => ops.add(a, b));
}

/**
 * As `eager`, inside of programs: loops over the chains and over their links, so that each change is in the program once. What was drawn for
 * the links is stacked, and each turn of a loop takes its part.
 */
function looped(x: Tensor, { chainTransforms }: Chains, weights: Tensor, change: Change): Tensor {
  const leavesOf = ({ index, steps }: Link): Tensor[] => [
    index!,
    ...flatten<unknown>(steps.map(({ transformation }) => transformation)).filter((leaf) => leaf instanceof Tensor),
  ];
  const drawn = chainTransforms.map((chain) => chain.map(leavesOf));
  const stacked = drawn[0][0].map((_, i) => ops.stack(drawn.map((chain) => ops.stack(chain.map((link) => link[i])))));
  // All links have the same changes; numbers among what was drawn are sizes, which are the same too.
  const [[{ steps: pattern }]] = chainTransforms;
  const restored = (leaves: readonly Tensor[]): Step[] => {
    let next = 0;
    const own = (leaf: unknown): unknown => (leaf instanceof Tensor ? leaves[next++] : leaf);
    return pattern.map(({ layer, transformation }) => ({
      layer,
      transformation: mapTree<unknown, unknown>(transformation, own),
    }));
  };
  const link = (image: Tensor, [index, ...leaves]: readonly Tensor[]): [Tensor, null] => {
    const changes = restored(leaves).map((step) => (given: Tensor) => change(given, step));
    return [runStep(index, [...changes, (given) => given], image), null];
  };
  const chain = (sum: Tensor, [weight, ...links]: readonly Tensor[]): [Tensor, null] => {
    const [copy] = ops.scan(link, x, { xs: links });
    return [ops.add(sum, ops.multiply(copy, weight)), null];
  };
  const none = ops.zerosLike(ops.multiply(x, ops.take(weights, 0)));
  return ops.scan(chain, none, { xs: [weights, ...stacked] })[0];
}
