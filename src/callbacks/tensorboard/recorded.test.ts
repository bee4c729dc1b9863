import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import '../../testing/backends.js';
import { setPlatform } from '../../core/platform.js';
import { nodePlatform } from '../../platform/node/index.js';
import { setBackend } from '../../runtime/index.js';
import type { Said } from '../../testing/tensorboard_runs.js';
import { optionsOf, recordedRuns, saidIn, trainRun } from '../../testing/tensorboard_runs.js';

setPlatform(nodePlatform);
setBackend('wasm');
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-board-recorded-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Steps and values of a tag; scalars to 1e-5. */
function expectSame(ours: readonly Said[], theirs: readonly Said[]): void {
  expect(ours.map(([step]) => step)).toEqual(theirs.map(([step]) => step));
  for (const [i, [, value]] of theirs.entries())
    if (typeof value === 'number' && !Number.isInteger(value)) expect(ours[i][1]).toBeCloseTo(value, 5);
    else expect(ours[i][1]).toEqual(value);
}

/** What is written here and not by Keras: outputs over validation data, and the graph of operations (Keras has it on TensorFlow graphs only). */
const isOurs = (name: string): boolean => name === 'graph_def' || /^histograms \w+_out$/.test(name);

describe("the files say what those of Keras's callback say", () => {
  test.each(recordedRuns().map((run) => [run.id, run] as const))('%s', async (name, run) => {
    const place = join(folder, name);
    await trainRun(name, place, optionsOf(run));
    const inner = readdirSync(place, { withFileTypes: true }).filter((each) => each.isDirectory());
    expect(inner.map((each) => each.name).sort()).toEqual(run.folders);
    for (const file of run.files) expect(existsSync(join(place, file)), file).toBe(true);
    for (const [inside, theirs] of Object.entries(run.said)) {
      const ours = saidIn(join(place, inside));
      expect(Object.keys(ours).filter((each) => !isOurs(each)).sort()).toEqual(Object.keys(theirs).sort()); // prettier-ignore
      for (const [tag, said] of Object.entries(theirs)) {
        // Keras passes over the epochs whose last step is no multiple of update_freq; here all are written.
        const wanted = new Set(said.map(([step]) => step));
        expectSame(typeof run.options['update_freq'] === 'number' ? ours[tag].filter(([step]) => wanted.has(step)) : ours[tag], said); // prettier-ignore
      }
    }
  });
});
