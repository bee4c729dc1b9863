/**
 * @file A file that is saved over is whole whatever happens: the process is killed, the disk is full, the folder is read-only.
 *
 * `KERAS_TS_KILLS=200` kills more often than the 25 times of `npm test`.
 */
import { build } from 'esbuild';
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layers, saving, Sequential, tensor } from '../index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-atomic-'));
// Packages are found from here.
const built = join(root, 'node_modules', '.cache', `keras-ts-atomic-${process.pid}`);
const program = join(built, 'saver.mjs');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
});
const kills = Number(process.env['KERAS_TS_KILLS'] ?? 25);
const temporaries = (at: string): string[] => readdirSync(at).filter((name) => name.endsWith('.tmp'));

/** A model whose weights are all `value`. */
function filled(value: number, units = 300): Sequential {
  const model = new Sequential([layers.Input({ shape: [units] }), new layers.Dense(units), new layers.Dense(2)]);
  model.setWeights(
    model.weights.map(({ shape }) =>
      tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), [...shape]),
    ),
  );
  return model;
}

/** The one value that all weights of a file have. */
async function valueIn(path: string): Promise<number> {
  const model = await saving.loadModel(path);
  const values = new Set<number>();
  for (const weight of model.getWeights()) for (const value of await weight.data()) values.add(Number(value));
  expect([...values]).toHaveLength(1);
  return [...values][0];
}

const ended = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));

beforeAll(async () => {
  const text = `
    import { layers, Sequential, tensor } from './src/index.ts';
    const [path, format] = process.argv.slice(2);
    const model = new Sequential([layers.Input({ shape: [300] }), new layers.Dense(300), new layers.Dense(2)]);
    for (let value = 1; ; value++) {
      model.setWeights(model.weights.map(({ shape }) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), [...shape])));
      await (path.endsWith('.keras') ? model.save(path) : model.saveWeights(path));
      if (value === 1) console.log('saved');
    }`;
  await build({
    stdin: { contents: text, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    // What package.json says of side effects is of dist/.
    ignoreAnnotations: true,
    outfile: program,
    logLevel: 'silent',
  });
});

/** Begin to save to `path` again and again; comes back when that has gone well once. */
async function saver(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => reject(new Error(`the program ended: ${errors}`)));
  });
  return child;
}

describe('a process that is killed while it saves', () => {
  test(`leaves the file whole, ${kills} times`, async () => {
    const at = join(folder, 'killed');
    mkdirSync(at);
    const path = join(at, 'model.keras');
    await filled(0).save(path);
    let cutShort = 0;
    for (let i = 0; i < kills; i++) {
      const child = await saver(path);
      const end = ended(child);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill('SIGKILL');
      expect(await end).toBe('SIGKILL');
      expect(await valueIn(path)).toBeGreaterThan(0);
      // The archive and, while they are made, its weights: what was left by those killed before is gone.
      const left = temporaries(at);
      expect(left.length).toBeLessThanOrEqual(2);
      expect(left.every((name) => name.includes(`-${child.pid}-`))).toBe(true);
      cutShort += Number(left.length > 0);
    }
    // Some were killed in the middle; how many depends on the disk.
    expect(cutShort).toBeGreaterThan(0);
    await filled(-1).save(path);
    expect(readdirSync(at)).toEqual(['model.keras']);
    expect(await valueIn(path)).toBe(-1);
  });
});

describe('what is left of a file that was being written', () => {
  const at = join(folder, 'left');
  const path = join(at, 'model.keras');
  const machine = hostname().replaceAll(/[^\w.]/g, '_') || 'localhost';
  const leave = (name: string, age = 0): string => {
    writeFileSync(join(at, name), 'a part');
    const time = Date.now() / 1000 - age;
    utimesSync(join(at, name), time, time);
    return name;
  };
  test('goes when its process has ended, or nothing was written to it for a day', async () => {
    mkdirSync(at);
    const gone = spawn(process.execPath, ['-e', '']);
    await ended(gone);
    leave(`model.keras.${machine}-${gone.pid}-0123456789ab.tmp`);
    leave('model.keras.elsewhere-17-0123456789ab.tmp', 25 * 3600);
    leave(`model.keras.${machine}-${process.pid}-0123456789ab.tmp`, 25 * 3600);
    const kept = [
      // being written, here or on another machine
      leave(`model.keras.${machine}-${process.pid}-ba9876543210.tmp`),
      leave('model.keras.elsewhere-17-ba9876543210.tmp', 3600),
      // of another file, or not made here
      leave(`other.keras.${machine}-${gone.pid}-0123456789ab.tmp`),
      leave('model.keras.tmp', 25 * 3600),
      leave(`model.keras.${machine}-${gone.pid}-notes.tmp`, 25 * 3600),
    ];
    await filled(1).save(path);
    expect(readdirSync(at).sort()).toEqual([...kept, 'model.keras'].sort());
  });
});

/** All ways to save, each with how one reads whether the file is whole. */
const ways: readonly [string, (model: Sequential, path: string) => Promise<void>][] = [
  ['model.keras', (model, path) => model.save(path)],
  ['model.h5', (model, path) => model.save(path)],
  ['model.weights.h5', (model, path) => model.saveWeights(path)],
  ['model.safetensors', (model, path) => model.saveWeights(path)],
  ['model.weights.json', (model, path) => model.saveWeights(path, { maxShardSize: 1 })],
];

const isRoot = process.getuid?.() === 0;
const contents = (at: string): Record<string, string> =>
  Object.fromEntries(readdirSync(at).map((name) => [name, readFileSync(join(at, name), 'base64')]));

/** Saving fails, says which file, and leaves all as it was. */
async function expectUnharmed(at: string, name: string, save: () => Promise<void>): Promise<void> {
  const before = contents(at);
  const error = await save().then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toContain(join(at, name.replace('.weights.json', '')));
  expect((error as Error).message).toMatch(/cannot be written: .*(ENOSPC|EACCES|EROFS|no space|permission|read-only)/i);
  expect(contents(at)).toEqual(before);
}

/** A folder that is a file system of its own, or null where none can be mounted. */
function mounted(
  options: string,
): { readonly at: string; readonly change: (options: string) => void; readonly end: () => void } | null {
  const at = mkdtempSync(join(folder, 'disk-'));
  const mount = (with_: string, ...rest: string[]): void =>
    void execFileSync('mount', ['-t', 'tmpfs', '-o', with_, ...rest, 'tmpfs', at], { stdio: 'ignore' });
  if (!isRoot || process.platform !== 'linux') return null;
  try {
    mount(options);
  } catch {
    return null;
  }
  return {
    at,
    change: (to) => mount(`remount,${to}`),
    end: () => void execFileSync('umount', ['-l', at], { stdio: 'ignore' }),
  };
}

describe('a disk that is full', () => {
  test.each(ways)('%s stays as it was, and the error names it', async (name, save) => {
    const disk = mounted('size=1m');
    // Only root may mount; elsewhere there is no small disk to fill.
    if (disk === null) return;
    try {
      await save(filled(1, 30), join(disk.at, name));
      await expectUnharmed(disk.at, name, () => save(filled(2, 700), join(disk.at, name)));
      // The disk is full to the last byte.
      writeFileSync(join(disk.at, 'rest'), '');
      try {
        for (;;) writeFileSync(join(disk.at, 'rest'), new Uint8Array(4096), { flag: 'a' });
      } catch {
        // full
      }
      await expectUnharmed(disk.at, name, () => save(filled(2, 30), join(disk.at, name)));
    } finally {
      disk.end();
    }
  });
});

describe('a folder that is read-only', () => {
  test.each(ways)('%s stays as it was, and the error names it', async (name, save) => {
    if (!isRoot) {
      const at = mkdtempSync(join(folder, 'read-only-'));
      await save(filled(1, 30), join(at, name));
      chmodSync(at, 0o555);
      await expectUnharmed(at, name, () => save(filled(2, 30), join(at, name))).finally(() => chmodSync(at, 0o755));
      return;
    }
    // Root may write to any folder but those of a file system that is mounted read-only.
    const disk = mounted('size=4m');
    if (disk === null) return;
    try {
      await save(filled(1, 30), join(disk.at, name));
      disk.change('ro');
      await expectUnharmed(disk.at, name, () => save(filled(2, 30), join(disk.at, name)));
    } finally {
      disk.end();
    }
  });
});

describe('the file that is replaced', () => {
  test.skipIf(process.platform === 'win32')('keeps its permissions, and a link to it stays a link', async () => {
    const [path, link] = [join(folder, 'private.keras'), join(folder, 'link.keras')];
    await filled(1, 30).save(path);
    chmodSync(path, 0o640);
    symlinkSync(basename(path), link);
    await filled(2, 30).save(link);
    expect(await valueIn(path)).toBe(2);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).filter((name) => name.startsWith('link.keras'))).toEqual(['link.keras']);
  });
  test('is no folder', async () => {
    const path = join(folder, 'folder.keras');
    mkdirSync(path);
    await expect(filled(1, 30).save(path)).rejects.toThrow(`${path} cannot be written: it is a folder`);
  });
});
