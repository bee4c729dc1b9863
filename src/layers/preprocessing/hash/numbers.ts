/** @file The buckets of whole numbers that a program computes: by ops, to the same places as `bucketer` gives for their digits. */
import { fromNumbers } from '../../../core/ndarray.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { constantTensor } from '../../../runtime/index.js';
import type { Salt } from './buckets.js';
import { bucketer, keyOf } from './buckets.js';
import { decimalsOf } from './decimal_ops.js';
import { fingerprintsOf } from './farmhash_ops.js';
import { sipHashesOf } from './siphash_ops.js';
import { remainder } from './uint64_ops.js';

/**
 * The bucket of each number. What stands behind the point is cut off; bools are hashed as `'true'` and `'false'`.
 *
 * @param x Numbers of any dtype, exact up to 2⁵³.
 * @param count How many buckets there are, at most `MOST_BUCKETS`.
 * @returns int64, of the shape of x.
 */
export function numberBuckets(x: Tensor, count: number, salt: Salt | null): Tensor {
  if (x.dtype === 'bool') {
    const bucket = bucketer(count, salt);
    const [no, yes] = ['false', 'true'].map((text) => constantTensor(fromNumbers('int64', [], [bucket(text)])));
    return ops.where(x, yes, no);
  }
  const text = decimalsOf(ops.cast(x, 'int64'));
  return remainder(salt === null ? fingerprintsOf(text) : sipHashesOf(text, keyOf(salt)), count);
}
