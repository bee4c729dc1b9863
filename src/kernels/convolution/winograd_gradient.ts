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
import type { Strip, Strips } from './winograd_tiles.js';
import { cacheStep, eachStrip, stripsOf, stripTransform, tileTransform } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { transform, winograd } from './winograd_transform.js';
import { cutTasks, decode, forUnits, roundUp } from '../work.js';

/** Tiles of a block at least and at most, about: sums are read and written once a block. */
const BLOCK = [32, 128] as const;

interface Plan {
  readonly w: Winograd;
  readonly strips: Strips;
  /** Rows of points that one task computes. Points of opposite sign share most of their transforms. */
  readonly groups: readonly (readonly number[])[];
  /** Parts into which the blocks are cut. */
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
  const [rows, width] = [roundUp(x.channels, tile.rows), roundUp(x.features, tile.columns)];
  const all = Array.from({ length: w.n }, (_, i) => i);
  const pairs = [[0, w.n - 1], ...all.filter((i) => i % 2 === 1 && i < w.n - 1).map((i) => [i, i + 1])];
  // With many sums a task computes some points only, so that sums stay in the second cache beside transformed tiles.
  const groups = w.n * w.n * rows * width * BYTES > 0.3125 * l2 ? pairs : [all];
  const perTile = groups[0].length * (side + 1) * (rows + width) * BYTES;
  const fitting = Math.floor((0.5 * l2) / perTile);
  const strips = stripsOf(x.images, x.outSize, side, Math.max(BLOCK[0], Math.min(fitting, BLOCK[1])));
  const wanted = Math.min(strips.blocks, Math.ceil(enoughTasks / groups.length));
  const parts = Math.ceil(strips.blocks / Math.ceil(strips.blocks / wanted));
  return { w, strips, groups, parts, rows, width };
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
    const { w, strips, rows, width, parts, groups } = planOf(x, side, target);
    const points = w.n * w.n;
    const sums = points * rows * (width / lanes);
    const move = groups.length > 1 ? cost.moveAgain : cost.move;
    return {
      side,
      cost:
        strips.tiles * (sums * cost.product + (points * move * (rows + width)) / lanes) +
        sums * (cost.block * strips.blocks + cost.part * parts),
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
  const { w, strips, groups, parts, rows } = plan;
  const { n } = w;
  const tile = tileOf(target, x.features);
  const width = roundUp(x.features, tile.columns);
  const size = groups[0].length;
  // Strips, along columns at the points, are [row of points][strip][column][feature], with the columns that the last tile reads.
  const [inputColumns, givenColumns] = [side * strips.length + n - side, side * strips.length];
  const [inputStrip, givenStrip] = [inputColumns * rows, givenColumns * width];
  const [inputStep, givenStep] = [inputStrip, givenStrip].map((elements) => cacheStep(strips.block * elements));
  // Tiles at one row of points are [tile][column of points][feature].
  const [ownInput, ownGiven] = [rows, width].map((features) => cacheStep(strips.blockTiles * n * features));
  const sumStep = cacheStep(rows * width);
  const zeroSize = Math.max(inputStrip, givenStrip);
  const ownSize = size * (inputStep + givenStep + n * sumStep) + ownInput + ownGiven + zeroSize;
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'transformed tiles');
  // Partial sums, transformed back along rows: [part][row of points][column of taps][channel][feature].
  const plane = cacheStep(x.channels * width);
  const partSize = n * TAPS * plane;
  const partial = lowering.workspace('float32', parts * partSize, 'partial gradients');
  const toStrips = groups.map((points) => ({
    input: stripTransform(target, 'winograd input columns', w.input, {
      rounded: rows,
      size: x.size,
      row: x.input.row,
      column: x.input.column,
      step: inputStep,
      points,
    }),
    given: stripTransform(target, 'winograd cotangent columns', w.kernel, {
      rounded: width,
      size: x.outSize,
      row: x.output.row,
      column: x.output.column,
      step: givenStep,
      points,
    }),
  }));
  const [toInput, toGiven] = [
    { name: 'winograd input rows', matrix: w.input, features: rows },
    { name: 'winograd cotangent rows', matrix: w.kernel, features: width },
  ].map(({ name, matrix, features }) =>
    tileTransform(target, name, matrix, {
      from: { tile: side * features, column: features },
      to: { tile: n * features, column: features },
      unit: features,
    }),
  );
  const products = outerProducts(target, tile, n * rows, n * width, width);
  const back = transformBack(target, w, { size: x.channels * width, from: sumStep, to: plane });
  const blocksPerPart = Math.ceil(strips.blocks / parts);
  lowering.add({
    label: `${x.label} (winograd ${side}×${side}: ${n * n} × ${x.channels} × ${x.features} × ${strips.tiles})`,
    tasks: parts * groups.length,
    work: 2 * n * n * strips.tiles * x.features * x.channels,
    reads: [x.input.buffer, x.output.buffer],
    writes: [partial, own],
    emit: (f, lo, hi) => {
      const inputs = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const given = f.let(inputs.add(size * inputStep * BYTES));
      const inputTiles = f.let(given.add(size * givenStep * BYTES));
      const givenTiles = f.let(inputTiles.add(ownInput * BYTES));
      const sums = f.let(givenTiles.add(ownGiven * BYTES));
      const zeros = f.let(sums.add(size * n * sumStep * BYTES));
      f.fill(zeros, i32(0), i32(zeroSize * BYTES));
      const px = f.let(x.input.buffer.pointer(f).add(x.input.offset * BYTES));
      const py = f.let(x.output.buffer.pointer(f).add(x.output.offset * BYTES));
      const pp = partial.pointer(f);
      f.for(lo, hi, 1, (task) => {
        const [part, group] = decode(f, task, [parts, groups.length]);
        const first = f.let(part.mul(blocksPerPart));
        const last = f.let(f.let(first.add(blocksPerPart)).minS(strips.blocks));
        f.for(first, last, 1, (block) => {
          const start = f.let(block.mul(strips.block));
          const stripCount = f.let(f.let(i32(strips.strips).sub(start)).minS(strips.block));
          const each = (body: (strip: Strip) => void): Expr => eachStrip(f, strips, start, stripCount, body);
          const count = each((strip) => {
            const { image, row, column } = strip.place();
            const [y0, x0] = [f.let(row.mul(side)), f.let(column.mul(side))];
            const from = f.let(px.add(image.mul(x.input.image * BYTES)));
            const to = f.let(inputs.add(strip.number.mul(inputStrip * BYTES)));
            const dy = f.let(py.add(image.mul(x.output.image * BYTES)));
            const toCotangents = f.let(given.add(strip.number.mul(givenStrip * BYTES)));
            const columns = f.let(strip.tiles.mul(side));
            toStrips.forEach((functions, g) =>
              f.if(group.eq(g), () => {
                const [top, left] = [y0.sub(x.before[0]), x0.sub(x.before[1])];
                f.run(functions.input, [from, top, left, columns.add(n - side), to, zeros]);
                f.run(functions.given, [dy, y0, x0, columns, toCotangents, zeros]);
              }),
            );
          });
          const accumulate = f.let(block.ne(first));
          f.for(0, size, 1, (i) => {
            each((strip) => {
              const from = (base: Expr, step: number, strips: number): Expr =>
                f.let(base.add(i.mul(step).add(strip.number.mul(strips)).mul(BYTES)));
              const to = (base: Expr, features: number): Expr =>
                f.let(base.add(strip.before.mul(n * features * BYTES)));
              f.run(toInput, [from(inputs, inputStep, inputStrip), to(inputTiles, rows), strip.tiles, i32(rows)]);
              f.run(toGiven, [from(given, givenStep, givenStrip), to(givenTiles, width), strip.tiles, i32(width)]);
            });
            f.for(0, n, 1, (j) => {
              const a0 = f.let(inputTiles.add(j.mul(rows * BYTES)));
              const b0 = f.let(givenTiles.add(j.mul(width * BYTES)));
              const c0 = f.let(
                sums.add(
                  i
                    .mul(n)
                    .add(j)
                    .mul(sumStep * BYTES),
                ),
              );
              f.for(0, rows, tile.rows, (row) => {
                const a = f.let(a0.add(row.mul(BYTES)));
                const c = f.let(c0.add(row.mul(width * BYTES)));
                f.for(0, width * BYTES, tile.columns * BYTES, (column) =>
                  f.run(products, [a, f.let(b0.add(column)), f.let(c.add(column)), count, accumulate]),
                );
              });
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
