import { describe, expect, it } from 'vitest';
import type { DType } from '../core/dtype.js';
import { RuntimeError, ValueError } from '../core/errors.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';
import { flatten } from '../core/tree.js';
import { Lambda } from '../layers/index.js';
import { Function as KerasFunction } from '../models/index.js';
import type { Tensor } from '../runtime/index.js';
import { KerasTensor, tensor } from '../runtime/index.js';
import { callByKerasName } from '../testing/call_op.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, fillMarks, readFixtures } from '../testing/fixtures.js';
import { resolveName } from '../testing/keras_api.js';
import type { OpCase } from '../testing/op_cases.js';
import * as ops from './index.js';

/** A call on symbolic tensors: one of another family with some axes open (`open`: pairs of array and axis), or one of its own. */
interface OpenCase extends FixtureCase {
  readonly family?: string;
  readonly case?: string;
  readonly open: readonly (readonly [array: number, axis: number])[];
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly shapes: readonly PartialShape[];
  readonly dtypes: readonly DType[];
  readonly outputs?: readonly { readonly shape: PartialShape; readonly dtype: string }[];
  /** The kind of Keras's error. */
  readonly refused?: string;
}

const recorded = new Map(
  ['ops', 'ops_more', 'dot'].flatMap((family) => readFixtures<OpCase>(family).map((c) => [`${family}/${c.id}`, c])),
);

/** Where the symbols of Keras 3.15.1 are not what it then computes; ours are held to the recorded results alone. */
const KERAS_ERRS: Readonly<Record<string, string>> = {
  adaptive_average_pool: 'has an axis too many',
  adaptive_max_pool: 'has an axis too many',
  corrcoef: 'has the shape of the argument; the result is square',
  histogram: 'is of int32; the result is of float32',
  kron: 'has one axis',
  multi_hot: 'is of int32; the result is of float32',
  ndim: 'is a float tensor; here, as in NumPy, a number',
  searchsorted: 'is of int64; the result is of int32',
  shape: 'is a tuple; here a list',
  size: 'is a tensor; here a number, or null',
};
/** Calls whose shape hangs on an axis of which nothing is known, and Keras guesses. */
const UNKNOWABLE: readonly (readonly [ids: RegExp, why: string])[] = [
  [/\/cross\/.*1\.1/, 'whether vectors have 2 or 3 elements'],
  [/\/separable_conv\/0\/0\.0\+1\.0\+2\.0$/, 'Keras takes an open pointwise kernel for one of 1 x 1'],
  [/\/dot_product_attention\/.*\/2\.3$/, 'Keras takes values to be as wide as queries'],
  [/\/squeeze\//, 'an open axis is not squeezed, and may turn out to be of size 1'],
  [/\/conv_transpose\/2\/1\.1$/, 'whether the kernel is larger than the stride'],
];
const unknowable = (c: OpenCase): boolean => UNKNOWABLE.some(([ids]) => ids.test(c.id));

type Found = readonly (KerasTensor | number | null)[];

/** What the call gives, or its error. */
function answer(c: OpenCase): Found | Error {
  const source = sourceOf(c);
  const inputs =
    source === null
      ? c.shapes.map((shape, i) => new KerasTensor(shape, { dtype: c.dtypes[i] }))
      : source.inputs.map((array, i) => {
          const axes = c.open.filter(([which]) => which === i).map(([, axis]) => axis);
          if (axes.length === 0) return decodeTensor(array);
          const shape = array.shape.map((dim, d) => (axes.includes(d) ? null : dim));
          return new KerasTensor(shape, { dtype: array.dtype as DType });
        });
  const { name, args, kwargs } = source ?? c;
  try {
    const given = fillMarks(kwargs, inputs) as Record<string, unknown>;
    return flatten(callByKerasName({ ops }, name, fillMarks(args, inputs) as unknown[], given) as Found);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

const sourceOf = (c: OpenCase): OpCase | null =>
  c.case === undefined ? null : recorded.get(`${c.family!}/${c.case}`)!;
const opOf = (c: OpenCase): string => (sourceOf(c) ?? c).name.replace('ops.', '');
const missing = (c: OpenCase): boolean => resolveName({ ops }, (sourceOf(c) ?? c).name) === undefined;

interface TensorSpec {
  readonly shape: PartialShape;
  readonly dtype: string;
}
const text = (specs: readonly TensorSpec[]): string =>
  specs.map(({ shape, dtype }) => `${formatShape(shape)} ${dtype}`).join('; ');
/** Whether `specific` is what `general` promises: the same, with sizes for open axes. */
const promised = (specific: TensorSpec, general: TensorSpec): boolean =>
  specific.dtype === general.dtype &&
  specific.shape.length === general.shape.length &&
  general.shape.every((dim, d) => dim === null || dim === specific.shape[d]);

describe('open axes against real Keras', () => {
  const cases = readFixtures<OpenCase>('open_axes').filter((c) => !missing(c));
  const answers = new Map(cases.map((c) => [c, answer(c)]));
  const symbols = (found: Found): KerasTensor[] => found.filter((x) => x instanceof KerasTensor);

  it('gives the shapes and dtypes of Keras, or sizes where Keras does not conclude them', () => {
    const wrong: string[] = [];
    for (const [c, found] of answers) {
      if (c.outputs === undefined || opOf(c) in KERAS_ERRS || unknowable(c)) continue;
      const specs = found instanceof Error ? [] : symbols(found);
      const { outputs } = c;
      if (specs.length === outputs.length && specs.every((spec, i) => promised(spec, outputs[i]))) continue;
      wrong.push(`${c.id}: ${found instanceof Error ? String(found) : text(specs)}; Keras gives ${text(outputs)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('promises nothing but what the same call on arrays gave', () => {
    const wrong: string[] = [];
    for (const [c, found] of answers) {
      const source = sourceOf(c);
      if (source === null || found instanceof Error || unknowable(c)) continue;
      const specs = symbols(found);
      const kept = source.outputs.length === specs.length && specs.every((s, i) => promised(source.outputs[i], s));
      if (specs.length > 0 && !kept) wrong.push(`${c.id}: ${text(specs)}; the result was ${text(source.outputs)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is refused in words that show no size nobody gave', () => {
    for (const [c, found] of answers) {
      if (!(found instanceof Error)) continue;
      expect(c.refused, `${c.id}: ${String(found)}`).toBeDefined();
      expect(found instanceof ValueError || found instanceof RuntimeError, `${c.id}: ${String(found)}`).toBe(true);
      expect(found.message, c.id).not.toMatch(/\b(83|89|97|\d{3,})\b/);
    }
  });
});

describe('open axes', () => {
  const input = (...shape: (number | null)[]): KerasTensor => new KerasTensor(shape);

  it('stand beside fixed ones, in ops, methods and layers', () => {
    expect(ops.add(input(null, null, 4), input(null, 6, 4)).shape).toEqual([null, 6, 4]);
    expect(input(6, 4).add(input(null, 4)).shape).toEqual([6, 4]);
    expect(ops.add(input(null, 83, 4), input(null, null, 4)).shape).toEqual([null, 83, 4]);
    expect(ops.add(input(null, 89), input(null, 83, 1)).shape).toEqual([null, 83, 89]);
    expect(ops.matmul(input(null, 3, null), input(null, 4, 5)).shape).toEqual([null, 3, 5]);
    expect(ops.split(input(null, null, 4), 2, { axis: 1 }).map((x) => x.shape)).toEqual(Array(2).fill([null, null, 4]));
    expect(ops.nn.spaceToDepth(input(null, null, null, 3), 2).shape).toEqual([null, null, null, 12]);
    expect(ops.reshape(input(null, 2), [-1, 4]).shape).toEqual([null, 4]);
    expect(ops.topK(input(null, null), 100)[0].shape).toEqual([null, 100]);
    const lambda = new Lambda((x: Tensor) => ops.reshape(x, [-1, 4]));
    expect(lambda(input(null, 2)).shape).toEqual([null, 4]);
  });

  it('are not concluded to be as large as a fixed one that bounds them', () => {
    expect(ops.diagonal(input(null, 3, 4), { axis1: 0, axis2: 1 }).shape).toEqual([4, null]);
    expect(ops.getItem(input(null, null), ['...', { stop: 5 }]).shape).toEqual([null, null]);
  });

  it('are None in messages', () => {
    expect(() => ops.add(input(null, null, 4), input(null, 6, 5))).toThrow(
      'add: shapes (None, None, 4) and (None, 6, 5) cannot be broadcast together.',
    );
    expect(() => ops.add(input(null, 83), input(null, 5))).toThrow('shapes (None, 83) and (None, 5) cannot');
    expect(() => ops.unstack(input(null, 3))).toThrow(/^unstack: how many tensors it gives depends on .* \(None\)/);
  });

  it('are open in the results of ops whose shape depends on numbers, which models then run eagerly', () => {
    expect(ops.nonzero(input(null, 3)).map((x) => x.shape)).toEqual([[null], [null]]);
    expect(ops.bincount(input(2, null)).shape).toEqual([2, null]);
    expect((ops.unique(input(null, 3)) as KerasTensor).shape).toEqual([null]);
    const x = new KerasTensor([null], { dtype: 'int32' });
    expect(String(new KerasFunction(x, ops.bincount(x)).call(tensor([0, 2, 2])))).toBe('[1 0 2]');
  });
});
