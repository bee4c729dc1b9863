/**
 * @file Convolutions with fewer products against the interpreter, and their gradients: odd sizes, any padding, few and many features, on one
 * thread and several, in single and in wide vectors.
 */
import { describe, expect, test } from 'vitest';
import { WASM_MACHINE } from '../../codegen/index.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { range } from '../../core/shape.js';
import type { Graph } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import type { ConvolutionCase } from '../../testing/convolutions.js';
import { checkConvolution, compiled, convolutionOf, errorsOf, normalNumbers } from '../../testing/convolutions.js';
import { useNode } from '../../testing/wasm.js';
import { Buffer } from '../buffers.js';
import type { TiledConvolution } from './winograd_plan.js';
import { cutsOf, regionsFor } from './winograd_regions.js';
import { winograd } from './winograd_transform.js';

useNode();

type Padding = ConvolutionCase['padding'];
const around = (...[top, bottom, left, right]: [number, number, number, number]): Padding => [[top, bottom], [left, right]]; // prettier-ignore
const SAME = around(1, 1, 1, 1);
const VALID = around(0, 0, 0, 0);

/** What the comment in winograd_transform.ts states, with room for chance: the longer the sums, the larger the errors. */
const CLOSE = { rms: 1e-6, greatest: 1e-5 };

const fast = (labels: readonly string[]): string[] => labels.filter((label) => /\(winograd \d/.test(label));

const plain = (labels: readonly string[]): string[] => labels.filter((label) => /\(1 × \d/.test(label));

const sized = (n: number, h: number, w: number, channels: number, features: number): Pick<ConvolutionCase, 'size' | 'channels' | 'features'> =>
  ({ size: [n, h, w], channels, features }); // prettier-ignore

/** 3×3 taps. */
const check = ([n, h, w, channels, features]: readonly number[], padding: Padding): Promise<string[]> =>
  checkConvolution({ size: [n, h, w], channels, features, taps: [3, 3], padding }, CLOSE);

describe('3×3 taps with fewer products are as near as stated', () => {
  test.each([
    [2, 16, 16, 16, 16],
    [1, 13, 17, 8, 24],
    [3, 9, 11, 33, 19],
    [1, 14, 7, 70, 65],
    [1, 5, 29, 9, 131],
    [1, 20, 28, 34, 40],
  ])('%d images of %d × %d, %d features to %d', async (...sizes) => {
    for (const padding of [SAME, VALID]) expect(fast(await check(sizes, padding))).toHaveLength(3);
  });

  test('with padding on one side, more than the taps reach, and less than none', async () => {
    for (const padding of [around(2, 0, 0, 3), around(4, 5, 3, 4), around(-1, 1, 0, -3)])
      await check([2, 14, 15, 16, 20], padding);
  });

  test('of images of three features: the gradient of the kernel', async () => {
    expect(fast(await check([3, 31, 33, 3, 32], SAME)).length).toBeGreaterThan(0);
  });

  test('of sizes that smaller tiles fit', async () => {
    const labels = await check([40, 6, 6, 16, 16], SAME);
    expect(labels.some((label) => label.includes('winograd 3×3'))).toBe(true);
    const narrow = await check([20, 30, 2, 16, 16], SAME);
    expect(narrow.some((label) => label.includes('winograd 4×2'))).toBe(true);
  });
});

/** As measured, but for kernels that cost nothing beside what they compute. */
const free = {
  ...WASM_MACHINE.products,
  winograd: { ...WASM_MACHINE.products.winograd, move: 0, kernel: 0, region: 0 },
};

describe('sizes that no tile divides', () => {
  test.each([
    [7, 3, [[4, 4], [3, 3]]],
    [13, 3, [[4, 4], [9, 3]]],
    [26, 3, [[20, 4], [6, 3]]],
    [16, 3, []],
    [3, 3, []],
    [9, 3, []],
    [14, 2, [[8, 4], [6, 3]]],
    [5, 4, [[3, 3], [2, 2]]],
    [5, 1, []],
    [9, 30, []],
  ])('%d positions of %d taps: %j, positions and the sides of tiles', (size, taps, expected) => {
    const mixed = cutsOf(size, taps).filter((cut) => cut.length > 1);
    expect(mixed.flat().map(({ count, side }) => [count, side])).toEqual(expected);
  }); // prettier-ignore

  test('both axes take tiles of two sizes', () => {
    const graphOf = (images: number): Graph => {
      const builder = new GraphBuilder();
      const c = { ...sized(images, 13, 14, 32, 32), taps: [3, 3], padding: SAME } as const;
      const { x, kernel, y } = convolutionOf(builder, c);
      return builder.graph([x, kernel], [y]);
    };
    const [images, most] = [48, graphOf(48)];
    const [x, kernel] = most.inputs.map(({ shape }, i) => normalNumbers(shape, i + 1));
    const executable = compiled(most);
    const labels = fast(executable.profile!([x, kernel], 1).map(({ label }) => label));
    expect(labels.map((label) => /winograd (...)/.exec(label)![1])).toEqual(['4×4', '4×3', '3×4', '3×3']);
    const [found] = executable.runSync([x, kernel], 1);
    const size = 13 * 14 * 32;
    for (const image of [0, images - 1]) {
      const own = (data: NDArray['data']): NDArray =>
        fromNumbers('float32', [1, 13, 14, 32], Array.from(data.slice(image * size, (image + 1) * size), Number));
      const [expected] = interpret(graphOf(1), [own(x.data), kernel]);
      const { rms, greatest } = errorsOf(own(found.data), expected);
      expect(rms).toBeLessThan(CLOSE.rms);
      expect(greatest).toBeLessThan(CLOSE.greatest);
    }
  });

  test('regions are of all positions, each with the input that these meet', () => {
    const target = { lanes: 4, wide: false, fma: true, machine: { ...WASM_MACHINE, products: free } } as const;
    const nowhere = { buffer: new Buffer('scratch', 'float32', 1, 'nothing'), offset: 0 };
    const place = { row: 1000, column: 10, image: 1e6 };
    const x: TiledConvolution = {
      label: '', images: 20, channels: 16, features: 16, taps: [6, 3], strides: [2, 1], size: [26, 14], copies: [1, 1],
      phases: [{ before: [2, 1], size: [13, 14], output: 0, kernel: 0 }, { before: [3, 1], size: [12, 14], output: 7, kernel: 5 }],
      input: { ...nowhere, ...place }, output: { ...nowhere, ...place, copy: [0, 0] },
      kernel: { ...nowhere, tap: [1, 1], channel: 1, feature: 1, copy: [0, 0] },
    }; // prettier-ignore
    const regions = regionsFor(x, target, false);
    expect(regions.map(({ sides }) => sides)).toEqual([[4, 4], [4, 3], [3, 4], [3, 3]]); // prettier-ignore
    x.phases.forEach(({ before, size, output, kernel }, i) => {
      const found = regions.flatMap(({ x: { phases } }) => {
        const part = phases[i];
        const first = [0, 1].map((axis) => (before[axis] - part.before[axis]) / x.strides[axis]);
        expect(part.output).toBe(output + 1000 * first[0] + 10 * first[1]);
        expect(part.kernel).toBe(kernel);
        return range(part.size[0]).flatMap((r) => range(part.size[1]).map((c) => `${first[0] + r} ${first[1] + c}`));
      });
      const all = range(size[0]).flatMap((r) => range(size[1]).map((c) => `${r} ${c}`));
      expect(found.sort()).toEqual(all.sort());
    });
  });
});

describe('other taps, strides and dilated inputs are as near as 3×3 taps', () => {
  test.each<[string, number, ConvolutionCase]>([
    ['2×2 taps', 3, { ...sized(2, 13, 18, 24, 32), taps: [2, 2], padding: around(0, 1, 1, 0) }],
    ['2×2 taps of few positions', 3, { ...sized(9, 5, 4, 33, 19), taps: [2, 2], padding: VALID }],
    ['4×4 taps', 3, { ...sized(2, 17, 12, 16, 24), taps: [4, 4], padding: around(1, 2, 2, 1) }],
    ['5×5 taps', 3, { ...sized(1, 15, 18, 20, 32), taps: [5, 5], padding: around(2, 2, 2, 2) }],
    ['1×3 taps', 3, { ...sized(1, 12, 21, 32, 40), taps: [1, 3], padding: around(0, 0, 1, 1) }],
    ['5×2 taps', 3, { ...sized(1, 12, 21, 24, 24), taps: [5, 2], padding: around(4, 0, 0, 0) }],
    ['3×1 taps of one column', 3, { ...sized(2, 40, 1, 48, 64), taps: [3, 1], padding: around(1, 1, 0, 0) }],
    ['4×4 taps, strides of 2', 3, { ...sized(2, 24, 18, 16, 32), taps: [4, 4], strides: [2, 2], padding: SAME }],
    ['4×4 taps, strides of 2, many features', 3, { ...sized(1, 18, 18, 64, 64), taps: [4, 4], strides: [2, 2], padding: SAME }],
    ['4×4 taps, strides of 2, odd sizes', 3, { ...sized(3, 23, 19, 19, 33), taps: [4, 4], strides: [2, 2], padding: around(1, 2, 0, 3) }],
    ['8×8 taps, strides of 4', 3, { ...sized(1, 41, 36, 12, 24), taps: [8, 8], strides: [4, 4], padding: around(2, 3, 2, 2) }],
    ['8×8 taps, strides of 4, three features', 2, { ...sized(1, 41, 50, 3, 40), taps: [8, 8], strides: [4, 4], padding: around(2, 3, 2, 2) }],
    ['5×5 taps, strides of 2', 3, { ...sized(1, 25, 22, 20, 32), taps: [5, 5], strides: [2, 2], padding: around(2, 2, 1, 2) }],
    ['7×7 taps, strides of 2, three features', 2, { ...sized(1, 29, 26, 3, 64), taps: [7, 7], strides: [2, 2], padding: around(3, 3, 2, 3) }],
    ['6×4 taps, strides of 3 and 1', 3, { ...sized(1, 25, 22, 20, 24), taps: [6, 4], strides: [3, 1], padding: around(2, 2, 1, 2) }],
    ['2×6 taps, strides of 1 and 3, less padding than none', 3, { ...sized(1, 25, 42, 18, 24), taps: [2, 6], strides: [1, 3], padding: around(-1, 2, 1, -2) }],
    ['4×4 taps, zeros between', 3, { ...sized(2, 12, 9, 32, 24), taps: [4, 4], dilation: [2, 2], padding: around(2, 2, 2, 2) }],
    ['4×4 taps, zeros between, odd sizes', 3, { ...sized(2, 11, 9, 33, 17), taps: [4, 4], dilation: [2, 2], padding: around(3, 2, 1, 2) }],
    ['8×8 taps, three zeros between', 3, { ...sized(1, 9, 13, 24, 12), taps: [8, 8], dilation: [4, 4], padding: around(5, 5, 5, 5) }],
    ['8×8 taps, three zeros between, odd features', 2, { ...sized(1, 9, 13, 24, 5), taps: [8, 8], dilation: [4, 4], padding: around(4, 5, 6, 5) }],
    ['9×6 taps, two zeros between', 3, { ...sized(1, 9, 8, 24, 20), taps: [9, 6], dilation: [3, 3], padding: around(7, 6, 4, 4) }],
    ['4×3 taps, zeros between rows', 3, { ...sized(1, 12, 15, 24, 24), taps: [4, 3], dilation: [2, 1], padding: around(2, 2, 1, 1) }],
  ])('%s', async (_, count, c) => {
    const labels = await checkConvolution(c, CLOSE);
    expect(fast(labels).length).toBeGreaterThanOrEqual(count);
    if (count === 3) expect(plain(labels)).toEqual([]);
  }); // prettier-ignore

  test('of phases with one tap and with two, together with plain sums', async () => {
    const labels = await checkConvolution({ ...sized(2, 12, 13, 64, 48), taps: [3, 3], dilation: [2, 2], padding: around(1, 2, 1, 2) }, CLOSE); // prettier-ignore
    for (const tile of ['4×3: 20', '4×1: 5', '1×3: 4'])
      expect(fast(labels).some((label) => label.includes(tile))).toBe(true);
    expect(labels.some((label) => label.includes('rows in place'))).toBe(true);
  });
});

describe('of one axis', () => {
  test.each<[string, ConvolutionCase]>([
    ['3 taps', { size: [4, 50], channels: 48, features: 40, taps: [3], padding: [[1, 1]] }],
    ['5 taps, features not whole vectors', { size: [4, 51], channels: 33, features: 41, taps: [5], padding: [[4, 0]] }],
    ['4 taps, strides of 2', { size: [4, 61], channels: 32, features: 40, taps: [4], strides: [2], padding: [[1, 1]] }],
    ['6 taps, two zeros between', { size: [4, 30], channels: 48, features: 32, taps: [6], dilation: [3], padding: [[4, 4]] }],
    ['3 taps of one column', { size: [1, 1], channels: 48, features: 32, taps: [3], padding: [[1, 1]] }],
    ['3 taps, zeros between: phases of one tap and of two', { size: [4, 40], channels: 48, features: 32, taps: [3], dilation: [2], padding: [[1, 2]] }],
  ])('%s', async (name, c) => {
    const labels = fast(await checkConvolution(c, CLOSE));
    if (!name.includes('one')) expect(labels).toHaveLength(3);
  }); // prettier-ignore
});

describe('an input that is not finite spoils the tiles that it meets, and no other', () => {
  const SIZES = { size: [1, 36, 36], channels: 32, features: 32 } as const;
  test.each<[string, number, ConvolutionCase]>([
    ['3×3 taps: three positions more', 3, { ...SIZES, taps: [3, 3], padding: SAME }],
    ['2×2 taps: three positions more', 3, { ...SIZES, taps: [2, 2], padding: around(0, 1, 0, 1) }],
    ['4×4 taps, strides of 2: three positions more', 3, { ...SIZES, taps: [4, 4], strides: [2, 2], padding: SAME }],
    ['3×3 taps, strides of 2: four positions more', 4, { ...SIZES, size: [4, 32, 32], taps: [3, 3], strides: [2, 2], padding: around(0, 1, 0, 1) }],
    ['4×4 taps, zeros between: three of each phase', 6, { ...SIZES, taps: [4, 4], dilation: [2, 2], padding: around(2, 2, 2, 2) }],
  ])('%s', (_, further, c) => {
    const builder = new GraphBuilder();
    const { x, kernel, y } = convolutionOf(builder, c);
    const graph = builder.graph([x, kernel], [y]);
    const executable = compiled(graph);
    const [image, taps] = graph.inputs.map(({ shape }, i) => normalNumbers(shape, i + 1));
    expect(fast(executable.profile!([image, taps], 1).map(({ label }) => label))).toHaveLength(1);
    const [clean] = executable.runSync([image, taps], 1);
    for (const value of [Infinity, NaN]) {
      image.data[(9 * c.size[2] + 14) * 32 + 5] = value;
      const [spoiled] = executable.runSync([image, taps], 1);
      const [expected] = interpret(graph, [image, taps]);
      const placeOf = (i: number): [number, number] => [Math.floor(i / 32 / y.shape[2]), Math.floor(i / 32) % y.shape[2]];
      const met = [...expected.data.keys()].filter((i) => !Number.isFinite(expected.data[i]));
      const [rows, columns] = [0, 1].map((axis) => met.map((i) => placeOf(i)[axis]));
      const bounds = [rows, columns].map((places) => [Math.min(...places) - further, Math.max(...places) + further]);
      expect(met.length).toBeGreaterThan(0);
      for (const i of met) if (Number.isFinite(spoiled.data[i])) throw new Error(`element ${i} is finite`);
      spoiled.data.forEach((found, i) => {
        const isNear = placeOf(i).every((place, axis) => bounds[axis][0] <= place && place <= bounds[axis][1]);
        if (!isNear && !Object.is(found, clean.data[i])) throw new Error(`position ${placeOf(i).join(', ')}: ${found}`);
      });
    }
  }); // prettier-ignore
});

describe('the matrices', () => {
  test.each([
    [2, 3],
    [4, 3],
    [3, 3],
    [3, 4],
    [3, 2],
    [2, 2],
    [4, 2],
    [2, 4],
    [2, 5],
    [1, 4],
    [4, 1],
  ])('of F(%d, %d) give the sums of products', (m, r) => {
    const { n, input, kernel, output } = winograd(m, r);
    const d = Array.from({ length: n }, (_, i) => Math.sin(i + 1));
    const k = Array.from({ length: r }, (_, i) => Math.cos(3 * i));
    const times = (matrix: readonly (readonly number[])[], v: readonly number[]): number[] =>
      matrix.map((row) => row.reduce((sum, c, i) => sum + c * v[i], 0));
    const products = times(input, d).map((x, i) => x * times(kernel, k)[i]);
    times(output, products).forEach((y, i) =>
      expect(y).toBeCloseTo(
        k.reduce((sum, x, j) => sum + x * d[i + j], 0),
        12,
      ),
    );
  });
});
