import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '../../testing/backends.js';
import { setPlatform } from '../../core/platform.js';
import { crc32c } from '../../formats/crc32c.js';
import { nodePlatform } from '../../platform/node/index.js';
import { memoryFiles } from '../../testing/memory_files.js';
import { Tensor, tensor } from '../../runtime/index.js';
import { packHead, packTable } from './cache_format.js';
import { Dataset } from './dataset.js';

setPlatform(nodePlatform);
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  setPlatform(nodePlatform);
});

let files = 0;
const place = (): string => join(folder, `${files++}.cache`);

/** A chain whose elements are made by a function that notes what it makes. */
function chain(
  path: string,
  made: number[],
  { size = 6, seed = 1, key = '', counted = false } = {},
): Dataset<number[]> {
  const pairs = Dataset.range(size)
    .shuffle(size, { seed })
    .map((i) => (made.push(i), [i, i * i]));
  return (counted ? pairs : pairs.filter(() => true)).cache(path, { key });
}
const truth = async (options = {}): Promise<number[][]> => chain(place(), [], options).toArray();

describe('a finished file', () => {
  test('gives the elements in later passes and in later programs, and nothing is made again', async () => {
    const [path, made] = [place(), [] as number[]];
    const first = chain(path, made);
    const elements = await first.toArray();
    expect(await first.toArray()).toEqual(elements);
    expect(made).toHaveLength(6);
    expect(await chain(path, made).toArray()).toEqual(elements);
    expect(made).toHaveLength(6);
    expect(elements).toEqual(await truth());
    expect(existsSync(`${path}.partial`)).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('holds every kind of element as it was', async () => {
    const element = {
      t: tensor([[1.5, NaN], [-0, Infinity]], null, 'float32'),
      wide: tensor([2 ** 40, -3], null, 'int64'), half: tensor([0.5, 65504], null, 'float16'), truth: tensor([1, 0], null, 'bool'),
      none: tensor([], [0, 3], 'float32'), scalar: tensor(3), bytes: new Uint8Array([1, 2, 3]).subarray(1), doubles: new Float64Array([0.1]),
      numbers: [0, -0, NaN, -Infinity, 1e300], text: 'ü\u0000"', yes: true, nothing: null, missing: undefined, list: [[], {}],
    }; // prettier-ignore
    Object.defineProperty(element, '__proto__', { value: 'own', enumerable: true, writable: true, configurable: true });
    const path = place();
    const make = (): Dataset<unknown> => Dataset.fromList([element, 'plain', null] as unknown[]).cache(path);
    await make().toArray();
    const [read, plain, nothing] = (await make().toArray()) as [typeof element, unknown, unknown];
    const plainly = (x: unknown): unknown => (x instanceof Tensor ? [x.dtype, x.shape, [...x.ndarray.data]] : x);
    const all = (x: object): unknown => Object.entries(x).map(([key, part]) => [key, plainly(part)]);
    expect(all(read)).toEqual(all(element));
    expect(Object.is(read.numbers[1], -0)).toBe(true);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(read.bytes).toBeInstanceOf(Uint8Array);
    expect([plain, nothing]).toEqual(['plain', null]);
  });

  test('is opened at any element', async () => {
    const path = place();
    const all = await chain(path, []).toArray();
    for (let taken = 0; taken <= 6; taken++) {
      const rest: number[][] = [];
      for await (const each of chain(path, []).iterator({ pass: 3, taken })) rest.push(each);
      expect(rest).toEqual(all.slice(taken));
    }
  });
});

describe('a file that is not finished', () => {
  test('is gone on from where an earlier program stopped, in the order of its pass', async () => {
    for (const counted of [true, false])
      for (let stop = 0; stop < 6; stop++) {
        const path = place();
        const early = chain(path, [], { counted }).iterator({ pass: 5, taken: 0 });
        for (let i = 0; i < stop; i++) await early.next();
        await early.return();
        expect(existsSync(path)).toBe(false);
        // Another program, whose own pass would be in another order.
        const made: number[] = [];
        const all = await chain(path, made, { counted }).toArray();
        const whole: number[][] = [];
        for await (const each of chain(place(), []).iterator({ pass: 5, taken: 0 })) whole.push(each);
        expect(all).toEqual(stop === 0 ? await truth() : whole);
        if (counted) expect(made).toEqual(all.slice(stop).map(([i]) => i));
      }
    expect(warnings).toEqual([]);
  });

  test('may end anywhere, as after a program that was killed', async () => {
    const source = place();
    const begun = chain(source, []).iterator();
    for (let i = 0; i < 4; i++) await begun.next();
    await begun.return();
    const bytes = readFileSync(`${source}.partial`);
    const all = await truth();
    for (let end = 0; end <= bytes.length + 3; end += 5) {
      const path = place();
      writeFileSync(`${path}.partial`, Buffer.concat([bytes.subarray(0, end), Buffer.alloc(Math.max(0, end - bytes.length), 7)])); // prettier-ignore
      expect(await chain(path, []).toArray()).toEqual(all);
      expect(await chain(path, []).toArray()).toEqual(all);
    }
  });

  test('an error of a function leaves what was made before', async () => {
    const [path, made] = [place(), [] as number[]];
    let fails = true;
    const make = (): Dataset<number> =>
      Dataset.range(5).map((i) => {
        if (i === 3 && fails) throw new Error('no image');
        made.push(i);
        return i;
      }).cache(path); // prettier-ignore
    await expect(make().toArray()).rejects.toThrow('no image');
    fails = false;
    expect(await make().toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(made).toEqual([0, 1, 2, 3, 4]);
  });

  test('two passes at once give the same elements', async () => {
    const path = place();
    const cached = chain(path, []);
    const pairs = await Dataset.zip([cached, cached]).toArray();
    expect(pairs).toEqual((await truth()).map((each) => [each, each]));
    expect(await cached.toArray()).toEqual(await truth());
  });
});

describe('a file of other data', () => {
  test.each<[string, (path: string) => Dataset<unknown>]>([
    ['another size', (path) => chain(path, [], { size: 5 })],
    ['another seed', (path) => chain(path, [], { seed: 2 })],
    ['another key', (path) => chain(path, [], { key: 'v2' })],
    ['another function', (path) => Dataset.range(6).map((i) => i + 1).cache(path)], // prettier-ignore
  ])('%s: it is made anew, with a warning', async (_, make) => {
    const path = place();
    await chain(path, []).toArray();
    const expected = await make(place()).toArray();
    expect(await make(path).toArray()).toEqual(expected);
    expect(warnings).toEqual([expect.stringContaining(`${path} was made of other data`)]);
    expect(await make(path).toArray()).toEqual(expected);
    expect(warnings).toHaveLength(1);
  });

  test('other arrays of the same shape are other data', async () => {
    const path = place();
    const make = (...values: number[]): Promise<number[]> =>
      Dataset.fromTensorSlices(tensor(values)).map((x) => x.arraySync<number>()).cache(path).toArray(); // prettier-ignore
    expect(await make(1, 2)).toEqual([1, 2]);
    expect(await make(1, 3)).toEqual([1, 3]);
  });

  test('what is no cache is left as it is', async () => {
    for (const content of ['my notes', 'KTS', 'KTSCACH!']) {
      const path = place();
      writeFileSync(path, content);
      if (content === 'KTS') continue; // the beginning of a cache
      await expect(chain(path, []).toArray()).rejects.toThrow('is no cache of a data set, and is left as it is');
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
    const path = place();
    mkdirSync(path);
    await expect(chain(path, []).toArray()).rejects.toThrow('is a folder');
  });
});

describe('a broken or hostile file', () => {
  test('gives the right elements, whichever bit is turned over, and wherever it is cut', async () => {
    const content = new Map<string, Uint8Array>();
    setPlatform({ ...nodePlatform, files: memoryFiles(content) });
    const path = 'some.cache';
    const make = (): Promise<number[]> => Dataset.range(3).map((i) => 7 * i).cache(path).toArray(); // prettier-ignore
    const right = await make();
    const good = content.get(path)!;
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] ^= 1 << (at % 8);
      content.set(path, bad);
      if (at < 8) await expect(make()).rejects.toThrow('is no cache');
      else {
        expect(await make(), `byte ${at}`).toEqual(right);
        expect(await make()).toEqual(right);
      }
    }
    for (let end = 0; end < good.length; end += 3) {
      content.set(path, good.subarray(0, end));
      expect(await make(), `cut at ${end}`).toEqual(right);
    }
    setPlatform(nodePlatform);
  });

  /** A file with a valid checksum everywhere, whose only record is of these parts. */
  function forged(structure: string, data: Uint8Array, sizes: readonly [number, number] | null, path: string): void {
    const good = readFileSync(path);
    const head = good.subarray(0, good.readUInt32LE(12));
    const text = Buffer.from(structure.padEnd(Math.ceil(structure.length / 8) * 8));
    const body = Buffer.alloc(16 + text.length + data.length);
    body.writeUInt32LE(0x4d454c45, 0);
    body.writeUInt32LE(sizes?.[0] ?? text.length, 8);
    body.writeUInt32LE(sizes?.[1] ?? data.length, 12);
    text.copy(body, 16);
    body.set(data, 16 + text.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32c(body));
    const table = packTable([head.length, head.length + body.length + 4]);
    writeFileSync(path, Buffer.concat([head, body, sum, table]));
  }

  test.each<[string, string, Uint8Array, [number, number] | null]>([
    ['a shape of more elements than there are', '["t","float32",[1000000000,1000000000]]', new Uint8Array(8), null],
    ['a shape below 0', '["t","float32",[-2]]', new Uint8Array(8), null],
    ['a dtype that is none', '["t","constructor",[2]]', new Uint8Array(8), null],
    ['an array that is none', '["a","constructor",2]', new Uint8Array(8), null],
    ['an array of endless length', '["a","Float64Array",9007199254740991]', new Uint8Array(8), null],
    ['data that nothing names', '1', new Uint8Array(16), null],
    ['sizes beyond the file', '1', new Uint8Array(0), [0xfffffff0, 0xfffffff0]],
    ['an unknown form', '["z"]', new Uint8Array(0), null],
    ['a dict that is no list', '{"__proto__":{"polluted":1}}', new Uint8Array(0), null],
    ['no JSON', '[[[', new Uint8Array(0), null],
    ['lists without end', '["l",['.repeat(20000) + ']]'.repeat(20000), new Uint8Array(0), null],
  ])('%s', async (_, structure, data, sizes) => {
    const path = place();
    const make = (): Promise<number[]> => Dataset.range(1).map((i) => i + 5).cache(path).toArray(); // prettier-ignore
    await make();
    forged(structure, data, sizes, path);
    expect(await make()).toEqual([5]);
    expect(warnings).toEqual([expect.stringContaining('element 0 of')]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('a key `__proto__` is a key', async () => {
    const path = place();
    const make = (): Promise<unknown[]> => Dataset.range(1).map((): unknown => 1).cache(path).toArray(); // prettier-ignore
    await make();
    forged('["d",[["__proto__",["d",[["polluted",1]]]]]]', new Uint8Array(0), null, path);
    const [element] = await make();
    expect(Object.getPrototypeOf(element)).toBe(Object.prototype);
  });

  test('a head that promises more than there is', async () => {
    const path = place();
    const head = Buffer.from(packHead({ identity: '', cardinality: 1, path: [0] }));
    head.writeUInt32LE(0x7fffffff, 12);
    writeFileSync(path, head);
    expect(await Dataset.range(1).cache(path).toArray()).toEqual([0]);
    expect(warnings).toEqual([expect.stringContaining('is broken')]);
  });
});

test('what cannot be kept in a file is refused', async () => {
  const kept = Dataset.fromList([{ a: [1, new Map()] }]).cache(place());
  await expect(kept.toArray()).rejects.toThrow(/the element\.a\[1\] is .*cannot be kept in a file/);
  expect(() => Dataset.range(Infinity).cache(place())).toThrow('has no end');
  for (const wrong of ['', 3, 'http://a/b', {}])
    expect(() => Dataset.range(1).cache(wrong as string)).toThrow('place=');
  expect(() => Dataset.range(1).cache('a', { key: 3 as unknown as string })).toThrow('key=3');
  expect(() => Dataset.range(1).cache('a', { keys: 'a' } as object)).toThrow("no option 'keys'");
});
