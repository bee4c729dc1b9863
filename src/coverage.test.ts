/** @file docs/coverage.md and README say what is true of the public API. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as keras from './index.js';
import { countOf, countSentence, coverage, coveragePage, reasonOf, REASONS } from './testing/coverage.js';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
/** A text without what formatting changes. */
const bare = (text: string): string => text.replaceAll(/[\s|-]+/g, ' ').trim();
const all = coverage(keras);

describe('docs/coverage.md', () => {
  test('is what npm run docs:coverage writes', () => {
    const fresh = bare(read('docs/coverage.md')) === bare(coveragePage(keras));
    expect(fresh, 'the page is stale: run npm run docs:coverage').toBe(true);
  });
  test('README gives its counts', () => expect(read('README.md')).toContain(countSentence(countOf(all))));
  test('says for each absent name why it is', () => {
    const gone = all.filter(({ present }) => !present).map(({ entry }) => entry.id);
    for (const name of gone) expect(reasonOf(name).reason, name).not.toBe('');
  });
  test('each family of reasons fits a name of Keras', () => {
    const unused = REASONS.filter(([names]) => all.every(({ entry }) => !names.test(entry.id)));
    expect(unused.map(([, family]) => family)).toEqual([]);
  });
});
