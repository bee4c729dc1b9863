import { describe, expect, test } from 'vitest';
import '../../testing/backends.js';
import { Tensor } from '../../runtime/index.js';
import { csvStage } from './csv.js';
import { Dataset } from './index.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const plain = (x: unknown): unknown => {
  if (x instanceof Tensor) return x.arraySync();
  if (Array.isArray(x)) return x.map(plain);
  return typeof x === 'object' && x !== null ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, plain(v)])) : x;
};
const TABLE = '\ufeffsize,"the, name",note,y\r\n1.5,"a ""b""\nc",,1\r\n-2e1,d,x,0\r\n';

describe('Dataset.fromCsv', () => {
  test('columns as they look, quotes, line ends and all', async () => {
    const rows = await Dataset.fromCsv(bytes(TABLE));
    expect(plain(await rows.toArray())).toEqual([
      { size: 1.5, 'the, name': 'a "b"\nc', note: '', y: 1 },
      { size: -20, 'the, name': 'd', note: 'x', y: 0 },
    ]);
  });

  test('columns as they are asked for, and a label', async () => {
    const rows = await Dataset.fromCsv(bytes(TABLE.replaceAll(',', ';')), { columns: { y: 'int32', size: 'string' }, labelName: 'y', delimiter: ';' }); // prettier-ignore
    const [[features, label]] = await rows.toArray();
    expect([plain(features), plain(label), (label as Tensor).dtype]).toEqual([{ size: '1.5' }, 1, 'int32']);
    const [batch] = await rows.batch(2).toArray();
    expect(plain(batch)).toEqual([{ size: ['1.5', '-2e1'] }, [1, 0]]);
  });

  test('what is broken is refused with its place', async () => {
    const read = (text: string, options = {}) => expect(Dataset.fromCsv(bytes(text), options)).rejects;
    await read('a,b\n1').toThrow(/is broken/);
    await read('a,b').toThrow(/holds no rows/);
    await read('').toThrow(/holds no rows/);
    await read('a,a\n1,2').toThrow(/two columns of the name 'a'/);
    await read('a\n1\nx', { columns: { a: 'float32' } }).toThrow(/row 2 of data, column 'a': 'x' is no number/);
    await read('a\n1', { columns: { b: 'float32' } }).toThrow(/no column 'b'. It has: a/);
    await read('a\n1', { columns: { a: 'real' } }).toThrow(/real/);
    await read('a\n1', { delim: ';' }).toThrow(/delim/);
    await expect(Dataset.fromCsv(Uint8Array.of(0xff, 0xfe, 0x61))).rejects.toThrow(/no text in UTF-8/);
  });

  test('piece by piece the rows are the same, wherever the pieces end', async () => {
    const table = `${TABLE}3,"é, ""quoted""\n,\n",y,2\r\n4,ü,"",3`;
    const read = async (size: number, skip: number, options = {}): Promise<unknown> => {
      const stage = await csvStage(bytes(table), { stream: true, labelName: 'y', ...options }, size);
      const rows: unknown[] = [];
      for await (const row of stage.open([0], skip)) rows.push(plain(row));
      return [stage.cardinality, rows];
    };
    const whole = plain(await (await Dataset.fromCsv(bytes(table), { labelName: 'y' })).toArray()) as unknown[];
    expect(whole.length).toBe(4);
    for (let size = 1; size < table.length + 3; size += size < 12 ? 1 : 7)
      for (const skip of [0, 1, 3, 4])
        expect(await read(size, skip), `pieces of ${size} bytes`).toEqual([4, whole.slice(skip)]);
    const typed = { columns: { size: 'float64', y: 'int32' } };
    expect(((await read(9, 2, typed)) as unknown[])[0]).toBe(null);
    // A column that looks like numbers at first is text where one cell is.
    const mixed = await Dataset.fromCsv(bytes('a\n1\n2\nx'), { stream: true });
    expect(plain(await mixed.toArray())).toEqual([{ a: '1' }, { a: '2' }, { a: 'x' }]);
    expect(plain(await mixed.skip(2).toArray())).toEqual([{ a: 'x' }]);
  });

  test('piece by piece what is broken is refused with its place', async () => {
    const read = (text: string, options = {}) =>
      expect(
        (async () => {
          const stage = await csvStage(bytes(text), { stream: true, ...options }, 4);
          for await (const row of stage.open([0], 0)) plain(row);
        })(),
      ).rejects;
    await read('a,b\n1,2\n3\n').toThrow(/is broken: a row of 1 cells, where the first has 2 \(in what follows row 1/);
    await read('a\n1\n2\nx', { columns: { a: 'float32' } }).toThrow(/row 3 of data, column 'a': 'x' is no number/);
    await read('a,b').toThrow(/holds no rows/);
    await read('a,a\n1,2').toThrow(/two columns of the name 'a'/);
    await expect(csvStage(Uint8Array.of(97, 10, 255, 254), { stream: true })).rejects.toThrow(/no text in UTF-8/);
    const wrong: object = { stream: 'yes' };
    await expect(Dataset.fromCsv(bytes('a\n1'), wrong)).rejects.toThrow(/stream='yes'/);
  });
});
