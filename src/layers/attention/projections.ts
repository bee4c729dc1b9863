/** @file What the layers of multi-head attention share: projections to heads, options of their weights, configs. */
import type { ConstraintFunction, ConstraintLike } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, sameShape } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import type { RegularizerFunction, RegularizerLike } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Mask, Tensor } from '../../runtime/index.js';
import { getKerasMask, setKerasMask } from '../../runtime/index.js';
import { fraction, ownerOf, positiveInteger } from '../arguments.js';
import type { EinsumDenseOptions } from '../core/einsum_dense.js';
import { EinsumDense } from '../core/einsum_dense.js';
import { Layer } from '../layer.js';
import type { ConcreteInputs, LayerOptions, ScoresWanted, SymbolicInputs } from '../layer_types.js';
import type { AttentionMasks } from './attention_mask.js';
import { combineMasks } from './attention_mask.js';

/** Options of the layers of multi-head attention. */
export interface HeadsOptions extends LayerOptions {
  /** Fraction of the weights of attention that is dropped while training. Default 0. */
  readonly dropout?: number;
  /** Whether the projections add a bias. Default true. */
  readonly useBias?: boolean;
  /** A query sees only keys less than so many positions before or after its own. Default: all keys. */
  readonly slidingWindow?: number | null;
  /** A choice of kernels in Keras; one kernel serves here. With true, dropout and scores are refused, as in Keras. Default null. */
  readonly flashAttention?: boolean | null;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerLike;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerLike;
  /** Adds a loss of the size of the kernels. Default null: none. */
  readonly kernelRegularizer?: RegularizerLike;
  /** Adds a loss of the size of the biases. Default null: none. */
  readonly biasRegularizer?: RegularizerLike;
  /** Applied to the kernels after each update. Default null: none. */
  readonly kernelConstraint?: ConstraintLike;
  /** Applied to the biases after each update. Default null: none. */
  readonly biasConstraint?: ConstraintLike;
  /** Whether what the heads give is multiplied by sigmoids of the query. Default false. */
  readonly useGate?: boolean;
  /** Seed of dropout, a whole number. Default: drawn from the process's generator. */
  readonly seed?: number | null;
}

/** Named arguments of a call. */
export interface HeadsCallOptions {
  /** Default: the value. */
  readonly key?: Tensor | null;
  /** Bool (batch, queries). */
  readonly queryMask?: Tensor | null;
  /** Bool (batch, keys). */
  readonly valueMask?: Tensor | null;
  /** Bool (batch, keys). */
  readonly keyMask?: Tensor | null;
  /** Bool, broadcast to (batch, queries, keys): false keeps a query from a key. */
  readonly attentionMask?: Tensor | null;
  /** Whether the weights come out as well: [output, weights]. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Whether dropout works. Default null: while training. */
  readonly training?: boolean | null;
  /** Whether a query sees only keys up to its own position. Default false. */
  readonly useCausalMask?: boolean;
}

/** What the computation between the projections is told. */
export interface HeadsOfAttention {
  readonly attentionMask: Tensor | null;
  readonly training: boolean | null;
  readonly returnAttentionScores: boolean;
  /** Whether a causal mask is still to be applied. */
  readonly useCausalMask: boolean;
}

/** The base of the layers of multi-head attention: options of the projections. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- calls that give the scores too: see below
export abstract class HeadsLayer extends Layer {
  static override readonly callArguments: readonly string[] = ['query', 'value', 'key'];
  protected override readonly takesOneTensor = 'each';
  readonly dropout: number;
  readonly useBias: boolean;
  readonly useGate: boolean;
  readonly slidingWindow: number | null;
  readonly flashAttention: boolean;
  readonly kernelInitializer: InitializerFunction | null;
  readonly biasInitializer: InitializerFunction | null;
  readonly kernelRegularizer: RegularizerFunction | null;
  readonly biasRegularizer: RegularizerFunction | null;
  /** Applied to what each projection gives. */
  protected readonly projectionRegularizer: unknown;
  readonly kernelConstraint: ConstraintFunction | null;
  readonly biasConstraint: ConstraintFunction | null;
  readonly seed: number | null;
  protected abstract readonly queryDense: EinsumDense;
  protected abstract readonly keyDense: EinsumDense;
  protected abstract readonly gateDense: EinsumDense | null;
  protected abstract readonly valueDense: EinsumDense;
  protected abstract readonly outputDense: EinsumDense;

  /** @param regularizesOutput Whether the activity regularizer is applied to the layer's own outputs too. */
  constructor(options: HeadsOptions, regularizesOutput: boolean) {
    const {
      dropout = 0,
      useBias = true,
      slidingWindow = null,
      flashAttention = null,
      kernelInitializer = 'glorot_uniform',
      biasInitializer = 'zeros',
      kernelRegularizer = null,
      biasRegularizer = null,
      activityRegularizer = null,
      kernelConstraint = null,
      biasConstraint = null,
      useGate = false,
      seed = null,
      ...rest
    } = options;
    super(regularizesOutput ? { ...rest, activityRegularizer } : rest);
    const owner = ownerOf(this);
    this.dropout = fraction(owner, 'dropout', dropout);
    this.useBias = useBias;
    this.useGate = useGate;
    this.slidingWindow = slidingWindow === null ? null : positiveInteger(owner, 'slidingWindow', slidingWindow);
    this.flashAttention = flashAttention ?? false;
    if (this.flashAttention && dropout > 0)
      throw new ValueError(`${owner}: flashAttention does not go with dropout=${dropout}. Set dropout to 0.`);
    this.kernelInitializer = initializers.get(kernelInitializer);
    this.biasInitializer = initializers.get(biasInitializer);
    this.kernelRegularizer = regularizers.get(kernelRegularizer);
    this.biasRegularizer = regularizers.get(biasRegularizer);
    this.projectionRegularizer = regularizers.get(activityRegularizer);
    this.kernelConstraint = constraints.get(kernelConstraint);
    this.biasConstraint = constraints.get(biasConstraint);
    this.seed = seed;
    this.supportsMasking = true;
  }

  /** A projection. Each has initializers of its own: one that was used twice would give the same numbers twice. */
  protected projection(
    name: string,
    equation: string,
    outputShape: PartialShape,
    biasAxes: string,
    inputShape: PartialShape,
    extra: EinsumDenseOptions = {},
  ): EinsumDense {
    const kernelInitializer = anew(this.kernelInitializer);
    const dense = new EinsumDense(equation, outputShape, {
      name,
      biasAxes: this.useBias ? biasAxes : null,
      dtype: this.dtypePolicy,
      kernelInitializer,
      biasInitializer: anew(this.biasInitializer),
      kernelRegularizer: this.kernelRegularizer,
      biasRegularizer: this.biasRegularizer,
      activityRegularizer: this.projectionRegularizer,
      kernelConstraint: this.kernelConstraint,
      biasConstraint: this.biasConstraint,
      ...extra,
    });
    dense.build(inputShape);
    return dense;
  }

  /** @throws {ValueError} Value and key differ in more than the last dimension. */
  protected requireSameSteps(value: PartialShape, key: PartialShape): void {
    if (sameShape(value.slice(1, -1), key.slice(1, -1))) return;
    throw new ValueError(
      `${ownerOf(this)}: the value has shape ${formatShape(value)}, the key ${formatShape(key)}. Expected all dimensions but the ` +
        `first and the last to be the same.`,
    );
  }

  /** The computation on projected tensors, with as many heads of keys and values as of queries: [what the heads give, the weights or null]. */
  protected abstract computeAttention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    about: HeadsOfAttention,
  ): readonly [Tensor, Tensor | null];

  /**
   * The call, once it is known which masks count.
   *
   * @param options Named arguments of the call.
   * @param masks Those that count.
   * @param ownAttention Whether `computeAttention` is the class's own, which can apply a causal mask itself.
   * @param shared Makes as many heads of keys or values as there are of queries.
   */
  protected attend(
    query: Tensor,
    value: Tensor,
    options: HeadsCallOptions,
    masks: Omit<AttentionMasks, 'useCausalMask' | 'slidingWindow'>,
    ownAttention: boolean,
    shared: (x: Tensor) => Tensor = (x) => x,
  ): Tensor | [Tensor, Tensor] {
    const { returnAttentionScores = false, training = null, useCausalMask = false } = options;
    const key = options.key ?? value;
    const { slidingWindow } = this;
    const onlyCausal =
      useCausalMask && slidingWindow === null && Object.values(masks).every((mask) => mask === null) && ownAttention;
    const mask = onlyCausal
      ? null
      : combineMasks(query.shape[1], value.shape[1], { ...masks, useCausalMask, slidingWindow });
    return withoutMasks([query, value, key], () => {
      const gate = this.gateDense?.(query) ?? null;
      const q = this.queryDense(query);
      const k = shared(this.keyDense(key));
      const v = shared(this.valueDense(value));
      const about = { attentionMask: mask, training, returnAttentionScores, useCausalMask: onlyCausal };
      const [context, weights] = this.computeAttention(q, k, v, about);
      const output = this.outputDense(gate === null ? context : ops.multiply(context, gate));
      return returnAttentionScores ? [output, weights!] : output;
    });
  }

  /** @throws {ValueError} Scores are asked of a kernel that has none. */
  protected requireScores(returnAttentionScores: boolean): void {
    if (this.flashAttention && returnAttentionScores)
      throw new ValueError(
        `${ownerOf(this)}: flashAttention gives no scores. Leave returnAttentionScores or flashAttention out.`,
      );
  }

  protected weightsConfig(): Config {
    return {
      kernel_initializer: initializers.serialize(this.kernelInitializer),
      bias_initializer: initializers.serialize(this.biasInitializer),
      kernel_regularizer: regularizers.serialize(this.kernelRegularizer),
      bias_regularizer: regularizers.serialize(this.biasRegularizer),
      activity_regularizer: regularizers.serialize(this.projectionRegularizer as RegularizerFunction | null),
      kernel_constraint: constraints.serialize(this.kernelConstraint),
      bias_constraint: constraints.serialize(this.biasConstraint),
      seed: this.seed,
    };
  }
}

/** Another initializer of the same config; without a seed it draws a new one. */
function anew(initializer: InitializerFunction | null): InitializerFunction | null {
  const cls = (initializer as { readonly constructor?: unknown } | null)?.constructor as
    { fromConfig?: (config: Config) => InitializerFunction } | undefined;
  const { getConfig } = (initializer ?? {}) as { getConfig?: () => Config };
  if (typeof cls?.fromConfig !== 'function' || typeof getConfig !== 'function') return initializer;
  return cls.fromConfig(getConfig.call(initializer));
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- calls that give the scores too
export interface HeadsLayer {
  (inputs: ConcreteInputs, ...rest: [...unknown[], ScoresWanted]): [output: Tensor, scores: Tensor];
  (inputs: SymbolicInputs, ...rest: [...unknown[], ScoresWanted]): [output: KerasTensor, scores: KerasTensor];
}

/** The arguments of a call after the value: the key may come by position. */
export function headsOptions(rest: readonly unknown[]): HeadsCallOptions {
  const named = (isNamed(rest.at(-1)) ? rest.at(-1) : {}) as HeadsCallOptions;
  const key = isNamed(rest[0]) ? null : ((rest[0] ?? null) as Tensor | null);
  return key === null ? named : { ...named, key };
}

const isNamed = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype;

/** Run `fn` while these tensors carry no mask: the layers inside have no use for it. */
function withoutMasks<R>(tensors: readonly Tensor[], fn: () => R): R {
  const carried = new Map<Tensor, Mask>();
  for (const x of tensors) {
    const mask = getKerasMask(x);
    if (mask !== null) carried.set(x, mask);
  }
  for (const x of carried.keys()) setKerasMask(x, null);
  try {
    return fn();
  } finally {
    for (const [x, mask] of carried) setKerasMask(x, mask);
  }
}
