/** @file `Embedding`: whole numbers as learned vectors. */
import { checkedOptions } from '../../core/arguments.js';
import type { ConstraintFunction, ConstraintLike } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { RegularizerFunction, RegularizerLike } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Mask, Tensor, TensorLike, Variable } from '../../runtime/index.js';
import { requireIndices } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions, MaskTree } from '../layer_types.js';
import { rulesOf } from '../weight_rules.js';
import { refuseLater } from './unsupported.js';

/** Options of `new Embedding(inputDim, outputDim, options)`. */
export interface EmbeddingOptions extends Omit<LayerOptions, 'weights'> {
  /** Default `'uniform'`. */
  readonly embeddingsInitializer?: InitializerLike;
  /** Adds a loss of the size of the table. Default null: none. */
  readonly embeddingsRegularizer?: RegularizerLike;
  /** Applied to the table after each update. Default null: none. */
  readonly embeddingsConstraint?: ConstraintLike;
  /** Whether 0 means "nothing here" and is masked. Default false. */
  readonly maskZero?: boolean;
  /** The vectors to start from, (inputDim, outputDim), or a list of that one tensor. */
  readonly weights?: TensorLike | readonly TensorLike[] | null;
  /** Of Keras 2: how long the sequences are that a first layer takes. Without effect elsewhere. */
  readonly inputLength?: number | null;
  /** Low-rank adaptation; not supported yet: null only. */
  readonly loraRank?: null;
  /** Of LoRA, which there is not yet: null. */
  readonly loraAlpha?: null;
  /** Quantization; not supported yet: null only. */
  readonly quantizationConfig?: null;
}

/**
 * The row of a table for each whole number from 0 to `inputDim` − 1.
 *
 * Input (batch, …) of whole numbers, output (batch, …, outputDim). Weight: `embeddings` (inputDim, outputDim).
 *
 * @param inputDim Size of the table: ids are whole numbers from 0 to inputDim − 1.
 * @param outputDim Size of each vector.
 * @param options See {@link EmbeddingOptions}.
 * @throws {ValueError} `inputDim` or `outputDim` is no positive whole number. At a call, and where a model is given arrays: an id that
 *   the table does not have. Computed ids are not looked at (nor any after `config.disableIndexChecks()`): as in Keras on JAX such an id
 *   gives NaN and trains no row.
 * @see `keras.layers.Embedding`
 * @example
 * new layers.Embedding(10, 4)([[1, 2, 3]]).shape // [1, 3, 4]
 */
export class Embedding extends Layer {
  protected override readonly takesOneTensor = true;
  static readonly positional = ['input_dim', 'output_dim'];
  readonly inputDim: number;
  readonly outputDim: number;
  readonly embeddingsInitializer: InitializerFunction | null;
  readonly embeddingsRegularizer: RegularizerFunction | null;
  readonly embeddingsConstraint: ConstraintFunction | null;
  readonly maskZero: boolean;
  embeddings!: Variable;

  constructor(inputDim: number, outputDim: number, options: EmbeddingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const {
      embeddingsInitializer = 'uniform',
      embeddingsRegularizer = null,
      embeddingsConstraint = null,
      maskZero = false,
      weights = null,
      inputLength,
      loraRank = null,
      loraAlpha = null,
      quantizationConfig = null,
      ...rest
    } = options;
    // As a first layer, in Keras 2: the length of what it takes.
    const firstShape = typeof inputLength === 'number' ? { inputShape: [inputLength] } : {};
    super({ ...firstShape, ...rest, autocast: false });
    refuseLater(ownerOf(this), { loraRank, loraAlpha, quantizationConfig });
    this.inputDim = positiveInteger(ownerOf(this), 'inputDim', inputDim);
    this.outputDim = positiveInteger(ownerOf(this), 'outputDim', outputDim);
    this.embeddingsInitializer = initializers.get(embeddingsInitializer);
    this.embeddingsRegularizer = regularizers.get(embeddingsRegularizer);
    this.embeddingsConstraint = constraints.get(embeddingsConstraint);
    this.maskZero = maskZero;
    this.supportsMasking = maskZero;
    if (weights !== null) {
      this.build([]);
      const one = Array.isArray(weights) && weights.length === 1 ? (weights[0] as TensorLike) : (weights as TensorLike);
      this.setWeights([one]);
    }
  }

  /** Models look at the ids that they are given before they run: see `requireIndices`. */
  readonly checksIndices = true;

  override build(_inputShape: PartialShape): void {
    if (this.built) return;
    this.embeddings = this.addWeight({
      name: 'embeddings',
      shape: [this.inputDim, this.outputDim],
      ...rulesOf(this, 'embeddings'),
    });
  }

  override call(inputs: Tensor): Tensor {
    const positions = inputs.dtype === 'int32' || inputs.dtype === 'int64' ? inputs : ops.cast(inputs, 'int32');
    requireIndices(positions, this.inputDim, ownerOf(this));
    return ops.cast(ops.take(this.embeddings, positions, { axis: 0 }), this.computeDtype);
  }

  override computeMask(inputs: Tensor, _previousMask?: MaskTree): Mask | null {
    return this.maskZero ? ops.notEqual(inputs, 0) : null;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [...inputShape, this.outputDim];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      input_dim: this.inputDim,
      output_dim: this.outputDim,
      embeddings_initializer: initializers.serialize(this.embeddingsInitializer),
      embeddings_regularizer: regularizers.serialize(this.embeddingsRegularizer),
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      embeddings_constraint: constraints.serialize(this.embeddingsConstraint),
      mask_zero: this.maskZero,
      quantization_config: null,
    };
  }
}
