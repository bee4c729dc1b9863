import { describe, expect, it, test } from 'vitest';
import { toCamelCase } from '../../core/naming.js';
import * as keras from '../../index.js';
import { everyBackend } from '../../testing/backends.js';
import { tensorDifference } from '../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeTensor, isEncodedArray, readFixtures } from '../../testing/fixtures.js';

const { backend: K, ops, layers, Input, Model } = keras;
type AnyFunction = (...args: unknown[]) => keras.Tensor;
interface Case extends FixtureCase {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly output: EncodedArray;
}
const read = (x: unknown): unknown =>
  isEncodedArray(x) ? decodeTensor(x) : Array.isArray(x) && x.every(isEncodedArray) ? x.map(decodeTensor) : x;

describe('K against tf_keras', () => {
  everyBackend((run) => {
    it.each(readFixtures<Case>('keras2_backend').map((c): [string, Case] => [c.id, c]))('%s', (_, c) => {
      const fn = (K as unknown as Record<string, AnyFunction>)[toCamelCase(c.name)];
      const options = Object.fromEntries(Object.entries(c.kwargs).map(([name, value]) => [toCamelCase(name), value]));
      const args = [...c.args.map(read), ...(Object.keys(options).length > 0 ? [options] : [])];
      const found = run(() => fn(...args));
      const wanted = c.output.dtype === 'int64' ? ops.cast(decodeTensor(c.output), 'int32') : c.output;
      if (wanted === c.output) expect(tensorDifference(found, c.output, 2e-5)).toBeNull();
      else expect(found.arraySync()).toEqual((wanted as keras.Tensor).arraySync());
    });
  });
});

describe('variables', () => {
  test('are read, set and moved', () => {
    const v = K.variable([1, 2], { name: 'v' });
    K.setValue(v, [3, 4]);
    K.updateAdd(v, [1, 1]);
    K.movingAverageUpdate(v, [0, 1], 0.5);
    expect(Array.from(K.getValue(v) as Float32Array)).toEqual([2, 3]);
    K.batchSetValue([[v, [7, 8]]]);
    expect(K.batchGetValue([v, ops.ones([1])]).map((x) => Array.from(x as Float32Array))).toEqual([[7, 8], [1]]);
    expect([K.ndim(v), K.intShape(v), K.dtype(v), K.countParams(v)]).toEqual([1, [2], 'float32', 2]);
    expect(() => K.setValue(ops.ones([1]) as never, 1)).toThrow(/is no variable/);
  });
});

describe('phases', () => {
  test('are what the call around says, or what was set', () => {
    const seen: number[] = [];
    const spy = new layers.Lambda((x: keras.Tensor) => {
      seen.push(K.learningPhase());
      return K.inTrainPhase(ops.multiply(x, 2), x);
    });
    const x = ops.ones([1]);
    const outer = new keras.Sequential([spy]);
    const values = [true, false].map((training) => outer(x, { training }).arraySync());
    expect(values).toEqual([[2], [1]]);
    expect(seen).toContain(1);
    expect(K.learningPhase()).toBe(0);
    K.setLearningPhase(1);
    expect([K.learningPhase(), K.inTestPhase([1], [2]).arraySync()]).toEqual([1, [2]]);
    K.setLearningPhase(null);
    expect(() => K.setLearningPhase(3 as never)).toThrow(/Expected 0, 1 or null/);
  });
});

describe('functions of graphs', () => {
  test('look into a model', () => {
    const x = Input({ shape: [3] });
    const hidden = new layers.Dense(2, { kernelInitializer: 'ones' })(x);
    const model = new Model(x, new layers.Dense(1)(hidden));
    const [found] = K.function([model.inputs[0]], [hidden])([[[1, 2, 3]]]);
    expect(found.arraySync()).toEqual([[6, 6]]);
    expect(() => K.function([ops.ones([1])] as never, [hidden])).toThrow(/Expected a list of symbolic tensors/);
  });
  test('gradients take a function', () => {
    const v = K.variable([1, 2]);
    expect(K.gradients(() => ops.sum(ops.square(v)), [v])[0].arraySync()).toEqual([2, 4]);
    expect(() => K.gradients(ops.ones([]) as never, [v])).toThrow(/give a function/);
  });
  test('switch takes branches and tensors', () => {
    expect(K.switch(true, () => ops.ones([1]), () => ops.zeros([1])).arraySync()).toEqual([1]); // prettier-ignore
    expect(K.switch([1, 0], [[1, 1], [2, 2]], [[3, 3], [4, 4]]).arraySync()).toEqual([[1, 1], [4, 4]]); // prettier-ignore
    expect(() => K.switch([[true]], [1], [2])).toThrow(/rank 2 for tensors of rank 1/);
  });
  test('what there is no use for says what takes its place', () => {
    expect(() => K.placeholder()).toThrow(/Input\(\{ shape \}\)/);
    expect(() => K.getSession()).toThrow(/no sessions/);
  });
});

test('batchDot says what is wrong', () => {
  expect(() => K.batchDot([1], [[1]])).toThrow(/rank 2 or more/);
  expect(() => K.batchDot([[1, 2]], [[1, 2, 3]])).toThrow(/not equally long/);
  expect(() => K.batchDot([[1]], [[1]], { axes: 0 })).toThrow(/axes behind the batch/);
});
