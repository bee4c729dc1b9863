/** @file Writes docs/coverage.md and its counts in README.md, and tells what is left: `npm run docs:coverage`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import * as keras from '../src/index.js';
import { countOf, countSentence, coverage, coveragePage } from '../src/testing/coverage.js';

const file = fileURLToPath(new URL('../docs/coverage.md', import.meta.url));
writeFileSync(file, await format(coveragePage(keras), { ...(await resolveConfig(file)), parser: 'markdown' }));
const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const counts = countOf(coverage(keras));
writeFileSync(
  readme,
  readFileSync(readme, 'utf8').replace(/\d+ of the \d+ public names of Keras 3\.15\.1/, countSentence(counts)),
);
const { present, total } = counts;
console.log(`docs/coverage.md: ${present} of ${total} names of Keras`);
