/** @file Models written for TensorFlow.js: their form, what is refused, and that they are read back. tfjs itself: tools/interop/tfjs_opens.ts. */
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { resetNames } from '../../core/naming.js';
import type { Layer, Model } from '../../index.js';
import { Input, layers, Model as Functional, ops, optimizers, saving, Sequential } from '../../index.js';
import { tensorDifference } from '../../testing/compare.js';
import { cases } from '../../testing/interop/cases.js';
import { build, customObjects, dataOf, encode } from '../../testing/interop/keras_ts_side.js';
import { decodeTensor } from '../../testing/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-tfjs-write-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(resetNames);

interface Json {
  readonly modelTopology: { readonly class_name: string; readonly config: Record<string, unknown> };
  readonly weightsManifest: readonly [{ readonly paths: string[]; readonly weights: { readonly name: string }[] }];
  readonly trainingConfig?: unknown;
}
const jsonOf = async (model: Layer): Promise<Json> =>
  JSON.parse(await (await saving.tfjsFiles(model))[0].text()) as Json;
const stack = (...list: Layer[]): Layer => new Sequential([Input({ shape: [6, 3] }), ...list]);
const read = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json;

describe('every model of the interop bench', () => {
  test.each(cases.filter(({ kind }) => kind !== 'optimizer').map((each) => [each.id, each] as const))(
    '%s is read back, or is refused by the name of a layer',
    async (_id, each) => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      const model = build(each);
      const written = await saving.tfjsFiles(model).catch((error: unknown) => error as Error);
      warn.mockRestore();
      if (written instanceof Error) {
        expect(written.message).toMatch(/^saveModel: the layer '.+' \(.+\) (has|is of a class).*TensorFlow\.js/);
        return;
      }
      const x = dataOf(each).x.map(decodeTensor);
      const again = await saving.loadModel(written, { customObjects });
      const [expected, found] = [model, again].map((m) =>
        m.predict((x.length > 1 ? x : x[0]) as never, { verbose: 0 }),
      );
      expect(tensorDifference((await found) as never, encode((await expected) as never), 1e-6)).toBeNull();
    },
  );
});

describe('the form', () => {
  test('names of weights are those that tfjs gives', async () => {
    const inner = new Sequential([Input({ shape: [4] }), new layers.Dense(2, { name: 'own' })], { name: 'inner' });
    const model = stack(
      new layers.Bidirectional(new layers.LSTM(2, { returnSequences: true, name: 'both' }), { name: 'bi' }),
      new layers.TimeDistributed(new layers.Dense(4), { name: 'each' }),
      new layers.RNN([new layers.LSTMCell(3), new layers.SimpleRNNCell(4)], { name: 'cells' }),
      inner,
    );
    const [{ weights }] = (await jsonOf(model)).weightsManifest;
    const three = ['kernel', 'recurrent_kernel', 'bias'];
    expect(weights.map(({ name }) => name)).toEqual([
      ...three.map((name) => `bi/forward_both/${name}`),
      ...three.map((name) => `bi/backward_both/${name}`),
      'each/kernel',
      'each/bias',
      ...three.map((name) => `cells/RNNCell_0/${name}`),
      ...three.map((name) => `cells/RNNCell_1/${name}`),
      'own/kernel',
      'own/bias',
    ]);
  });

  test('calls of models are counted from 1, as making them is the first', async () => {
    const [x, y] = [Input({ shape: [3] }), Input({ shape: [3] })];
    const dense = new layers.Dense(3) as unknown as (x: unknown) => never;
    const drawn = new Functional(y, dense(y), { name: 'drawn' }) as unknown as (x: unknown) => never;
    const model = new Functional(x, drawn(drawn(x))) as unknown as Layer;
    const { config } = (await jsonOf(model)).modelTopology;
    const nodes = (config['layers'] as Record<string, unknown>[]).map((layer) => layer['inbound_nodes']);
    expect(nodes).toEqual([[], [[['input_layer', 0, 0, {}]], [['drawn', 1, 0, {}]]]]);
    expect(config['output_layers']).toEqual([['drawn', 2, 0]]);
  });

  test('what the model was compiled with goes along and comes back, or a warning says what tfjs lacks', async () => {
    const model = new Sequential([Input({ shape: [3] }), new layers.Dense(1)]);
    for (const optimizer of [
      new optimizers.SGD({ learningRate: 0.1 }),
      new optimizers.SGD({ learningRate: 0.1, momentum: 0.8, nesterov: true }),
      new optimizers.RMSprop({ learningRate: 0.2, rho: 0.7, centered: true }),
      new optimizers.Adam({ learningRate: 0.01, beta1: 0.8 }),
    ]) {
      model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
      const again = await saving.loadModel(await saving.tfjsFiles(model));
      const [found, expected] = [again.optimizer, optimizer].map((each) => ({ ...each.getConfig(), name: null }));
      expect(found).toEqual(expected);
    }
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    model.compile({ optimizer: new optimizers.Lion(), loss: 'mse' });
    expect((await jsonOf(model)).trainingConfig).toBeUndefined();
    expect(warn.mock.calls.flat().join()).toMatch(/left out, as TensorFlow\.js does not have the optimizer Lion/);
    warn.mockRestore();
  });
});

describe('what tfjs would compute otherwise is refused', () => {
  const masked = { returnSequences: true };
  test.each([
    [
      () => stack(new layers.GRU(2)),
      /'gru' \(GRU\) has reset_after=true \(Keras's default; choose resetAfter: false\)/,
    ],
    [() => stack(new layers.Conv1D(2, 2, { padding: 'causal' })), /'conv1d' \(Conv1D\) has padding='causal'/],
    [() => stack(new layers.Conv1D(3, 2, { groups: 3 })), /\(Conv1D\) has groups=3/],
    [() => stack(new layers.Dense(2, { activation: 'hard_sigmoid' })), /activation 'hard_sigmoid' \(tfjs's .* Keras 2/],
    [() => stack(new layers.Dense(2, { dtype: 'float16' })), /\(Dense\) has the dtype 'float16'/],
    [
      () => stack(new layers.Masking(), new layers.Bidirectional(new layers.LSTM(2, masked))),
      /called with a mask while/,
    ],
    [() => new Sequential([new layers.Dense(2)]), /does not know the shape of its inputs/],
  ] as const)('%s', async (make, message) => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    await expect(saving.tfjsFiles(make())).rejects.toThrow(message);
    warn.mockRestore();
  });

  test('two layers of one name, which tfjs would take for one', async () => {
    const part = (): Layer => new Sequential([Input({ shape: [6, 3] }), new layers.Dense(3, { name: 'same' })]);
    await expect(saving.tfjsFiles(stack(part(), part()))).rejects.toThrow(/two weights would be named 'same\/kernel'/);
  });
});

describe('files', () => {
  test('a URL is read, with its shards beside it', async () => {
    const model = new Sequential([Input({ shape: [600] }), new layers.Dense(2000), new layers.Dense(2)]);
    await saving.saveModel(model, join(folder, 'served', 'model.json'));
    expect(read(join(folder, 'served', 'model.json')).weightsManifest[0].paths.length).toBe(2);
    const server = createServer((request, response) => {
      const path = join(folder, 'served', (request.url ?? '').slice(1));
      if (existsSync(path)) createReadStream(path).pipe(response.writeHead(200));
      else response.writeHead(404).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`;
      const again = await saving.loadModel(url);
      const x = ops.ones([1, 600]);
      const [found, expected] = [await again.predict(x), await model.predict(x)];
      expect(tensorDifference(found as never, encode(expected as never), 1e-6)).toBeNull();
      await expect(saving.loadModel(`${url}x.json`)).rejects.toThrow(/the server answers 404/);
    } finally {
      server.close();
    }
  });

  test('written again, the shards of before go; other files stay', async () => {
    const at = (name: string): string => join(folder, 'again', name);
    const model = new Sequential([Input({ shape: [2] }), new layers.Dense(2)]) as unknown as Model;
    await saving.saveModel(model, at('model.json'));
    const [first] = read(at('model.json')).weightsManifest[0].paths;
    writeFileSync(at('weights.bin'), 'a person’s own');
    model.setWeights(model.getWeights().map((w) => ops.add(w, 1)));
    await saving.saveModel(model, at('model.json'));
    const [second] = read(at('model.json')).weightsManifest[0].paths;
    expect(second).not.toBe(first);
    expect(readdirSync(join(folder, 'again')).sort()).toEqual([second, 'model.json', 'weights.bin'].sort());
    await expect(saving.saveModel(model, at('model.json'), { overwrite: false })).rejects.toThrow(/there already/);
  });
});
