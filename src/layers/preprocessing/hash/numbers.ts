/** @file The buckets of whole numbers that a program computes: by ops, to the same places as `bucketer` gives for their digits. */
import { isFloat } from '../../../core/dtype.js';
import { fromNumbers } from '../../../core/ndarray.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { constantTensor } from '../../../runtime/index.js';
import type { Salt } from './buckets.js';
import { bucketer, keyOf, LEAST } from './buckets.js';
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
  const bucketOf = bucketer(count, salt);
  const known = (text: string): Tensor => constantTensor(fromNumbers('int64', [], [bucketOf(text)]));
  if (x.dtype === 'bool') return ops.where(x, known('true'), known('false'));
  const text = decimalsOf(ops.cast(x, 'int64'));
  const places = remainder(salt === null ? fingerprintsOf(text) : sipHashesOf(text, keyOf(salt)), count);
  // NaN is not less than anything.
  return isFloat(x.dtype) ? ops.where(ops.less(ops.absolute(x), 2 ** 63), places, known(String(LEAST))) : places;
}
