import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import '../../index.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../core/platform.js';
import { createHdf5 } from '../../formats/hdf5/index.js';
import { formatNpy } from '../../formats/npy.js';
import type { Tensor } from '../../runtime/index.js';
import { openNpy } from '../../utils/index.js';
import { Dataset } from './index.js';

let folder = '';
let h5 = '';
const at = (name: string): string => join(folder, name);
const ROWS = 300_000;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rows-'));
  h5 = at('data.h5');
  const file = await createHdf5(null, 'data.h5');
  await file.group('train');
  await file.array('train/images', fromNumbers('uint8', [5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  await file.array('train/labels', fromNumbers('int64', [5], [0, 1, 0, 1, 2]));
  await file.array('few', fromNumbers('float32', [2], [1, 2]));
  await file.array('one', fromNumbers('float32', [], [1]));
  await file.array(
    'many',
    fromNumbers(
      'float32',
      [ROWS, 2],
      Float32Array.from({ length: ROWS * 2 }, (_, i) => i),
    ),
  );
  writeFileSync(h5, (await file.close())!);
  writeFileSync(at('x.npy'), formatNpy(fromNumbers('float32', [ROWS, 2], Float32Array.from({ length: ROWS * 2 }, (_, i) => i)))); // prettier-ignore
  writeFileSync(
    at('y.npy'),
    formatNpy(
      fromNumbers(
        'int32',
        [ROWS],
        Int32Array.from({ length: ROWS }, (_, i) => i),
      ),
    ),
  );
  writeFileSync(at('few.npy'), formatNpy(fromNumbers('int32', [3], [1, 2, 3])));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that `work` reads from files, and how many files are open after it. */
async function watched(work: () => Promise<void>): Promise<{ bytes: number; open: number }> {
  const { files } = getPlatform();
  let [bytes, open] = [0, 0];
  setPlatform({
    files: {
      ...files!,
      open: async (path) => {
        const file = await files!.open(path);
        open++;
        return {
          ...file,
          read: (position, length) => {
            bytes += length;
            return file.read(position, length);
          },
          close: () => {
            open--;
            return file.close();
          },
        };
      },
    },
  });
  try {
    await work();
  } finally {
    setPlatform({ files });
  }
  return { bytes, open };
}

describe('Dataset.fromHdf5', () => {
  test('rows in the structure that is asked for', async () => {
    const pairs = await Dataset.fromHdf5(h5, ['train/images', '/train/labels']);
    expectTypeOf(pairs).toEqualTypeOf<Dataset<[Tensor, Tensor]>>();
    expect(pairs.cardinality()).toBe(5);
    const all = [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]; // prettier-ignore
    for (let pass = 0; pass < 2; pass++) {
      const rows = await pairs.toArray();
      expect(rows.map(([x]) => x.arraySync())).toEqual(all);
      expect(rows.map(([x, y]) => [x.dtype, y.dtype])[0]).toEqual(['uint8', 'int64']);
    }
    const dicts = await Dataset.fromHdf5(h5, { x: 'train/images', y: 'train/labels' });
    expectTypeOf(dicts).toEqualTypeOf<Dataset<{ x: Tensor; y: Tensor }>>();
    const [batch] = await dicts.skip(1).batch(2).toArray();
    expect([batch.x.arraySync(), batch.y.arraySync()]).toEqual([[[2, 3], [4, 5]], [1n, 0n].map(Number)]); // prettier-ignore
    const alone = await Dataset.fromHdf5(h5, 'few');
    expect((await alone.toArray()).map((x) => x.arraySync())).toEqual([1, 2]);
  });

  test('large arrays come piece by piece, from any row', async () => {
    const rows = await Dataset.fromHdf5(h5, 'many');
    let next = 0;
    for await (const batch of rows.batch(50_000)) {
      expect(batch.shape).toEqual([50_000, 2]);
      expect(Number(batch.dataSync()[0])).toBe(next * 2);
      next += 50_000;
    }
    expect(next).toBe(ROWS);
    const [late] = await rows.skip(ROWS - 1).toArray();
    expect(late.arraySync()).toEqual([ROWS * 2 - 2, ROWS * 2 - 1]);
  });

  test('what is not there is named', async () => {
    const refused = (paths: unknown, place = h5): ReturnType<typeof expect<Promise<unknown>>>['rejects'] =>
      expect(Dataset.fromHdf5(place, paths)).rejects;
    await refused('images').toThrow(/no array 'images'. It has: few, many, one, train\/images, train\/labels/);
    await refused(['few', 'train/labels']).toThrow(/'few' has \(2,\), 'train\/labels' has \(5,\)/);
    await refused('one').toThrow(/'one' is a scalar/);
    await refused([]).toThrow(/Expected a path/);
    await refused('x', at('none.h5')).toThrow(/no file .*none\.h5/);
    await refused('x', at('x.npy')).toThrow(/x\.npy: cannot be read as HDF5/);
  });
});

describe('Dataset.fromNpy', () => {
  test('reads the rows that are asked for and no others, and closes its files', async () => {
    const used = await watched(async () => {
      const rows = await Dataset.fromNpy([at('x.npy'), at('y.npy')]);
      expectTypeOf(rows).toEqualTypeOf<Dataset<[Tensor, Tensor]>>();
      expect(rows.cardinality()).toBe(ROWS);
      const [[x, y]] = await rows
        .skip(ROWS - 2)
        .take(1)
        .toArray();
      expect([x.arraySync(), y.arraySync()]).toEqual([[ROWS * 2 - 4, ROWS * 2 - 3], ROWS - 2]);
    });
    expect(used.open).toBe(0);
    expect(used.bytes).toBeLessThan(2000);
    const few = await watched(async () => {
      const rows = await Dataset.fromNpy(at('x.npy'));
      for await (const batch of rows.batch(10)) {
        expect(batch.shape).toEqual([10, 2]);
        break;
      }
    });
    expect(few.open).toBe(0);
    expect(few.bytes).toBeLessThan(ROWS * 8);
    const sums = await (await Dataset.fromNpy(at('y.npy'))).batch(1000).reduce(0, (sum, part) => sum + part.shape[0]);
    expect(sums).toBe(ROWS);
  });

  test('what does not fit is refused', async () => {
    await expect(Dataset.fromNpy([at('x.npy'), at('few.npy')])).rejects.toThrow(/as many rows.*few\.npy has \(3,\)/);
    await expect(Dataset.fromNpy(at('none.npy'))).rejects.toThrow(/no file .*none\.npy/);
    await expect(Dataset.fromNpy(3)).rejects.toThrow(/Expected a file/);
    await expect(Dataset.fromNpy(h5)).rejects.toThrow(/no \.npy file/);
  });
});

describe('openNpy', () => {
  test('reads slices, by numbers from either end', async () => {
    const used = await watched(async () => {
      const file = await openNpy(at('x.npy'));
      expect([file.shape, file.dtype]).toEqual([[ROWS, 2], 'float32']);
      expect((await file.read(1, 3)).arraySync()).toEqual([[2, 3], [4, 5]]); // prettier-ignore
      expect((await file.read(-1)).arraySync()).toEqual([[ROWS * 2 - 2, ROWS * 2 - 1]]);
      expect((await file.read(5, 3)).shape).toEqual([0, 2]);
      await expect(file.read(0.5)).rejects.toThrow(/0\.5/);
      await file.close();
    });
    expect(used.open).toBe(0);
    expect(used.bytes).toBeLessThan(2000);
  });

  test('columns that lie together are refused', async () => {
    const bytes = formatNpy(fromNumbers('float32', [2, 2], [1, 2, 3, 4]));
    const text = Buffer.from(bytes).toString('latin1').replace("'fortran_order': False", "'fortran_order': True "); // prettier-ignore
    const file = await openNpy(Uint8Array.from(Buffer.from(text, 'latin1')));
    await expect(file.read(0, 1)).rejects.toThrow(/column by column/);
  });
});
