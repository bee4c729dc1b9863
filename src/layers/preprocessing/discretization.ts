/** @file `Discretization`: in which of several ranges a number lies. */
import { checkedOptions } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { describe, quote } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import type { DTypePolicyLike } from '../../core/dtype_policy.js';
import { ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { constructFromConfig } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor, TensorLike } from '../../runtime/index.js';
import { tensor, toTensor } from '../../runtime/index.js';
import { oneOf, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { AdaptData, AdaptOptions } from './adapt.js';
import { readForAdapt } from './adapt.js';
import type { CategoryOutput } from './encode_categories.js';
import { encodeCategories, encodedShape } from './encode_categories.js';
import type { Summary } from './quantiles.js';
import { binBoundaries, EMPTY, mergeSummaries, summarize } from './quantiles.js';

const MODES = ['int', 'one_hot', 'multi_hot', 'count'] as const;

/** Options of `new Discretization(options)`. */
export interface DiscretizationOptions {
  /** What separates the ranges, in order: [0, 10] makes three, below 0, from 0 to 10, and from 10 on. Default null. */
  readonly binBoundaries?: readonly number[] | null;
  /** How many ranges `adapt` is to find, of equally many numbers each. Default null. One of the two must be given. */
  readonly numBins?: number | null;
  /** How precise `adapt` is: the larger, the faster. Default 0.01. */
  readonly epsilon?: number;
  /**
   * `'int'`: the number of the range; `'one_hot'`: a vector for each number; `'multi_hot'`, `'count'`: one for each sample. Default `'int'`.
   */
  readonly outputMode?: CategoryOutput;
  /** Kept for configs: what comes out is a plain tensor, of the same numbers. Default false. */
  readonly sparse?: boolean;
  /** Dtype or dtype policy. Default: the global policy. */
  readonly dtype?: DTypePolicyLike;
  /** Default: made from the class's name. */
  readonly name?: string | null;
}

/**
 * The number of the range in which each element lies: 0 below the first boundary, i from boundary i − 1 on.
 *
 * Input of any shape; output int32 of the same, or floats with an axis of ranges at the end. The boundaries are given, or found by
 * `await layer.adapt(data)`.
 *
 * @param options See {@link DiscretizationOptions}.
 * @throws {ValueError} Neither `binBoundaries` nor `numBins`, or both; boundaries that are no ascending numbers; another mode.
 * @see `keras.layers.Discretization`
 * @example
 * new layers.Discretization({ binBoundaries: [0, 10] })([[-3, 0, 4, 12]]) // [[0, 1, 1, 2]]
 */
export class Discretization extends Layer {
  protected override readonly takesOneTensor = true;
  readonly numBins: number | null;
  readonly epsilon: number;
  readonly outputMode: CategoryOutput;
  readonly sparse: boolean;
  #boundaries: readonly number[] | null = null;
  #summary: Summary = EMPTY;

  constructor(options: DiscretizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      binBoundaries = null,
      numBins = null,
      epsilon = 0.01,
      outputMode = 'int',
      sparse = false,
      dtype = null,
      name = null,
      ...rest
    } = options;
    super({ name, dtype, ...rest });
    const owner = ownerOf(this);
    this.outputMode = oneOf(owner, 'outputMode', outputMode, MODES);
    if (sparse && this.outputMode === 'int')
      throw new ValueError(
        `${owner}: sparse=true goes with outputMode 'one_hot', 'multi_hot' and 'count'. Received: outputMode='int'.`,
      );
    if (numBins !== null && !(Number.isInteger(numBins) && numBins >= 0))
      throw new ValueError(`${owner}: numBins=${quote(numBins)}. Expected a whole number from 0, or null.`);
    if (numBins !== null && binBoundaries !== null)
      throw new ValueError(
        `${owner}: numBins and binBoundaries exclude each other. Received: numBins=${numBins}, binBoundaries=[${binBoundaries.join(', ')}].`,
      );
    if (numBins === null && binBoundaries === null)
      throw new ValueError(
        `${owner}: give binBoundaries, the boundaries themselves, or numBins, how many ranges adapt() is to find.`,
      );
    if (!(epsilon > 0)) throw new ValueError(`${owner}: epsilon=${quote(epsilon)}. Expected a number above 0.`);
    this.numBins = numBins;
    this.epsilon = epsilon;
    this.sparse = sparse;
    if (binBoundaries !== null) this.binBoundaries = binBoundaries;
    this.buildAtInit();
  }

  /** What separates the ranges; null before `adapt`. */
  get binBoundaries(): readonly number[] | null {
    return this.#boundaries;
  }

  set binBoundaries(boundaries: readonly number[]) {
    const list: unknown = boundaries;
    if (!Array.isArray(list) || list.some((x) => typeof x !== 'number'))
      throw new ValueError(`${ownerOf(this)}: binBoundaries is ${describe(list)}. Expected a list of numbers.`);
    const steps = boundaries.slice(1).map((x, i) => Math.sign(x - boundaries[i]));
    if (steps.some(Number.isNaN) || (steps.includes(1) && steps.includes(-1)))
      throw new ValueError(
        `${ownerOf(this)}: binBoundaries=[${boundaries.join(', ')}] go up and down, or hold NaN. Sort them.`,
      );
    this.#boundaries = [...boundaries];
    this.constantsChanged();
  }

  override get inputDtype(): DType {
    return floatx();
  }

  /** int32 in mode `'int'`, else the compute dtype. */
  get outputDtype(): DType {
    return this.outputMode === 'int' ? 'int32' : this.computeDtype;
  }

  /**
   * Find boundaries of `numBins` ranges with equally many numbers.
   *
   * @param data An array of any shape, or batches: a list of arrays, a `Dataset`, a `PyDataset`, a generator.
   * @param options `steps`: how many batches are read, at most.
   * @throws {ValueError} The layer was given its boundaries, or there are no data.
   */
  async adapt(data: AdaptData, options: AdaptOptions = {}): Promise<void> {
    this.#requireBins();
    let summary = EMPTY;
    const add = (x: Tensor): void => {
      summary = this.#with(summary, x);
    };
    await readForAdapt(ownerOf(this), data, { array: add, batch: add }, () => {
      this.#summary = summary;
      this.finalizeState();
    }, options); // prettier-ignore
  }

  #requireBins(): number {
    if (this.numBins === null)
      throw new ValueError(
        `${ownerOf(this)}: cannot adapt, as it was given binBoundaries. Make it with numBins to have them found.`,
      );
    return this.numBins;
  }

  #with(summary: Summary, x: Tensor): Summary {
    return mergeSummaries(summarize(x.ndarray.data, this.epsilon), summary, this.epsilon);
  }

  /** Add the numbers of one batch to those that `finalizeState` makes boundaries of. */
  updateState(data: TensorLike): void {
    this.#requireBins();
    this.#summary = this.#with(this.#summary, toTensor(data, null, ownerOf(this)));
  }

  /** Make boundaries of the numbers that `updateState` was given. */
  finalizeState(): void {
    if (this.numBins === null) return;
    if (this.#summary.values.length === 0)
      throw new ValueError(`${ownerOf(this)}: there are no numbers to find boundaries of. Give adapt() some.`);
    this.#boundaries = binBoundaries(this.#summary, this.numBins);
    this.constantsChanged();
  }

  /** Forget the numbers that `updateState` was given. */
  resetState(): void {
    if (this.numBins !== null) this.#summary = EMPTY;
  }

  override call(inputs: Tensor): Tensor {
    const boundaries = this.#boundaries;
    if (boundaries === null)
      throw new ValueError(
        `${ownerOf(this)} has no boundaries yet. Call adapt(data) before it is used, or give binBoundaries.`,
      );
    const indices = ops.digitize(inputs, tensor(Float32Array.from(boundaries), [boundaries.length]));
    const { outputMode, outputDtype: dtype } = this;
    return encodeCategories(indices, { outputMode, depth: boundaries.length + 1, dtype });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const depth = this.#boundaries === null ? this.numBins! : this.#boundaries.length + 1;
    return encodedShape(inputShape, this.outputMode, depth);
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    return { shape: this.computeOutputShape((args[0] as Spec).shape), dtype: this.outputDtype };
  }

  override getConfig(): Config {
    return {
      bin_boundaries: this.#boundaries,
      num_bins: this.numBins,
      epsilon: this.epsilon,
      output_mode: this.outputMode,
      sparse: this.sparse,
      name: this.name,
      dtype: this.dtype,
    };
  }

  /** A layer from its config: one that was adapted has both, boundaries and number of ranges. */
  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const { bin_boundaries: boundaries, ...rest } = config;
    const found = (boundaries ?? null) !== null && (config['num_bins'] ?? null) !== null;
    const layer = constructFromConfig(this as SerializableClass<Discretization>, found ? rest : config);
    if (found) layer.binBoundaries = boundaries as readonly number[];
    return layer;
  }
}
