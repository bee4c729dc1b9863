import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import '../index.js';
import { createZip } from '../formats/zip/index.js';
import { getFile, disableInteractiveLogging, enableInteractiveLogging } from './index.js';

/** A path that no archive may write to. */
const OUTSIDE = join(tmpdir(), `keras-ts-out-${process.pid}.txt`);
const content = Buffer.from(Array.from({ length: 3 << 20 }, (_, i) => (i * 7919) >> 3));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let base = '';
let answer: Answer;
let requests: (string | undefined)[] = [];
let cacheDir = '';

/** Serves bytes; the first answers break off after `cut` bytes of what they send. */
function serving(
  bytes: Uint8Array,
  { cuts = [], ranges = true, tag = '"one"' }: { cuts?: number[]; ranges?: boolean; tag?: string | null } = {},
): Answer {
  return (request, response) => {
    const from =
      ranges && request.headers['if-range'] === tag ? Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0) : 0;
    const cut = cuts.shift();
    const headers: Record<string, string> = { 'content-length': String(bytes.length - from) };
    if (tag !== null) headers['etag'] = tag;
    if (from > 0) headers['content-range'] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(from > 0 ? 206 : 200, headers);
    if (cut === undefined) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, from + cut), () => setTimeout(() => response.destroy(), 30));
  };
}

beforeAll(async () => {
  disableInteractiveLogging();
  server = createServer((request, response) => {
    requests.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  enableInteractiveLogging();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  cacheDir = mkdtempSync(join(tmpdir(), 'get-file-'));
  return () => rmSync(cacheDir, { recursive: true, force: true });
});
const inCache = (name: string): string => join(cacheDir, 'datasets', name);

describe('getFile', () => {
  test('downloads once, under the name in the address, where KERAS_HOME is', async () => {
    answer = serving(content);
    vi.stubEnv('KERAS_HOME', cacheDir);
    const path = await getFile({ origin: `${base}/a/data%20x.bin?q=1`, fileHash: sha256(content) });
    expect(path).toBe(inCache('data x.bin'));
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(await getFile({ origin: `${base}/a/data%20x.bin`, md5Hash: md5(content) })).toBe(path);
    expect(requests.length).toBe(1);
    await getFile({ origin: `${base}/a/data%20x.bin`, forceDownload: true });
    expect(requests.length).toBe(2);
    expect(readdirSync(join(cacheDir, 'datasets'))).toEqual(['data x.bin']);
    vi.unstubAllEnvs();
  });

  test('two calls for one file share the download', async () => {
    answer = serving(content);
    const options = { origin: `${base}/x`, cacheDir, cacheSubdir: 'own' };
    expect(await Promise.all([getFile(options), getFile(options)])).toEqual(Array(2).fill(join(cacheDir, 'own', 'x')));
    expect(requests.length).toBe(1);
  });

  test('goes on where a connection broke, in the same call and in the next', async () => {
    answer = serving(content, { cuts: [1 << 20] });
    const options = { origin: `${base}/x`, cacheDir, fileHash: sha256(content) };
    await getFile(options);
    expect(requests).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    rmSync(inCache('x'));
    requests = [];
    answer = serving(content, { cuts: [1 << 20, 0, 0] });
    await expect(getFile(options)).rejects.toThrow(/URL fetch failure .*broke.*put it at .*datasets.x/);
    expect(existsSync(inCache('x'))).toBe(false);
    answer = serving(content);
    expect(readFileSync(await getFile(options)).equals(content)).toBe(true);
    expect(requests.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('begins anew where the file changed, or the server knows no ranges', async () => {
    const options = { origin: `${base}/x`, cacheDir };
    const half = content.subarray(0, 2 << 20);
    answer = serving(content, { cuts: [1 << 20, 0] });
    await expect(getFile(options)).rejects.toThrow(/URL fetch failure/);
    answer = serving(half, { tag: '"two"' });
    expect(readFileSync(await getFile(options)).equals(half)).toBe(true);
    answer = serving(content, { cuts: [1 << 20], ranges: false, tag: null });
    await expect(getFile({ ...options, forceDownload: true })).rejects.toThrow(/URL fetch failure/);
    expect(readFileSync(inCache('x')).equals(half)).toBe(true);
  });

  test('a file with another sum is kept aside and not used; one in the cache is fetched anew', async () => {
    answer = serving(content);
    const options = { origin: `${base}/x`, cacheDir };
    await expect(getFile({ ...options, fileHash: 'a'.repeat(64) })).rejects.toThrow(
      /Incomplete or corrupted file detected.*kept at .*x\.corrupt/,
    );
    expect(existsSync(inCache('x'))).toBe(false);
    expect(readFileSync(inCache('x.corrupt')).equals(content)).toBe(true);
    writeFileSync(inCache('x'), 'mine');
    await getFile({ ...options, fileHash: sha256(content) });
    expect(readFileSync(inCache('x')).equals(content)).toBe(true);
    expect(readFileSync(inCache('x.replaced'), 'utf8')).toBe('mine');
  });

  test('no network and no such file say what to do instead', async () => {
    const unreachable = getFile({ origin: 'http://127.0.0.1:1/x.npz', cacheDir });
    await expect(unreachable).rejects.toThrow(/URL fetch failure on http.*Without a network, .*put it at .*x\.npz/);
    answer = (_, response) => void response.writeHead(404).end();
    await expect(getFile({ origin: `${base}/y`, cacheDir })).rejects.toThrow(/404 -- Not Found/);
    expect(readdirSync(join(cacheDir, 'datasets'))).toEqual([]);
  });

  test('options that are wrong are refused before anything is asked', async () => {
    await expect(getFile()).rejects.toThrow(/specify the "origin"/);
    await expect(getFile({ origin: `${base}/`, cacheDir })).rejects.toThrow(/Specify `fname`/);
    await expect(getFile({ origin: `${base}/x`, fname: '../x' })).rejects.toThrow(/Paths are no longer accepted/);
    await expect(getFile({ origin: `${base}/x`, fileHash: 'abc' })).rejects.toThrow(/no sum by md5/);
    await expect(getFile({ origin: `${base}/..%2fx`, cacheDir })).rejects.toThrow(/Specify `fname`/);
    await expect(getFile({ origin: 'ftp://site/x', cacheDir })).rejects.toThrow(/no address on the web/);
    await expect(getFile({ origin: `${base}/x`, extract: true, archiveFormat: null })).rejects.toThrow(/archiveFormat/);
    expect(requests).toEqual([]);
  });
});

describe('getFile with extract', () => {
  const file = (name: string, text = name): { header: { name: string; size: number; type: 'file' }; body: string } => ({
    header: { name, size: text.length, type: 'file' },
    body: text,
  });
  const link = (name: string, linkname: string, type: 'symlink' | 'link' = 'symlink') => ({
    header: { name, size: 0, type, linkname },
  });
  const zip = async (...names: string[]): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    const writer = await createZip((bytes) => Promise.resolve(void parts.push(bytes.slice())));
    for (const name of names) await writer.add(name, name);
    await writer.close();
    return Buffer.concat(parts);
  };
  const text = (...parts: string[]): string => readFileSync(join(...parts), 'utf8');

  test('tar, tar.gz and zip, under the names that Keras gives to archives and folders', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(120)}`;
    const tar = await packTar([{ header: { name: 'top', size: 0, type: 'directory' } }, file('top/a.txt'), file(long), link('top/b.txt', 'a.txt'), link('top/c.txt', 'top/a.txt', 'link')]); // prettier-ignore
    answer = serving(gzipSync(tar));
    const first = await getFile({ origin: `${base}/flowers.tgz`, fname: 'flowers', extract: true, cacheDir });
    expect(first).toBe(inCache('flowers'));
    expect([text(first, 'top/a.txt'), text(first, 'top/b.txt'), text(first, 'top/c.txt'), text(first, long)]).toEqual(['top/a.txt', 'top/a.txt', 'top/a.txt', long]); // prettier-ignore
    expect(existsSync(inCache('flowers_archive'))).toBe(true);
    answer = serving(tar);
    const second = await getFile({ origin: `${base}/y`, fname: 'flowers.tar.x', untar: true, cacheDir });
    expect([second, text(second, 'top/a.txt')]).toEqual([inCache('flowers_extracted'), 'top/a.txt']);
    answer = serving(await zip('in/side.txt'));
    const third = await getFile({ origin: `${base}/z.zip`, extract: true, cacheDir });
    expect([third, text(third, 'in/side.txt')]).toEqual([inCache('z.zip'), 'in/side.txt']);
    expect(existsSync(inCache('z.zip_archive'))).toBe(true);
  });

  test('what was unpacked is not unpacked again; what was cut short is', async () => {
    answer = serving(await packTar([file('a.txt')]));
    const options = { origin: `${base}/y`, fname: 'y', extract: true, cacheDir };
    const folder = await getFile(options);
    writeFileSync(join(folder, 'a.txt'), 'changed');
    await getFile(options);
    expect(text(folder, 'a.txt')).toBe('changed');
    rmSync(inCache('y_archive.extracted.json'));
    await getFile(options);
    expect(text(folder, 'a.txt')).toBe('a.txt');
  });

  test.each([
    ['a name with ..', [file('../out.txt')]],
    ['a name from the root', [file(OUTSIDE)]],
    ['a link out', [link('a', '../../out.txt'), file('b')]],
    ['a hard link out', [link('a', '/etc/passwd', 'link')]],
    ['a name behind a link', [link('dir', '..'), file('dir/../../out.txt')]],
  ])('a tar that leads out is refused: %s', async (_, entries) => {
    answer = serving(await packTar(entries));
    const out = getFile({ origin: `${base}/y`, fname: 'y', extract: true, cacheDir, cacheSubdir: 'a/b' });
    await expect(out).rejects.toThrow(/leads out of the archive/);
    expect(existsSync(join(cacheDir, 'a', 'b', 'out.txt')) || existsSync(join(cacheDir, 'a', 'out.txt'))).toBe(false);
    expect(existsSync(OUTSIDE)).toBe(false);
  });

  test('what is no archive, is broken or of another kind is refused', async () => {
    const get = (bytes: Uint8Array) => {
      answer = serving(bytes);
      return getFile({ origin: `${base}/y`, fname: 'y', extract: true, cacheDir, forceDownload: true });
    };
    await expect(get(content)).rejects.toThrow(/cannot be unpacked as tar or zip: it does not begin as one/);
    await expect(get(Buffer.from('BZh91AY'))).rejects.toThrow(/packed by bzip2/);
    const tar = await packTar([file('a.txt', 'x'.repeat(5000))]);
    await expect(get(tar.subarray(0, 3000))).rejects.toThrow(/y_archive: is broken/);
    await expect(get(gzipSync(tar).subarray(0, -20))).rejects.toThrow(/y_archive: is broken/);
    await expect(get(new Uint8Array(0))).rejects.toThrow(/does not begin as one/);
  });
});
