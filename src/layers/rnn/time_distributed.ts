/** @file `TimeDistributed`: one layer applied to each time step. */
import { checkedOptions } from '../../core/arguments.js';
import type { ActivationFunction } from '../../activations/index.js';
import { ValueError } from '../../core/errors.js';
import { registrationOf } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { scanOver } from '../../runtime/index.js';
import { Activation } from '../activations/activation.js';
import { ownerOf } from '../arguments.js';
import { BaseConv } from '../convolutional/base_conv.js';
import { BaseConvTranspose } from '../convolutional/base_conv_transpose.js';
import { BaseDepthwiseConv } from '../convolutional/base_depthwise_conv.js';
import { BaseSeparableConv } from '../convolutional/base_separable_conv.js';
import { Dense } from '../core/dense.js';
import { Embedding } from '../core/embedding.js';
import { Wrapper } from '../core/wrapper.js';
import type { Layer } from '../layer.js';
import type { LayerOptions, ShapeTree } from '../layer_types.js';
import { LayerNormalization } from '../normalization/layer_normalization.js';
import { BasePooling } from '../pooling/base_pooling.js';
import { Flatten } from '../reshaping/flatten.js';

/** Layers whose output for a sample depends on that sample alone, so that all steps may be one large batch. */
const PER_SAMPLE: readonly (abstract new (...args: never[]) => Layer)[] = [
  Activation,
  BaseConv,
  BaseConvTranspose,
  BaseDepthwiseConv,
  BasePooling,
  BaseSeparableConv,
  Dense,
  Embedding,
  Flatten,
  LayerNormalization,
];

/** A subclass of one's own, or an activation of one's own, may do anything. */
function isPerSample(layer: Layer): boolean {
  const known = PER_SAMPLE.some((cls) => layer instanceof cls && layer.call === (cls.prototype as Layer).call);
  const { activation } = layer as { readonly activation?: ActivationFunction };
  return known && (activation === undefined || registrationOf(activation)?.module === 'keras.activations');
}

/** Named arguments of a call. */
interface StepOptions {
  readonly mask?: Tensor | null;
  readonly training?: boolean | null;
}

/**
 * Applies a layer to every time step of sequences, with the same weights.
 *
 * Input (batch, steps, …), output (batch, steps, …) with what the layer makes of (batch, …). The mask of a step goes to the layer, and
 * the whole mask on with the output.
 *
 * @param layer The layer that each step goes through.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} `layer` is no layer; an input of less than three dimensions; a mask of another batch size or number of steps.
 * @see `keras.layers.TimeDistributed`
 * @example
 * new TimeDistributed(new Conv2D(64, 3))
 */
export class TimeDistributed extends Wrapper {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: null, mask: null };

  protected override readonly takesOneTensor = true;

  constructor(layer: Layer, options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(layer, options);
    this.supportsMasking = true;
  }

  #stepShape(shape: ShapeTree): PartialShape {
    const whole = shape as PartialShape;
    if (!Array.isArray(shape) || whole.length < 3) {
      throw new ValueError(
        `${ownerOf(this)}: the input has shape ${formatShape(whole)}. Expected at least three dimensions: batch, steps, and those of one step.`,
      );
    }
    return [whole[0], ...whole.slice(2)];
  }

  override build(inputShape: ShapeTree): void {
    super.build(this.#stepShape(inputShape));
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    const [batch, ...rest] = this.layer.computeOutputShape(this.#stepShape(inputShape)) as PartialShape;
    return [batch, (inputShape as PartialShape)[1], ...rest];
  }

  override call(inputs: Tensor, { mask = null, training = null }: StepOptions = {}): Tensor {
    if (mask !== null) this.#checkMask(mask, inputs);
    if (isPerSample(this.layer)) return this.#atOnce(inputs, mask, training);
    const swap = (x: Tensor): Tensor => ops.swapaxes(x, 0, 1);
    const sequences = [swap(inputs), ...(mask === null ? [] : [swap(mask)])];
    let addsLosses = false;
    const looped = scanOver(
      [],
      sequences,
      (_, [x, counts]) => {
        const before = this.#addedLosses();
        const output = this.#step(x, counts ?? null, training);
        addsLosses = this.#addedLosses() > before;
        return { carries: [], outputs: [output] };
      },
      { label: ownerOf(this) },
    );
    if (!addsLosses) return swap(looped.outputs[0]);
    // Losses cannot leave a loop one by one, so the steps are written out.
    const steps = Array.from({ length: inputs.shape[1] }, (_, i) =>
      this.#step(ops.getItem(sequences[0], i), mask === null ? null : ops.getItem(sequences[1], i), training),
    );
    return ops.stack(steps, { axis: 1 });
  }

  /** Losses that calls have added to the layer, besides those of regularizers of weights. */
  #addedLosses(): number {
    return this.layer.losses.length - this.layer.trainableWeights.filter((v) => v.regularizer !== null).length;
  }

  #step(x: Tensor, mask: Tensor | null, training: boolean | null): Tensor {
    const options = { ...(mask === null ? {} : { mask }), ...(training === null ? {} : { training }) };
    return (this.layer as unknown as { call(...args: unknown[]): Tensor }).call(x, options);
  }

  /** All steps as one batch. */
  #atOnce(inputs: Tensor, mask: Tensor | null, training: boolean | null): Tensor {
    const [batch, steps, ...rest] = inputs.shape;
    const merge = (x: Tensor): Tensor => ops.reshape(x, [batch * steps, ...x.shape.slice(2)]);
    const output = this.#step(
      ops.reshape(inputs, [batch * steps, ...rest]),
      mask === null ? null : merge(mask),
      training,
    );
    return ops.reshape(output, [batch, steps, ...output.shape.slice(1)]);
  }

  #checkMask(mask: Tensor, { shape }: Tensor): void {
    if (mask.ndim >= 2 && mask.shape[0] === shape[0] && mask.shape[1] === shape[1]) return;
    throw new ValueError(
      `${ownerOf(this)}: a mask of shape ${formatShape(mask.shape)} for an input of shape ${formatShape(shape)}. Expected the mask's ` +
        `first dimensions to be (${shape[0]}, ${shape[1]}): batch and steps.`,
    );
  }
}
