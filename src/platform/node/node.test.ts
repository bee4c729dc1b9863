import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
  it('close themselves when they are dropped, and only then', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const path = join(folder, 'dropped.bin');
    writeFileSync(path, 'seven b');
    const held = await files.open(path);
    await (async () => void (await files.open(path)))();
    const openNow = (): number =>
      readdirSync('/proc/self/fd').filter((number) => {
        const link = `/proc/self/fd/${number}`;
        return existsSync(link) && readlinkSync(link) === path;
      }).length;
    for (let i = 0; i < 200 && (process.platform !== 'linux' || openNow() > 1); i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (process.platform === 'linux') expect(openNow()).toBe(1);
    expect(new TextDecoder().decode(await held.read(0, 5))).toBe('seven');
    await held.close();
    await held.close();
    await expect(held.read(0, 5)).rejects.toThrow('closed');
    process.off('warning', listen);
    rmSync(path);
    expect(warnings).toEqual([]);
  });
  it('are closed when what reads them is done', async () => {
    const path = join(folder, 'large.bin');
    writeFileSync(path, new Uint8Array(1 << 20).fill(7));
    const file = await files.open(path);
    const reads = Array.from({ length: 8 }, (_, i) => file.read(i << 17, 1 << 17));
    const closing = file.close();
    expect((await Promise.all(reads)).every((bytes) => bytes.every((byte) => byte === 7))).toBe(true);
    await closing;
    rmSync(path);
  });
  it('leave nothing behind when they cannot be written', async () => {
    await expect(files.write(join(folder, 'nowhere', 'a.txt'), '')).rejects.toThrow(/ENOENT/);
    await expect(files.write(folder, 'a folder stands there')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });
});
