/** @file Models of TensorFlow.js against what it computed with them; the form of its converter; manifests and shards that lie. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flatten, isDict } from '../../core/tree.js';
import { Input, layers, Model as KerasModel, ops, saving } from '../../index.js';
import { LayerState } from '../../layers/layer_state.js';
import type { Model } from '../../models/index.js';
import type { Tensor } from '../../runtime/index.js';
import { tensorDifference } from '../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../../testing/fixtures.js';
import { bytesSource } from '../../formats/byte_source.js';
import { placesOf } from '../state.js';
import { parseTfjs, readTfjsModel } from './read.js';
import { readManifest } from './weights.js';

interface TfjsCase extends FixtureCase {
  readonly json: Record<string, unknown>;
  readonly weights: string;
  readonly inputs: readonly EncodedArray[];
  readonly outputs: readonly EncodedArray[];
}

interface Manifest {
  readonly paths: string[];
  readonly weights: Record<string, unknown>[];
}

/** Opens shards of these contents. */
const shards = (contents: Readonly<Record<string, Uint8Array>>) => (path: string) =>
  Promise.resolve(bytesSource(contents[path], path));

async function load(json: unknown, contents: Readonly<Record<string, Uint8Array>>): Promise<Model> {
  return (await readTfjsModel(parseTfjs('model.json', json), shards(contents))) as unknown as Model;
}

async function differences(
  model: Model,
  each: Pick<TfjsCase, 'inputs' | 'outputs'>,
  tolerance: number,
): Promise<unknown[]> {
  const x = each.inputs.map(decodeTensor);
  const out = flatten<Tensor>(await model.predict(x.length === 1 ? x[0] : x));
  expect(out.length).toBe(each.outputs.length);
  return out.map((y, i) => tensorDifference(y, each.outputs[i], tolerance));
}

const { loadModel } = saving;
const cases = readFixtures<TfjsCase>('tfjs');

describe('models that tfjs saved', () => {
  test.each(cases.map((each): [string, TfjsCase] => [each.id, each]))(
    '%s predicts as there, to 1e-5',
    async (_id, each) => {
      const bytes = new Uint8Array(Buffer.from(each.weights, 'base64'));
      const model = await load(each.json, { './weights.bin': bytes });
      expect(await differences(model, each, 1e-5)).toEqual(each.outputs.map(() => null));
      // The same in three shards that cut weights in two.
      const [manifest] = each.json['weightsManifest'] as [Manifest];
      const json = { ...each.json, weightsManifest: [{ ...manifest, paths: ['a', 'b', 'c'] }] };
      const parts = { a: bytes.subarray(0, 10), b: bytes.subarray(10, 11), c: bytes.subarray(11) };
      expect(await differences(await load(json, parts), each, 1e-5)).toEqual(each.outputs.map(() => null));
    },
  );

  test('are loaded from a folder, and from files that a person chose', async () => {
    const each = cases[0];
    const bytes = Buffer.from(each.weights, 'base64');
    const text = JSON.stringify(each.json);
    const folder = mkdtempSync(join(tmpdir(), 'tfjs-'));
    try {
      writeFileSync(join(folder, 'model.json'), text);
      await expect(loadModel(join(folder, 'model.json'))).rejects.toThrow(/there is no file .*weights\.bin/);
      writeFileSync(join(folder, 'weights.bin'), bytes);
      const model = await loadModel(join(folder, 'model.json'));
      expect(await differences(model, each, 1e-5)).toEqual(each.outputs.map(() => null));
    } finally {
      rmSync(folder, { recursive: true });
    }
    const [json, weights] = [new File([text], 'model.json'), new File([bytes], 'weights.bin')];
    const model = await loadModel([weights, json]);
    expect(await differences(model, each, 1e-5)).toEqual(each.outputs.map(() => null));
    await expect(loadModel([json])).rejects.toThrow(/'weights\.bin' for its weights, which is not among the files/);
    await expect(loadModel([weights])).rejects.toThrow(/none of the 1 files chosen is a model\.json/);
  });
});

interface LegacyCase extends FixtureCase {
  readonly config: unknown;
  readonly keras_version: string;
  readonly weights: readonly [string, readonly [string, EncodedArray][]][];
  readonly inputs: readonly EncodedArray[];
  readonly outputs: readonly EncodedArray[];
}

describe('models that the converter made of files of Keras 2', () => {
  const each = readFixtures<LegacyCase>('legacy').find(({ id }) => id === 'graph/nested')!;
  const arrays = each.weights.flatMap(([, list]) => list);
  const convert = (kind: 'float32' | 'float16' | 'uint8' | 'uint16'): [unknown, Uint8Array] => {
    const bytes: Uint8Array[] = [];
    const weights = arrays.map(([name, array]) => {
      const spec = { name: name.replace(/:0$/, ''), shape: array.shape, dtype: 'float32' };
      const raw = new Uint8Array(Buffer.from(array.data, 'base64'));
      const data = new Float32Array(raw.buffer);
      if (kind === 'float32') bytes.push(raw);
      if (kind === 'float32') return spec;
      const [low, high] = [Math.min(...data), Math.max(...data)];
      const steps = kind === 'uint8' ? 255 : 65535;
      const scale = high > low ? (high - low) / steps : 1;
      if (kind === 'float16') {
        const halves = new DataView(new ArrayBuffer(2 * data.length));
        data.forEach((x, i) => halves.setUint16(2 * i, halfOf(x), true));
        bytes.push(new Uint8Array(halves.buffer));
        return { ...spec, quantization: { dtype: kind, original_dtype: 'float32' } };
      }
      const whole = data.map((x) => Math.round((x - low) / scale));
      bytes.push(kind === 'uint8' ? Uint8Array.from(whole) : new Uint8Array(Uint16Array.from(whole).buffer));
      return { ...spec, quantization: { dtype: kind, scale, min: low, original_dtype: 'float32' } };
    });
    const json = {
      format: 'layers-model',
      generatedBy: 'keras v2.19.0',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      modelTopology: { keras_version: each.keras_version, backend: 'tensorflow', model_config: each.config },
      weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }],
    };
    return [json, new Uint8Array(Buffer.concat(bytes))];
  };
  /** A float16 by cutting the mantissa off. */
  const halfOf = (x: number): number => {
    const [bits] = new Uint32Array(Float32Array.of(x).buffer);
    const exponent = ((bits >>> 23) & 255) - 112;
    return ((bits >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((bits >>> 13) & 1023));
  };

  test.each([
    ['float32', 1e-5],
    ['uint16', 1e-3],
    ['float16', 1e-2],
    ['uint8', 0.1],
  ] as const)('predict as there: weights in %s', async (kind, tolerance) => {
    const [json, bytes] = convert(kind);
    const model = await load(json, { 'group1-shard1of1.bin': bytes });
    expect(await differences(model, each, tolerance)).toEqual(each.outputs.map(() => null));
  });

  test('are refused when a shard is cut off, or of another model', async () => {
    const [json, bytes] = convert('float32');
    await expect(load(json, { 'group1-shard1of1.bin': bytes.subarray(0, 100) })).rejects.toThrow(
      /model\.json: the shards hold/,
    );
    const [{ weights }] = (json as { weightsManifest: [Manifest] }).weightsManifest;
    const other = { ...(json as object), weightsManifest: [{ paths: ['a'], weights: weights.slice(1) }] };
    await expect(load(other, { a: bytes })).rejects.toThrow(
      /model\.json: its 20 weights .* are not those of the Functional 'big'/,
    );
  });
});

describe('models that the converter made of files of Keras 3', () => {
  test('predict as there: names are paths in order of the alphabet, and configs name no modules', async () => {
    const x = Input({ shape: [4], name: 'x' });
    const hidden = new layers.BatchNormalization({ name: 'norm' })(
      new layers.Dense(3, { name: 'zebra' })(x as never),
    ) as never;
    const made = new KerasModel(x, new layers.Dense(2, { name: 'ant', activation: 'tanh' })(hidden) as never, {
      name: 'net',
    });
    made.setWeights(
      made.weights.map((w, k) =>
        ops.add(ops.multiply(ops.ones(w.shape), 0.1 * (k + 1)), ops.reshape(ops.arange(w.size), w.shape)),
      ),
    );
    const withoutModules = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(withoutModules);
      if (!isDict(value)) return value;
      const kept = Object.entries(value).filter(([key]) => key !== 'module' && key !== 'registered_name');
      return Object.fromEntries(kept.map(([key, item]) => [key, withoutModules(item)]));
    };
    const named = placesOf(made)
      .flatMap(({ saveable, path }) =>
        saveable instanceof LayerState
          ? saveable.ownWeights.map((v, i): [string, typeof v] => [`${path}/vars/${i}`, v])
          : [],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const json = {
      format: 'layers-model',
      generatedBy: 'keras v3.15.1',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      modelTopology: { keras_version: '3.15.1', model_config: withoutModules(JSON.parse(made.toJson())) },
      weightsManifest: [
        { paths: ['w.bin'], weights: named.map(([name, v]) => ({ name, shape: v.shape, dtype: 'float32' })) },
      ],
    };
    const bytes = new Uint8Array(
      Buffer.concat(
        named.map(([, v]) => new Uint8Array(Float32Array.from(v.value.ndarray.data as ArrayLike<number>).buffer)),
      ),
    );
    const model = await load(json, { 'w.bin': bytes });
    expect(model.getWeights().map((w) => w.arraySync())).toEqual(made.getWeights().map((w) => w.arraySync()));
    const input = ops.ones([2, 4]);
    const predicted = async (each: Model): Promise<unknown> =>
      flatten<Tensor>(await each.predict(input)).map((y) => y.arraySync());
    expect(await predicted(model)).toEqual(await predicted(made));
  });
});

describe('manifests that lie', () => {
  const group = (path: unknown, weight: object = {}): unknown => [
    { paths: [path], weights: [{ name: 'w', shape: [1], dtype: 'float32', ...weight }] },
  ];
  test.each([
    ['a path outside', group('../secret.bin'), /"\.\.\/secret\.bin".*does not lie beside it/],
    ['an absolute path', group('/etc/passwd'), /does not lie beside it/],
    ['a path of Windows', group('C:\\secret'), /does not lie beside it/],
    ['a URL', group('https://example.com/w.bin'), /does not lie beside it/],
    ['no path', group(3), /does not lie beside it/],
    ['a negative size', group('w.bin', { shape: [-1] }), /weight 'w': its shape is \[-1\]/],
    ['a dtype', group('w.bin', { dtype: 'constructor' }), /weight 'w': its dtype is "constructor"/],
    ['a quantization', group('w.bin', { quantization: { dtype: 'int4' } }), /weight 'w': its quantization/],
    ['no manifest', {}, /no list 'weightsManifest'/],
  ])('%s', (_id, manifest, message) => {
    expect(() => readManifest('model.json', manifest)).toThrow(message);
  });

  test('graph models are refused with what to do', () => {
    expect(() => parseTfjs('model.json', { format: 'graph-model', modelTopology: { node: [] } })).toThrow(
      /graph model.*Only layers models/,
    );
    expect(() => parseTfjs('model.json', [])).toThrow(/no model of tfjs/);
  });
});
