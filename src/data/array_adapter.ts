/** @file `ArrayDataAdapter`: arrays in memory as batches. */
import { ValueError } from '../core/errors.js';
import { flatten, isDict, mapTree } from '../core/tree.js';
import { randomOrder } from '../random/global_state.js';
import type { Tensor } from '../runtime/index.js';
import type { BatchIterator, DataAdapter, WholeData } from './adapter.js';
import type { AnyBatch, TensorTree } from './batch.js';
import type { ClassWeight } from './class_weight.js';
import { weightClasses } from './class_weight.js';
import { mapRows, sliceRows, takeRows } from './rows.js';

/** How rows are ordered: as they are, all mixed, or mixed inside each batch only. */
export type Shuffle = boolean | 'batch';

/** Options of `new ArrayDataAdapter(x, options)`. */
export interface ArrayDataOptions {
  /** The targets. Default: none. */
  readonly y?: TensorTree;
  /** One weight for each sample. Default: none. */
  readonly sampleWeight?: TensorTree;
  /** A weight for each class, by class number. Default null. */
  readonly classWeight?: ClassWeight | null;
  /** Samples a batch. Default: what `steps` needs, else 32. */
  readonly batchSize?: number | null;
  /** Steps an epoch. */
  readonly steps?: number | null;
  /** Whether samples come in a new order at each epoch, or `'batch'`: batches do. Default false. */
  readonly shuffle?: Shuffle;
}

const isBranch = (x: unknown): boolean => Array.isArray(x) || isDict(x);

function structureOf(tree: unknown): string {
  return JSON.stringify(mapTree<unknown, unknown>(tree, () => '*'));
}

/** One array of weights per target. @throws {ValueError} The weights do not fit the targets. */
function spreadSampleWeight(y: TensorTree, sampleWeight: TensorTree): TensorTree {
  if (!isBranch(y) || sampleWeight === null) return sampleWeight;
  if (isBranch(sampleWeight)) {
    if (structureOf(y) !== structureOf(sampleWeight)) {
      throw new ValueError(
        `sampleWeight must hold one array per target in y, in the same structure. y: ${structureOf(y)}; sampleWeight: ${structureOf(sampleWeight)}.`,
      );
    }
    return sampleWeight;
  }
  const one = sampleWeight as Tensor;
  if (one.ndim !== 1 && !(one.ndim === 2 && one.shape[1] === 1)) {
    throw new ValueError(
      `sampleWeight has shape (${one.shape.join(', ')}). For a model with several outputs a single array must hold one number per sample; ` +
        `for other weights give one array per output.`,
    );
  }
  return mapTree<Tensor | null, Tensor>(y, () => one);
}

/** @throws {ValueError} The arrays have different numbers of rows; the message lists them. */
function countSamples(parts: readonly (readonly [string, TensorTree])[]): number {
  const sizes = parts.map(([name, tree]) => ({
    name,
    rows: flatten<Tensor | null>(tree).flatMap((x) => (x === null ? [] : [x.shape[0]])),
  }));
  const all = new Set(sizes.flatMap(({ rows }) => rows));
  if (all.size > 1) {
    const list = sizes
      .filter(({ rows }) => rows.length > 0)
      .map(({ name, rows }) => `'${name}' sizes: ${rows.join(', ')}`)
      .join('; ');
    throw new ValueError(`All arrays must hold the same number of samples. Got ${list}.`);
  }
  if (all.size === 0) throw new ValueError('There are no arrays: x is null.');
  const [count] = all;
  if (count === 0) throw new ValueError('The arrays hold no samples.');
  return count;
}

/** Where arrays stand in an epoch. */
interface ArrayPosition {
  readonly order: readonly number[] | null;
  /** Batches that are done. */
  readonly taken: number;
}

/** Arrays in memory, cut into batches; the last one is smaller when the samples are no multiple of the batch size. */
export class ArrayDataAdapter implements DataAdapter, WholeData {
  readonly arrays: AnyBatch;
  readonly numSamples: number;
  readonly batchSize: number;
  readonly numBatches: number;
  readonly shuffle: Shuffle;
  /** The order of the epoch at hand, and where the next one goes on. */
  #order: Int32Array | null = null;
  #sought: ArrayPosition | null = null;

  constructor(x: TensorTree, options: ArrayDataOptions = {}) {
    const {
      y = null,
      sampleWeight = null,
      classWeight = null,
      batchSize = null,
      steps = null,
      shuffle = false,
    } = options;
    const spread = spreadSampleWeight(y, sampleWeight);
    this.numSamples = countSamples([
      ['x', x],
      ['y', y],
      ['sampleWeight', spread],
    ]);
    this.arrays = weightClasses([x, y, spread], classWeight);
    this.batchSize = batchSize ?? (steps ? Math.ceil(this.numSamples / steps) : 32);
    this.numBatches = Math.ceil(this.numSamples / this.batchSize);
    this.shuffle = shuffle;
  }

  get whole(): WholeData {
    return this;
  }

  get shuffled(): boolean {
    return this.shuffle !== false;
  }

  /** The order of the samples for a new epoch, from the process's generator; null: as they are. */
  order(): Int32Array | null {
    const sought = this.#sought;
    this.#sought = null;
    this.#order = sought === null ? this.#newOrder() : sought.order === null ? null : Int32Array.from(sought.order);
    return this.#order;
  }

  positionAfter(batches: number): ArrayPosition {
    return { order: this.#order === null ? null : [...this.#order], taken: batches };
  }

  seek(position: unknown): Promise<void> {
    this.#sought = position as ArrayPosition;
    return Promise.resolve();
  }

  #newOrder(): Int32Array | null {
    if (this.shuffle === false) return null;
    if (this.shuffle === true) return randomOrder(this.numSamples);
    const order = new Int32Array(this.numSamples);
    for (let i = 0; i < this.numBatches; i++) order.set(this.#batchOrder(i), i * this.batchSize);
    return order;
  }

  #batchOrder(index: number): Int32Array {
    const start = index * this.batchSize;
    const stop = Math.min(start + this.batchSize, this.numSamples);
    return randomOrder(stop - start).map((i) => i + start);
  }

  #batch(index: number, order: Int32Array | null): AnyBatch {
    const start = index * this.batchSize;
    const stop = Math.min(start + this.batchSize, this.numSamples);
    const rows = order?.subarray(start, stop);
    const part = (tree: TensorTree): TensorTree =>
      mapRows(tree, (x) => (rows === undefined ? sliceRows(x, start, stop) : takeRows(x, rows)));
    const [x, y, sampleWeight] = this.arrays;
    return [part(x), part(y), part(sampleWeight)];
  }

  /** The batches of one epoch; `order` comes from `order()`. */
  iterate(order?: Int32Array | null): BatchIterator {
    let index = this.#sought?.taken ?? 0;
    let rows = order;
    return {
      next: () => {
        if (index >= this.numBatches) return { done: true, value: undefined };
        rows ??= this.order();
        return { done: false, value: this.#batch(index++, rows) };
      },
    };
  }

  // Keras builds a model on the first shuffled batch, whose order is then forgotten: later orders must be the same as Keras's.
  async peek(): Promise<AnyBatch> {
    if (this.shuffle === true) randomOrder(this.numSamples);
    else if (this.shuffle === 'batch') this.#batchOrder(0);
    return Promise.resolve(this.#batch(0, null));
  }

  onEpochBegin(): void {}

  onEpochEnd(): void {}
}
