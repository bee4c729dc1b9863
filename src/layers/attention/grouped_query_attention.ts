/** @file `GroupedQueryAttention`: multi-head attention whose queries share keys and values in groups. */
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import { autoName } from '../../core/naming.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Spec, Tensor } from '../../runtime/index.js';
import { Softmax } from '../activations/softmax.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import type { EinsumDense } from '../core/einsum_dense.js';
import type { ScoresWanted, ShapeTree } from '../layer_types.js';
import { Dropout } from '../regularization/dropout.js';
import { andCausal, expandMask } from './attention_mask.js';
import type { HeadsOfAttention, HeadsOptions } from './projections.js';
import { HeadsLayer, headsOptions } from './projections.js';

/**
 * Multi-head attention with fewer heads for keys and values than for queries: each of them serves a group of query heads.
 *
 * Called as `MultiHeadAttention`, with three-dimensional tensors; output (batch, T, features of the query). Weights: `query`, `key`,
 * `gate` (with `useGate`), `value`, `attention_output`, each a kernel and a bias.
 *
 * @param headDim Size of each head.
 * @param numQueryHeads Number of heads of the queries.
 * @param numKeyValueHeads Number of heads of the keys and values; it divides that of the queries.
 * @param options See {@link HeadsOptions}.
 * @throws {ValueError} A number that is no positive whole number; `numQueryHeads` is no multiple of `numKeyValueHeads`.
 * @see `keras.layers.GroupQueryAttention`; Ainslie et al. 2023
 * @example
 * new GroupQueryAttention(16, 8, 2)(x, x)
 */
export class GroupedQueryAttention extends HeadsLayer {
  static override readonly savedClass = 'GroupedQueryAttention';
  static override readonly savedAs: Readonly<Record<string, string>> = {
    queryDense: '_query_dense',
    keyDense: '_key_dense',
    gateDense: '_gate_dense',
    valueDense: '_value_dense',
    softmax: '_softmax',
    dropoutLayer: '_dropout_layer',
    outputDense: '_output_dense',
  };
  static readonly positional = ['head_dim', 'num_query_heads', 'num_key_value_heads'];
  readonly headDim: number;
  readonly numQueryHeads: number;
  readonly numKeyValueHeads: number;
  /** Query heads per head of keys and values. */
  readonly numRepeats: number;
  // In the order of the weights.
  protected queryDense!: EinsumDense;
  protected keyDense!: EinsumDense;
  protected gateDense: EinsumDense | null = null;
  protected valueDense!: EinsumDense;
  protected softmax!: Softmax;
  protected dropoutLayer!: Dropout;
  protected outputDense!: EinsumDense;

  constructor(headDim: number, numQueryHeads: number, numKeyValueHeads: number, options: HeadsOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 3);
    // Keras: the class has another name than the one under which it is exported, and layers are named after the class.
    const name = options.name ?? (new.target === GroupedQueryAttention ? autoName('GroupedQueryAttention') : null);
    super({ ...options, name }, true);
    const owner = ownerOf(this);
    this.headDim = positiveInteger(owner, 'headDim', headDim);
    this.numQueryHeads = positiveInteger(owner, 'numQueryHeads', numQueryHeads);
    this.numKeyValueHeads = positiveInteger(owner, 'numKeyValueHeads', numKeyValueHeads);
    if (numQueryHeads % numKeyValueHeads !== 0) {
      throw new ValueError(
        `${owner}: numQueryHeads=${numQueryHeads} is no multiple of numKeyValueHeads=${numKeyValueHeads}. Expected groups of equal size.`,
      );
    }
    this.numRepeats = numQueryHeads / numKeyValueHeads;
  }

  override build(inputShape: ShapeTree, ...others: ShapeTree[]): void {
    const query = inputShape as PartialShape;
    const value = others[0] as PartialShape;
    const key = (others[1] as PartialShape | undefined) ?? value;
    const { headDim, numQueryHeads, numKeyValueHeads, dtypePolicy: dtype } = this;
    const forQueries: PartialShape = [null, numQueryHeads, headDim];
    const forKeys: PartialShape = [null, numKeyValueHeads, headDim];
    this.queryDense = this.projection('query', 'bqm,muh->bquh', forQueries, 'uh', query);
    this.keyDense = this.projection('key', 'bkm,mvh->bkvh', forKeys, 'vh', key);
    if (this.useGate)
      this.gateDense = this.projection('gate', 'bqm,muh->bquh', forQueries, 'uh', query, { activation: 'sigmoid' });
    this.valueDense = this.projection('value', 'bkm,mvh->bkvh', forKeys, 'vh', value);
    this.softmax = new Softmax({ axis: -1, dtype });
    this.dropoutLayer = new Dropout(this.dropout, { dtype, seed: this.seed });
    const features: PartialShape = [null, query[query.length - 1]];
    const projected: PartialShape = [null, null, numQueryHeads, headDim];
    this.outputDense = this.projection('attention_output', 'bquh,uhm->bqm', features, 'm', projected);
  }

  /**
   * The computation on projected tensors (batch, steps, query heads, headDim). Override it for another kind of attention.
   *
   * @returns [what the heads give, the weights or null].
   */
  protected override computeAttention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    { attentionMask, training, returnAttentionScores, useCausalMask }: HeadsOfAttention,
  ): readonly [Tensor, Tensor | null] {
    this.requireScores(returnAttentionScores);
    const scale = 1 / Math.sqrt(this.headDim);
    if (this.dropout === 0 && !returnAttentionScores) {
      const mask = attentionMask === null ? null : expandMask(attentionMask, 4, -3);
      return [ops.dotProductAttention(query, key, value, { mask, scale, isCausal: useCausalMask }), null];
    }
    const mask = useCausalMask ? andCausal(attentionMask, query.shape[1], value.shape[1]) : attentionMask;
    const scores = ops.einsum('bquh,bkuh->buqk', ops.multiply(query, ops.cast(scale, query.dtype)), key);
    const weights = this.softmax(scores, mask === null ? {} : { mask: expandMask(mask, 4, -3) });
    const dropped = this.dropout > 0 ? this.dropoutLayer(weights, { training }) : weights;
    return [ops.einsum('buqk,bkuh->bquh', dropped, value), weights];
  }

  override call(query: Tensor, value: Tensor, ...rest: [...unknown[], ScoresWanted]): [output: Tensor, scores: Tensor];
  override call(query: Tensor, value: Tensor, ...rest: readonly unknown[]): Tensor;
  override call(query: Tensor, value: Tensor, ...rest: readonly unknown[]): Tensor | [Tensor, Tensor] {
    const options = headsOptions(rest);
    const { queryMask = null, valueMask = null, keyMask = null, attentionMask = null } = options;
    const ownAttention = this.computeAttention === GroupedQueryAttention.prototype.computeAttention;
    const shared = (x: Tensor): Tensor => (this.numRepeats === 1 ? x : ops.repeat(x, this.numRepeats, { axis: 2 }));
    return this.attend(query, value, options, { queryMask, valueMask, keyMask, attentionMask }, ownAttention, shared);
  }

  override computeOutputShape(inputShape: ShapeTree, ...others: ShapeTree[]): ShapeTree {
    const query = inputShape as PartialShape;
    const value = others[0] as PartialShape;
    if (query[query.length - 1] !== value[value.length - 1]) {
      throw new ValueError(
        `${ownerOf(this)}: the query has shape ${formatShape(query)}, the value ${formatShape(value)}. Expected the same number of features.`,
      );
    }
    this.requireSameSteps(value, (others[1] as PartialShape | undefined) ?? value);
    return query;
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const [query, value, ...rest] = args as [KerasTensor, KerasTensor, ...unknown[]];
    const { key, returnAttentionScores } = headsOptions(rest);
    const dtype = this.computeDtype;
    const shape = this.computeOutputShape(query.shape, value.shape, ...(key ? [key.shape] : [])) as PartialShape;
    if (!returnAttentionScores) return { shape, dtype };
    const keys = (key ?? value).shape[1];
    return [
      { shape, dtype },
      { shape: [query.shape[0], this.numQueryHeads, query.shape[1], keys], dtype },
    ];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      head_dim: this.headDim,
      num_query_heads: this.numQueryHeads,
      num_key_value_heads: this.numKeyValueHeads,
      use_bias: this.useBias,
      use_gate: this.useGate,
      sliding_window: this.slidingWindow,
      dropout: this.dropout,
      ...this.weightsConfig(),
    };
  }
}
