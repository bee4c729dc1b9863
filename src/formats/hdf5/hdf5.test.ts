import { beforeAll, describe, expect, test } from 'vitest';
import { fromNumbers } from '../../core/ndarray.js';
import { setPlatform } from '../../core/platform.js';
import { nodePlatform } from '../../platform/node/index.js';
import { bytesSource } from '../byte_source.js';
import { createHdf5, openHdf5 } from './index.js';

describe('HDF5', () => {
  beforeAll(() => setPlatform(nodePlatform));
  test('what is written into memory is read again', async () => {
    const out = await createHdf5(null, 'test.h5');
    await out.group('a/b', { name: 'bé', list: ['x', 'yy'], none: [], n: 3 });
    await out.array('a/b/0', fromNumbers('float32', [2, 3], [1, 2, 3, 4, 5, 6]));
    await out.array('a/b/1', fromNumbers('bfloat16', [2], [1.5, 2]));
    await out.array('a/b/2', fromNumbers('float16', [], [1.5]));
    await out.array('a/b/3', fromNumbers('int64', [2], [-5, 2 ** 40]));
    await out.array('a/b/4', fromNumbers('uint8', [0, 3], []));
    await out.array('a/b/5', fromNumbers('bool', [2], [1, 0]));
    const bytes = (await out.close())!;
    const file = await openHdf5(bytesSource(bytes, 'test.h5'));
    expect(file.groups).toEqual(['', 'a', 'a/b']);
    expect(file.attributes('a/b')).toEqual({ name: 'bé', list: ['x', 'yy'], none: [], n: 3 });
    expect([...(await file.read('a/b/0')).data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await file.read('a/b/2')).data]).toEqual([1.5]);
    expect([...(await file.read('a/b/1')).data]).toEqual([1.5, 2]);
    expect([...(await file.read('a/b/5')).data]).toEqual([1, 0]);
    expect([...(await file.read('a/b/3')).data]).toEqual([-5, 2 ** 40]);
    expect((await file.read('a/b/4')).shape).toEqual([0, 3]);
    await file.close();
  });
  test('a broken file is one clear error', async () => {
    await expect(openHdf5(bytesSource(new Uint8Array(500), 'x.h5'))).rejects.toThrow(/x\.h5: cannot be read as HDF5/);
  });
});
