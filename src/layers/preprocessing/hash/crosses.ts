/**
 * @file The buckets of crosses: of values that stand side by side, one of each feature. Texts count by their fingerprints, whole numbers as they
 * are. Computed at once where the values are there, and by ops where a program computes them.
 *
 * @see `tf.sparse.cross_hashed`
 */
import { fromNumbers } from '../../../core/ndarray.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { constantTensor, onHost, StringTensor } from '../../../runtime/index.js';
import { fingerprintOf } from './buckets.js';
import { CAT, joinFingerprints } from './farmhash.js';
import { uint64 } from './uint64.js';
import type { Uint64 } from './uint64_ops.js';
import { multiplyConstant, remainder, shiftMix, toUint64, xor, xorConstant } from './uint64_ops.js';

/** With what every cross begins. */
const SEED = 0xdecafcaffen;

/**
 * The bucket of each place of the features.
 *
 * @param features Tensors of texts and of whole numbers, of one shape.
 * @param count How many buckets there are, at most `MOST_BUCKETS`.
 * @param owner Names who asks in messages.
 * @returns int64, of the shape of the features.
 */
export function crossBuckets(features: readonly Tensor[], count: number, owner: string): Tensor {
  if (features.some((x) => x.isTraced)) return bucketsByOps(features, count, owner);
  const values = features.map((x): readonly bigint[] =>
    x instanceof StringTensor ? x.strings.map(fingerprintOf) : Array.from(x.ndarray.data, (n) => uint64(BigInt(n))),
  );
  const buckets = BigInt(count);
  const bucketAt = (_: bigint, i: number): number =>
    Number(values.reduce((hash, each) => joinFingerprints(hash, each[i]), SEED) % buckets);
  return constantTensor(fromNumbers('int64', [...features[0].shape], values[0].map(bucketAt)));
}

/** As `joinFingerprints`, by ops. */
function joinByOps(a: Uint64 | bigint, b: Uint64): Uint64 {
  const own = multiplyConstant(shiftMix(multiplyConstant(b, CAT)), CAT);
  const mixed = typeof a === 'bigint' ? xorConstant(own, a ^ CAT) : xorConstant(xor(own, a), CAT);
  return shiftMix(multiplyConstant(shiftMix(multiplyConstant(mixed, CAT)), CAT));
}

function bucketsByOps(features: readonly Tensor[], count: number, owner: string): Tensor {
  const [first, ...others] = features.map((x) => (x instanceof StringTensor ? fingerprints(x, owner) : toUint64(x)));
  return remainder(others.reduce(joinByOps, joinByOps(SEED, first)), count);
}

/** The fingerprints of texts, which are read before the program runs. */
function fingerprints(texts: StringTensor, owner: string): Uint64 {
  const both = onHost([texts], {
    owner,
    compute: ([x]) => {
      const hashes = (x as StringTensor).strings.map(fingerprintOf);
      const halves = hashes.flatMap((hash) => [Number(hash >> 32n), Number(hash & 0xffffffffn)]);
      return constantTensor(fromNumbers('uint32', [...x.shape, 2], halves));
    },
    spec: ([shape]) => ({ shape: [...shape, 2], dtype: 'uint32' }),
  });
  const [high, low] = ops.unstack(both, { axis: -1 });
  return { high, low };
}
