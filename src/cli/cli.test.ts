/** @file The command line: what each command says, its exit codes, and that no mistake shows a stack. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesSource } from '../formats/byte_source.js';
import { formatNpy, readNpy } from '../formats/npy.js';
import { Input, layers, Model, saving, Sequential, tensor, utils } from '../index.js';
import { readFixtures } from '../testing/fixtures.js';
import { runCli } from './index.js';

let folder = '';
const at = (name: string): string => join(folder, name);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(...args: string[]): Promise<Ran> {
  const ran = { out: '', err: '' };
  const code = await runCli(args, {
    out: (text) => (ran.out += `${text}\n`),
    err: (text) => (ran.err += `${text}\n`),
    showsProgress: true,
  });
  expect(`${ran.out}${ran.err}`).not.toMatch(/^\s+at .*:\d+/m);
  return { code, ...ran };
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await cli(...args, '--json')).out) as Record<string, unknown>;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keras-ts-cli-'));
  utils.setRandomSeed(1);
  const model = new Sequential([Input({ shape: [3], name: 'x' }), new layers.Dense(2, { name: 'dense' })], {
    name: 'net',
  });
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await saving.saveModel(model, at('net.keras'));
  model.setWeights([
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    [0, 0.5],
  ]);
  await saving.saveModel(model, at('other.keras'));
  const [a, b] = [Input({ shape: [2], name: 'a' }), Input({ shape: [2], name: 'b' })];
  const sum = new layers.Add({ name: 'sum' })([a, b]) as never;
  await saving.saveModel(
    new Model([a, b], [sum, new layers.ReLU({ name: 'rectified' })(sum) as never], { name: 'two' }),
    at('two.keras'),
  );
  const { file } = readFixtures('legacy').find(({ id }) => id === 'training/rmsprop')!;
  writeFileSync(at('old.h5'), Buffer.from(file as string, 'base64'));
  writeFileSync(at('x.npy'), formatNpy(tensor([[1, 2, 3]]).ndarray));
  writeFileSync(at('broken.keras'), readFileSync(at('net.keras')).subarray(0, 300));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('keras-ts inspect', () => {
  test('says what a .keras file holds', async () => {
    const { code, out } = await cli('inspect', at('net.keras'));
    expect(code).toBe(0);
    for (const text of [
      '.keras',
      'keras_version',
      'net (Sequential, 1 layers)',
      'x (None, 3) float32',
      '8 (8 trainable, 0 not)',
      'with Adam',
      'dense (Dense)',
      'random state',
    ])
      expect(out).toContain(text);
    // Hundreds of numbers of random generators are nothing to read.
    expect(out.length).toBeLessThan(2000);
    expect(await json('inspect', at('net.keras'))).toMatchObject({
      format: '.keras',
      model: {
        parameters: { total: 8, trainable: 8, nonTrainable: 0 },
        inputs: [{ name: 'x', shape: [null, 3], dtype: 'float32' }],
      },
      refused: null,
    });
  });
  test('a file that is not there', async () => {
    const { code, err } = await cli('inspect', at('none.keras'));
    expect(code).toBe(1);
    expect(err).toBe(`keras-ts: there is no file ${at('none.keras')}.\n`);
  });
  test('says what an old .h5 file holds', async () => {
    const found = await json('inspect', at('old.h5'));
    expect(found).toMatchObject({ metadata: { keras_version: '2.19.0', has_training_config: true }, refused: null });
  });
  test('says why a file is refused, and gives 1', async () => {
    const { code, out } = await cli('inspect', at('broken.keras'));
    expect([code, out]).toEqual([1, expect.stringContaining('broken.keras')]);
  });
});

describe('keras-ts convert', () => {
  test('makes a .keras file of an old .h5', async () => {
    expect((await cli('convert', at('old.h5'), at('new.keras'))).code).toBe(0);
    const [before, after] = [await saving.loadModel(at('old.h5')), await saving.loadModel(at('new.keras'))];
    expect(after.getWeights().map((w) => w.arraySync())).toEqual(before.getWeights().map((w) => w.arraySync()));
    for (const name of ['again.h5', 'w.weights.h5', 'w.safetensors'])
      expect(await cli('convert', at('new.keras'), at(name))).toMatchObject({ code: 0 });
    expect(await cli('diff', at('new.keras'), at('again.h5'))).toMatchObject({ code: 0 });
    expect(await json('inspect', at('w.weights.h5'))).toMatchObject({ format: '.weights.h5' });
    const kept = await cli('convert', at('old.h5'), at('new.keras'), '--keep');
    expect([kept.code, kept.err]).toEqual([1, expect.stringContaining('new.keras is there already')]);
  });
});

describe('keras-ts plot', () => {
  test('writes a picture', async () => {
    expect(await cli('plot', at('net.keras'), '-o', at('net.svg'), '--shapes')).toMatchObject({ code: 0 });
    expect(readFileSync(at('net.svg'), 'utf8')).toContain('(None, 3)');
    const wrong = await cli('plot', at('net.keras'), '-o', at('net.svg'), '--rankdir', 'UP');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('rankdir="UP"')]);
  });
});

describe('keras-ts predict', () => {
  test('reads and writes arrays', async () => {
    expect(await cli('predict', at('other.keras'), '--input', at('x.npy'), '--output', at('y.npy'))).toMatchObject({
      code: 0,
    });
    const y = await readNpy(bytesSource(new Uint8Array(readFileSync(at('y.npy')))));
    expect([y.shape, Array.from(y.data as ArrayLike<number>)]).toEqual([
      [1, 2],
      [4, 5.5],
    ]);
  });
  test('takes inputs by name and numbers outputs', async () => {
    writeFileSync(at('a.npy'), formatNpy(tensor([[1, -4]]).ndarray));
    writeFileSync(at('b.npy'), formatNpy(tensor([[1, 1]]).ndarray));
    const found = await json(
      'predict',
      at('two.keras'),
      '-i',
      `b=${at('b.npy')}`,
      '-i',
      `a=${at('a.npy')}`,
      '-o',
      at('z.npy'),
    );
    expect(found).toMatchObject({ outputs: [{ shape: [1, 2] }, { shape: [1, 2] }] });
    const z = await readNpy(bytesSource(new Uint8Array(readFileSync(at('z_1.npy')))));
    expect(Array.from(z.data as ArrayLike<number>)).toEqual([2, 0]);
  });
});

describe('keras-ts predict of texts', () => {
  test('reads texts for a model of texts, and writes those that it gives', async () => {
    const words = Input({ shape: [1], dtype: 'string', name: 'words' });
    const places = new layers.StringLookup({ vocabulary: ['cat', 'dog'], name: 'places' });
    const back = new layers.StringLookup({ vocabulary: ['cat', 'dog'], invert: true, name: 'back' });
    await saving.saveModel(new Model(words, back(places(words))), at('words.keras'));
    await utils.saveNpy([['dog'], ['cow']], at('words.npy'));
    const found = await json('predict', at('words.keras'), '-i', at('words.npy'), '-o', at('found.npy'));
    expect(found).toMatchObject({ outputs: [{ shape: [2, 1], dtype: 'string' }] });
    expect(await (await utils.loadNpy(at('found.npy'))).array()).toEqual([['dog'], ['[UNK]']]);
  });
});

describe('keras-ts verify and diff', () => {
  test('verify tells whole files from broken ones', async () => {
    expect(await cli('verify', at('net.keras'))).toMatchObject({ code: 0 });
    expect(await cli('verify', at('broken.keras'))).toMatchObject({ code: 1 });
    const model = await saving.loadModel(at('net.keras'));
    model.setWeights([
      tensor([
        [NaN, 0],
        [0, 1],
        [1, 1],
      ]),
      tensor([0, 0]),
    ]);
    await saving.saveModel(model, at('nan.keras'));
    const { code, out } = await cli('verify', at('nan.keras'));
    expect([code, out]).toEqual([1, expect.stringContaining('dense/kernel: 1 of 6 numbers are NaN')]);
  });
  test('diff finds weights and configs that differ', async () => {
    expect(await cli('diff', at('net.keras'), at('net.keras'))).toMatchObject({ code: 0, out: 'no difference\n' });
    const { code, out } = await cli('diff', at('net.keras'), at('other.keras'));
    expect([code, out]).toEqual([1, expect.stringMatching(/weights\..*dense\/kernel\[\d\]: /)]);
    expect(await cli('diff', at('net.keras'), at('other.keras'), '--tolerance', '10')).toMatchObject({ code: 0 });
    const { differences } = await json('diff', at('net.keras'), at('two.keras'));
    expect((differences as { at: string }[]).map((each) => each.at)).toContain('config.class_name');
  });
});

describe('mistakes', () => {
  test.each([
    [[], 2, /keras-ts COMMAND/],
    [['inspct', 'x'], 2, /There is no command 'inspct'.*inspect/],
    [['inspect'], 2, /0 arguments are given, 1 needed/],
    [['plot', 'x', '--shape'], 2, /There is no option --shape.*shapes/],
    [['plot', 'x', '-o'], 2, /--output needs a value/],
    [['convert', 'x', 'x'], 2, /the same file/],
    [['predict', 'x', '-o', 'y'], 2, /--input is missing/],
    [['diff', 'x', 'y', '--tolerance', 'no'], 2, /--tolerance no/],
    [['inspect', '/nowhere/model.keras'], 1, /nowhere\/model\.keras/],
  ])('%j', async (args, code, message) => {
    const ran = await cli(...args);
    expect(ran.code).toBe(code);
    expect(`${ran.out}${ran.err}`).toMatch(message);
  });
  test('with --json are JSON', async () => {
    expect(String((await json('verify'))['error'])).toContain('1 needed');
  });
  test('help shows examples', async () => {
    for (const name of ['inspect', 'convert', 'plot', 'predict', 'verify', 'diff']) {
      const { code, out } = await cli(name, '--help');
      expect([code, out]).toEqual([0, expect.stringContaining(`Examples:\n  keras-ts ${name} `)]);
    }
    expect((await cli('--help')).out).toContain('Exit codes');
  });
});
