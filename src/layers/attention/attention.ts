/** @file `Attention`: values weighted by how well keys fit queries. */
import { checkedOptions } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import { isDict } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import * as random from '../../random/index.js';
import { SeedGenerator } from '../../random/index.js';
import type { KerasTensor, Mask, Spec, Tensor, Variable } from '../../runtime/index.js';
import { fraction, oneOf, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type {
  ConcreteInputs,
  LayerOptions,
  MaskTree,
  ScoresWanted,
  ShapeTree,
  SymbolicInputs,
} from '../layer_types.js';
import { isShape, shapesOf } from '../layer_types.js';
import { requireTensors } from '../one_tensor.js';
import { causalMask } from './attention_mask.js';

const EXPECTED = 'a list of two or three: [query, value] or [query, value, key]';

/** Options of `new Attention(options)`. */
export interface AttentionOptions extends LayerOptions {
  /** Whether scores are scaled by a learned number. Default false. */
  readonly useScale?: boolean;
  /** How a key is compared with a query: by the dot product, or `'concat'`: Σ tanh(q + k). Default `'dot'`. */
  readonly scoreMode?: 'dot' | 'concat';
  /** Fraction of the weights that is dropped while training. Default 0. */
  readonly dropout?: number;
  /** Seed of dropout, a whole number. Default: drawn from the process's generator. */
  readonly seed?: number | null;
}

/** Named arguments of a call. */
export interface AttentionCallOptions {
  /** [mask of the queries, mask of the values], bool (batch, steps) each or null. */
  readonly mask?: readonly (Tensor | null)[] | null;
  /** Whether dropout works. Default null: while training. */
  readonly training?: boolean | null;
  /** Whether the weights come out as well: [output, weights]. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Whether a query sees only keys up to its own position. Default false. */
  readonly useCausalMask?: boolean;
}

/**
 * softmax(score(query, key)) · value, with the score a dot product.
 *
 * Called with [query, value] or [query, value, key]: (batch, Tq, dim), (batch, Tv, dim), (batch, Tv, dim); output (batch, Tq, dim), zero
 * where the mask of the queries is false. Weights: `scale` with `useScale`, `concat_score_weight` with `scoreMode: 'concat'`, a scalar
 * each.
 *
 * @param options See {@link AttentionOptions}.
 * @throws {ValueError} Not called with a list of two or three tensors; a mask that is no list of two or three; an unknown score mode.
 * @see `keras.layers.Attention`; Luong et al. 2015
 * @example
 * new Attention({ useScale: true })([query, value], { useCausalMask: true })
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- calls that give the scores too: see below
export class Attention extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false, mask: null };
  readonly useScale: boolean;
  readonly scoreMode: 'dot' | 'concat';
  readonly dropout: number;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator | null;
  scale: Variable | null = null;
  concatScoreWeight: Variable | null = null;

  constructor(options: AttentionOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { useScale = false, scoreMode = 'dot', dropout = 0, seed = null, ...rest } = options;
    super(rest);
    this.useScale = useScale;
    this.scoreMode = oneOf(ownerOf(this), 'scoreMode', scoreMode, ['dot', 'concat'] as const);
    this.dropout = fraction(ownerOf(this), 'dropout', dropout);
    this.seed = seed;
    this.seedGenerator = dropout > 0 ? new SeedGenerator({ seed }) : null;
  }

  override build(inputShape: ShapeTree): void {
    this.checkShapes(inputShape);
    if (this.useScale) this.scale = this.addWeight({ name: 'scale', shape: [], initializer: 'ones' });
    if (this.scoreMode === 'concat') {
      this.concatScoreWeight = this.addWeight({ name: 'concat_score_weight', shape: [], initializer: 'ones' });
    }
  }

  /** Scores (batch, Tq, Tv) of queries (batch, Tq, dim) and keys (batch, Tv, dim). */
  protected scores(query: Tensor, key: Tensor): Tensor {
    const { scale, concatScoreWeight } = this;
    if (this.scoreMode === 'dot') {
      const product = ops.matmul(query, ops.swapaxes(key, -2, -1));
      return scale === null ? product : ops.multiply(product, scale);
    }
    const sum = ops.add(ops.expandDims(query, -2), ops.expandDims(key, -3));
    const scaled = ops.tanh(scale === null ? sum : ops.multiply(scale, sum));
    return ops.multiply(concatScoreWeight!, ops.sum(scaled, { axis: -1 }));
  }

  override call(
    inputs: readonly Tensor[],
    options: AttentionCallOptions & { readonly returnAttentionScores: true },
  ): [output: Tensor, scores: Tensor];
  override call(inputs: readonly Tensor[], options?: AttentionCallOptions): Tensor;
  override call(inputs: readonly Tensor[], options: AttentionCallOptions = {}): Tensor | [Tensor, Tensor] {
    const { mask = null, training = false, returnAttentionScores = false, useCausalMask = false } = options;
    this.checkShapes(inputs.map((x) => x.shape));
    this.#checkMask(mask);
    const [query, value, key = value] = inputs;
    const [queryMask, valueMask] = [mask?.[0] ?? null, mask?.[1] ?? null];
    const scores = this.scores(query, key);
    const counts = this.#scoreMask(scores, valueMask, useCausalMask);
    let weights = ops.softmax(this.#masked(scores, counts), { axis: -1 });
    if (training && this.seedGenerator !== null) {
      weights = random.dropout(weights, this.dropout, { seed: this.seedGenerator });
    }
    const context = ops.matmul(weights, value);
    const output =
      queryMask === null ? context : ops.where(ops.expandDims(queryMask, -1), context, ops.zerosLike(context));
    return returnAttentionScores ? [output, weights] : output;
  }

  #scoreMask(scores: Tensor, valueMask: Tensor | null, useCausalMask: boolean): Tensor | null {
    if (!useCausalMask) return valueMask;
    const causal = causalMask(scores.shape[scores.ndim - 2], scores.shape[scores.ndim - 1]);
    return valueMask === null ? causal : ops.logicalAnd(ops.expandDims(valueMask, -2), causal);
  }

  #masked(scores: Tensor, counts: Tensor | null): Tensor {
    if (counts === null) return scores;
    const padding = ops.logicalNot(counts.ndim === 2 ? ops.expandDims(counts, -2) : counts);
    const low = ops.cast(scores.dtype === 'float16' ? 65504 : 1e9, scores.dtype);
    return ops.where(padding, ops.subtract(scores, low), scores);
  }

  override computeMask(_inputs: unknown, previousMask: MaskTree): Mask | null {
    if (previousMask === null) return null;
    this.#checkMask(previousMask);
    const [mask] = previousMask as readonly (Mask | null)[];
    return mask === null ? null : ops.convertToTensor(mask as Tensor);
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    const [query, value] = inputShape as readonly PartialShape[];
    return [...query.slice(0, -1), value[value.length - 1]];
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const [inputs, options = {}] = args as [readonly KerasTensor[], AttentionCallOptions?];
    this.checkShapes(shapesOf(inputs));
    this.#checkMask(options.mask ?? null);
    const [query, value, key = value] = inputs;
    const dtype = this.computeDtype;
    const output: Spec = { shape: this.computeOutputShape([query.shape, value.shape]) as PartialShape, dtype };
    if (!options.returnAttentionScores) return output;
    return [output, { shape: [...query.shape.slice(0, -1), key.shape[key.shape.length - 2]], dtype }];
  }

  protected override checkInputs(inputs: unknown): void {
    if (Array.isArray(inputs)) requireTensors(this, inputs, EXPECTED);
    if (isDict(inputs) || inputs === null)
      throw new ValueError(`${ownerOf(this)}: called with ${describe(inputs)}. Expected ${EXPECTED}.`);
    this.checkShapes(shapesOf(inputs));
  }

  protected checkShapes(shapes: unknown): void {
    const list: readonly unknown[] = Array.isArray(shapes) && !isShape(shapes) ? shapes : [];
    if (list.length === 2 || list.length === 3) return;
    const got =
      list.length > 0
        ? `a list of ${list.length} tensors`
        : `one tensor${isShape(shapes) ? ` of shape ${formatShape(shapes)}` : ''}`;
    throw new ValueError(`${ownerOf(this)}: called with ${got}. Expected ${EXPECTED}.`);
  }

  #checkMask(mask: unknown): void {
    if (mask === null || (Array.isArray(mask) && (mask.length === 2 || mask.length === 3))) return;
    throw new ValueError(
      `${ownerOf(this)}: the mask is ${Array.isArray(mask) ? `a list of ${mask.length}` : 'no list'}. Expected a list: [mask of the queries, mask of the values].`,
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      use_scale: this.useScale,
      score_mode: this.scoreMode,
      dropout: this.dropout,
      seed: this.seed,
    };
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- calls that give the scores too
export interface Attention {
  (inputs: ConcreteInputs, ...rest: [...unknown[], ScoresWanted]): [output: Tensor, scores: Tensor];
  (inputs: SymbolicInputs, ...rest: [...unknown[], ScoresWanted]): [output: KerasTensor, scores: KerasTensor];
}
