import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { nodePlatform, readConfigFile } from './index.js';

describe('keras.json', () => {
  const before = process.env['KERAS_HOME'];
  const folder = mkdtempSync(join(tmpdir(), 'keras-home-'));
  afterEach(() => {
    if (before === undefined) delete process.env['KERAS_HOME'];
    else process.env['KERAS_HOME'] = before;
    rmSync(join(folder, 'keras.json'), { force: true });
  });
  it('is read from KERAS_HOME', () => {
    process.env['KERAS_HOME'] = folder;
    writeFileSync(join(folder, 'keras.json'), '{"floatx": "float16", "backend": "jax"}');
    expect(readConfigFile()).toEqual({ floatx: 'float16', backend: 'jax' });
  });
  it('may be absent or broken', () => {
    process.env['KERAS_HOME'] = folder;
    expect(readConfigFile()).toBeNull();
    writeFileSync(join(folder, 'keras.json'), '{"floatx": ');
    expect(readConfigFile()).toBeNull();
    process.env['KERAS_HOME'] = join(folder, 'nowhere');
    expect(readConfigFile()).toBeNull();
  });
});

describe('worker threads', () => {
  const threads = nodePlatform.threads!;
  it('answer, and say how they end', async () => {
    const worker = threads.spawn('function handle(x, post) { if (x === 0) process.exit(3); post(x + 1); }');
    worker.hold();
    const answer = new Promise((resolve) => worker.onMessage(resolve));
    const end = new Promise((resolve) => worker.onExit(resolve));
    worker.post(41);
    expect(await answer).toBe(42);
    worker.post(0);
    expect(await end).toBe('exit code 3');
  });
  it('say what went wrong in them', async () => {
    const worker = threads.spawn('function handle() { throw new Error("lost the thread"); }');
    worker.hold();
    const end = new Promise((resolve) => worker.onExit(resolve));
    worker.post(null);
    expect(await end).toContain('lost the thread');
  });
  it('end without a word when they are told to', async () => {
    const worker = threads.spawn('function handle() {}');
    let said: string | null = null;
    worker.onExit((reason) => (said = reason));
    worker.terminate();
    await nodePlatform.nextTurn!();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said).toBeNull();
  });
});

describe('files', () => {
  const files = nodePlatform.files!;
  const folder = mkdtempSync(join(tmpdir(), 'keras-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  it('are written whole, over what stood there', async () => {
    const path = join(folder, 'a.txt');
    await files.write(path, 'first, and longer');
    await files.write(path, 'zweitens: ü');
    expect(readFileSync(path, 'utf8')).toBe('zweitens: ü');
    await files.write(path, Uint8Array.of(1, 2));
    expect([...readFileSync(path)]).toEqual([1, 2]);
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });
  it('leave nothing behind when they cannot be written', async () => {
    await expect(files.write(join(folder, 'nowhere', 'a.txt'), '')).rejects.toThrow(/ENOENT/);
    await expect(files.write(folder, 'a folder stands there')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });
});
