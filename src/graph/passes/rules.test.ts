/** @file The rules one by one: what a small program becomes, and what must stay. */
import { describe, expect, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import { fromNumbers } from '../../core/ndarray.js';
import { range } from '../../core/shape.js';
import { GraphBuilder, makeGraph, type Graph, type Value } from '../index.js';
import * as lax from '../lax.js';
import { primitiveByName } from '../primitive.js';
import { verify } from '../verify.js';
import { optimize } from './index.js';

type Build = (inputs: Value[], builder: GraphBuilder) => Value;

interface Types {
  readonly dtype?: DType;
  readonly shape?: readonly number[];
}

/** A program of four inputs: three of one type and a bool of that shape. */
function program(build: Build, { dtype = 'float32', shape = [3, 4] }: Types): Graph {
  const builder = new GraphBuilder();
  const inputs = range(3).map((i) => builder.input({ dtype, shape }, `x${i}`));
  inputs.push(builder.input({ dtype: 'bool', shape }, 'condition'));
  return makeGraph(inputs, [build(inputs, builder)]);
}

function becomes(build: Build, wanted: Build, types: Types = {}): void {
  const result = optimize(program(build, types));
  verify(result);
  expect(String(result)).toBe(String(program(wanted, types)));
}
const stays = (build: Build, types: Types = {}): void => becomes(build, build, types);

const num = (x: Value, value: number): Value => lax.fullLike(x, value);
/** An application as it is, where the function in lax would leave it out. */
const raw = (name: string, inputs: readonly Value[], params: unknown = {}): Value =>
  inputs[0].applier.apply(primitiveByName(name), inputs, params)[0];

describe('arithmetic of floats', () => {
  test.each<[string, Build, Build]>([
    ['x + -0 -> x', ([x]) => lax.add(x, num(x, -0)), ([x]) => x],
    ['x - 0 -> x', ([x]) => lax.sub(x, num(x, 0)), ([x]) => x],
    ['x + -y -> x - y', ([x, y]) => lax.add(x, lax.neg(y)), ([x, y]) => lax.sub(x, y)],
    ['-y + x -> x - y', ([x, y]) => lax.add(lax.neg(y), x), ([x, y]) => lax.sub(x, y)],
    ['x - -y -> x + y', ([x, y]) => lax.sub(x, lax.neg(y)), ([x, y]) => lax.add(x, y)],
    ['-0 - x -> -x', ([x]) => lax.sub(num(x, -0), x), ([x]) => lax.neg(x)],
    ['1 * x -> x', ([x]) => lax.mul(num(x, 1), x), ([x]) => x],
    ['x * -1 -> -x', ([x]) => lax.mul(x, num(x, -1)), ([x]) => lax.neg(x)],
    ['-x * -y -> x * y', ([x, y]) => lax.mul(lax.neg(x), lax.neg(y)), ([x, y]) => lax.mul(x, y)],
    ['x / 1 -> x', ([x]) => lax.div(x, num(x, 1)), ([x]) => x],
    ['x / 8 -> x * 0.125', ([x]) => lax.div(x, num(x, 8)), ([x]) => lax.mul(x, num(x, 0.125))],
    ['x ^ 1 -> x', ([x]) => lax.pow(x, num(x, 1)), ([x]) => x],
    ['x ^ 2 -> x * x', ([x]) => lax.pow(x, num(x, 2)), ([x]) => lax.mul(x, x)],
    ['x ^ 0 -> 1', ([x]) => lax.pow(x, num(x, 0)), ([x]) => num(x, 1)],
    ['x ^ -1 -> 1 / x', ([x]) => lax.pow(x, num(x, -1)), ([x]) => lax.div(num(x, 1), x)],
    ['-(-x) -> x', ([x]) => lax.neg(lax.neg(x)), ([x]) => x],
    ['|-x| -> |x|', ([x]) => lax.abs(lax.neg(x)), ([x]) => lax.abs(x)],
    ['floor(ceil(x)) -> ceil(x)', ([x]) => lax.floor(lax.ceil(x)), ([x]) => lax.ceil(x)],
    ['max(x, x) -> x', ([x]) => lax.max(x, x), ([x]) => x],
    ['max(x, -Infinity) -> x', ([x]) => lax.max(x, num(x, -Infinity)), ([x]) => x],
    ['min(x, Infinity) -> x', ([x]) => lax.min(x, num(x, Infinity)), ([x]) => x],
    ['x < x -> false', ([x]) => lax.lt(x, x), ([x]) => lax.fullLike(x, 0, 'bool')],
    ['not (x == y) -> x != y', ([x, y]) => lax.not(lax.eq(x, y)), ([x, y]) => lax.ne(x, y)],
    ['stopGradient(x) -> x', ([x]) => lax.exp(lax.stopGradient(x)), ([x]) => lax.exp(x)],
    ['convert to float64 and back', ([x]) => lax.convert(lax.convert(x, 'float64'), 'float32'), ([x]) => x],
  ])('%s', (_rule, build, wanted) => becomes(build, wanted));

  test.each<[string, Build]>([
    ['x + 0, which turns -0 into 0', ([x]) => lax.add(x, num(x, 0))],
    ['0 - x, which is 0 for 0', ([x]) => lax.sub(num(x, 0), x)],
    ['x * 0, which is NaN for infinities', ([x]) => lax.mul(x, num(x, 0))],
    ['x - x', ([x]) => lax.sub(x, x)],
    ['x / x', ([x]) => lax.div(x, x)],
    ['x / 3', ([x]) => lax.div(x, num(x, 3))],
    ['x / 2^127, whose reciprocal is no normal number', ([x]) => lax.div(x, num(x, 2 ** 127))],
    ['(x * 3) * 5, which rounds twice', ([x]) => lax.mul(lax.mul(x, num(x, 3)), num(x, 5))],
    ['pow(x, 0.5), which is not sqrt for -0 and -Infinity', ([x]) => lax.pow(x, num(x, 0.5))],
    ['pow(x, 3)', ([x]) => lax.pow(x, num(x, 3))],
    ['x == x, which is false for NaN', ([x]) => lax.eq(x, x)],
    ['not (x < y), which is true for NaN', ([x, y]) => lax.not(lax.lt(x, y))],
    ['convert to int32 and back', ([x]) => lax.convert(lax.convert(x, 'int32'), 'float32')],
    ['convert to float16 and back', ([x]) => lax.convert(lax.convert(x, 'float16'), 'float32')],
  ])('leaves %s', (_what, build) => stays(build));
});

describe('arithmetic of integers', () => {
  test.each<[string, Build, Build]>([
    ['x + 0 -> x', ([x]) => lax.add(x, num(x, 0)), ([x]) => x],
    ['0 - x -> -x', ([x]) => lax.sub(num(x, 0), x), ([x]) => lax.neg(x)],
    ['x - x -> 0', ([x]) => lax.sub(x, x), ([x]) => num(x, 0)],
    ['x * 0 -> 0', ([x]) => lax.mul(x, num(x, 0)), ([x]) => num(x, 0)],
    ['x rem 1 -> 0', ([x]) => lax.rem(x, num(x, 1)), ([x]) => num(x, 0)],
    ['x & -1 -> x', ([x]) => lax.and(x, num(x, -1)), ([x]) => x],
    ['x | 0 -> x', ([x]) => lax.or(x, num(x, 0)), ([x]) => x],
    ['x xor x -> 0', ([x]) => lax.xor(x, x), ([x]) => num(x, 0)],
    ['x << 0 -> x', ([x]) => lax.shiftLeft(x, num(x, 0)), ([x]) => x],
    ['x <= x -> true', ([x]) => lax.le(x, x), ([x]) => lax.fullLike(x, 1, 'bool')],
    ['not (x < y) -> x >= y', ([x, y]) => lax.not(lax.lt(x, y)), ([x, y]) => lax.ge(x, y)],
    ['to float64 and back', ([x]) => lax.convert(lax.convert(x, 'float64'), 'int32'), ([x]) => x],
    ['to int16 and to int8', ([x]) => lax.convert(lax.convert(x, 'int16'), 'int8'), ([x]) => lax.convert(x, 'int8')],
  ])('%s', (_rule, build, wanted) => becomes(build, wanted, { dtype: 'int32' }));

  test.each<[string, Build]>([
    ['to float32 and back, which rounds', ([x]) => lax.convert(lax.convert(x, 'float32'), 'int32')],
    ['to float64 and to int8, which saturates', ([x]) => lax.convert(lax.convert(x, 'float64'), 'int8')],
    ['x / 2, which truncates', ([x]) => lax.div(x, num(x, 2))],
  ])('leaves %s', (_what, build) => stays(build, { dtype: 'int32' }));
});

describe('choice', () => {
  const yes = (x: Value): Value => lax.fullLike(x, 1, 'bool');
  const no = (x: Value): Value => lax.fullLike(x, 0, 'bool');
  test.each<[string, Build, Build]>([
    ['select(true, x, y) -> x', ([x, y]) => lax.select(yes(x), x, y), ([x]) => x],
    ['select(false, x, y) -> y', ([x, y]) => lax.select(no(x), x, y), ([, y]) => y],
    ['select(c, x, x) -> x', ([x, , , c]) => lax.select(c, x, x), ([x]) => x],
    [
      'select(not c, x, y) -> select(c, y, x)',
      ([x, y, , c]) => lax.select(lax.not(c), x, y),
      ([x, y, , c]) => lax.select(c, y, x),
    ],
    [
      'select(x > c, x, select(x <= c, y, x)) -> select(x <= c, y, x)',
      ([x, y]) => lax.select(lax.gt(x, num(x, 2)), x, lax.select(lax.le(x, num(x, 2)), y, x)),
      ([x, y]) => lax.select(lax.le(x, num(x, 2)), y, x),
    ],
    ['select(c, true, false) -> c', ([x, , , c]) => lax.select(c, yes(x), no(x)), ([, , , c]) => c],
    ['select(c, false, true) -> not c', ([x, , , c]) => lax.select(c, no(x), yes(x)), ([, , , c]) => lax.not(c)],
    [
      'select(c, select(c, x, y), z) -> select(c, x, z)',
      ([x, y, z, c]) => lax.select(c, lax.select(c, x, y), z),
      ([x, , z, c]) => lax.select(c, x, z),
    ],
  ])('%s', (_rule, build, wanted) => becomes(build, wanted));
});

describe('structure', () => {
  const back = { low: [1, 0], high: [2, 0], interior: [1, 0], value: 0 };
  test.each<[string, Build, Build]>([
    ['transpose of transpose', ([x]) => lax.transpose(lax.transpose(x, [1, 0]), [1, 0]), ([x]) => x],
    ['reshape of reshape', ([x]) => lax.reshape(lax.reshape(x, [2, 6]), [4, 3]), ([x]) => lax.reshape(x, [4, 3])],
    ['reshape there and back', ([x]) => lax.reshape(lax.reshape(x, [12]), [3, 4]), ([x]) => x],
    ['reverse of reverse', ([x]) => lax.reverse(lax.reverse(x, [0]), [0, 1]), ([x]) => lax.reverse(x, [1])],
    [
      'slice of slice',
      ([x]) => lax.slice(lax.slice(x, [1, 0], [3, 4], [1, 2]), [1, 1], [2, 2]),
      ([x]) => lax.slice(x, [2, 2], [3, 3], [1, 2]),
    ],
    ['slice of all', ([x]) => raw('slice', [x], { start: [0, 0], limit: [3, 4], strides: [1, 1] }), ([x]) => x],
    ['pad by nothing', ([x]) => raw('pad', [x], { low: [0, 0], high: [0, 0], interior: [0, 0], value: 1 }), ([x]) => x],
    [
      'pad that only crops -> slice',
      ([x]) => lax.pad(x, { low: [-1, 0], high: [0, -2], interior: [0, 0], value: 7 }),
      ([x]) => lax.slice(x, [1, 0], [3, 2]),
    ],
    ['slice that undoes pad', ([x]) => lax.slice(lax.pad(x, back), [1, 0], [6, 4], [2, 1]), ([x]) => x],
    ['slice of concatenate', ([x, y]) => lax.slice(lax.concatenate([x, y], 0), [3, 0], [6, 4]), ([, y]) => y],
    [
      'concatenate of concatenate',
      ([x, y, z]) => lax.concatenate([lax.concatenate([x, y], 1), z], 1),
      ([x, y, z]) => lax.concatenate([x, y, z], 1),
    ],
    [
      'broadcast of broadcast',
      ([x]) => lax.broadcastInDim(lax.broadcastInDim(x, [3, 2, 4], [0, 2]), [5, 3, 2, 4], [1, 2, 3]),
      ([x]) => lax.broadcastInDim(x, [5, 3, 2, 4], [1, 3]),
    ],
    [
      'broadcast of a reshape that adds dimensions',
      ([x]) => lax.broadcastTo(lax.reshape(x, [3, 1, 4]), [3, 2, 4]),
      ([x]) => lax.broadcastInDim(x, [3, 2, 4], [0, 2]),
    ],
    [
      'broadcast that only adds dimensions -> reshape',
      ([x]) => lax.broadcastInDim(x, [1, 3, 4], [1, 2]),
      ([x]) => lax.reshape(x, [1, 3, 4]),
    ],
    [
      'transpose of a broadcast',
      ([x]) => lax.transpose(lax.broadcastInDim(x, [2, 3, 4], [1, 2]), [1, 2, 0]),
      ([x]) => lax.broadcastInDim(x, [3, 4, 2], [0, 1]),
    ],
    [
      'transpose of dimensions of size 1 -> reshape',
      ([x]) => lax.transpose(lax.reshape(x, [12, 1]), [1, 0]),
      ([x]) => lax.reshape(x, [1, 12]),
    ],
    ['reduce over size 1 -> reshape', ([x]) => lax.reduceSum(lax.reshape(x, [3, 1, 4]), [1]), ([x]) => x],
    ['reduceMax of reduceMax', ([x]) => lax.reduceMax(lax.reduceMax(x, [0]), [0]), ([x]) => lax.reduceMax(x, [0, 1])],
    [
      'dynamicSlice at constant starts, clamped',
      ([x]) => lax.dynamicSlice(x, [lax.scalarLike(x, 9, 'int32'), lax.scalarLike(x, 1, 'int32')], [2, 2]),
      ([x]) => lax.slice(x, [1, 1], [3, 3]),
    ],
  ])('%s', (_rule, build, wanted) => becomes(build, wanted));

  test('leaves sums of sums of floats', () => stays(([x]) => lax.reduceSum(lax.reduceSum(x, [1]), [0])));
});

describe('constants', () => {
  test.each<[string, Build, Build]>([
    ['functions of one number', ([x]) => lax.mul(x, lax.sqrt(num(x, 9))), ([x]) => lax.mul(x, num(x, 3))],
    ['sums of ones', ([x]) => lax.reduceSum(num(x, 1), [0, 1]), ([x]) => lax.scalarLike(x, 12)],
    [
      'small arrays',
      (_, b) => lax.add(b.constant(fromNumbers('int32', [2], [1, 2])), b.constant(fromNumbers('int32', [2], [3, 5]))),
      (_, b) => b.constant(fromNumbers('int32', [2], [4, 7])),
    ],
    [
      'arrays of one number stay one number',
      ([x], b) =>
        lax.mul(
          x,
          b.constant(
            fromNumbers(
              'float32',
              [3, 4],
              range(12).map(() => 7),
            ),
          ),
        ),
      ([x]) => lax.mul(x, num(x, 7)),
    ],
  ])('%s', (_rule, build, wanted) => becomes(build, wanted));
  test('large results are left', () => stays((_, b) => lax.exp(lax.iota(b, 'float32', [100, 100], 0))));
  test('many random bits are left', () =>
    stays((_, b) => lax.randomBits(b.constant(fromNumbers('uint32', [2], [1, 2])), [100])));
});

describe('whole programs', () => {
  test('equal things are computed once, whatever the order of operands', () =>
    becomes(
      ([x, y]) => lax.sub(lax.exp(lax.mul(x, y)), lax.exp(lax.mul(y, x))),
      ([x, y]) => {
        const e = lax.exp(lax.mul(x, y));
        return lax.sub(e, e);
      },
    ));
  test('0 and -0 are two constants', () => stays(([x]) => lax.div(lax.mul(x, num(x, 0)), lax.mul(x, num(x, -0)))));
  test('what is computed of broadcasts is broadcast', () =>
    becomes(
      ([x, y]) => {
        const row = lax.slice(y, [0, 0], [1, 4]);
        return lax.div(x, lax.sqrt(lax.add(lax.broadcastTo(row, [3, 4]), num(x, 1e-3))));
      },
      ([x, y]) => {
        const row = lax.slice(y, [0, 0], [1, 4]);
        const epsilon = lax.scalarLike(y, 1e-3);
        const sum = lax.add(lax.reshape(row, [4]), lax.broadcastInDim(epsilon, [4], []));
        return lax.div(x, lax.broadcastInDim(lax.sqrt(sum), [3, 4], [1]));
      },
    ));
  test('transposes are absorbed before and after a product', () => {
    const params = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };
    becomes(
      ([x, y]) => lax.transpose(lax.dotGeneral(x, lax.transpose(y, [1, 0]), params), [1, 0]),
      ([x, y]) => lax.dotGeneral(y, x, { ...params, lhsContract: [1], rhsContract: [1] }),
    );
  });
  test('transposes are absorbed before and after a convolution', () => {
    const dims = (batch: number, feature: number, ...spatial: number[]): lax.ConvDims => ({ batch, feature, spatial });
    const params: lax.ConvParams = {
      lhs: dims(0, 2, 1), rhs: dims(0, 2, 1), out: dims(0, 2, 1), strides: [1], padding: [[1, 1]], lhsDilation: [1], rhsDilation: [1],
      featureGroups: 1, batchGroups: 1,
    }; // prettier-ignore
    becomes(
      ([x, k]) => lax.transpose(lax.convGeneral(lax.transpose(x, [2, 0, 1]), k, params), [0, 2, 1]),
      ([x, k]) => lax.convGeneral(x, k, { ...params, lhs: dims(2, 1, 0), out: dims(0, 1, 2) }),
      { shape: [3, 3, 3] },
    );
  });
  test('a product that something else needs is not computed twice', () => {
    const params = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [1] };
    stays(([x, y]) => {
      const product = lax.dotGeneral(x, y, params);
      return lax.add(lax.exp(product), lax.transpose(product, [1, 0]));
    });
  });
});
