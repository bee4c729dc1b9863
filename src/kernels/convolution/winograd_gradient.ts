/**
 * @file Gradients of 3×3 kernels with fewer products (Winograd): a tile of 4×4 cotangents meets 6×6 elements of the input in 36
 * products per pair of features in place of 144.
 *
 * A task goes through a part of the tiles, block by block: it transforms the inputs and the cotangents of a block, and adds their products
 * to the sums at the 36 points, all in memory of its own. At the end it transforms its sums back; the parts are then added in order.
 */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Tile } from '../contraction/gemm_tile.js';
import { plainTile, tileOf } from '../contraction/gemm_tile.js';
import { TileSums } from '../contraction/tile_sums.js';
import type { PlainConvolution } from './winograd_plan.js';
import { TAPS } from './winograd_plan.js';
import { cacheStep, tileMemory, tileTransform } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { transform, winograd } from './winograd_transform.js';
import { cutTasks, decode, forUnits, roundUp } from '../work.js';

/** Tiles of a block at least and at most: sums are read and written once a block. */
const BLOCK = [32, 128] as const;

interface Plan {
  readonly w: Winograd;
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly tiles: number;
  /** Rows of points that one task computes. Points of opposite sign share most of their transforms. */
  readonly groups: readonly (readonly number[])[];
  readonly block: number;
  readonly blocks: number;
  /** Parts into which the tiles are cut. */
  readonly parts: number;
  /** Features of the input, and of the cotangents, rounded up to whole tiles of registers. */
  readonly rows: number;
  readonly width: number;
}

function planOf(x: PlainConvolution, side: number, target: Target): Plan {
  const w = winograd(TAPS, side);
  const { l2, enoughTasks } = target.machine;
  // For all tiles the same blocks and parts: sums have one order.
  const tile = plainTile(target);
  const [tileRows, tileColumns] = x.outSize.map((size) => Math.ceil(size / side));
  const tiles = x.images * tileRows * tileColumns;
  const [rows, width] = [roundUp(x.channels, tile.rows), roundUp(x.features, tile.columns)];
  const all = Array.from({ length: w.n }, (_, i) => i);
  const pairs = [[0, w.n - 1], ...all.filter((i) => i % 2 === 1 && i < w.n - 1).map((i) => [i, i + 1])];
  // With many sums a task computes some points only, so that sums stay in the second cache beside transformed tiles.
  const groups = w.n * w.n * rows * width * BYTES > 0.3125 * l2 ? pairs : [all];
  const fitting = Math.floor((0.5 * l2) / (groups[0].length * w.n * (rows + width) * BYTES));
  const block = Math.max(1, Math.min(tiles, Math.max(BLOCK[0], Math.min(fitting, BLOCK[1]))));
  const blocks = Math.ceil(tiles / block);
  const wanted = Math.min(blocks, Math.ceil(enoughTasks / groups.length));
  const parts = Math.ceil(blocks / Math.ceil(blocks / wanted));
  return { w, tileRows, tileColumns, tiles, groups, block, blocks, parts, rows, width };
}

/**
 * The side of the tiles that computes the gradient of a kernel the fastest, about; 0: none is faster than a plain sum. Units as in
 * `tileSizeFor`.
 */
export function gradientTileFor(x: PlainConvolution, target: Target): 0 | 2 | 4 {
  const { lanes } = target;
  const { winogradGradient: cost } = target.machine.products;
  if (x.channels < 3) return 0;
  const positions = x.images * x.outSize[0] * x.outSize[1];
  const costs = ([4, 2] as const).map((side) => {
    const { w, tiles, rows, width, parts, groups, blocks } = planOf(x, side, target);
    const points = w.n * w.n;
    const sums = points * rows * (width / lanes);
    const move = groups.length > 1 ? cost.moveAgain : cost.move;
    return {
      side,
      cost:
        tiles * (sums * cost.product + (points * move * (rows + width)) / lanes) +
        sums * (cost.block * blocks + cost.part * parts),
    };
  });
  const plain = positions * TAPS * TAPS * x.channels * (x.features / lanes) * cost.plain;
  const best = costs[0].cost <= costs[1].cost ? costs[0] : costs[1];
  return best.cost < plain ? best.side : 0;
}

/** Add the kernels of the gradient of a convolution's kernel. `x.output` holds the cotangents, `x.kernel` is what is computed. */
export function lowerWinogradGradient(lowering: Lowering, x: PlainConvolution, side: 2 | 4): void {
  const { target } = lowering;
  const plan = planOf(x, side, target);
  const { w, tiles, groups, block, blocks, parts, rows } = plan;
  const { n } = w;
  const tile = tileOf(target, x.features);
  const width = roundUp(x.features, tile.columns);
  const size = groups[0].length;
  // Transformed elements are [row of points][tile][column of points][feature].
  const [inputStep, givenStep, sumStep] = [block * n * rows, block * n * width, rows * width].map(cacheStep);
  const { zeros: zeroSize, scratch: between } = tileMemory(n, Math.max(rows, width));
  const ownSize = size * (inputStep + givenStep + n * sumStep) + between + zeroSize;
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'transformed tiles');
  // Partial sums, transformed back along rows: [part][row of points][column of taps][channel][feature].
  const plane = cacheStep(x.channels * width);
  const partSize = n * TAPS * plane;
  const partial = lowering.workspace('float32', parts * partSize, 'partial gradients');
  const transforms = groups.map((points) => ({
    input: tileTransform(target, 'winograd input', w.input, {
      rounded: rows,
      size: x.size,
      row: x.input.row,
      column: x.input.column,
      step: inputStep,
      points,
    }),
    given: tileTransform(target, 'winograd cotangents', w.kernel, {
      rounded: width,
      size: x.outSize,
      row: x.output.row,
      column: x.output.column,
      step: givenStep,
      points,
    }),
  }));
  const products = outerProducts(target, tile, n * rows, n * width, width);
  const back = transformBack(target, w, { size: x.channels * width, from: sumStep, to: plane });
  const blocksPerPart = Math.ceil(blocks / parts);
  lowering.add({
    label: `${x.label} (winograd ${side}×${side}: ${n * n} × ${x.channels} × ${x.features} × ${tiles})`,
    tasks: parts * groups.length,
    work: 2 * n * n * tiles * x.features * x.channels,
    reads: [x.input.buffer, x.output.buffer],
    writes: [partial, own],
    emit: (f, lo, hi) => {
      const inputs = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const given = f.let(inputs.add(size * inputStep * BYTES));
      const sums = f.let(given.add(size * givenStep * BYTES));
      const scratch = f.let(sums.add(size * n * sumStep * BYTES));
      const zeros = f.let(scratch.add(between * BYTES));
      f.fill(zeros, i32(0), i32(zeroSize * BYTES));
      const px = f.let(x.input.buffer.pointer(f).add(x.input.offset * BYTES));
      const py = f.let(x.output.buffer.pointer(f).add(x.output.offset * BYTES));
      const pp = partial.pointer(f);
      f.for(lo, hi, 1, (task) => {
        const [part, group] = decode(f, task, [parts, groups.length]);
        const first = f.let(part.mul(blocksPerPart));
        const last = f.let(f.let(first.add(blocksPerPart)).minS(blocks));
        f.for(first, last, 1, (number) => {
          const start = f.let(number.mul(block));
          const count = f.let(f.let(i32(tiles).sub(start)).minS(block));
          f.for(0, count, 1, (t) => {
            const [image, ty, tx] = decode(f, f.let(start.add(t)), [x.images, plan.tileRows, plan.tileColumns]);
            const [row, column] = [f.let(ty.mul(side)), f.let(tx.mul(side))];
            const from = f.let(px.add(image.mul(x.input.image * BYTES)));
            const [y0, x0] = [f.let(row.sub(x.before[0])), f.let(column.sub(x.before[1]))];
            const to = f.let(inputs.add(t.mul(n * rows * BYTES)));
            const dy = f.let(py.add(image.mul(x.output.image * BYTES)));
            const toGiven = f.let(given.add(t.mul(n * width * BYTES)));
            transforms.forEach((functions, g) =>
              f.if(group.eq(g), () => {
                f.run(functions.input, [from, y0, x0, to, scratch, zeros]);
                f.run(functions.given, [dy, row, column, toGiven, scratch, zeros]);
              }),
            );
          });
          const accumulate = f.let(number.ne(first));
          f.for(0, size * n, 1, (point) => {
            const [i, j] = decode(f, point, [size, n]);
            const a0 = f.let(inputs.add(i.mul(inputStep).add(j.mul(rows)).mul(BYTES)));
            const b0 = f.let(given.add(i.mul(givenStep).add(j.mul(width)).mul(BYTES)));
            const c0 = f.let(sums.add(point.mul(sumStep * BYTES)));
            f.for(0, rows, tile.rows, (row) => {
              const a = f.let(a0.add(row.mul(BYTES)));
              const c = f.let(c0.add(row.mul(width * BYTES)));
              f.for(0, width * BYTES, tile.columns * BYTES, (column) =>
                f.run(products, [a, f.let(b0.add(column)), f.let(c.add(column)), count, accumulate]),
              );
            });
          });
        });
        const to = f.let(pp.add(part.mul(partSize * BYTES)));
        groups.forEach((points, g) =>
          f.if(group.eq(g), () =>
            points.forEach((i, row) =>
              f.run(back, [f.let(sums.add(row * n * sumStep * BYTES)), f.let(to.add(i * TAPS * plane * BYTES))]),
            ),
          ),
        );
      });
    },
  });
  sumParts(lowering, x, plan, width, partial, plane);
}

/** `f(a, b, c, depth, accumulate)`: a tile of C = AᵀB or C += AᵀB over `depth` rows of A and B. */
function outerProducts(target: Target, tile: Tile, aStep: number, bStep: number, cStep: number): KernelFunction {
  const f = new FunctionBuilder('winograd outer products', target, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [a0, b0, c, depth, accumulate] = f.params;
  const [a, b] = [f.local(a0), f.local(b0)];
  const sums = new TileSums(f, tile);
  f.if(accumulate, () => sums.load((row) => [c, row * cStep * BYTES]));
  f.for(0, depth, 1, () => {
    sums.addProducts(b, a, (row) => row * BYTES);
    f.set(a, a.add(aStep * BYTES));
    f.set(b, b.add(bStep * BYTES));
  });
  sums.each((sum, row, shift) => f.store('f32', c, sum, row * cStep * BYTES + shift));
  return f.finish();
}

/** `f(from, to)`: transform `size` sums at one row of points back: [column of points][…] to [column of taps][…], at these steps. */
function transformBack(
  target: Target,
  w: Winograd,
  { size, from, to }: { readonly size: number; readonly from: number; readonly to: number },
): KernelFunction {
  const f = new FunctionBuilder('winograd sums', target, ['i32', 'i32']);
  const [source0, target0] = f.params;
  f.forElements(0, size, f.widest, (i, vectors) => {
    const at = f.let(i.mul(BYTES));
    const [source, place] = [f.let(source0.add(at)), f.let(target0.add(at))];
    const xs = Array.from({ length: w.n }, (_, j) => f.let(f.loadVector('f32', source, j * from * BYTES, vectors)));
    transform(f, w.output, xs).forEach((y, s) => f.store('f32', place, y, s * to * BYTES));
  });
  return f.finish();
}

/** Add the kernel that adds the parts, in order, and transforms the sums back along columns. */
function sumParts(
  lowering: Lowering,
  x: PlainConvolution,
  plan: Plan,
  width: number,
  partial: Buffer,
  plane: number,
): void {
  const { kernel, channels, features } = x;
  const { w, parts } = plan;
  const { lanes } = lowering.target;
  const rows = w.m * channels;
  const cut = cutTasks(lowering.target, rows, parts * w.n * features);
  lowering.add({
    label: `sum of ${parts} parts of ${x.label}`,
    tasks: cut.tasks,
    work: rows * parts * w.n * features,
    reads: [partial],
    writes: [kernel.buffer],
    emit: (f, lo, hi) => {
      const from0 = partial.pointer(f);
      const to0 = f.let(kernel.buffer.pointer(f).add(kernel.offset * BYTES));
      forUnits(f, lo, hi, rows, cut, (unit) => {
        const [s, channel] = decode(f, unit, [w.m, channels]);
        const to = f.let(to0.add(s.mul(kernel.column).add(channel.mul(kernel.channel)).mul(BYTES)));
        const from = f.let(from0.add(s.mul(plane).add(channel.mul(width)).mul(BYTES)));
        f.for(0, features, lanes, (k) => {
          const at = f.let(from.add(k.mul(BYTES)));
          const totals = Array.from({ length: w.n }, () => f.local(constant('f32x', 0)));
          f.for(0, parts, 1, (part) => {
            const start = f.let(at.add(part.mul(w.n * w.m * plane * BYTES)));
            totals.forEach((total, i) => f.set(total, total.add(f.loadVector('f32', start, i * w.m * plane * BYTES))));
          });
          const target = f.let(to.add(k.mul(kernel.feature * BYTES)));
          const ys = transform(f, w.output, totals);
          const place = (r: number): Expr => f.let(target.add(r * kernel.row * BYTES));
          const single = (count: number): void =>
            ys.forEach((y, r) => {
              for (let l = 0; l < count; l++) f.store('f32', place(r), y.lane(l), l * kernel.feature * BYTES);
            });
          const whole = kernel.feature === 1 ? (): void => ys.forEach((y, r) => f.store('f32', place(r), y)) : (): void => single(lanes); // prettier-ignore
          if (features % lanes === 0) whole();
          else f.if(k.le(features - lanes), whole, () => single(features % lanes));
        });
      });
    },
  });
}
