/**
 * @file Gradients of kernels with fewer products (Winograd): for 3×3 taps a tile of 4×4 cotangents meets 6×6 elements of the input in 36
 * products per pair of features in place of 144, for 2×2 taps 5×5 elements in 25 in place of 64.
 *
 * A task goes through a part of the tiles, block by block: it transforms the inputs and the cotangents of a block, and adds their products
 * to the sums at these points, all in memory of its own. At the end it transforms its sums back; the parts are then added in order.
 */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Tile } from '../contraction/gemm_tile.js';
import { plainTile, tileOf } from '../contraction/gemm_tile.js';
import { TileSums } from '../contraction/tile_sums.js';
import type { ColumnForm, Pair, TiledConvolution } from './winograd_plan.js';
import { cheapest, columnForm, depthOf, mapPair, partTaps, pick, plainProducts, positionsOf } from './winograd_plan.js';
import type { Strip, Strips } from './winograd_tiles.js';
import { BEYOND, cacheStep, eachStrip, stripsOf, stripTransform, tileTransform } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { transform, winograd } from './winograd_transform.js';
import { cutTasks, decode, forUnits, repeat, roundUp } from '../work.js';

/** Tiles of a block at least and at most, about: sums are read and written once a block. */
const BLOCK = [32, 128] as const;

interface Plan {
  /** Along rows (from one to the next), and along columns. */
  readonly ws: Pair<Winograd>;
  readonly strips: Strips;
  /** Rows of points that one task computes. Points of opposite sign share most of their transforms. */
  readonly groups: readonly (readonly number[])[];
  /** Parts into which the blocks are cut. */
  readonly parts: number;
  /** Features of the input, those of all parts of its columns. */
  readonly form: ColumnForm;
  /** Features of the cotangents, rounded up to whole tiles of registers. */
  readonly width: number;
}

/** Rows of points in groups of two, where there are enough. */
function pairsOf(n: number): number[][] {
  const pairs = [[0, n - 1]];
  for (let i = 1; i < n - 1; i += 2) pairs.push(i + 1 < n - 1 ? [i, i + 1] : [i]);
  return pairs;
}

function planOf(x: TiledConvolution, sides: Pair, target: Target): Plan {
  const ws = mapPair(partTaps(x), (taps, axis) => winograd(taps, sides[axis]));
  const [n0, n1] = mapPair(ws, ({ n }) => n);
  const { l2, enoughTasks } = target.machine;
  // For all tiles the same blocks and parts: sums have one order.
  const tile = plainTile(target);
  const [form, width] = [columnForm(x, tile.rows, target.lanes), roundUp(x.features, tile.columns)];
  const rows = form.all;
  const all = Array.from({ length: n0 }, (_, i) => i);
  // With many sums a task computes some points only, so that sums stay in the second cache beside transformed tiles.
  const groups = n0 > 2 && n0 * n1 * rows * width * BYTES > 0.3125 * l2 ? pairsOf(n0) : [all];
  const perTile = groups[0].length * (sides[1] + 1) * (rows + width) * BYTES;
  const fitting = Math.floor((0.5 * l2) / perTile);
  const strips = stripsOf(x.images, positionsOf(x), sides, Math.max(BLOCK[0], Math.min(fitting, BLOCK[1])));
  const wanted = Math.min(strips.blocks, Math.ceil(enoughTasks / groups.length));
  const parts = Math.ceil(strips.blocks / Math.ceil(strips.blocks / wanted));
  return { ws, strips, groups, parts, form, width };
}

/**
 * The sides of the tiles that compute the gradient of a kernel the fastest, about; null: none are faster than a plain sum. Units as in
 * `regionsFor`.
 */
export function gradientTileFor(x: TiledConvolution, target: Target): Pair | null {
  const { lanes } = target;
  const { winogradGradient: cost } = target.machine.products;
  if (depthOf(x) < 3) return null;
  return cheapest(x, (plainProducts(x) / lanes) * cost.plain, (sides) => {
    const { ws, strips, form, width, parts, groups } = planOf(x, sides, target);
    const points = ws[0].n * ws[1].n;
    const sums = points * form.all * (width / lanes);
    const move = groups.length > 1 ? cost.moveAgain : cost.move;
    return (
      strips.tiles * (sums * cost.product + (points * move * (form.all + width)) / lanes) +
      sums * (cost.block * strips.blocks + cost.part * parts)
    );
  });
}

/** Add the kernels of the gradient of a convolution's kernel. `x.output` holds the cotangents, `x.kernel` is what is computed. */
export function lowerWinogradGradient(lowering: Lowering, x: TiledConvolution, sides: Pair): void {
  const { target } = lowering;
  const plan = planOf(x, sides, target);
  const { ws, strips, groups, parts, form } = plan;
  const [n0, n1] = mapPair(ws, ({ n }) => n);
  const [side0, side1] = sides;
  const [deal, across] = x.strides;
  const depth = depthOf(x);
  const rows = form.all;
  const tile = tileOf(target, x.features);
  const width = roundUp(x.features, tile.columns);
  const size = groups[0].length;
  // Strips, along columns at the points, are [row of points][strip][part][column][feature], with the columns that the last tile reads.
  const [inputColumns, givenColumns] = [(side1 * strips.length + n1 - side1) * across, side1 * strips.length];
  const partStrip = inputColumns * form.step;
  const [inputStrip, givenStrip] = [deal * partStrip, givenColumns * width];
  const [inputStep, givenStep] = [inputStrip, givenStrip].map((elements) =>
    cacheStep(strips.block * elements + BEYOND),
  );
  // Tiles at one row of points are [tile][column of points][part][feature].
  const [ownInput, ownGiven] = [rows, width].map((features) => cacheStep(strips.blockTiles * n1 * features));
  const sumStep = cacheStep(rows * width);
  const zeroSize = Math.max(partStrip + BEYOND, givenStrip);
  const ownSize = size * (inputStep + givenStep + n1 * sumStep) + ownInput + ownGiven + zeroSize;
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'transformed tiles');
  // Partial sums, transformed back along rows: [part][row of points][column of taps][channel][feature].
  const taps = ws[1].m;
  const plane = cacheStep(depth * width);
  const partSize = n0 * taps * plane;
  const partial = lowering.workspace('float32', parts * partSize, 'partial gradients');
  const [{ before }] = x.phases;
  const toStrips = groups.map((points) => ({
    input: stripTransform(target, 'winograd input columns', ws[0].input, {
      width: form.step,
      size: x.size,
      row: x.input.row,
      column: x.input.column,
      stride: deal,
      step: inputStep,
      points,
    }),
    given: stripTransform(target, 'winograd cotangent columns', ws[0].kernel, {
      width,
      size: positionsOf(x),
      row: x.output.row,
      column: x.output.column,
      stride: 1,
      step: givenStep,
      points,
    }),
  }));
  const toInput = tileTransform(target, 'winograd input rows', ws[1].input, {
    from: { tile: side1 * across * form.step, column: across * form.step },
    to: { tile: n1 * rows, column: rows },
    unit: form.part,
  });
  const toGiven = tileTransform(target, 'winograd cotangent rows', ws[1].kernel, {
    from: { tile: side1 * width, column: width },
    to: { tile: n1 * width, column: width },
    unit: width,
  });
  const products = outerProducts(target, tile, n1 * rows, n1 * width, width);
  const back = transformBack(target, ws[1], { size: depth * width, from: sumStep, to: plane });
  const blocksPerPart = Math.ceil(strips.blocks / parts);
  lowering.add({
    label: `${x.label} (winograd ${side0}×${side1}: ${n0 * n1} × ${depth} × ${x.features} × ${strips.tiles})`,
    tasks: parts * groups.length,
    work: 2 * n0 * n1 * strips.tiles * x.features * depth,
    reads: [x.input.buffer, x.output.buffer],
    writes: [partial, own],
    emit: (f, lo, hi) => {
      const inputs = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const given = f.let(inputs.add(size * inputStep * BYTES));
      const inputTiles = f.let(given.add(size * givenStep * BYTES));
      const givenTiles = f.let(inputTiles.add(ownInput * BYTES));
      const sums = f.let(givenTiles.add(ownGiven * BYTES));
      const zeros = f.let(sums.add(size * n1 * sumStep * BYTES));
      f.fill(zeros, i32(0), i32(zeroSize * BYTES));
      const px = f.let(x.input.buffer.pointer(f).add(x.input.offset * BYTES));
      const py = f.let(x.output.buffer.pointer(f).add(x.output.offset * BYTES));
      const pp = partial.pointer(f);
      f.for(lo, hi, 1, (task) => {
        const [part, group] = decode(f, task, [parts, groups.length]);
        const points = pick(f, group, groups.map(({ length }) => length)); // prettier-ignore
        const first = f.let(part.mul(blocksPerPart));
        const last = f.let(f.let(first.add(blocksPerPart)).minS(strips.blocks));
        f.for(first, last, 1, (block) => {
          const start = f.let(block.mul(strips.block));
          const stripCount = f.let(f.let(i32(strips.strips).sub(start)).minS(strips.block));
          const each = (body: (strip: Strip) => void): Expr => eachStrip(f, strips, start, stripCount, body);
          const count = each((strip) => {
            const { image, row, column } = strip.place();
            const [y0, x0] = [f.let(row.mul(side0)), f.let(column.mul(side1))];
            const from = f.let(px.add(image.mul(x.input.image * BYTES)));
            const to = f.let(inputs.add(strip.number.mul(inputStrip * BYTES)));
            const dy = f.let(py.add(image.mul(x.output.image * BYTES)));
            const toCotangents = f.let(given.add(strip.number.mul(givenStrip * BYTES)));
            const columns = f.let(strip.tiles.mul(side1));
            toStrips.forEach((functions, g) =>
              f.if(group.eq(g), () => {
                const [top, left] = [y0.mul(deal).sub(before[0]), x0.mul(across).sub(before[1])];
                const read = f.let(columns.add(n1 - side1).mul(across));
                repeat(f, deal, (i) =>
                  f.run(functions.input, [from, top.add(i), left, read, to.add(i.mul(partStrip * BYTES)), zeros]),
                );
                f.run(functions.given, [dy, y0, x0, columns, toCotangents, zeros]);
              }),
            );
          });
          const accumulate = f.let(block.ne(first));
          f.for(0, points, 1, (i) => {
            each((strip) => {
              const from = (base: Expr, step: number, strips: number): Expr =>
                f.let(base.add(i.mul(step).add(strip.number.mul(strips)).mul(BYTES)));
              const to = (base: Expr, features: number): Expr =>
                f.let(base.add(strip.before.mul(n1 * features * BYTES)));
              const [start, place] = [from(inputs, inputStep, inputStrip), to(inputTiles, rows)];
              repeat(f, deal, (j) => {
                const [a, b] = [start.add(j.mul(partStrip * BYTES)), place.add(j.mul(form.partStep * BYTES))];
                f.run(toInput, [a, b, strip.tiles, i32(form.part)]);
              });
              f.run(toGiven, [from(given, givenStep, givenStrip), to(givenTiles, width), strip.tiles, i32(width)]);
            });
            f.for(0, n1, 1, (j) => {
              const a0 = f.let(inputTiles.add(j.mul(rows * BYTES)));
              const b0 = f.let(givenTiles.add(j.mul(width * BYTES)));
              const c0 = f.let(
                sums.add(
                  i
                    .mul(n1)
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
              f.run(back, [f.let(sums.add(row * n1 * sumStep * BYTES)), f.let(to.add(i * taps * plane * BYTES))]),
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
  x: TiledConvolution,
  { ws, parts }: Plan,
  width: number,
  partial: Buffer,
  plane: number,
): void {
  const { kernel, channels, features, strides, taps } = x;
  const [{ n, output }, { m: across }] = ws;
  const { lanes } = lowering.target;
  const units = across * depthOf(x);
  const cut = cutTasks(lowering.target, units, parts * n * features);
  lowering.add({
    label: `sum of ${parts} parts of ${x.label}`,
    tasks: cut.tasks,
    work: units * parts * n * features,
    reads: [partial],
    writes: [kernel.buffer],
    emit: (f, lo, hi) => {
      const from0 = partial.pointer(f);
      const to0 = f.let(kernel.buffer.pointer(f).add(kernel.offset * BYTES));
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [s, row] = decode(f, unit, [across, depthOf(x)]);
        const [part0, part1, channel] = decode(f, row, [...strides, channels]);
        const tap = f.let(s.mul(strides[1]).add(part1));
        const place = part0.mul(kernel.tap[0]).add(tap.mul(kernel.tap[1])).add(channel.mul(kernel.channel));
        const to = f.let(to0.add(place.mul(BYTES)));
        const from = f.let(from0.add(s.mul(plane).add(row.mul(width)).mul(BYTES)));
        const write = (): void =>
          f.for(0, features, lanes, (k) => {
            const at = f.let(from.add(k.mul(BYTES)));
            const totals = Array.from({ length: n }, () => f.local(constant('f32x', 0)));
            f.for(0, parts, 1, (part) => {
              const start = f.let(at.add(part.mul(n * across * plane * BYTES)));
              totals.forEach((total, i) =>
                f.set(total, total.add(f.loadVector('f32', start, i * across * plane * BYTES))),
              );
            });
            const target = f.let(to.add(k.mul(kernel.feature * BYTES)));
            /** Store a result for each tap of the column that the part has. */
            const store = (at: (place: Expr, y: Expr) => void): void =>
              transform(f, output, totals).forEach((y, r) => {
                const write = (): void => at(f.let(target.add(r * strides[0] * kernel.tap[0] * BYTES)), y);
                const most = taps[0] - r * strides[0];
                if (most >= strides[0]) write();
                else f.if(part0.lt(most), write);
              });
            const single = (count: number): void =>
              store((place, y) => {
                for (let l = 0; l < count; l++) f.store('f32', place, y.lane(l), l * kernel.feature * BYTES);
              });
            const whole = kernel.feature === 1 ? (): void => store((place, y) => f.store('f32', place, y)) : (): void => single(lanes); // prettier-ignore
            if (features % lanes === 0) whole();
            else f.if(k.le(features - lanes), whole, () => single(features % lanes));
          });
        // Some parts have one tap less than others.
        if (taps[1] % strides[1] === 0) write();
        else f.if(tap.lt(taps[1]), write);
      });
    },
  });
}
