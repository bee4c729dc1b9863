/** @file Weights of classes as weights of samples. */
import { describe } from '../core/describe.js';
import { floatx } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import { fromNumbers } from '../core/ndarray.js';
import { formatShape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { AnyBatch, TensorTree } from './batch.js';
import { Tensor } from '../runtime/index.js';

/** Class to weight: `{ 0: 1, 1: 5 }`. Classes that are not named count 1. */
export type ClassWeight = Readonly<Record<number | string, number>> | ReadonlyMap<number, number>;

// Keras 3.15.1: keys that are no whole numbers are passed over in silence; repaired in its master, and here.
function readClassWeight(classWeight: ClassWeight): Map<number, number> {
  if (!(classWeight instanceof Map) && !isDict(classWeight)) {
    throw new ValueError(
      `classWeight: got ${describe(classWeight)}. Expected a dict of class to weight: { 0: 1, 1: 5 }.`,
    );
  }
  const entries: (readonly [unknown, unknown])[] =
    classWeight instanceof Map ? [...classWeight] : Object.entries(classWeight as Record<string, unknown>);
  return new Map(
    entries.map(([key, weight]) => {
      const index = typeof key === 'string' && key.trim() !== '' ? Number(key) : key;
      if (typeof index !== 'number' || !Number.isInteger(index))
        throw new ValueError(
          `classWeight: the key ${JSON.stringify(key)} is no class. Classes are whole numbers from 0.`,
        );
      if (typeof weight !== 'number' || Number.isNaN(weight))
        throw new ValueError(`classWeight: the weight of class ${index} is ${describe(weight)}. Expected a number.`);
      return [index, weight];
    }),
  );
}

/**
 * The weight of each sample, by its class: the largest entry of a one-hot row, or the number itself.
 *
 * @param y Shape (n,), (n, 1), or one-hot (n, classes) or (n, ..., classes).
 * @returns Shape (n,); (n, ...) for targets of more than two axes.
 * @throws {ValueError} Several outputs; keys, or labels, that are no classes.
 */
export function classWeightToSampleWeight(y: TensorTree, classWeight: ClassWeight): Tensor {
  const weights = readClassWeight(classWeight);
  if (!(y instanceof Tensor)) {
    throw new ValueError(
      y === null
        ? 'classWeight: there are no targets (y) whose classes could be weighted.'
        : 'classWeight is only for models with a single output. Give sampleWeight, one array per output.',
    );
  }
  const { data } = y.ndarray;
  const [n] = y.shape;
  const width = y.ndim > 1 ? y.shape[y.ndim - 1] : 1;
  const rows = data.length / Math.max(1, width);
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = row * width;
    for (let i = best + 1; i < (row + 1) * width; i++) if (data[i] > data[best]) best = i;
    const value = width === 1 ? data[best] : best - row * width;
    // Keras rounds fractions, and gives negative labels the weight 1.
    if (!Number.isInteger(value) || (value < 0 && !weights.has(value)))
      throw new ValueError(
        `classWeight: y holds ${value} (row ${row}), which is no class. Classes are whole numbers from 0, or one-hot rows.`,
      );
    result[row] = weights.get(value) ?? 1;
  }
  const shape = y.ndim > 2 ? y.shape.slice(0, -1) : [n];
  return Tensor.fromArray(fromNumbers(floatx(), shape, result));
}

/**
 * A batch with the weights of its classes: multiplied with the sample weights that it has, as Keras 2 did (Keras 3 refuses both at once).
 *
 * @param classWeight null: the batch as it is.
 * @throws {ValueError} Several outputs; weights of other shapes than (samples,) or the targets'.
 */
export function weightClasses([x, y, sampleWeight]: AnyBatch, classWeight: ClassWeight | null): AnyBatch {
  if (classWeight === null) return [x, y, sampleWeight];
  const byClass = classWeightToSampleWeight(y, classWeight);
  if (sampleWeight === null) return [x, y, byClass];
  if (!(sampleWeight instanceof Tensor) || sampleWeight.shape[0] !== byClass.shape[0] || sampleWeight.ndim < 1) {
    throw new ValueError(
      'classWeight together with sampleWeight: expected one array of weights, one number per sample, for a model with a single output.',
    );
  }
  const wide = sampleWeight.size >= byClass.size ? sampleWeight : byClass;
  const narrow = wide === sampleWeight ? byClass : sampleWeight;
  if (wide.size % Math.max(1, narrow.size) !== 0 || (narrow.size !== wide.size && narrow.size !== narrow.shape[0])) {
    throw new ValueError(
      `classWeight together with sampleWeight: weights of shape ${formatShape(sampleWeight.shape)} do not fit the weights of the classes, ` +
        `of shape ${formatShape(byClass.shape)}.`,
    );
  }
  const repeat = wide.size / Math.max(1, narrow.size);
  const factor = narrow.ndarray.data;
  const product = Float64Array.from(wide.ndarray.data, (weight, i) => weight * factor[Math.floor(i / repeat)]);
  return [x, y, Tensor.fromArray(fromNumbers(floatx(), wide.shape, product))];
}
