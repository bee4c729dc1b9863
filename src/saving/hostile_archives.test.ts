/** @file Archives made to harm: names that lead out, links, twins, lying sizes and sums, bombs; configs that name paths, URLs and code. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { layers, saving, Sequential } from '../index.js';
import { bytesSource } from '../formats/byte_source.js';
import { openZip } from '../formats/zip/index.js';

/** A member, and what its headers say in place of the truth. */
interface Member {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  readonly says?: { readonly size?: number; readonly packed?: number; readonly crc?: number; readonly mode?: number };
}

const u16 = (n: number): number[] => [n & 255, (n >>> 8) & 255];
const u32 = (n: number): number[] => [...u16(n & 0xffff), ...u16(n >>> 16)];
/** Of CRC-32; zlib has it in newer versions of Node only. */
const sumOf = (data: Uint8Array): number => {
  if (typeof crc32 === 'function') return crc32(data);
  let sum = ~0;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
};

/** An archive as it may be made by hand. */
function archiveOf(members: readonly Member[]): Uint8Array<ArrayBuffer> {
  const [local, central]: [number[][], number[][]] = [[], []];
  let at = 0;
  for (const { name, data, deflate = false, says = {} } of members) {
    const [title, packed] = [[...Buffer.from(name)], deflate ? deflateRawSync(data) : data];
    const facts = [
      ...[...u16(20), ...u16(0x800), ...u16(deflate ? 8 : 0), ...u32(0), ...u32(says.crc ?? sumOf(data))],
      ...[...u32(says.packed ?? packed.length), ...u32(says.size ?? data.length), ...u16(title.length), ...u16(0)],
    ];
    const head = [...u32(0x04034b50), ...facts, ...title];
    local.push(head, [...packed]);
    const mode = (says.mode ?? 0o100644) * 65536;
    const place = [...u16(0), ...u16(0), ...u16(0), ...u32(mode), ...u32(at)];
    central.push([...u32(0x02014b50), ...u16(0x031e), ...facts, ...place, ...title]);
    at += head.length + packed.length;
  }
  const list = central.flat();
  const end = [
    ...u32(0x06054b50),
    ...u32(0),
    ...u16(members.length),
    ...u16(members.length),
    ...u32(list.length),
    ...u32(at),
    0,
    0,
  ];
  return new Uint8Array(
    Buffer.concat([...local.map((part) => Buffer.from(part)), Buffer.from(list), Buffer.from(end)]),
  );
}

const make = (): Sequential => new Sequential([layers.Input({ shape: [4] }), new layers.Dense(3, { name: 'dense' })]);
const membersOf = async (bytes: Uint8Array): Promise<Member[]> => {
  const archive = await openZip(bytesSource(bytes, 'm.keras'));
  return Promise.all(archive.names.map(async (name) => ({ name, data: await archive.read(name) })));
};
const whole = membersOf(await make().save());
const text = (content: string): Uint8Array => new Uint8Array(Buffer.from(content));

const here = mkdtempSync(join(tmpdir(), 'keras-ts-archives-'));
afterAll(() => rmSync(here, { recursive: true, force: true }));

async function errorOf(bytes: Uint8Array, options: Parameters<typeof saving.loadModel>[1] = {}): Promise<Error> {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  try {
    await saving.loadModel(bytes, options);
  } catch (error) {
    return error as Error;
  } finally {
    warn.mockRestore();
  }
  throw new Error('it was loaded');
}

test('an archive of this form is read when nothing is wrong with it', async () => {
  const plain = archiveOf(await whole);
  const packed = archiveOf((await whole).map((each) => ({ ...each, deflate: true })));
  for (const bytes of [plain, packed]) expect((await saving.loadModel(bytes)).name).toMatch(/^sequential/);
});

describe('archives', () => {
  const more = (extra: Member) => (members: readonly Member[]) => [...members, extra];
  const changed = (name: string, change: Partial<Member>) => (members: readonly Member[]) =>
    members.map((each) => (each.name === name ? { ...each, ...change } : each));
  const evil = { data: text('harm') };
  const zeros = new Uint8Array(1 << 28);
  test.each<[string, (members: readonly Member[]) => readonly Member[], RegExp]>([
    ['a name that leads out', more({ name: '../evil', ...evil }), /'\.\.\/evil' has a name that leads out/],
    ['a name that leads out further in', more({ name: 'assets/../../evil', ...evil }), /leads out of the archive/],
    ['a name that leads out in Windows', more({ name: 'assets\\..\\..\\evil', ...evil }), /leads out of the archive/],
    ['an absolute name', more({ name: '/tmp/evil', ...evil }), /leads out of the archive/],
    ['a drive', more({ name: 'C:/evil', ...evil }), /leads out of the archive/],
    ['a link', more({ name: 'link', data: text('/etc/passwd'), says: { mode: 0o120777 } }), /'link' is a link/],
    ['twins', more({ name: 'config.json', ...evil }), /two members of the name 'config\.json'/],
    ['a wrong sum', changed('config.json', { says: { crc: 1 } }), /'config\.json' is broken/],
    ['a wrong sum of weights', changed('model.weights.h5', { says: { crc: 1 } }), /'model\.weights\.h5' is broken/],
    ['a size too large', changed('config.json', { says: { size: 1e6 } }), /config\.json/],
    ['a size too small', changed('config.json', { deflate: true, says: { size: 10 } }), /config\.json/],
    ['a member behind the end', changed('model.weights.h5', { says: { packed: 2 ** 31, size: 2 ** 31 } }), /the bytes/],
    [
      'a bomb in place of the config',
      changed('config.json', { data: zeros, deflate: true, says: { crc: 0 } }),
      /would grow|more than the limit/,
    ],
    [
      'a bomb that says it is small',
      changed('config.json', { data: zeros, deflate: true, says: { size: 100 } }),
      /config\.json/,
    ],
    ['no config', (members) => members.filter(({ name }) => name !== 'config.json'), /there is no config\.json/],
    ['a config that is no JSON', changed('config.json', { data: text('{') }), /config\.json/],
    ['a config that is a list', changed('config.json', { data: text('[]') }), /expected a dict/],
    ['a config without end', changed('config.json', { data: text('['.repeat(200_000)) }), /config\.json/],
  ])('%s', async (_id, change, message) => {
    const error = await errorOf(archiveOf(change(await whole)));
    expect(error.name).toBe('ValueError');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^the bytes/);
    expect(error.message).not.toContain('\n');
  });
});

describe('configs', () => {
  /** The model's config with another layer in place of its Dense. */
  const withLayer = async (layer: object): Promise<Uint8Array> => {
    const members = (await whole).map((each) => {
      if (each.name !== 'config.json') return each;
      const config = JSON.parse(Buffer.from(each.data).toString()) as { config: { layers: unknown[] } };
      config.config.layers[1] = layer;
      return { ...each, data: text(JSON.stringify(config)) };
    });
    return archiveOf(members);
  };
  const object = (
    module: string,
    class_name: string,
    config: unknown,
    registered_name: string | null = null,
  ): object => ({
    module,
    class_name,
    config,
    registered_name,
  });
  const bytecode = { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } };
  test.each<[string, object]>([
    ['CVE-2024-3660: code in a Lambda', object('keras.layers', 'Lambda', { name: 'l', function: bytecode })],
    ['CVE-2025-1550: a module and a function by name', object('os', 'system', 'touch evil')],
    ['CVE-2025-1550: a function in place of a class', object('builtins', 'function', 'eval', 'function')],
    [
      'CVE-2025-8747: get_file of Keras',
      object('keras.utils', 'get_file', { fname: 'evil', origin: 'https://example.com' }),
    ],
    [
      'CVE-2025-8747: internals of Keras',
      object('keras.src.utils.file_utils', 'get_file', { fname: 'evil', origin: 'file:///etc/passwd' }),
    ],
    [
      'CVE-2025-9905: a Lambda of Keras 2',
      { class_name: 'Lambda', config: { name: 'l', function: ['4wEAAAA=', null, null], function_type: 'lambda' } },
    ],
    ['CVE-2025-9906: unsafe loading turned on', object('keras.config', 'enable_unsafe_deserialization', {})],
    [
      'CVE-2025-12058: a vocabulary in a file',
      object('keras.layers', 'StringLookup', { name: 's', vocabulary: '/etc/passwd' }),
    ],
    [
      'CVE-2025-12058: a vocabulary at a URL',
      object('keras.layers', 'IntegerLookup', { name: 's', vocabulary: 'http://127.0.0.1:9/v' }),
    ],
    ['CVE-2025-12060: an archive to unpack', object('keras.utils', 'get_file', { origin: 'x.tar', extract: true })],
    ['a layer that reads a model in a file', object('keras.layers', 'TFSMLayer', { name: 't', filepath: '/tmp/evil' })],
    [
      'an initializer that is a function',
      object('keras.layers', 'Dense', {
        name: 'd',
        units: 3,
        kernel_initializer: object('builtins', 'function', 'open', 'function'),
      }),
    ],
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', '__defineGetter__'].flatMap(
      (name): [string, object][] => [
        [`JavaScript's ${name} as a class`, object('keras.layers', name, { name: 'c' })],
        [`JavaScript's ${name} as a registered name`, object('keras.layers', 'X', { name: 'c' }, name)],
        [
          `JavaScript's ${name} as an activation`,
          object('keras.layers', 'Dense', { name: 'd', units: 3, activation: name }),
        ],
      ],
    ),
  ])('%s', async (_id, layer) => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'));
    const before = [readdirSync('.'), readdirSync(here)].map((names) => names.join());
    try {
      for (const safeMode of [true, false]) {
        const error = await errorOf(await withLayer(layer), { safeMode });
        expect(['ValueError', 'TypeError']).toContain(error.name);
        expect(error.message).toMatch(/^the bytes: /);
        expect(error.message).not.toContain('root:');
      }
      expect(fetched).not.toHaveBeenCalled();
      expect([readdirSync('.'), readdirSync(here)].map((names) => names.join())).toEqual(before);
      expect(existsSync('evil')).toBe(false);
      expect(({} as Record<string, unknown>)['name']).toBeUndefined();
    } finally {
      fetched.mockRestore();
    }
  });

  test.each(['constructor', '__proto__', 'toString'])("JavaScript's %s as a module leads nowhere", async (name) => {
    const layer = object(name, 'Dense', { name: 'plain', units: 3 }, 'none');
    const model = await saving.loadModel(await withLayer(layer));
    expect(model.layers[0]).toBeInstanceOf(layers.Dense); // the class of this name that is known
  });
});
