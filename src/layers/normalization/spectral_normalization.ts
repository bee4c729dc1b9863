/** @file `SpectralNormalization`: a layer whose kernel is divided by its largest singular value. */
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { TruncatedNormal } from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { Variable } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Wrapper } from '../core/wrapper.js';
import type { Layer } from '../layer.js';
import type { LayerOptions, ShapeTree } from '../layer_types.js';

/** Options of `new SpectralNormalization(layer, options)`. */
export interface SpectralNormalizationOptions extends LayerOptions {
  /** Steps of the power iteration at each call. Default 1. */
  readonly powerIterations?: number;
}

/**
 * A layer that computes, while training, with its kernel divided by an estimate of the kernel's largest singular value, so that the layer
 * does not stretch differences. The estimate is that of a power iteration, which goes on from call to call.
 *
 * A call with `training: true` replaces the kernel by the divided one. In `fit` that counts for the loss and its gradients, which flow
 * through the division; the optimizer goes on from the kernel before, as in Keras on JAX. Calls without training take the kernel as it
 * is: call the layer once with `training: true` after `fit` to leave a divided kernel behind.
 *
 * Input and output as those of the layer. Weights: those of the layer, and `vector_u` (1, last axis of the kernel).
 *
 * @param layer A layer with a `kernel` or `embeddings`.
 * @param options See {@link SpectralNormalizationOptions}.
 * @throws {ValueError} `powerIterations` is no positive whole number; the layer has no kernel.
 * @see `keras.layers.SpectralNormalization`; Miyato et al. 2018, "Spectral normalization for generative adversarial networks"
 * @example
 * const layer = new SpectralNormalization(new Dense(3, { kernelInitializer: 'ones' }), { powerIterations: 3 });
 * layer(ops.ones([1, 2]), { training: true }); // [[0.81649655, 0.81649655, 0.81649655]], that is 2 / √6
 */
export class SpectralNormalization extends Wrapper {
  protected override readonly takesOneTensor = true;
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false };
  readonly powerIterations: number;
  kernel!: Variable;
  /** The estimate of the left singular vector that belongs to the largest singular value. */
  vectorU!: Variable;

  constructor(layer: Layer, options: SpectralNormalizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { powerIterations = 1, ...rest } = options;
    super(layer, rest);
    this.powerIterations = positiveInteger(ownerOf(this), 'powerIterations', powerIterations);
  }

  override build(inputShape: ShapeTree, ...others: ShapeTree[]): void {
    super.build(inputShape, ...others);
    const shape = inputShape as PartialShape;
    this.inputSpec = new InputSpec({ minNdim: 1, axes: { [-1]: shape[shape.length - 1] } });
    const { kernel, embeddings } = this.layer as unknown as Readonly<Record<string, unknown>>;
    const found = kernel ?? embeddings;
    if (!(found instanceof Variable))
      throw new ValueError(
        `${ownerOf(this)}: ${ownerOf(this.layer)} has no kernel and no embeddings. Wrap a layer that has one of them, such as Dense or Conv2D.`,
      );
    this.kernel = found;
    this.vectorU = this.addWeight({
      name: 'vector_u',
      shape: [1, found.shape[found.ndim - 1]],
      initializer: new TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
      dtype: found.dtype,
    });
  }

  override call(inputs: Tensor, { training = false }: { readonly training?: boolean | null } = {}): Tensor {
    const { kernel, vectorU } = this;
    if (training === true) {
      const [vector, divided] = ops.cond(
        ops.all(ops.equal(kernel.stored, 0)),
        (): [Tensor, Tensor] => [vectorU.stored, kernel.stored],
        () => this.normalizedWeights(),
      );
      vectorU.assign(vector);
      kernel.assign(divided);
    }
    return ops.cast((this.layer as unknown as (x: Tensor) => Tensor)(inputs), inputs.dtype);
  }

  /** The next estimate of the singular vector, and the kernel divided by the singular value. */
  normalizedWeights(): [vectorU: Tensor, kernel: Tensor] {
    const { kernel, vectorU } = this;
    const weights = ops.reshape(kernel.stored, [-1, kernel.shape[kernel.ndim - 1]]);
    const transposed = ops.transpose(weights);
    let u: Tensor = vectorU.stored;
    let v: Tensor = u;
    for (let i = 0; i < this.powerIterations; i++) {
      v = ops.normalize(ops.matmul(u, transposed));
      u = ops.normalize(ops.matmul(v, weights));
    }
    u = ops.stopGradient(u);
    v = ops.stopGradient(v);
    const sigma = ops.matmul(ops.matmul(v, weights), ops.transpose(u));
    const divided = ops.reshape(ops.divide(weights, sigma), kernel.shape);
    return [ops.cast(u, vectorU.dtype), ops.cast(divided, kernel.dtype)];
  }

  override computeOutputShape(inputShape: ShapeTree, ..._others: ShapeTree[]): ShapeTree {
    return this.layer.computeOutputShape(inputShape);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), power_iterations: this.powerIterations };
  }
}
