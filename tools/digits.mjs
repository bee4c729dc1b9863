/**
 * @file Writes src/datasets/digits/data.ts from the UCI digits: `node tools/digits.mjs optdigits.tes`.
 * The file has one image a line, 64 pixels (0 to 16) and the label, by commas; it may be gzipped.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { root } from './lib/stamps.mjs';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const imagesPerLine = 10;

const [path] = process.argv.slice(2);
if (!path) {
  console.error('usage: node tools/digits.mjs FILE (optdigits.tes of the UCI repository, gzipped or not)');
  process.exit(2);
}

function readRows() {
  const bytes = readFileSync(path);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('ascii');
  const rows = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map(Number));
  for (const [index, row] of rows.entries()) {
    const whole = row.length === 65 && row.every((value) => Number.isInteger(value) && value >= 0);
    if (!whole || row[64] > 9 || row.slice(0, 64).some((pixel) => pixel > 16))
      throw new Error(`${path}, line ${index + 1}: expected 64 pixels from 0 to 16 and a label from 0 to 9`);
  }
  return rows;
}

/** Shuffles in place (Fisher and Yates) by a small generator (Numerical Recipes' LCG), so that the order is always the same. */
function shuffle(rows) {
  let state = 1797;
  for (let left = rows.length; left > 1; left--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const chosen = Math.floor((state / 2 ** 32) * left);
    [rows[left - 1], rows[chosen]] = [rows[chosen], rows[left - 1]];
  }
  return rows;
}

/** The label, then each four pixels as a number in base 17, written in three base-64 digits: 49 characters. */
function encode(row) {
  let text = String(row[64]);
  for (let first = 0; first < 64; first += 4) {
    const [a, b, c, d] = row.slice(first, first + 4);
    const number = ((a * 17 + b) * 17 + c) * 17 + d;
    text += alphabet[number >> 12] + alphabet[(number >> 6) & 63] + alphabet[number & 63];
  }
  return text;
}

const images = shuffle(readRows()).map(encode);
const lines = [];
for (let first = 0; first < images.length; first += imagesPerLine)
  lines.push(images.slice(first, first + imagesPerLine).join(''));

writeFileSync(
  join(root, 'src/datasets/digits/data.ts'),
  `/**
 * @file The digits themselves, written by tools/digits.mjs. Optical Recognition of Handwritten Digits (test part) by
 * E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0; packed and reordered. How to read it: index.ts.
 */
export const packed = \`
${lines.join('\n')}
\`;
`,
);
console.log(`${images.length} images`);
