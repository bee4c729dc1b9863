/** @file How metrics read the options of an update. */
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { classNameOf } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import type { TensorLike } from '../runtime/index.js';
import type { Metric, UpdateOptions } from './metric.js';

/** The `sampleWeight` of an update's options, or null. @throws {ValueError} They are no options. @throws {TypeError} There are others. */
export function sampleWeightOf(metric: Metric, options: UpdateOptions | null | undefined): TensorLike | null {
  if (options === null || options === undefined) return null;
  const owner = `${classNameOf(metric)} '${metric.name}'`;
  if (!isDict(options))
    throw new ValueError(`${owner}: expected options, such as { sampleWeight }, as the last argument of an update.`);
  const { sampleWeight = null, ...rest } = options as UpdateOptions;
  refuseUnknownOptions(`${owner}: the update`, rest, ['sampleWeight']);
  return sampleWeight;
}
