/** @file Every gradient rule against central differences. */
import { describe, expect, test } from 'vitest';
import { fromNumbers } from '../../core/ndarray.js';
import { checkGradient, differentiated, sampleArray } from '../../testing/gradient_check.js';
import type { Value } from '../index.js';
import { allPrimitives, GraphBuilder, gradients, interpret, makeGraph } from '../index.js';
import * as lax from '../lax.js';

const shifted = (x: Value, by: number): Value => lax.add(x, lax.fullLike(x, by));

describe('element-wise', () => {
  const smooth = [
    'neg',
    'exp',
    'expm1',
    'sin',
    'cos',
    'tan',
    'sinh',
    'cosh',
    'tanh',
    'asinh',
    'atan',
    'erf',
    'logistic',
    'abs',
  ] as const;
  const insideUnit = ['asin', 'acos', 'atanh', 'erfinv'] as const;
  const positive = ['log', 'log1p', 'sqrt', 'lgamma', 'digamma'] as const;
  test.each(smooth)('%s', (name) => checkGradient(([x]) => lax[name](x), [sampleArray([2, 3])]));
  test.each(insideUnit)('%s on (-0.5, 0.5)', (name) =>
    checkGradient(([x]) => lax[name](lax.mul(x, lax.fullLike(x, 0.5))), [sampleArray([5])]),
  );
  test.each(positive)('%s on (1, 3)', (name) => checkGradient(([x]) => lax[name](shifted(x, 2)), [sampleArray([5])]));
  test('digamma of negative numbers', () =>
    checkGradient(([x]) => lax.digamma(shifted(lax.mul(x, lax.fullLike(x, 0.3)), -1.5)), [sampleArray([5])]));
  test('acosh', () => checkGradient(([x]) => lax.acosh(shifted(x, 3)), [sampleArray([4])]));
  test.each(['add', 'sub', 'mul', 'atan2', 'max', 'min'] as const)('%s', (name) =>
    checkGradient(([x, y]) => lax[name](x, y), [sampleArray([4]), sampleArray([4], 2)]),
  );
  test.each(['div', 'pow', 'rem'] as const)('%s of positive numbers', (name) =>
    checkGradient(([x, y]) => lax[name](shifted(x, 2), shifted(y, 2)), [sampleArray([4]), sampleArray([4], 2)]),
  );
  test('select', () =>
    checkGradient(
      ([x, y]) => lax.select(lax.gt(x, y), lax.mul(x, y), lax.exp(y)),
      [sampleArray([4]), sampleArray([4], 2)],
    ));
});

describe('structure', () => {
  const cube = (x: Value): Value => lax.mul(x, lax.mul(x, x));
  test('broadcastInDim', () =>
    checkGradient(([x]) => cube(lax.broadcastInDim(x, [2, 3, 2], [0, 1])), [sampleArray([1, 3])]));
  test('transpose and reshape', () =>
    checkGradient(([x]) => cube(lax.reshape(lax.transpose(x, [1, 0]), [6])), [sampleArray([2, 3])]));
  test('slice with strides', () =>
    checkGradient(([x]) => cube(lax.slice(x, [1, 0], [5, 3], [2, 2])), [sampleArray([6, 3])]));
  test('pad, also negative and between', () =>
    checkGradient(
      ([x]) => cube(lax.pad(x, { low: [1, -1], high: [-1, 2], interior: [1, 0], value: 0.5 })),
      [sampleArray([3, 3])],
    ));
  test('concatenate', () =>
    checkGradient(([x, y]) => cube(lax.concatenate([x, y, x], 1)), [sampleArray([2, 2]), sampleArray([2, 1], 2)]));
  test('reverse', () => checkGradient(([x]) => cube(lax.reverse(x, [0, 1])), [sampleArray([2, 2])]));
});

describe('reduction', () => {
  test.each(['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'] as const)('%s', (name) =>
    checkGradient(([x]) => lax.exp(lax[name](x, [1])), [sampleArray([2, 3, 2])]),
  );
  test('reduceProd with one zero in a row', () => {
    const x = fromNumbers('float64', [2, 3], [0, 2, 3, 4, 5, 6]);
    checkGradient(([v]) => lax.reduceProd(v, [1]), [x], { second: false });
  });
  test.each(['sum', 'prod', 'max', 'min'] as const)('cumulative %s', (kind) => {
    for (const reverse of [false, true])
      checkGradient(([x]) => lax.exp(lax.cumulative(x, { kind, axis: 0, reverse })), [sampleArray([4, 2])]);
  });
  test('cumulative product with a zero', () =>
    checkGradient(
      ([x]) => lax.cumulative(x, { kind: 'prod', axis: 0, reverse: false }),
      [fromNumbers('float64', [4], [2, 0, 3, 4])],
      { second: false },
    ));
  test('sort', () =>
    checkGradient(
      ([x]) => lax.exp(lax.mul(lax.sort(x, 1), lax.constantLike(x, sampleArray([2, 4], 9)))),
      [sampleArray([2, 4])],
    ));
});

describe('contraction', () => {
  test('dotGeneral with batch and two contracted dimensions', () =>
    checkGradient(
      ([a, b]) => lax.dotGeneral(a, b, { lhsBatch: [1], rhsBatch: [0], lhsContract: [0, 3], rhsContract: [3, 1] }),
      [sampleArray([2, 2, 3, 2]), sampleArray([2, 2, 3, 2], 2)],
    ));
  const last = { batch: 0, feature: 2, spatial: [1] };
  const kernel = { batch: 2, feature: 1, spatial: [0] };
  const base = {
    lhs: last,
    rhs: kernel,
    out: last,
    strides: [1],
    padding: [[0, 0]] as [number, number][],
    lhsDilation: [1],
    rhsDilation: [1],
    featureGroups: 1,
    batchGroups: 1,
  };
  test.each([
    ['plain', {}],
    ['strides and padding', { strides: [2], padding: [[1, 2]] as [number, number][] }],
    ['negative padding', { padding: [[-1, 2]] as [number, number][] }],
    ['kernel dilation', { rhsDilation: [2], padding: [[1, 1]] as [number, number][] }],
    ['input dilation', { lhsDilation: [2], strides: [2], padding: [[2, 1]] as [number, number][] }],
    ['strides that leave a rest', { strides: [3] }],
  ])('convGeneral: %s', (_name, extra) =>
    checkGradient(
      ([x, k]) => lax.convGeneral(x, k, { ...base, ...extra }),
      [sampleArray([2, 6, 2]), sampleArray([3, 2, 3], 2)],
    ),
  );
  test('convGeneral: groups of features', () =>
    checkGradient(
      ([x, k]) => lax.convGeneral(x, k, { ...base, featureGroups: 2 }),
      [sampleArray([2, 5, 4]), sampleArray([2, 2, 6], 2)],
    ));
  test('convGeneral: groups of the batch', () =>
    checkGradient(
      ([x, k]) => lax.convGeneral(x, k, { ...base, batchGroups: 2 }),
      [sampleArray([4, 5, 2]), sampleArray([2, 2, 6], 2)],
    ));
  test('convGeneral: two dimensions, channels first', () => {
    const first = { batch: 0, feature: 1, spatial: [2, 3] };
    const params = {
      ...base,
      lhs: first,
      out: first,
      rhs: { batch: 3, feature: 2, spatial: [0, 1] },
      strides: [1, 2],
      padding: [
        [1, 0],
        [0, 1],
      ] as [number, number][],
      lhsDilation: [1, 1],
      rhsDilation: [1, 1],
    };
    checkGradient(([x, k]) => lax.convGeneral(x, k, params), [sampleArray([1, 2, 3, 4]), sampleArray([2, 2, 2, 2], 2)]);
  });
});

describe('windows and indexing', () => {
  const params = {
    window: [1, 3, 1],
    strides: [1, 2, 1],
    padding: [
      [0, 0],
      [1, 1],
      [0, 0],
    ] as [number, number][],
    dilation: [1, 1, 1],
  };
  test.each(['reduceWindowSum', 'reduceWindowMax', 'reduceWindowMin'] as const)('%s', (name) =>
    checkGradient(([x]) => lax.exp(lax[name](x, params)), [sampleArray([2, 6, 2])]),
  );
  test('reduceWindowSum with dilation and a rest', () =>
    checkGradient(
      ([x]) => lax.exp(lax.reduceWindowSum(x, { ...params, dilation: [1, 2, 1], strides: [1, 3, 1] })),
      [sampleArray([1, 8, 1])],
    ));
  const rows = fromNumbers('int32', [3], [2, 0, 2]);
  test('gather', () =>
    checkGradient(([x]) => lax.exp(lax.gather(x, lax.constantLike(x, rows))), [sampleArray([3, 2])]));
  test.each(['set', 'add', 'mul', 'max', 'min'] as const)('scatter %s', (mode) =>
    checkGradient(
      ([x, u]) => lax.exp(lax.scatter(x, lax.constantLike(x, rows), u, mode)),
      [sampleArray([3, 2]), sampleArray([3, 2], 2)],
    ),
  );
  test('scatter mul of zeros', () =>
    checkGradient(
      ([x, u]) => lax.scatter(x, lax.constantLike(x, rows), u, 'mul'),
      [sampleArray([3, 2]), fromNumbers('float64', [3, 2], [0, 2, 3, 0, 5, 0])],
      { second: false },
    ));
  test('gather and indices outside, which are clamped', () =>
    checkGradient(
      ([x]) => lax.exp(lax.gather(x, lax.constantLike(x, fromNumbers('int32', [3], [-2, 7, 1])))),
      [sampleArray([3, 2])],
    ));
  test('dynamicSlice and dynamicUpdateSlice', () => {
    checkGradient(
      ([x, u]) => {
        const at = [lax.scalarLike(x, 2, 'int32'), lax.scalarLike(x, 1, 'int32')];
        return lax.exp(lax.dynamicSlice(lax.dynamicUpdateSlice(x, u, at), at, [2, 1]));
      },
      [sampleArray([4, 3]), sampleArray([1, 2], 2)],
    );
  });
});

test('convert carries the cotangent back in the dtype of its operand, and nothing through integers', () => {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [2] }, 'x');
  const [back] = gradients(lax.reduceSum(lax.convert(x, 'float16'), [0]), [x]);
  expect(back!.dtype).toBe('float32');
  expect(interpret(makeGraph([x], [back!]), [fromNumbers('float32', [2], [1, 2])])[0].data).toEqual(
    Float32Array.of(1, 1),
  );
  const through = lax.convert(lax.convert(x, 'int32'), 'float32');
  expect(gradients(lax.reduceSum(through, [0]), [x])).toEqual([null]);
});

test('no element-wise primitive with a gradient is forgotten above', () => {
  const names = [...allPrimitives().values()].filter((p) => p.scalar && p.gradient !== null).map((p) => p.name);
  expect(names.filter((name) => !differentiated.has(name) && name !== 'convert')).toEqual([]);
});
