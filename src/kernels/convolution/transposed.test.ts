/**
 * @file Transposed convolutions against the interpreter, with their gradients, on one thread and several, in single and in wide vectors: where
 * phases of the output meet the same elements of the input, one product computes them together.
 */
import { expect, test } from 'vitest';
import { checkConvolution } from '../../testing/convolutions.js';
import { useNode } from '../../testing/wasm.js';

useNode();

interface Case {
  readonly size: readonly [number, number, number];
  readonly channels: number;
  readonly features: number;
  readonly taps: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Before and after, along both axes, of the input with zeros in between. */
  readonly padding: readonly [number, number];
}

/** A transposed convolution and both its gradients; the labels of the products. */
async function check({ strides, padding, ...sizes }: Case): Promise<string[]> {
  const c = { ...sizes, dilation: strides, padding: [padding, padding] as const };
  const labels = await checkConvolution(c, { rms: 1e-6, greatest: 1e-5 });
  return labels.filter((label) => /\d × \d/.test(label));
}

const isSplit = (label: string): boolean => label.includes('× 48 × 28, rows in place');

test('of twice as many taps as steps: four phases at a time, whose features lie in two places', async () => {
  const labels = await check({ size: [2, 9, 11], channels: 7, features: 12, taps: [8, 8], strides: [4, 4], padding: [5, 5] }); // prettier-ignore
  expect(labels.filter(isSplit)).toHaveLength(4);
});

test('of as many taps as steps: all phases at a time', async () => {
  const labels = await check({ size: [2, 7, 10], channels: 24, features: 12, taps: [2, 2], strides: [2, 2], padding: [1, 1] }); // prettier-ignore
  expect(labels.some((label) => label.includes('× 48 × 24, rows in place'))).toBe(true);
});

test.each([
  { size: [1, 6, 5], channels: 7, features: 4, taps: [6, 4], strides: [3, 2], padding: [3, 2] },
  { size: [2, 8, 9], channels: 8, features: 20, taps: [4, 4], strides: [2, 2], padding: [2, 2] },
  { size: [2, 8, 9], channels: 16, features: 24, taps: [1, 4], strides: [1, 4], padding: [0, 3] },
  { size: [1, 5, 6], channels: 9, features: 3, taps: [3, 3], strides: [2, 2], padding: [1, 2] },
  { size: [2, 6, 6], channels: 12, features: 8, taps: [4, 4], strides: [4, 4], padding: [2, 1] },
  { size: [1, 9, 7], channels: 40, features: 40, taps: [4, 4], strides: [2, 2], padding: [2, 2] },
  { size: [1, 1, 1], channels: 5, features: 12, taps: [4, 4], strides: [4, 4], padding: [3, 3] },
] as const)('$channels to $features features, $taps taps, strides $strides', async (c) => {
  await check(c);
});
