/** @file Element-wise work at the end of products, against the interpreter: all forms of products, odd sizes, several operands. */
import { describe, expect, test } from 'vitest';
import type { Value } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import { checkProducts } from '../../testing/products.js';
import { useNode } from '../../testing/wasm.js';

useNode();

const relu = (x: Value): Value => lax.max(x, lax.broadcastTo(lax.scalarLike(x, 0), x.shape));
const along = (x: Value, vector: Value): Value => lax.broadcastTo(vector, x.shape);
/** Graph outputs are left to loops; this makes something of them. */
const used = (x: Value): Value => lax.concatenate([x, lax.reverse(x, [0])], 0);

const product = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };

/** How many kernels do more than their product. */
const endings = (labels: readonly string[]): number => labels.filter((label) => / \+ \d+ nodes$/.test(label)).length;

describe('of a product of matrices', () => {
  for (const [rows, depth, columns] of [
    [4, 8, 8],
    [5, 3, 9],
    [33, 70, 31],
    [37, 600, 75],
    [41, 5, 200],
    [7, 3000, 12],
    [36, 3001, 100],
    [128, 300, 177],
  ]) {
    test(`${rows} × ${depth} by ${depth} × ${columns}: bias, activation, residual`, async () => {
      const labels = await checkProducts(
        [[rows, depth], [depth, columns], [columns], [rows, columns]],
        (a, b, bias, residual) => {
          const y = lax.dotGeneral(a, b, product);
          return used(lax.add(relu(lax.add(y, along(y, bias))), residual));
        },
      ); // prettier-ignore
      expect(endings(labels)).toBe(1);
    });
  }

  test('a bias of several axes, and batches', async () => {
    const heads = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };
    const labels = await checkProducts([[19, 12], [12, 3, 8], [3, 8]], (x, w, bias) => {
      const y = lax.dotGeneral(x, w, heads);
      return used(lax.add(y, along(y, bias)));
    }); // prettier-ignore
    expect(endings(labels)).toBe(1);
    const batches = { lhsBatch: [0], rhsBatch: [0], lhsContract: [2], rhsContract: [1] };
    await checkProducts([[5, 9, 12], [5, 12, 17], [17], [5, 9, 17]], (x, w, bias, residual) => {
      const y = lax.dotGeneral(x, w, batches);
      return used(lax.mul(lax.add(y, along(y, bias)), residual));
    }); // prettier-ignore
  });

  test('what is read elsewhere is stored as well', async () => {
    await checkProducts([[21, 40], [40, 24], [24], []], (a, b, bias, scale) => {
      const y = lax.dotGeneral(a, b, product);
      const sum = lax.add(y, along(y, bias));
      const positive = lax.gt(sum, lax.broadcastTo(lax.scalarLike(sum, 0), sum.shape));
      const scaled = lax.mul(sum, along(sum, scale));
      return lax.concatenate([sum, scaled, lax.convert(lax.reverse(positive, [1]), 'float32'), lax.reverse(sum, [0])], 0);
    }); // prettier-ignore
  });

  test('operands that move in other ways leave the work to a loop', async () => {
    const labels = await checkProducts([[21, 40], [40, 24], [21]], (a, b, perRow) => {
      const y = lax.dotGeneral(a, b, product);
      return used(lax.mul(y, lax.broadcastInDim(perRow, y.shape, [0])));
    }); // prettier-ignore
    expect(endings(labels)).toBe(0);
  });

  test('two products: the later one ends with the sum', async () => {
    const labels = await checkProducts([[21, 40], [40, 24], [21, 16], [16, 24]], (a, b, c, d) =>
      used(relu(lax.add(lax.dotGeneral(a, b, product), lax.dotGeneral(c, d, product)))),
    ); // prettier-ignore
    expect(endings(labels)).toBe(1);
  });
});

describe('of a convolution', () => {
  const image = { batch: 0, feature: 3, spatial: [1, 2] };
  const convolve = (x: Value, kernel: Value, padding: number, stride: number, dilation: number): Value =>
    lax.convGeneral(x, kernel, {
      lhs: image, rhs: { batch: 3, feature: 2, spatial: [0, 1] }, out: image,
      strides: [stride, stride], padding: [[padding, padding], [padding, padding]],
      lhsDilation: [dilation, dilation], rhsDilation: [1, 1], featureGroups: 1, batchGroups: 1,
    }); // prettier-ignore
  const cases: [string, number[], number[], number, number, number, boolean][] = [
    ['few channels', [2, 13, 11, 3], [3, 3, 3, 12], 1, 1, 1, true],
    ['tiles of fewer products', [2, 17, 14, 16], [3, 3, 16, 20], 1, 1, 1, true],
    ['tiles of fewer products, features not whole vectors', [2, 17, 14, 16], [3, 3, 16, 18], 1, 1, 1, false],
    ['strides', [3, 15, 12, 8], [3, 3, 8, 24], 1, 2, 1, true],
    ['1 × 1', [3, 9, 7, 10], [1, 1, 10, 33], 0, 1, 1, true],
    ['many features', [2, 9, 8, 40], [3, 3, 40, 180], 1, 2, 1, true],
    ['zeros between the elements: phases', [2, 7, 6, 12], [4, 4, 12, 16], 2, 1, 2, true],
    ['three zeros between them: phases that meet the same elements', [2, 7, 6, 20], [8, 8, 20, 16], 5, 1, 4, true],
    ['phases of two taps in tiles, and of one in plain sums', [2, 12, 13, 64], [3, 3, 64, 48], 1, 1, 2, true],
    ['strides, tiles of fewer products', [2, 24, 18, 16], [4, 4, 16, 32], 1, 2, 1, true],
    ['phases without taps', [2, 7, 6, 12], [1, 1, 12, 16], 0, 1, 2, false],
  ];
  for (const [name, x, kernel, padding, stride, dilation, ends] of cases) {
    test(`${name}: scale, shift, residual and activation`, async () => {
      const features = kernel[3];
      const labels = await checkProducts(
        [x, kernel, [features], [features], [features, 5]],
        (a, b, scale, shift, other) => {
          const y = convolve(a, b, padding, stride, dilation);
          const normal = lax.add(lax.mul(y, along(y, scale)), along(y, shift));
          const inner = used(relu(normal));
          return lax.dotGeneral(inner, other, { lhsBatch: [], rhsBatch: [], lhsContract: [3], rhsContract: [0] });
        },
        1e-5,
      );
      expect(endings(labels) > 0).toBe(ends);
    });
  }
});
