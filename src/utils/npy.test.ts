import { expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ops, utils } from '../index.js';

const { loadNpy, loadNpz, saveNpy, saveNpz } = utils;

it('complex tensors go into .npy and .npz and come back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'npy-'));
  try {
    const z = ops.viewAsComplex([[1, 2], [3, -4]]); // prettier-ignore
    const wide = ops.cast(z, 'complex128');
    await saveNpy(z, join(folder, 'z.npy'));
    const back = await loadNpy(join(folder, 'z.npy'));
    expect([back.dtype, back.shape, back.arraySync()]).toEqual(['complex64', [2], [[1, 2], [3, -4]]]); // prettier-ignore
    await saveNpz({ z: wide, x: [1] }, join(folder, 'all.npz'));
    const all = await loadNpz(join(folder, 'all.npz'));
    expect([all.z.dtype, all.z.arraySync(), all.x.arraySync()]).toEqual(['complex128', [[1, 2], [3, -4]], [1]]); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true });
  }
});
