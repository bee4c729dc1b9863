import { describe, expect, it, vi } from 'vitest';
import { toCamelCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import * as ops from '../ops/index.js';
import { KerasTensor, setKerasMask, type Tensor, tensor, valueAndGrad } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { cotangent, tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, fillMarks, readFixtures } from '../testing/fixtures.js';
import * as losses from './index.js';

const cases = readFixtures('losses');
const plain = (x: unknown): unknown => JSON.parse(JSON.stringify(x));
const named = (list: FixtureCase[]): (readonly [string, FixtureCase])[] => list.map((c) => [c.id, c] as const);

/** The sum of the outputs, each times a stated number: what the gradients are of. */
const weigh = (y: Tensor): Tensor => ops.sum(ops.multiply(y, tensor(cotangent(y.size), y.shape, y.dtype)));

/** Keras 3.15.1 leaves these out of the config (#23286), so that a copy has their defaults; here, as in its master, they are written. */
const REPAIRED: Record<string, readonly string[]> = {
  Huber: ['delta'],
  CosineSimilarity: ['axis'],
  SparseCategoricalCrossentropy: ['axis'],
};

function lossOf(c: FixtureCase): losses.Loss {
  const className = c['class_name'] as string;
  if (c['serialized'] === null)
    return losses.deserialize({ class_name: className, config: c['options'] }) as losses.Loss;
  return losses.deserialize(c['serialized']) as losses.Loss;
}

describe('losses, against Keras', () => {
  it.each(named(cases.filter((c) => c['serialized'] && c['kind'] === undefined)))('config of %s', (_, c) => {
    const { config, ...rest } = plain(losses.serialize(lossOf(c))) as { config: Config };
    for (const key of REPAIRED[c['class_name'] as string] ?? []) {
      expect(config).toHaveProperty(key);
      delete config[key];
    }
    expect({ ...rest, config }).toEqual(c['serialized']);
  });
  everyBackend((run) => {
    it.each(named(cases.filter((c) => 'y_true' in c)))('%s', (_, c) => {
      const loss = lossOf(c);
      const [yTrue, yPred] = [c['y_true'], c['y_pred']].map((x) => decodeTensor(x as EncodedArray));
      const sampleWeight = c['sample_weight'] ? decodeTensor(c['sample_weight'] as EncodedArray) : null;
      const mask = c['mask'] ? decodeTensor(c['mask'] as EncodedArray) : null;
      const tolerance = c['tolerance'] as number;
      if (mask !== null) setKerasMask(yPred, mask);
      const { value, grads } = run(() => {
        const compute = (): Tensor => loss(yTrue, yPred, { sampleWeight });
        return { value: compute(), grads: valueAndGrad(() => weigh(compute()), [yPred])[1] };
      });
      expect(tensorDifference(value, c['output'] as EncodedArray, tolerance)).toBeNull();
      if (c['grad_y_pred'])
        expect(tensorDifference(grads[0], c['grad_y_pred'] as EncodedArray, 5 * tolerance)).toBeNull();
    });
    it.each(named(cases.filter((c) => c['name'])))('%s', (_, c) => {
      const name = toCamelCase(String(c['name']).split('.')[1]) as keyof typeof losses;
      const fn = losses[name] as unknown as (...args: unknown[]) => Tensor;
      const inputs = (c['inputs'] as EncodedArray[]).map(decodeTensor);
      const args = fillMarks(c['args'], inputs) as unknown[];
      const options = fillMarks(c['kwargs'], inputs, true) as object;
      const recorded = (c['grads'] ?? {}) as Record<string, EncodedArray>;
      const wrt = Object.keys(recorded);
      const { value, grads } = run(() => {
        const compute = (): Tensor => fn(...args, options);
        return {
          value: compute(),
          grads:
            wrt.length === 0
              ? []
              : valueAndGrad(
                  () => weigh(compute()),
                  wrt.map((i) => inputs[Number(i)]),
                )[1],
        };
      });
      const tolerance = c['tolerance'] as number;
      expect(tensorDifference(value, (c['outputs'] as EncodedArray[])[0], tolerance)).toBeNull();
      wrt.forEach((i, k) => expect(tensorDifference(grads[k], recorded[i], 5 * tolerance)).toBeNull());
    });
  });
  it.each(named(cases.filter((c) => c['kind'] === 'identifier')))('%s', (_, c) => {
    const found = plain(losses.serialize(losses.get(c['identifier']))) as Config;
    const expected = c['serialized'] as Config;
    if (isDict(found['config'])) expect(found['config']).toMatchObject(expected['config'] as Config);
    else expect(found).toEqual(expected);
    expect(losses.deserialize(c['serialized'])).not.toBeNull();
  });
});

describe('Loss', () => {
  class Fourth extends losses.Loss {
    override call(yTrue: Tensor, yPred: Tensor): Tensor {
      return ops.mean(ops.power(ops.subtract(yPred, yTrue), 4), { axis: -1 });
    }
  }
  it('is a base for losses of one’s own', () => {
    const loss = new Fourth({ reduction: 'sum' });
    expect(loss([[0, 1]], [[2, 0]]).itemSync()).toBe(8.5);
    expect(loss.name).toMatch(/^fourth/);
    expect(loss.getConfig()).toEqual({ name: loss.name, reduction: 'sum' });
    expect(Fourth.fromConfig(loss.getConfig())).toBeInstanceOf(Fourth);
  });
  it('takes lists and dicts of tensors', () => {
    class Both extends losses.Loss {
      override call(yTrue: { a: Tensor; b: Tensor[] }, yPred: Tensor): Tensor {
        return ops.abs(ops.subtract(ops.add(yTrue.a, yTrue.b[0]), yPred));
      }
    }
    expect(new Both()({ a: [1, 2], b: [tensor([1, 1])] }, [2, 4]).itemSync()).toBe(0.5);
  });
  it('draws on symbolic tensors', () => {
    const y = new KerasTensor([null, 3]);
    expect(new losses.MeanSquaredError({ reduction: 'none' })(y, y).shape).toEqual([null]);
    expect(losses.meanSquaredError(y, y).shape).toEqual([null]);
  });
  it('wraps functions with their options', () => {
    const loss = new losses.LossFunctionWrapper(losses.huber, { delta: 0.5, name: 'mine' });
    const expected = new losses.Huber({ delta: 0.5 })([[0, 2]], [[1, 0.2]]).itemSync();
    expect(loss([[0, 2]], [[1, 0.2]]).itemSync()).toBe(expected);
    const copy = losses.deserialize(losses.serialize(loss)) as losses.Loss;
    expect(copy([[0, 2]], [[1, 0.2]]).itemSync()).toBe(expected);
    expect(copy.name).toBe('mine');
  });
  it('masks what a class to ignore leaves out', () => {
    const loss = new losses.SparseCategoricalCrossentropy({ ignoreClass: -1 });
    const whole = loss([0, 1, -1], [[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]]).itemSync(); // prettier-ignore
    const part = loss([0, 1], [[0.7, 0.3], [0.4, 0.6]]).itemSync(); // prettier-ignore
    expect(whole).toBeCloseTo(part, 6);
  });
  it('smooths labels over the classes of any axis, unlike Keras 3.15.1 (#23437)', () => {
    const [t, p] = [[[1, 0, 0], [0, 1, 0]], [[0.2, 0.5, 0.3], [0.1, 0.6, 0.3]]]; // prettier-ignore
    const last = new losses.CategoricalCrossentropy({ labelSmoothing: 0.3 })(t, p).itemSync();
    const first = new losses.CategoricalCrossentropy({ labelSmoothing: 0.3, axis: 0 })(
      ops.transpose(t),
      ops.transpose(p),
    );
    expect(first.itemSync()).toBeCloseTo(last, 6);
  });
  it('finds sparse classes on any axis', () => {
    const scores = [[[0.2, 0.5], [0.1, 0.6], [0.7, -0.9]]]; // prettier-ignore
    const options = { fromLogits: true, reduction: 'none' } as const;
    const last = new losses.SparseCategoricalCrossentropy(options)(
      [[0, 2]],
      ops.transpose(scores, { axes: [0, 2, 1] }),
    );
    const middle = new losses.SparseCategoricalCrossentropy({ ...options, axis: 1 })([[0, 2]], scores);
    expect(middle.arraySync()).toEqual(last.arraySync());
  });
});

describe('bad input', () => {
  it('names near ids', () => {
    expect(() => losses.get('categorical_crosentropy')).toThrow(
      /Unknown loss 'categorical_crosentropy'.*'categorical_crossentropy'/,
    );
  });
  it('refuses unknown reductions and options', () => {
    expect(() => new losses.MeanSquaredError({ reduction: 'avg' as 'mean' })).toThrow(
      `MeanSquaredError: reduction="avg". Expected one of 'sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', null.`,
    );
    expect(() => new losses.BinaryCrossentropy({ fromLogit: true } as object)).toThrow(
      "BinaryCrossentropy has no option 'fromLogit'. Did you mean 'fromLogits'?",
    );
    expect(() => new losses.Huber({ delta: -1 })).toThrow('Huber: delta=-1. Expected a positive number.');
    expect(() => new losses.BinaryCrossentropy({ labelSmoothing: 2 })).toThrow('labelSmoothing=2');
    expect(() => new losses.CategoricalCrossentropy({ axis: true as unknown as number })).toThrow('axis=true');
    expect(() => new losses.CategoricalGeneralizedCrossEntropy({ q: 1 })).toThrow('q=1. Expected a number between');
    expect(() => new losses.MeanSquaredError()([1], [1], { weight: 1 } as object)).toThrow(
      "MeanSquaredError 'mean_squared_error': the call has no option 'weight'.",
    );
    expect(() => new losses.MeanSquaredError({ dtype: 'floaty' as 'float32' })).toThrow(/floaty/);
  });
  it('says which shapes do not go together', () => {
    const zeros = (...shape: number[]): Tensor => ops.zeros(shape);
    expect(() => losses.meanSquaredError(zeros(4, 5), zeros(4, 3))).toThrow(
      'meanSquaredError: yTrue of shape (4, 5) and yPred of shape (4, 3) do not go together.',
    );
    expect(() => losses.categoricalCrossentropy(zeros(4, 5), zeros(4, 3))).toThrow(/same shape.*\(4, 5\).*\(4, 3\)/);
    expect(() => losses.sparseCategoricalCrossentropy(zeros(4, 5), zeros(4, 3))).toThrow(/\(4, 5\).*\(4, 3\)/);
    expect(() => new losses.MeanSquaredError()(zeros(4, 5), zeros(4, 5), { sampleWeight: [1, 2, 3] })).toThrow(
      "MeanSquaredError 'mean_squared_error': sampleWeight of shape (3,) does not fit losses of shape (4,).",
    );
    expect(() => losses.ctc(zeros(4), zeros(4, 5, 3))).toThrow('ctc: yTrue of shape (4,). Expected (batch, labels)');
  });
  it('warns of a single class', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    losses.categoricalCrossentropy([[1]], [[0.5]]);
    expect(warn.mock.calls[0][0]).toMatch(/yPred has one class only.*'binary_crossentropy'/);
    warn.mockRestore();
  });
  it('wants a call() and a function', () => {
    expect(() => new losses.Loss()([1], [1])).toThrow('Loss Loss does not have a call() method.');
    expect(() => new losses.LossFunctionWrapper('mse' as never)).toThrow("LossFunctionWrapper: fn='mse'.");
  });
});
