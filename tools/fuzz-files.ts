/**
 * @file `npm run fuzz:files -- COUNT SEED`: turns over bits of files of models at random and loads them. Each must give one clear error or
 * a model, soon, and memory must not grow. Prints the seed of what went wrong, with which it can be run again.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, saving, Sequential } from 'keras-ts';

const [count = 10_000, first = 1] = process.argv.slice(2).map(Number);

const model = new Sequential([layers.Input({ shape: [4] }), new layers.Dense(3), new layers.BatchNormalization()]);
const archive = await model.save();
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-fuzz-'));
const file = join(folder, 'fuzz.weights.h5');
await model.saveWeights(file);
const weights = new Uint8Array(readFileSync(file));
rmSync(folder, { recursive: true });
const before = JSON.stringify(model.variables.map((variable) => [...variable.read().data]));

/** A file with one to eight bits turned over, always the same for a seed. */
function broken(whole: Uint8Array, seed: number): Uint8Array {
  let state = seed;
  const next = (n: number): number => (state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + seed) >>> 0) % n;
  const file = whole.slice();
  for (let flips = 1 + next(8); flips > 0; flips--) file[next(file.length)] ^= 1 << next(8);
  return file;
}

const outcomes = { loaded: 0, refused: 0 };
let [bad, slowest] = [0, 0];
const warn = console.warn;
console.warn = () => undefined;
for (let seed = first; seed < first + count; seed++) {
  const start = performance.now();
  try {
    if (seed % 2 === 0) await saving.loadModel(broken(archive, seed));
    else {
      await model.loadWeights(broken(weights, seed));
      await model.loadWeights(weights);
    }
    outcomes.loaded++;
  } catch (error) {
    outcomes.refused++;
    const { name, message } = error as Error;
    const clear = ['ValueError', 'TypeError', 'Error'].includes(name) && message.includes('the bytes');
    const whole = before === JSON.stringify(model.variables.map((variable) => [...variable.read().data]));
    if (!clear || !whole) {
      bad++;
      console.log(`seed ${seed}: ${whole ? '' : 'the model has changed; '}${name}: ${message}`);
    }
  }
  slowest = Math.max(slowest, performance.now() - start);
}
console.warn = warn;
const { rss } = process.memoryUsage();
console.log(`${count} files: ${outcomes.loaded} loaded, ${outcomes.refused} refused, ${bad} badly.`);
console.log(`The slowest took ${(slowest / 1000).toFixed(1)} s; memory at the end: ${Math.round(rss / 2 ** 20)} MiB.`);
process.exitCode = bad === 0 ? 0 : 1;
