/** @file `Loss`, the base of losses, and the losses that a function makes. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { Callable, INVOKE } from '../core/callable.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import type { DTypePolicyLike } from '../core/dtype_policy.js';
import { getDTypePolicy } from '../core/dtype_policy.js';
import { NotImplementedError, refuseUnknownOptions, ValueError } from '../core/errors.js';
import { autoName, toSnakeCase } from '../core/naming.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import {
  classNameOf,
  constructFromConfig,
  deserializeKerasObject,
  isPlainFunction,
  serializeKerasObject,
} from '../core/serialization.js';
import type { Tree } from '../core/tree.js';
import { isDict, mapTree } from '../core/tree.js';
import * as ops from '../ops/index.js';
import type { KerasTensor, TensorLike } from '../runtime/index.js';
import { anySymbolic, getKerasMask, op, Tensor, toTensor } from '../runtime/index.js';
import type { Reduction } from './reduction.js';
import { reduceWeightedValues, squeezeOrExpandToSameRank, standardizeReduction } from './reduction.js';

/** Options of every loss. */
export interface LossOptions {
  /** Default `'sum_over_batch_size'`: the mean. */
  readonly reduction?: Reduction;
  /** Default: the class's own, or made from the class's name. */
  readonly name?: string | null;
  /** Dtype of the computation; of a policy, its compute dtype. Default: `floatx()`. */
  readonly dtype?: DTypePolicyLike;
}

/** Options of a loss's call. */
export interface LossCallOptions {
  /** How much each sample (or each loss, for losses of a higher rank) counts. Default: all count 1. */
  readonly sampleWeight?: TensorLike | null;
}

/** Targets or predictions: a tensor, or a list or dict of tensors for losses that take such. */
export type LossInput = TensorLike | readonly LossInput[] | { readonly [key: string]: LossInput };

/** Lists of tensors are trees, lists of numbers are tensors. */
const isLeaf = (x: unknown): boolean => !isDict(x) && !(Array.isArray(x) && x.some((item) => item instanceof Tensor));

/**
 * What training makes small: `loss(yTrue, yPred, { sampleWeight })` gives the loss of a batch. Subclasses override `call`, which gives
 * the losses of the samples (by ops), and `getConfig`.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` or `dtype` is unknown.
 * @see `keras.losses.Loss`
 * @example
 * class Fourth extends Loss {
 *   override call(yTrue: Tensor, yPred: Tensor) { return ops.mean(ops.power(ops.subtract(yPred, yTrue), 4), { axis: -1 }); }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class Loss extends Callable {
  static readonly positional: readonly string[] = [];
  readonly name: string;
  readonly reduction: Reduction;
  /** Dtype of the computation. */
  readonly dtype: DType;

  /** @throws {ValueError} The reduction or the dtype is not known. */
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const className = classNameOf(this);
    const { reduction = 'sum_over_batch_size', name, dtype, ...rest } = options;
    refuseUnknownOptions(className, rest, ['reduction', 'name', 'dtype']);
    if (name !== undefined && name !== null && typeof name !== 'string')
      throw new ValueError(`${className}: name=${describe(name)}. Expected a string.`);
    this.name = name ? name : autoName(className);
    this.reduction = standardizeReduction(reduction, className);
    this.dtype = getDTypePolicy(dtype ?? floatx()).computeDtype;
  }

  protected override [INVOKE](yTrue: LossInput, yPred: LossInput, options: LossCallOptions = {}): Tensor {
    options = checkedOptions(`${classNameOf(this)} '${this.name}'`, options, arguments, 2);
    const compute = (t: LossInput, p: LossInput, o: LossCallOptions): Tensor => this.#compute(t, p, o);
    return anySymbolic([yTrue, yPred, options])
      ? op(this.name, compute)(yTrue, yPred, options)
      : compute(yTrue, yPred, options);
  }

  #compute(yTrue: LossInput, yPred: LossInput, options: LossCallOptions): Tensor {
    const owner = `${classNameOf(this)} '${this.name}'`;
    const { sampleWeight, ...rest } = options;
    refuseUnknownOptions(`${owner}: the call`, rest, ['sampleWeight']);
    const convert = (x: LossInput, what: string): never =>
      mapTree(x as Tree<TensorLike>, (leaf) => toTensor(leaf, this.dtype, `${owner} (${what})`), isLeaf) as never;
    const maskIn = getKerasMask(yPred) as Tensor | null;
    const losses = this.call(convert(yTrue, 'yTrue'), convert(yPred, 'yPred'));
    const maskOut = getKerasMask(losses) as Tensor | null;
    const mask = maskIn !== null && maskOut !== null ? ops.logicalAnd(maskIn, maskOut) : (maskIn ?? maskOut);
    return reduceWeightedValues(losses, { sampleWeight, mask, reduction: this.reduction, dtype: this.dtype, owner });
  }

  /** The losses of the samples: of the shape of `yPred` without the axis over which the loss is taken. */
  call(_yTrue: never, _yPred: never): TensorLike {
    throw new NotImplementedError(`Loss ${classNameOf(this)} does not have a call() method.`);
  }

  /** The options from which `fromConfig` makes the loss anew, in Keras's names. */
  getConfig(): Config {
    return { name: this.name, reduction: this.reduction };
  }

  /** A loss from its config. */
  static fromConfig(this: SerializableClass, config: Config): Loss {
    return constructFromConfig(this as SerializableClass<Loss>, config);
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface Loss {
  (yTrue: LossInput, yPred: LossInput, options?: LossCallOptions): Tensor;
  (yTrue: LossInput | KerasTensor, yPred: LossInput | KerasTensor, options?: LossCallOptions): KerasTensor;
}

/** A function that gives the losses of the samples. Its own options come third. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, options?: never) => TensorLike;

/** A loss that is a function with its options. The built-in losses are. */
export class FunctionLoss extends Loss {
  readonly #fn: LossFunction;
  readonly #fnOptions: Readonly<Record<string, unknown>>;

  /**
   * @param fn Takes targets, predictions and `fnOptions`.
   * @param defaultName Null: made from the class's name.
   * @param options Those of `Loss`; others are refused.
   * @param fnOptions The function's own; they are part of the config.
   */
  constructor(
    fn: LossFunction,
    defaultName: string | null,
    options: LossOptions,
    fnOptions: Readonly<Record<string, unknown>> = {},
  ) {
    const { name = defaultName, reduction, dtype, ...rest } = options;
    super({ name, reduction, dtype });
    refuseUnknownOptions(classNameOf(this), rest, ['reduction', 'name', 'dtype', ...Object.keys(fnOptions)]);
    this.#fn = fn;
    this.#fnOptions = fnOptions;
  }

  override call(yTrue: Tensor, yPred: Tensor): TensorLike {
    const [t, p] =
      yTrue instanceof Tensor && yPred instanceof Tensor ? squeezeOrExpandToSameRank(yTrue, yPred) : [yTrue, yPred];
    return Object.keys(this.#fnOptions).length > 0 ? this.#fn(t, p, this.#fnOptions as never) : this.#fn(t, p);
  }

  override getConfig(): Config {
    const own = Object.entries(this.#fnOptions).map(([key, value]) => [toSnakeCase(key), serializeKerasObject(value)]);
    return { ...super.getConfig(), ...(Object.fromEntries(own) as Config) };
  }

  /** The function that is wrapped. */
  get fn(): LossFunction {
    return this.#fn;
  }
}

/** Options of `LossFunctionWrapper`: those of every loss, and any for the function. */
export interface LossFunctionWrapperOptions extends LossOptions {
  readonly [option: string]: unknown;
}

/**
 * A loss of a function of yours, `fn(yTrue, yPred, options)`.
 *
 * @param fn From targets and predictions to losses.
 * @param options See {@link LossFunctionWrapperOptions}.
 * @see Keras's `LossFunctionWrapper`
 * @example
 * new LossFunctionWrapper((t, p) => ops.mean(ops.abs(ops.subtract(t, p)), { axis: -1 }), { name: 'mine' })
 */
export class LossFunctionWrapper extends FunctionLoss {
  static override readonly positional: readonly string[] = ['fn'];

  /** @throws {ValueError} `fn` is no function. */
  constructor(fn: LossFunction, options: LossFunctionWrapperOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { name, reduction, dtype, ...fnOptions } = options;
    if (!isPlainFunction(fn) && !((fn as unknown) instanceof Loss))
      throw new ValueError(`LossFunctionWrapper: fn=${describe(fn)}. Expected a function of targets and predictions.`);
    super(fn, null, { name, reduction, dtype }, fnOptions);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), fn: serializeKerasObject(this.fn) };
  }

  static override fromConfig(this: SerializableClass, config: Config): Loss {
    const fn = deserializeKerasObject(config['fn'], { defaultModule: 'keras.losses' });
    return constructFromConfig(this as SerializableClass<Loss>, { ...config, fn });
  }
}
