/** @file `MultiHeadAttention`: attention in several learned subspaces at once. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { range } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Spec, Tensor } from '../../runtime/index.js';
import { getKerasMask } from '../../runtime/index.js';
import { Softmax } from '../activations/softmax.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import type { EinsumDense } from '../core/einsum_dense.js';
import type { ScoresWanted, ShapeTree } from '../layer_types.js';
import { Dropout } from '../regularization/dropout.js';
import { andCausal, expandMask } from './attention_mask.js';
import type { HeadsOfAttention, HeadsOptions } from './projections.js';
import { HeadsLayer, headsOptions } from './projections.js';

/** Options of `new MultiHeadAttention(numHeads, keyDim, options)`. */
export interface MultiHeadAttentionOptions extends HeadsOptions {
  /** Features of each head's values. Default: `keyDim`. */
  readonly valueDim?: number | null;
  /** Features of the output, or several sizes for its last dimensions. Default: the features of the query. */
  readonly outputShape?: number | readonly number[] | null;
  /** The axes over which attention goes, counted with the batch. Default: all but batch, and features. */
  readonly attentionAxes?: number | readonly number[] | null;
}

const letter = (i: number): string => String.fromCharCode(97 + i);
const letters = (from: number, count: number): string =>
  range(count)
    .map((i) => letter(from + i))
    .join('');

/** A product of the last `bound` dimensions of an input with a kernel, which gives `made` dimensions. */
function projectionEquation(
  free: number,
  bound: number,
  made: number,
): { equation: string; biasAxes: string; rank: number } {
  const [kept, summed, created] = [letters(0, free), letters(free, bound), letters(free + bound, made)];
  return { equation: `${kept}${summed},${summed}${created}->${kept}${created}`, biasAxes: created, rank: free + made };
}

/**
 * Equations of the scores and of the weighted values, for projected tensors (batch, …, heads, features) of this rank: scores are
 * (…dimensions without attention, heads, …dimensions of the query, …dimensions of the key).
 */
function attentionEquations(
  rank: number,
  axes: readonly number[],
): { product: string; combine: string; scores: string } {
  const target = letters(0, rank);
  const batch = range(rank - 1).filter((d) => !axes.includes(d));
  let next = rank;
  const source = range(rank).map((d) => (batch.includes(d) || d === rank - 1 ? target[d] : letter(next++)));
  const pick = (from: string | readonly string[], which: readonly number[]): string =>
    which.map((d) => from[d]).join('');
  const scores = pick(target, batch) + pick(target, axes) + pick(source, axes);
  const joined = source.join('');
  return { product: `${joined},${target}->${scores}`, combine: `${scores},${joined}->${target}`, scores };
}

const openTo = (rank: number, last: PartialShape): PartialShape => [
  ...new Array<null>(rank - last.length).fill(null),
  ...last,
];

/**
 * softmax(q · kᵀ / √keyDim) · v in `numHeads` heads, with learned projections of query, key and value, and of what the heads give.
 *
 * Called with the query (batch, T, …) and the value (batch, S, …), and by name the key (default: the value) and masks; output (batch, T,
 * features of the query). The masks that the tensors carry are used; that of the query passes on. Weights: `query/kernel` (features,
 * heads, keyDim) and `query/bias`, the same for `key`, `gate` (with `useGate`) and `value`, then `attention_output/kernel` (heads,
 * valueDim, features).
 *
 * @param numHeads Number of heads.
 * @param keyDim Size of each head of queries and keys.
 * @param options See {@link MultiHeadAttentionOptions}.
 * @throws {ValueError} A number that is no positive whole number; value and key of different steps.
 * @see `keras.layers.MultiHeadAttention`; Vaswani et al. 2017
 * @example
 * new MultiHeadAttention(4, 32)(x, x, { useCausalMask: true })
 */
export class MultiHeadAttention extends HeadsLayer {
  static override readonly savedAs: Readonly<Record<string, string>> = {
    gateDense: '_gate_dense',
    softmax: '_softmax',
    dropoutLayer: '_dropout_layer',
  };
  static readonly positional = ['num_heads', 'key_dim'];
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** As given; once the layer is built, the list of axes counted from the front. */
  attentionAxes: readonly number[] | null;
  readonly #outputShape: readonly number[] | null;
  // In the order of the weights.
  queryDense!: EinsumDense;
  keyDense!: EinsumDense;
  gateDense: EinsumDense | null = null;
  valueDense!: EinsumDense;
  protected softmax!: Softmax;
  protected dropoutLayer!: Dropout;
  outputDense!: EinsumDense;
  #equations!: ReturnType<typeof attentionEquations>;

  constructor(numHeads: number, keyDim: number, options: MultiHeadAttentionOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const { valueDim = null, outputShape = null, attentionAxes = null, ...rest } = options;
    super(rest, false);
    const owner = ownerOf(this);
    this.numHeads = positiveInteger(owner, 'numHeads', numHeads);
    this.keyDim = positiveInteger(owner, 'keyDim', keyDim);
    this.valueDim = valueDim === null ? keyDim : positiveInteger(owner, 'valueDim', valueDim);
    const sizes = typeof outputShape === 'number' ? [outputShape] : outputShape;
    if (sizes !== null && !Array.isArray(sizes))
      throw new ValueError(`${owner}: outputShape=${quote(outputShape)}. Expected a whole number, or a list.`);
    this.#outputShape =
      sizes !== null && sizes.length > 0 ? sizes.map((size) => positiveInteger(owner, 'outputShape', size)) : null;
    const axes = typeof attentionAxes === 'number' ? [attentionAxes] : attentionAxes;
    if (axes !== null && (!Array.isArray(axes) || !axes.every((axis) => Number.isInteger(axis))))
      throw new ValueError(`${owner}: attentionAxes=${quote(attentionAxes)}. Expected a whole number, or a list.`);
    this.attentionAxes = axes;
  }

  override build(inputShape: ShapeTree, ...others: ShapeTree[]): void {
    const query = inputShape as PartialShape;
    const value = others[0] as PartialShape;
    const key = (others[1] as PartialShape | undefined) ?? value;
    this.requireSameSteps(value, key);
    const heads = (name: string, shape: PartialShape, size: number, extra = {}): EinsumDense => {
      const { equation, biasAxes, rank } = projectionEquation(shape.length - 1, 1, 2);
      return this.projection(name, equation, openTo(rank - 1, [this.numHeads, size]), biasAxes, shape, extra);
    };
    this.queryDense = heads('query', query, this.keyDim);
    this.keyDense = heads('key', key, this.keyDim);
    if (this.useGate) this.gateDense = heads('gate', query, this.valueDim, { activation: 'sigmoid' });
    this.valueDense = heads('value', value, this.valueDim);
    this.#planAttention(value.length + 1);
    const output = this.#outputShape ?? [query[query.length - 1]];
    const { equation, biasAxes, rank } = projectionEquation(query.length - 1, 2, output.length);
    const projected = [...query.slice(0, -1), this.numHeads, this.valueDim];
    this.outputDense = this.projection('attention_output', equation, openTo(rank - 1, output), biasAxes, projected);
  }

  /** @param rank Of the projected tensors. */
  #planAttention(rank: number): void {
    this.attentionAxes =
      this.attentionAxes?.map((axis) => (axis < 0 ? axis + rank - 1 : axis)) ?? range(rank - 3).map((i) => i + 1);
    this.#equations = attentionEquations(rank, this.attentionAxes);
    const scoresRank = this.#equations.scores.length;
    const count = this.attentionAxes.length;
    const dtype = this.dtypePolicy;
    this.softmax = new Softmax({ axis: range(count).map((i) => scoresRank - count + i), dtype });
    this.dropoutLayer = new Dropout(this.dropout, { dtype, seed: this.seed });
  }

  /**
   * The computation on projected tensors (batch, …, heads, features). Override it for another kind of attention.
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
    const scale = 1 / Math.sqrt(this.keyDim);
    const maskAxis = -2 * this.attentionAxes!.length - 1;
    if (this.dropout === 0 && !returnAttentionScores && query.ndim === 4) {
      const mask = attentionMask === null ? null : expandMask(attentionMask, 4, maskAxis);
      return [ops.dotProductAttention(query, key, value, { mask, scale, isCausal: useCausalMask }), null];
    }
    const mask = useCausalMask ? andCausal(attentionMask, query.shape[1], value.shape[1]) : attentionMask;
    const scaled = ops.multiply(query, ops.cast(scale, query.dtype));
    const scores = ops.einsum(this.#equations.product, key, scaled);
    const weights = this.softmax(scores, mask === null ? {} : { mask: expandMask(mask, scores.ndim, maskAxis) });
    const dropped = this.dropout > 0 ? this.dropoutLayer(weights, { training }) : weights;
    return [ops.einsum(this.#equations.combine, dropped, value), weights];
  }

  override call(query: Tensor, value: Tensor, ...rest: [...unknown[], ScoresWanted]): [output: Tensor, scores: Tensor];
  override call(query: Tensor, value: Tensor, ...rest: readonly unknown[]): Tensor;
  override call(query: Tensor, value: Tensor, ...rest: readonly unknown[]): Tensor | [Tensor, Tensor] {
    const options = headsOptions(rest);
    // Keras: of the query only the mask that it carries counts, not one that is given by name.
    const queryMask = getKerasMask(query) as Tensor | null;
    const { valueMask = null, keyMask = null, attentionMask = null } = options;
    const ownAttention = this.computeAttention === MultiHeadAttention.prototype.computeAttention;
    return this.attend(query, value, options, { queryMask, valueMask, keyMask, attentionMask }, ownAttention);
  }

  override computeOutputShape(inputShape: ShapeTree, ...others: ShapeTree[]): ShapeTree {
    const query = inputShape as PartialShape;
    const value = others[0] as PartialShape;
    this.requireSameSteps(value, (others[1] as PartialShape | undefined) ?? value);
    return this.#outputShape === null ? query : [...query.slice(0, -1), ...this.#outputShape];
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const [query, value, ...rest] = args as [KerasTensor, KerasTensor, ...unknown[]];
    const { key, returnAttentionScores } = headsOptions(rest);
    const dtype = this.computeDtype;
    const shape = this.computeOutputShape(query.shape, value.shape, ...(key ? [key.shape] : [])) as PartialShape;
    if (!returnAttentionScores) return { shape, dtype };
    // Keras: gives the query's second dimension twice, which is right for self-attention over one axis.
    const axes = this.attentionAxes!;
    const others = range(query.shape.length - 1).filter((d) => !axes.includes(d));
    const pick = (from: PartialShape, which: readonly number[]): PartialShape => which.map((d) => from[d]);
    const steps = [...pick(query.shape, axes), ...pick((key ?? value).shape, axes)];
    return [
      { shape, dtype },
      { shape: [...pick(query.shape, others), this.numHeads, ...steps], dtype },
    ];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      num_heads: this.numHeads,
      key_dim: this.keyDim,
      value_dim: this.valueDim,
      dropout: this.dropout,
      use_bias: this.useBias,
      use_gate: this.useGate,
      output_shape: this.#outputShape,
      attention_axes: this.attentionAxes,
      sliding_window: this.slidingWindow,
      ...this.weightsConfig(),
    };
  }
}
