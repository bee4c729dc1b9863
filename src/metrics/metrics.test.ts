import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resetNames, toCamelCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import * as losses from '../losses/index.js';
import * as ops from '../ops/index.js';
import { jit, setKerasMask, type Tensor, type TensorLike } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, fillMarks, readFixtures } from '../testing/fixtures.js';
import * as metrics from './index.js';
import { Metric } from './index.js';

const cases = readFixtures('metrics');
const plain = (x: unknown): unknown => JSON.parse(JSON.stringify(x));
const named = (list: FixtureCase[]): (readonly [string, FixtureCase])[] => list.map((c) => [c.id, c] as const);

/** Keras 3.15.1 leaves it out of the config, as in the loss (#23286); here it is written. */
const REPAIRED: Record<string, string> = { CosineSimilarity: 'axis' };

type Batch = Record<string, EncodedArray>;

function update(metric: Metric, batch: Batch): void {
  const { values, y_true: yTrue, y_pred: yPred, sample_weight: weights, mask } = batch;
  const options = weights ? [{ sampleWeight: decodeTensor(weights) }] : [];
  if (values) return metric.updateState(decodeTensor(values), ...options);
  const predictions = decodeTensor(yPred);
  if (mask) setKerasMask(predictions, decodeTensor(mask));
  return metric.updateState(decodeTensor(yTrue), predictions, ...options);
}

beforeEach(() => resetNames());
afterEach(() => vi.restoreAllMocks());

describe('metrics, against Keras', () => {
  const updates = cases.filter((c) => 'updates' in c);
  it.each(named(updates))('config of %s', (_, c) => {
    const metric = metrics.deserialize(c['serialized']) as Metric;
    const { config, ...rest } = plain(metrics.serialize(metric)) as { config: Config };
    const repaired = REPAIRED[c['class_name'] as string];
    if (repaired !== undefined) {
      expect(config).toHaveProperty(repaired);
      delete config[repaired];
    }
    expect({ ...rest, config }).toEqual(c['serialized']);
  });
  everyBackend((run) => {
    it.each(named(updates))('%s', (_, c) => {
      vi.spyOn(console, 'warn').mockImplementation(() => undefined);
      const metric = metrics.deserialize(c['serialized']) as Metric;
      const tolerance = c['tolerance'] as number;
      // One program of all updates, as quick as one of them to make. State from program to program: see below.
      const found = run(() => {
        const look = (): Tensor[] => [metric.result() as Tensor, ...metric.variables.map((v) => v.value)];
        const seen = (c['updates'] as Batch[]).map((batch) => {
          update(metric, batch);
          return look();
        });
        metric.resetState();
        return [...seen, look()];
      });
      const states = c['variables'] as EncodedArray[][];
      const recorded = (c['results'] as EncodedArray[]).map((result, i) => [result, ...states[i]]);
      recorded.push([c['result_after_reset'] as EncodedArray, ...(c['variables_after_reset'] as EncodedArray[])]);
      expect(metric.variables.map((v) => v.name)).toEqual(c['variable_names']);
      recorded.forEach((expected, step) => {
        expect(found[step].length).toBe(expected.length);
        expected.forEach((array, i) => expect(tensorDifference(found[step][i], array, tolerance)).toBeNull());
      });
    });
    it.each(named(cases.filter((c) => 'args' in c)))('%s', (_, c) => {
      const name = toCamelCase(String(c['name']).split('.')[1]) as keyof typeof metrics;
      const fn = metrics[name] as unknown as (...args: unknown[]) => Tensor;
      const inputs = (c['inputs'] as EncodedArray[]).map(decodeTensor);
      const args = fillMarks(c['args'], inputs) as unknown[];
      const options = fillMarks(c['kwargs'], inputs, true) as object;
      const value = run(() => fn(...args, options));
      expect(tensorDifference(value, (c['outputs'] as EncodedArray[])[0], c['tolerance'] as number)).toBeNull();
    });
  });
  it.each(named(cases.filter((c) => c['kind'] === 'identifier')))('%s', (_, c) => {
    const found = plain(metrics.serialize(metrics.get(c['identifier']))) as { config: Config };
    const expected = c['serialized'] as { config: Config };
    expect(found).toMatchObject(expected);
  });
});

describe('Metric', () => {
  class Positives extends Metric {
    readonly count = this.addVariable([], 'zeros', { name: 'count' });
    override updateState(yTrue: TensorLike): void {
      this.count.assignAdd(ops.sum(ops.cast(yTrue, this.dtype)));
    }
    override result(): Tensor {
      return this.count.value;
    }
  }
  it('is a base for metrics of one’s own, callable, and named by its class', () => {
    const metric = new Positives();
    expect(metric.name).toBe('positives');
    expect(new Positives().name).toBe('positives_1');
    expect(metric([1, 0, 1]).itemSync()).toBe(2);
    expect(metric([1, 0, 1]).itemSync()).toBe(4);
    expect(metric.variables.map((v) => v.path)).toEqual(['positives/count']);
    metric.resetState();
    expect(metric.result().itemSync()).toBe(0);
    expect(String(metric)).toBe('<Positives name=positives>');
    expect(Positives.fromConfig(metric.getConfig()).name).toBe('positives');
  });
  it('owns the variables of the metrics in its fields', () => {
    class Both extends Metric {
      readonly parts = { a: new Positives(), list: [new metrics.Mean()] };
      readonly own = this.addVariable({ shape: [2], name: 'own' });
    }
    const both = new Both();
    expect(both.variables.map((v) => v.name)).toEqual(['own', 'count', 'total', 'count']);
    both.parts.a.updateState([1, 1]);
    both.resetState();
    expect(both.parts.a.result().itemSync()).toBe(0);
  });
  it('is traced: a program updates the state each time it runs', () => {
    const metric = new metrics.MeanSquaredError();
    const step = jit((t: Tensor, p: Tensor): Tensor => metric(t, p));
    const [t, p] = [ops.zeros([2, 2]), ops.ones([2, 2])];
    expect(step(t, p).itemSync()).toBe(1);
    expect(step(t, t).itemSync()).toBe(0.5);
    expect(metric.result().itemSync()).toBe(0.5);
  });
  it('computes on given state, without touching its own', () => {
    const metric = new metrics.Mean();
    metric.updateState([4, 6]);
    const state = metric.statelessUpdateState([1, 1], [3]);
    expect(state.map((x) => x.itemSync())).toEqual([4, 2]);
    expect((metric.statelessResult(state) as Tensor).itemSync()).toBe(2);
    expect(metric.statelessResetState().map((x) => x.itemSync())).toEqual([0, 0]);
    expect(metric.result().itemSync()).toBe(5);
    expect(() => metric.statelessResult([1])).toThrow("Metric 'mean': got 1 values for 2 variables.");
  });
  it('lets a program make the state that needs shapes', () => {
    const metric = new metrics.F1Score({ average: 'macro' });
    expect(metric.variables).toEqual([]);
    const step = jit((t: Tensor, p: Tensor): Tensor => metric(t, p));
    const hot = ops.eye(3);
    expect(step(hot, hot).itemSync()).toBeCloseTo(1, 5);
    expect(metric.variables.length).toBe(4);
  });
});

describe('MeanMetricWrapper', () => {
  const square = (t: Tensor, p: Tensor): Tensor => ops.square(ops.subtract(t, p));
  it('takes the mean of a function, or of a loss', () => {
    expect(new metrics.MeanMetricWrapper(square)([0, 0], [1, 3]).itemSync()).toBe(5);
    expect(new metrics.MeanMetricWrapper(new losses.MeanSquaredError())([[0, 0]], [[1, 3]]).itemSync()).toBe(5);
  });
  it('hands options on, and keeps them in the config', () => {
    const metric = new metrics.MeanMetricWrapper(losses.huber, { name: 'h', delta: 0.5 });
    const copy = metrics.deserialize(metrics.serialize(metric)) as Metric;
    expect(copy.name).toBe('h');
    expect(copy([[0, 0]], [[2, 0]]).itemSync()).toBe(metric([[0, 0]], [[2, 0]]).itemSync());
    expect(metric.direction).toBe('down');
  });
});

describe('repaired faults of Keras 3.15.1', () => {
  it('FBetaScore takes weights of any rank (#23335)', () => {
    const [t, p] = [ops.eye(3), [[0.9, 0, 0], [0, 0.2, 0.8], [0, 0, 1]]]; // prettier-ignore
    const score = (sampleWeight: TensorLike): unknown => new metrics.F1Score()(t, p, { sampleWeight }).arraySync();
    expect(score([[2], [1], [1]])).toEqual(score([2, 1, 1]));
    expect(score([[2, 2, 2], [1, 1, 1], [1, 1, 1]])).toEqual(score([2, 1, 1])); // prettier-ignore
    expect(score(1)).toEqual(score([1, 1, 1]));
  });
  it('R2Score counts samples, not outputs (#23334)', () => {
    const column = [[1], [2], [4], [3], [5]];
    const guess = [[1.1], [2.3], [3.5], [3], [4.6]];
    const twice = (x: number[][]): number[][] => x.map(([v]) => [v, v]);
    const one = new metrics.R2Score({ numRegressors: 1 })(column, guess).itemSync();
    const two = new metrics.R2Score({ numRegressors: 1 })(twice(column), twice(guess)).itemSync();
    expect(two).toBeCloseTo(one, 6);
  });
});

describe('bad input', () => {
  it('names near ids', () => {
    expect(() => metrics.get('acuracy')).toThrow(/Unknown metric 'acuracy'.*'accuracy'/);
    expect(() => metrics.get('mean_io_u')).toThrow('MeanIoU: `numClasses` is missing.');
  });
  it('refuses unknown options and values out of range', () => {
    const wrong: [() => unknown, string][] = [
      [() => new metrics.Precision({ treshold: 0.5 } as object), "Precision has no option 'treshold'."],
      [() => new metrics.MeanSquaredError({ axis: 1 } as object), "MeanSquaredError has no option 'axis'."],
      [() => new metrics.Precision({ thresholds: [0.5, 2] }), 'thresholds=[0.5,2]. Expected numbers from 0 to 1.'],
      [() => new metrics.Recall({ topK: 0 }), 'Recall: topK=0. Expected a whole number from 1, or null.'],
      [() => new metrics.AUC({ curve: 'RUC' as 'ROC' }), `AUC: curve="RUC". Did you mean 'ROC'`],
      [() => new metrics.AUC({ summationMethod: 'minor' as 'minoring' }), `Did you mean 'minoring'`],
      [() => new metrics.AUC({ numThresholds: 1 }), 'AUC: numThresholds=1. Expected a whole number from 2.'],
      [() => new metrics.AUC({ numLabels: 2 }), 'AUC: numLabels=2 without multiLabel.'],
      [() => new metrics.SensitivityAtSpecificity(1.5), 'SensitivityAtSpecificity: specificity=1.5.'],
      [() => new metrics.F1Score({ average: 'mean' as 'macro' }), 'F1Score: average="mean".'],
      [() => new metrics.FBetaScore({ beta: 0 }), 'FBetaScore: beta=0. Expected a positive number.'],
      [() => new metrics.FBetaScore({ threshold: 2 }), 'FBetaScore: threshold=2.'],
      [() => new metrics.IoU(2, [2]), 'IoU: target class 2 is out of range, which is [0, 2).'],
      [() => new metrics.R2Score({ numRegressors: -1 }), 'R2Score: numRegressors=-1.'],
      [
        () => new metrics.R2Score({ classAggregation: 'mean' as 'uniform_average' }),
        'R2Score: classAggregation="mean".',
      ],
      [() => new metrics.TopKCategoricalAccuracy({ k: 0 }), 'TopKCategoricalAccuracy: k=0.'],
      [() => new metrics.BinaryAccuracy({ threshold: 'x' as unknown as number }), "BinaryAccuracy: threshold='x'."],
      [() => new metrics.MeanMetricWrapper('mse' as never), "MeanMetricWrapper: fn='mse'."],
      [() => new metrics.Mean().addVariable([null as unknown as number]), "Metric 'mean': a variable of shape (None,)"],
    ];
    for (const [make, message] of wrong) expect(make).toThrow(message);
  });
  it('says which shapes do not go together', () => {
    const zeros = (...shape: number[]): Tensor => ops.zeros(shape);
    const wrong: [() => unknown, string][] = [
      [
        () => new metrics.Mean()(zeros(4), { sampleWeight: [1, 2, 3] }),
        "Mean 'mean': sampleWeight of shape (3,) does not fit values of shape (4,).",
      ],
      [
        () => new metrics.Precision()(zeros(4, 2), zeros(4, 3)),
        "Precision 'precision': yTrue of shape (4, 2) and yPred of shape (4, 3). Expected the same shape.",
      ],
      [
        () => new metrics.Recall()(zeros(4, 2), zeros(4, 2), { sampleWeight: [1, 2, 3] }),
        "Recall 'recall': sampleWeight of shape (3,) does not fit predictions of shape (4, 2).",
      ],
      [() => new metrics.Recall({ classId: 2 })(zeros(4, 2), zeros(4, 2)), 'classId=2 is no class of predictions'],
      [() => new metrics.Recall({ topK: 3 })(zeros(4, 2), zeros(4, 2)), 'topK=3, but predictions of shape (4, 2)'],
      [
        () => new metrics.AUC({ multiLabel: true })([1], [0]),
        'predictions of shape (1,). With multiLabel expected (batch, labels).',
      ],
      [
        () => new metrics.AUC({ labelWeights: [1] })(zeros(4, 2), zeros(4, 2)),
        '1 labelWeights for predictions of shape (4, 2)',
      ],
      [
        () => new metrics.F1Score()([1], [0]),
        'yTrue of shape (1,) and yPred of shape (1,). Expected (batch, classes).',
      ],
      [
        () => new metrics.R2Score()([1], [0]),
        'yTrue of shape (1,) and yPred of shape (1,). Expected (batch, outputs).',
      ],
      [() => new metrics.MeanIoU(2)([1, 0], [0]), 'yTrue has 2 classes and yPred 1'],
    ];
    for (const [make, message] of wrong) expect(make).toThrow(message);
  });
  it('refuses what is no option of an update', () => {
    expect(() => new metrics.Mean()([1], { weight: [1] })).toThrow("Mean 'mean': the update has no option 'weight'.");
    expect(() => new metrics.MeanSquaredError()([1], [1], [1])).toThrow('expected options, such as { sampleWeight }');
  });
  it('wants the methods of subclasses', () => {
    expect(() => new Metric().updateState([1])).toThrow('Metric Metric does not have an updateState() method.');
    expect(() => new Metric().result()).toThrow('Metric Metric does not have a result() method.');
  });
  it('warns of fractions that a count in whole numbers loses', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    new metrics.MeanIoU(2)([0, 1], [0, 1], { sampleWeight: [0.5, 0.5] });
    expect(warn.mock.calls[0][0]).toMatch(/sampleWeight is of dtype float32, but the metric counts in int32/);
  });
});
