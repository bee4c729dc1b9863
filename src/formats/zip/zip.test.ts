import { describe, expect, test } from 'vitest';
import { bytesSource } from '../byte_source.js';
import { createZip, openZip } from './index.js';

/** The bytes of an archive. */
async function zipOf(members: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const writer = await createZip((piece) => {
    pieces.push(piece.slice());
    return Promise.resolve();
  });
  for (const [name, content] of Object.entries(members)) await writer.add(name, content);
  await writer.close();
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

describe('zip', () => {
  test('what is written is read again, and stored members in place', async () => {
    const bytes = await zipOf({ 'a.txt': 'hellö', 'b/c.bin': new Uint8Array([1, 2, 3]) });
    const archive = await openZip(bytesSource(bytes, 'x.zip'));
    expect(archive.names).toEqual(['a.txt', 'b/c.bin']);
    expect(await archive.readText('a.txt')).toBe('hellö');
    const member = await archive.member('b/c.bin');
    const read = await member.read(0, 3);
    expect([...read]).toEqual([1, 2, 3]);
    expect(read.buffer).toBe(bytes.buffer);
  });
  test('a wrong checksum is refused', async () => {
    const bytes = await zipOf({ 'a.txt': 'hello world' });
    const at = new TextDecoder('latin1').decode(bytes).indexOf('hello');
    bytes[at] ^= 1;
    const archive = await openZip(bytesSource(bytes, 'x.zip'));
    await expect(archive.read('a.txt')).rejects.toThrow(/x\.zip: 'a\.txt' is broken/);
    await expect(archive.member('a.txt')).rejects.toThrow(/x\.zip: 'a\.txt' is broken/);
  });
  test.each(['../a.txt', '/a.txt', 'a/../../b', 'C:/a'])('the name %s is refused', async (name) => {
    const bytes = await zipOf({ [`${'x'.repeat(name.length)}`]: 'hello' });
    const text = new TextDecoder('latin1').decode(bytes).replaceAll('x'.repeat(name.length), name);
    const changed = Uint8Array.from(text, (c) => c.charCodeAt(0));
    await expect(openZip(bytesSource(changed, 'x.zip'))).rejects.toThrow(/x\.zip: /);
  });
});
