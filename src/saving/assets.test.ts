/** @file Files of layers (`saveAssets`, `loadAssets`) in files of models. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layers, saving, Sequential } from '../index.js';
import type { Tensor } from '../index.js';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'keras-ts-assets-'))));
afterAll(() => rm(folder, { recursive: true }));

const text = (bytes: string | Uint8Array): string =>
  typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);

/** A layer with files of its own, around one that has some too. */
class Words extends layers.Layer {
  files: Record<string, string | Uint8Array> = {};
  readonly inner: Words | null;

  constructor({ depth = 0, ...rest }: { depth?: number; name?: string } = {}) {
    super(rest);
    this.inner = depth > 0 ? new Words({ depth: depth - 1, name: 'inner' }) : null;
  }
  override call(x: Tensor): Tensor {
    return this.inner === null ? x : this.inner.call(x);
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), depth: this.inner === null ? 0 : 1 };
  }
  saveAssets(): Record<string, string | Uint8Array> {
    return this.files;
  }
  loadAssets(files: Record<string, Uint8Array>): void {
    this.files = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, text(bytes)]));
  }
}
const customObjects = { Words };

function made(): Sequential {
  const words = new Words({ depth: 1, name: 'words' });
  words.files = { 'vocabulary.txt': 'one\ntwo', 'größe.bin': Uint8Array.of(0x6f, 0x6b) };
  words.inner!.files = { 'vocabulary.txt': 'three' };
  return new Sequential([layers.Input({ shape: [3] }), words, new Words({ name: 'none' })]);
}
const filesOf = (model: Sequential): unknown[] => {
  const [words, none] = model.layers as Words[];
  return [words.files, words.inner!.files, none.files];
};
const EXPECTED = [{ 'vocabulary.txt': 'one\ntwo', 'größe.bin': 'ok' }, { 'vocabulary.txt': 'three' }, {}];

describe('files of layers', () => {
  test('come back to the layer that wrote them, and to no other, from a file', async () => {
    const path = join(folder, 'model.keras');
    await made().save(path);
    expect(filesOf((await saving.loadModel(path, { customObjects })) as Sequential)).toEqual(EXPECTED);
  });

  test('… from bytes', async () => {
    const bytes = await made().save();
    expect(filesOf((await saving.loadModel(bytes, { customObjects })) as Sequential)).toEqual(EXPECTED);
  });

  test('… from a folder, in which they lie as files', async () => {
    const path = join(folder, 'model');
    await made().save(path, { zipped: false });
    expect(filesOf((await saving.loadModel(path, { customObjects })) as Sequential)).toEqual(EXPECTED);
    const file = join(path, 'assets', 'layers', 'words', 'vocabulary.txt');
    expect(await readFile(file, 'utf8')).toBe('one\ntwo');
  });
});
