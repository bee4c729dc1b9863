/** @file `ReversibleEmbedding`: whole numbers as learned vectors, and vectors as scores of whole numbers. */
import { checkedOptions } from '../../core/arguments.js';
import type { DType } from '../../core/dtype.js';
import { standardizeDType } from '../../core/dtype.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Mask, Spec, Tensor, Variable } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';

import type { MaskTree } from '../layer_types.js';
import { splitCall } from '../layer_types.js';
import type { EmbeddingOptions } from './embedding.js';
import { Embedding } from './embedding.js';

/** Options of `new ReversibleEmbedding(inputDim, outputDim, options)`. */
export interface ReversibleEmbeddingOptions extends EmbeddingOptions {
  /** Whether the way back takes the transposed table; false: a kernel of its own. Default true. */
  readonly tieWeights?: boolean;
  /** In which dtype the scores are computed, `'float32'` for numbers that 16 bits do not hold. Default null: the layer's. */
  readonly reverseDtype?: DType | null;
  /** The scores are bent to lie between −cap and cap: cap · tanh(score / cap). Default null: they are not. */
  readonly logitSoftCap?: number | null;
}

/**
 * `Embedding` that also goes back: called with `reverse: true` it takes vectors and gives a score for each of the ids, as the last layer
 * of a language model does.
 *
 * Input (batch, …) of whole numbers, output (batch, …, outputDim); reversed, input (batch, …, outputDim), output (batch, …, inputDim).
 * Weights: `embeddings` (inputDim, outputDim), and without `tieWeights` `reverse_embeddings` (outputDim, inputDim).
 *
 * @param inputDim Size of the table: ids are whole numbers from 0 to inputDim − 1.
 * @param outputDim Size of each vector.
 * @param options See {@link ReversibleEmbeddingOptions}.
 * @throws {ValueError} `inputDim` or `outputDim` is no positive whole number, or an id that the table does not have.
 * @see `keras.layers.ReversibleEmbedding`; Press & Wolf 2017, "Using the output embedding to improve language models"
 * @example
 * const layer = new ReversibleEmbedding(10, 4);
 * const vectors = layer([[1, 2, 3]]) as Tensor; // (1, 3, 4)
 * (layer(vectors, { reverse: true }) as Tensor).shape // [1, 3, 10]
 */
export class ReversibleEmbedding extends Embedding {
  readonly tieWeights: boolean;
  readonly reverseDtype: DType | null;
  readonly logitSoftCap: number | null;
  /** The kernel of the way back; null where the table serves. */
  reverseEmbeddings: Variable | null = null;

  constructor(inputDim: number, outputDim: number, options: ReversibleEmbeddingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const { tieWeights = true, reverseDtype = null, logitSoftCap = null, ...rest } = options;
    super(inputDim, outputDim, rest);
    this.tieWeights = tieWeights;
    this.reverseDtype = reverseDtype === null ? null : standardizeDType(reverseDtype, ownerOf(this));
    this.logitSoftCap = logitSoftCap;
  }

  override build(inputShape: PartialShape): void {
    if (this.built) return;
    super.build(inputShape);
    if (this.tieWeights) return;
    this.reverseEmbeddings = this.addWeight({
      name: 'reverse_embeddings',
      shape: [this.outputDim, this.inputDim],
      initializer: this.embeddingsInitializer,
    });
  }

  override call(inputs: Tensor, { reverse = false }: { readonly reverse?: boolean } = {}): Tensor {
    if (!reverse) return super.call(inputs);
    const kernel = this.reverseEmbeddings?.value ?? ops.transpose(this.embeddings.value);
    const cast = (x: Tensor): Tensor => (this.reverseDtype === null ? x : ops.cast(x, this.reverseDtype));
    const logits = ops.matmul(cast(inputs), cast(kernel));
    const cap = this.logitSoftCap;
    return cap === null ? logits : ops.multiply(ops.tanh(ops.divide(logits, cap)), cap);
  }

  override computeMask(inputs: Tensor, previousMask?: MaskTree): Mask | null {
    return inputs.dtype.includes('float') ? null : super.computeMask(inputs, previousMask);
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const { positional, options } = splitCall(args);
    const { shape } = positional[0] as KerasTensor;
    const there = options['reverse'] === true ? [...shape.slice(0, -1), this.inputDim] : [...shape, this.outputDim];
    return { shape: there, dtype: this.computeDtype }; // as Keras promises, also with a reverseDtype
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      tie_weights: this.tieWeights,
      reverse_dtype: this.reverseDtype,
      logit_soft_cap: this.logitSoftCap,
    };
  }
}
