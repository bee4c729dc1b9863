/**
 * @file `npm run test:tfjs`: models of every layer are written for TensorFlow.js, which opens them over HTTP and must predict the same
 * within 1e-5; keras-ts opens the same URL. Layers that tfjs lacks must be refused by name. Prints a line for each.
 */
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flatten } from '../../src/core/tree.js';
import type { Layer, Model, Tensor } from '../../src/index.js';
import { Input, layers, Model as Functional, saving, Sequential, tensor } from '../../src/index.js';
import { tensorDifference } from '../../src/testing/compare.js';
import { decodeTensor } from '../../src/testing/fixtures.js';
import type { Case } from '../../src/testing/interop/cases.js';
import { cases } from '../../src/testing/interop/cases.js';
import { build, customObjects, dataOf, encode, train } from '../../src/testing/interop/keras_ts_side.js';
import { loadTfjs } from './install_tfjs.mjs';

/** What of tfjs is used here. */
interface TfTensor {
  readonly shape: number[];
  dataSync(): Float32Array;
}
interface Tfjs {
  tensor(data: unknown, shape: readonly number[], dtype: string): TfTensor;
  loadLayersModel(url: string): Promise<{ predict(x: unknown): TfTensor | TfTensor[]; readonly optimizer?: unknown }>;
}

/** A model and what it is given. */
interface Trial {
  readonly id: string;
  make(): Promise<readonly [model: Model, x: readonly Tensor[]]> | readonly [model: Model, x: readonly Tensor[]];
}

type Call = (...args: unknown[]) => never;
const call = (layer: Layer, ...args: unknown[]): never => (layer as unknown as Call)(...args);

const ofCase = (each: Case): Trial => ({
  id: each.id,
  make: async () => {
    const [data, model] = [dataOf(each), build(each)];
    await train(model, data, 1);
    return [model, data.x.map(decodeTensor)];
  },
});

const ramp = (shape: readonly number[], scale = 1): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => scale * Math.sin(i + 1)),
    shape,
  );

/** Drawings that one chain of layers does not have. */
const drawings: readonly Trial[] = [
  {
    id: 'models in a model, one of them twice',
    make: () => {
      const x = Input({ shape: [4] });
      const stack = new Sequential([Input({ shape: [3] }), new layers.Dense(2, { name: 'a' })], { name: 'stack' });
      const y = Input({ shape: [2] });
      const drawn = new Functional(y, call(new layers.Dense(2, { name: 'b', activation: 'tanh' }), y), {
        name: 'drawn',
      });
      const once = call(drawn, call(stack, call(new layers.Dense(3), x)));
      const twice = call(drawn, once);
      const model = new Functional(x, [twice, once, call(new layers.Add(), [once, twice])] as never);
      return [model, [ramp([3, 4])]];
    },
  },
  {
    id: 'a model as the output',
    make: () => {
      const x = Input({ shape: [4] });
      const stack = new Sequential([Input({ shape: [4] }), new layers.Dense(2)]);
      const y = Input({ shape: [4] });
      const drawn = new Functional(y, call(new layers.Dense(2), y));
      return [new Functional(x, { p: call(stack, x), a: call(drawn, x) } as never), [ramp([2, 4])]];
    },
  },
  {
    id: 'a layer used twice',
    make: () => {
      const [x, y] = [Input({ shape: [4] }), Input({ shape: [4] })];
      const dense = new layers.Dense(3, { activation: 'gelu' });
      const out = call(new layers.Concatenate(), [call(dense, x), call(dense, y)]);
      return [new Functional([x, y] as never, out), [ramp([2, 4]), ramp([2, 4], 2)]];
    },
  },
  {
    id: 'states from one LSTM to the next',
    make: () => {
      const x = Input({ shape: [5, 3] });
      const first = new layers.LSTM(2, { returnState: true });
      const [, h, c] = call(first, x) as unknown as never[];
      const back = call(new layers.Bidirectional(new layers.LSTM(2, { returnSequences: true, name: 'inside' })), x);
      const out = call(new layers.LSTM(2), back, { initialState: [h, c] });
      return [new Functional(x, out), [ramp([2, 5, 3])]];
    },
  },
  ...(['SimpleRNN', 'LSTM', 'GRU'] as const).map((name): Trial => ({
    id: `${name} behind a mask, in both directions`,
    make: () => {
      const x = Input({ shape: [5, 3] });
      const inside = { returnSequences: name === 'LSTM', ...(name === 'GRU' ? { resetAfter: false } : {}) };
      const masked = call(new layers.Masking(), x);
      const out = call(new layers.Bidirectional(new layers[name](2, inside)), masked);
      const values = ramp([3, 5, 3]).ndarray.data.map((v, i) => (i % 15 >= 9 ? 0 : v));
      return [new Functional(x, out), [tensor(Array.from(values), [3, 5, 3])]];
    },
  })),
  {
    id: 'LSTM behind a mask',
    make: () => {
      const x = Input({ shape: [5, 3] });
      const out = call(new layers.LSTM(2, { returnSequences: true }), call(new layers.Masking(), x));
      const values = ramp([3, 5, 3]).ndarray.data.map((v, i) => (i % 15 >= 9 ? 0 : v));
      return [new Functional(x, out), [tensor(Array.from(values), [3, 5, 3])]];
    },
  },
  {
    id: 'GRU, resetAfter: false',
    make: () => {
      const x = Input({ shape: [5, 3] });
      const out = call(new layers.GRU(2, { resetAfter: false }), x);
      return [new Functional(x, out), [ramp([2, 5, 3])]];
    },
  },
  ...['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'softplus', 'softsign', 'tanh', 'softmax'].map(activated),
  ...['log_softmax', 'mish', 'gelu', 'silu'].map(activated),
  ...[1, 2, 3].map((rank): Trial => ({
    id: `Conv${rank}D, strides and channels`,
    make: () => {
      const size = [7, 8, 6].slice(0, rank);
      const x = Input({ shape: [...size, 4] });
      const Conv = { 1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D }[rank]!;
      const out = call(new Conv(3, 3, { padding: 'same', strides: 2, activation: 'relu' }), x);
      return [new Functional(x, out), [ramp([2, ...size, 4])]];
    },
  })),
  {
    id: 'shards: 3 million weights',
    make: () => [
      new Sequential([Input({ shape: [1500] }), new layers.Dense(2000), new layers.Dense(3)]),
      [ramp([2, 1500])],
    ],
  },
];

function activated(name: string): Trial {
  return {
    id: `activation ${name}`,
    make: () => [new Sequential([Input({ shape: [6] }), new layers.Activation(name as never)]), [ramp([3, 6], 4)]],
  };
}

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-tfjs-'));
const server = createServer((request, response) => {
  const path = join(folder, (request.url ?? '').replace(/\.\./g, ''));
  if (!existsSync(path)) response.writeHead(404).end();
  else createReadStream(path).pipe(response.writeHead(200));
});
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const tf = (await loadTfjs()) as Tfjs;

async function judge(trial: Trial, k: number): Promise<{ readonly verdict: string; readonly ok: boolean }> {
  const [model, x] = await trial.make();
  const expected = flatten<Tensor>(await model.predict((x.length > 1 ? x : x[0]) as never, { verbose: 0 }));
  try {
    await saving.saveModel(model, join(folder, `${k}`, 'model.json'));
  } catch (error) {
    const { message } = error as Error;
    return { verdict: `refused: ${message}`, ok: /^saveModel: .*TensorFlow\.js/.test(message) };
  }
  const url = `${origin}/${k}/model.json`;
  const theirs = await tf.loadLayersModel(url);
  const given = x.map((each) => tf.tensor(Array.from(each.ndarray.data as ArrayLike<number>), each.shape as number[], each.dtype)); // prettier-ignore
  const found = [theirs.predict(given.length > 1 ? given : given[0])].flat();
  const ours = await saving.loadModel(url, { customObjects });
  const again = flatten<Tensor>(await ours.predict((x.length > 1 ? x : x[0]) as never, { verbose: 0 }));
  for (const [i, y] of expected.entries()) {
    const tfjs = tensorDifference(tensor(Array.from(found[i].dataSync()), found[i].shape), encode(y), 1e-5);
    if (tfjs !== null) return { verdict: `tfjs predicts otherwise: ${tfjs}`, ok: false };
    const own = tensorDifference(again[i], encode(y), 1e-6);
    if (own !== null) return { verdict: `read back it predicts otherwise: ${own}`, ok: false };
  }
  const compiled = theirs.optimizer === undefined || theirs.optimizer === null ? '' : ', compiled';
  return { verdict: `the same in tfjs${compiled}`, ok: true };
}

const trials = [...cases.filter(({ kind }) => kind !== 'schedule').map(ofCase), ...drawings];
const failed: string[] = [];
console.warn = () => undefined;
for (const [k, trial] of trials.entries()) {
  let verdict: string;
  let ok = false;
  try {
    ({ verdict, ok } = await judge(trial, k));
  } catch (error) {
    verdict = `failed: ${(error as Error).message}`;
  }
  if (!ok) failed.push(trial.id);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${trial.id.padEnd(40)} ${verdict}`);
}
server.close();
rmSync(folder, { recursive: true });
console.log(failed.length === 0 ? `${trials.length} models, none otherwise` : `FAILED: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
