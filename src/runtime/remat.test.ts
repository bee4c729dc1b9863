import { describe, expect, test } from 'vitest';
import * as keras from '../keras.js';
import { GraphBuilder, gradients } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import { everyBackend } from '../testing/backends.js';
import { wasmBackend } from '../backend/wasm/index.js';
import type { Tensor } from './tensor.js';

const { layers, ops, random, remat, RematScope, rematScope } = keras;

/** A network of blocks, each a product and activations that a gradient has to remember. */
function network(inScope: <R>(fn: () => R) => R): keras.Model {
  keras.utils.setRandomSeed(3);
  const inputs = keras.Input({ shape: [12] });
  let x: keras.KerasTensor = inputs;
  for (let i = 0; i < 3; i++) {
    const block = inScope(
      () => new keras.Sequential([new layers.Dense(16, { activation: 'gelu' }), new layers.Dropout(0.3, { seed: i })]),
    );
    x = new layers.BatchNormalization()<keras.KerasTensor>(block<keras.KerasTensor>(x));
  }
  const model = new keras.Model(inputs, new layers.Dense(3)<keras.KerasTensor>(x));
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

everyBackend((run, name) => {
  const scopes = ['full', 'activations', 'larger_than', 'list_of_layers', null] as const;
  test.each(scopes)('trains to the same bits in a scope of mode %s', async (mode) => {
    const before = keras.backend.backend();
    keras.setBackend(name);
    try {
      const options = { mode, outputSizeThreshold: 16, layerNames: ['sequential'] };
      const weights: Tensor[][] = [];
      for (const scope of [<R>(fn: () => R): R => fn(), <R>(fn: () => R): R => rematScope(options, fn)]) {
        const model = network(scope);
        const x = random.normal([40, 12], { seed: 1 });
        const y = random.normal([40, 3], { seed: 2 });
        await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0, shuffle: false });
        weights.push(model.getWeights());
      }
      weights[0].forEach((w, i) => expect(weights[1][i].dataSync()).toEqual(w.dataSync()));
    } finally {
      keras.setBackend(before);
    }
  });

  test('gives the gradient of the function, also of structures and of a second order', () => {
    const fn = ({ a, b }: { a: Tensor; b: readonly [Tensor, number] }): { out: Tensor } => ({
      out: ops.sum(ops.multiply(ops.sin(ops.multiply(a, b[0])), b[1])),
    });
    const [a, b] = [keras.tensor([0.5, 1.5, -2]), keras.tensor([2, 3, 4])];
    const slope = (f: typeof fn): Tensor => keras.grad(() => f({ a, b: [b, 3] }).out, [a])[0];
    const curve = (f: typeof fn): Tensor => keras.grad(() => ops.sum(ops.square(slope(f))), [a])[0];
    const [direct, again] = run(() => [slope(fn), slope(remat(fn))]);
    expect(again.dataSync()).toEqual(direct.dataSync());
    const [direct2, again2] = run(() => [curve(fn), curve(remat(fn))]);
    const expected = direct2.dataSync();
    Array.from(again2.dataSync(), Number).forEach((value, i) => expect(value).toBeCloseTo(Number(expected[i]), 4));
  });
});

describe('remat', () => {
  test('saves the memory of inner values', () => {
    const scratch = (ordered: boolean): number => {
      const builder = new GraphBuilder();
      const type = { dtype: 'float32' as const, shape: [64, 1024] };
      const x = builder.input(type, 'x');
      const body = new GraphBuilder();
      const inner = body.input(type, 'x');
      // Squares of a row's sum can not be fused away: each step has to keep its input.
      const step = (v: typeof x): typeof x =>
        lax.mul(lax.sin(v), lax.broadcastInDim(lax.reduceSum(lax.mul(v, v), [1]), type.shape, [0]));
      let y = inner;
      for (let i = 0; i < 6; i++) y = step(y);
      const graph = body.graph([inner], [y]);
      let z = x;
      for (let i = 0; i < 4; i++) {
        if (ordered) [z] = lax.remat([z], { body: graph, ordered: [true] });
        else for (let k = 0; k < 6; k++) z = step(z);
      }
      const loss = lax.reduceSum(z, [0, 1]);
      const [gradient] = gradients(loss, [x]);
      const bound = { inputs: [null], outputs: [null], counter: null };
      return wasmBackend.compile(builder.graph([x], [gradient!]), wasmBackend.createHeap(), bound).stats.scratchBytes;
    };
    expect(scratch(true)).toBeLessThan(0.6 * scratch(false));
  });

  test('calls the function as it is where ops compute at once', () => {
    expect([...remat((x: Tensor) => ops.add(x, 1))(keras.tensor([1, 2])).dataSync()]).toEqual([2, 3]);
  });

  test('refuses unknown modes and what is no function', () => {
    expect(() => new RematScope({ mode: 'some' as 'full' })).toThrow(
      "RematScope: mode='some'. Expected one of 'full', 'activations', 'larger_than', 'list_of_layers', null.",
    );
    expect(() => remat(3 as never)).toThrow('remat: expected a function, got 3.');
  });
});
