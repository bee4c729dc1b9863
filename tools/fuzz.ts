/**
 * @file `npm run fuzz -- --seed N --minutes M`: random programs, each run by the interpreter and by wasm, on one thread and two, eagerly
 * and compiled. Says which differ; ends in the line `N passed, N failed`.
 *
 *     --seed 1          of the first program; later ones have the numbers that follow
 *     --minutes 1       how long
 *     --count 100       or how many, of each family
 *     --family model    only one of: graph, ops, model
 */
import { parseArgs } from 'node:util';
import '../src/testing/backends.js';
import { setPlatform } from '../src/core/platform.js';
import { prepareEngine, nodePlatform } from '../src/platform/node/index.js';
import { FAMILIES, fuzzOnce } from '../src/testing/fuzz/index.js';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    count: { type: 'string' },
    family: { type: 'string' },
  },
});
const number = (name: 'seed' | 'minutes' | 'count', text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} ${text}: expected a number from 0.`);
  return value;
};
const first = number('seed', options.seed);
const end = options.count === undefined ? Date.now() + 60_000 * number('minutes', options.minutes) : Infinity;
const count = options.count === undefined ? Infinity : number('count', options.count);
const families = options.family === undefined ? Object.keys(FAMILIES) : [options.family];
for (const family of families)
  if (!Object.hasOwn(FAMILIES, family))
    throw new Error(`--family ${family}: expected ${Object.keys(FAMILIES).join(', ')}.`);

prepareEngine();
setPlatform(nodePlatform);
const runs = { passed: 0, failed: 0 };
for (let i = 0; i < count && Date.now() < end; i++) {
  for (const family of families) {
    const found = await fuzzOnce(family, first + i);
    runs[found === null ? 'passed' : 'failed']++;
    if (found !== null) console.log(`${family} of seed ${first + i}: ${found}\n`);
  }
}
console.log(`Seeds ${first} to ${first + Math.round((runs.passed + runs.failed) / families.length) - 1}`);
console.log(`${runs.passed} passed, ${runs.failed} failed`);
process.exit(runs.failed > 0 ? 1 : 0);
