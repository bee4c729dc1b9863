/**
 * @file Convolutions with fewer products (Winograd): of 3×3 taps, a tile of 4×4 outputs takes 36 products per pair of features in place of
 * 144, of 2×2 taps 25 in place of 64. Strided ones and those of dilated inputs fall into such ones (winograd_plan.ts).
 *
 * The kernel is transformed ahead. A task then does a block of strips of tiles from end to end in memory of its own that fits the
 * second cache: it transforms the strips' inputs along columns (what lies in the padding is read from a row of zeros). Row by row of points
 * it then transforms along rows, multiplies features point by point, and transforms back along rows, in the first cache; in the end
 * it transforms back along columns into the output. A value that is not finite makes its whole tile so. Errors: see winograd_transform.ts.
 */
import type { Expr, KernelFunction, Target, Vectors } from '../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../codegen/index.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Tile } from '../contraction/gemm_tile.js';
import { tileOf } from '../contraction/gemm_tile.js';
import { TileSums } from '../contraction/tile_sums.js';
import { decode, repeat, roundUp } from '../work.js';
import { kernelStep, transformKernel } from './winograd_kernel.js';
import type { Pair, Phase, Plan, TiledConvolution } from './winograd_plan.js';
import { columnsOf, depthOf, mapPair, pick, planOf } from './winograd_plan.js';
import type { Strip } from './winograd_tiles.js';
import { BEYOND, cacheStep, eachStrip, eachVector, stripTransform, tileTransform } from './winograd_tiles.js';
import { transform } from './winograd_transform.js';

/** Whether results are stored by whole vectors, so that an epilogue may be done to them. */
export const canFinish = (x: TiledConvolution, lanes: number): boolean => x.features % lanes === 0;

/**
 * Products that are summed at a time where parts of the taps are summed too: rounding errors grow with the root of a sum's length. The sums of one
 * part, as long as the features are many, are taken at once as in a convolution without strides.
 */
const PIECE = 64;

/** Add the kernels of a convolution with tiles of so many outputs. */
export function lowerWinograd(lowering: Lowering, x: TiledConvolution, ms: Pair): void {
  const { target } = lowering;
  const plan = planOf(x, ms, target);
  const { ws, strips, group, width, form } = plan;
  const [n0, n1] = mapPair(ws, ({ n }) => n);
  const [m0, m1] = ms;
  const [parts, across] = x.strides;
  const tile = tileOf(target, columnsOf(x));
  const panel = tile.columns;
  const depth = depthOf(x);
  const step = kernelStep(x, plan);
  const transformed = transformKernel(lowering, x, plan, panel);

  // Strips, along columns at the points, are [row of points][strip][part][column][feature], with the columns that the last tile reads.
  const inputColumns = (m1 * strips.length + n1 - m1) * across;
  const partStrip = inputColumns * form.step;
  const [inputStrip, outputStrip] = [parts * partStrip, m1 * strips.length * width];
  const [inputStep, outputStep] = [inputStrip, outputStrip].map((size) => cacheStep(strips.block * size + BEYOND));
  // Tiles at one row of points are [tile][column of points][part][feature].
  const rows = roundUp(strips.blockTiles, tile.rows);
  const [ownInput, ownProducts] = [rows * n1 * form.all, rows * n1 * group];
  const zeroSize = partStrip + BEYOND;
  const ownSize = cacheStep(n0 * (inputStep + outputStep) + ownInput + ownProducts + zeroSize);
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'transformed tiles');
  const toStrip = stripTransform(target, 'winograd input columns', ws[0].input, {
    width: form.step,
    size: x.size,
    row: x.input.row,
    column: x.input.column,
    stride: parts,
    points: ws[0].input.map((_, i) => i),
    step: inputStep,
  });
  const toTiles = tileTransform(target, 'winograd input rows', ws[1].input, {
    from: { tile: m1 * across * form.step, column: across * form.step },
    to: { tile: n1 * form.all, column: form.all },
    unit: form.part,
  });
  const fromTiles = tileTransform(target, 'winograd output rows', ws[1].output, {
    from: { tile: n1 * group, column: group },
    to: { tile: m1 * width, column: width },
    unit: panel,
  });
  const fromStrip = outputTransform(target, x, plan, outputStep);
  const piece = Math.ceil(depth / Math.ceil(depth / Math.max(PIECE, x.channels)));
  const products = productRows(target, tile, { depth, piece, aStep: n1 * form.all, cStep: n1 * group });
  const { epilogue, phases } = x;
  const tiles = phases.length * strips.tiles;
  lowering.add({
    label: `${x.label} (winograd ${m0}×${m1}: ${n0 * n1} × ${tiles} × ${columnsOf(x)} × ${depth})${epilogue?.label ?? ''}`,
    tasks: phases.length * strips.blocks,
    work: 2 * n0 * n1 * tiles * columnsOf(x) * depth,
    reads: [x.input.buffer, transformed, ...(epilogue?.reads ?? [])],
    writes: [...(epilogue?.writes ?? [x.output.buffer]), own],
    emit: (f, lo, hi) => {
      const inputs = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const outputs = f.let(inputs.add(n0 * inputStep * BYTES));
      const tiles = f.let(outputs.add(n0 * outputStep * BYTES));
      const sums = f.let(tiles.add(ownInput * BYTES));
      const zeros = f.let(sums.add(ownProducts * BYTES));
      f.fill(zeros, i32(0), i32(zeroSize * BYTES));
      const pointers = epilogue?.pointers(f) ?? [];
      const pu0 = transformed.pointer(f);
      const px = f.let(x.input.buffer.pointer(f).add(x.input.offset * BYTES));
      const py0 = f.let(x.output.buffer.pointer(f).add(x.output.offset * BYTES));
      f.for(lo, hi, 1, (task) => {
        const [phase, block] = decode(f, task, [phases.length, strips.blocks]);
        const of = (number: (phase: Phase) => number): Expr => pick(f, phase, phases.map(number));
        const pu = f.let(pu0.add(phase.mul(n0 * n1 * step * BYTES)));
        const py = f.let(py0.add(of(({ output }) => output * BYTES)));
        const before = mapPair([0, 1], (axis) => of((phase) => phase.before[axis]));
        const size = mapPair([0, 1], (axis) => of((phase) => phase.size[axis]));
        const first = f.let(block.mul(strips.block));
        const count = f.let(f.let(i32(strips.strips).sub(first)).minS(strips.block));
        const each = (body: (strip: Strip) => void): Expr => eachStrip(f, strips, first, count, body);
        const done = each((strip) => {
          const { image, row, column } = strip.place();
          const from = f.let(px.add(image.mul(x.input.image * BYTES)));
          const to = f.let(inputs.add(strip.number.mul(inputStrip * BYTES)));
          const [y0, x0] = [f.let(row.mul(m0 * parts).sub(before[0])), f.let(column.mul(m1 * across).sub(before[1]))];
          const columns = f.let(strip.tiles.mul(m1 * across).add((n1 - m1) * across));
          repeat(f, parts, (part) => f.run(toStrip, [from, y0.add(part), x0, columns, to.add(part.mul(partStrip * BYTES)), zeros])); // prettier-ignore
        });
        // Rows beyond the last tile hold anything.
        const rows = f.let(done.add(tile.rows - 1).and(-tile.rows));
        f.for(0, n0, 1, (i) => {
          const fromRow = f.let(inputs.add(i.mul(inputStep * BYTES)));
          const toRow = f.let(outputs.add(i.mul(outputStep * BYTES)));
          each((strip) => {
            const from = f.let(fromRow.add(strip.number.mul(inputStrip * BYTES)));
            const to = f.let(tiles.add(strip.before.mul(n1 * form.all * BYTES)));
            repeat(f, parts, (part) => {
              const [start, place] = [from.add(part.mul(partStrip * BYTES)), to.add(part.mul(form.partStep * BYTES))];
              f.run(toTiles, [start, place, strip.tiles, i32(form.part)]);
            });
          });
          f.for(0, width, group, (feature) => {
            const features = f.let(f.let(i32(width).sub(feature)).minS(group));
            f.for(0, n1, 1, (j) => {
              const a = f.let(tiles.add(j.mul(form.all * BYTES)));
              const point = f.let(i.mul(n1).add(j));
              const b = f.local(pu.add(point.mul(step).add(feature.mul(depth)).mul(BYTES)));
              const c = f.local(sums.add(j.mul(group * BYTES)));
              f.for(0, features, panel, () => {
                f.run(products, [a, b, c, rows]);
                f.set(b, b.add(depth * panel * BYTES));
                f.set(c, c.add(panel * BYTES));
              });
            });
            each((strip) => {
              const from = f.let(sums.add(strip.before.mul(n1 * group * BYTES)));
              const to = f.let(toRow.add(strip.number.mul(outputStrip).add(feature).mul(BYTES)));
              f.run(fromTiles, [from, to, strip.tiles, features]);
            });
          });
        });
        each((strip) => {
          const { image, row, column } = strip.place();
          const from = f.let(outputs.add(strip.number.mul(outputStrip * BYTES)));
          const [y0, x0] = [f.let(row.mul(m0)), f.let(column.mul(m1))];
          const offset = image.mul(x.output.image).add(y0.mul(x.output.row)).add(x0.mul(x.output.column));
          const rowsLeft = f.let(f.let(size[0].sub(y0)).minS(m0));
          const columnsLeft = f.let(f.let(size[1].sub(x0)).minS(f.let(strip.tiles.mul(m1))));
          f.run(fromStrip, [from, f.let(py.add(offset.mul(BYTES))), rowsLeft, columnsLeft, ...pointers]);
        });
      });
    },
  });
}

/** `rows(a, b, c, count)`: rows of C = A·B for one panel of B, four at a time. Sums are made of pieces of so many products. */
function productRows(
  target: Target,
  tile: Tile,
  { depth, piece, aStep, cStep }: { depth: number; piece: number; aStep: number; cStep: number },
): KernelFunction {
  const f = new FunctionBuilder('winograd products', target, ['i32', 'i32', 'i32', 'i32']);
  const [a0, b0, c0, count] = f.params;
  const aRow = f.local(a0);
  const c = f.local(c0);
  f.for(0, count, tile.rows, () => {
    const a = f.local(aRow);
    const b = f.local(b0);
    const sum = (length: Expr | number, isFirst: boolean): void => {
      const sums = new TileSums(f, tile);
      f.for(0, length, 1, () => {
        sums.addProducts(b, a, (row) => row * aStep * BYTES);
        f.set(a, a.add(BYTES));
        f.set(b, b.add(tile.columns * BYTES));
      });
      sums.each((sum, row, shift) => {
        const offset = row * cStep * BYTES + shift;
        const whole = isFirst ? sum : f.let(f.loadVector('f32', c, offset, tile.vectors).add(sum));
        f.store('f32', c, whole, offset);
      });
    };
    sum(Math.min(piece, depth), true);
    f.for(piece, depth, piece, (start) => sum(f.let(f.let(i32(depth).sub(start)).minS(piece)), false));
    f.set(aRow, aRow.add(tile.rows * aStep * BYTES));
    f.set(c, c.add(tile.rows * cStep * BYTES));
  });
  return f.finish();
}

/** Results of a column that lie side by side: those of some copies, by the elements between these. */
interface Run {
  readonly length: number;
  /** How often along each axis, and how far apart in the output. */
  readonly counts: Pair;
  readonly steps: Pair;
}

/** An epilogue is told where in a row of the output's features a result lies, and so has them copy by copy. */
function runOf({ features, copies, output, epilogue }: TiledConvolution): Run {
  const [rows, columns] = copies;
  if (epilogue !== undefined || output.copy[1] !== features)
    return { length: features, counts: copies, steps: output.copy };
  if (output.copy[0] !== features * columns) return { length: features * columns, counts: [rows, 1], steps: [output.copy[0], 0] }; // prettier-ignore
  return { length: features * columns * rows, counts: [1, 1], steps: [0, 0] };
}

/** `f(from, to, rows, columns, …epilogue's pointers)`: transform a strip's products back along columns, and write what lies inside. */
function outputTransform(target: Target, x: TiledConvolution, { ws, width }: Plan, step: number): KernelFunction {
  const { lanes } = target;
  const { n, m, output } = ws[0];
  const { epilogue } = x;
  const f = new FunctionBuilder('winograd output', target, ['i32', 'i32', 'i32', 'i32', ...(epilogue?.params ?? [])]);
  const [from, to, rows, columns, ...pointers] = f.params;
  const { length, counts, steps } = runOf(x);
  const whole = length - (length % lanes);
  const run = (source0: Expr, target0: Expr): void => {
    const results = (c: Expr, vectors: Vectors): Expr[] => {
      const source = f.let(source0.add(c));
      const xs = Array.from({ length: n }, (_, i) => f.let(f.loadVector('f32', source, i * step * BYTES, vectors)));
      return transform(f, output, xs);
    };
    const write = (r: number, at: Expr, y: Expr, c: Expr): void => {
      const shift = r * x.output.row * BYTES;
      if (epilogue) epilogue.store(f, pointers, at.add(shift), c, y);
      else f.store('f32', at, y, shift);
    };
    const vectors = (body: (r: number, at: Expr, y: Expr, c: Expr) => void): void =>
      eachVector(f, whole, lanes, (c, vectors) => {
        const at = f.let(target0.add(c));
        results(c, vectors).forEach((y, r) => body(r, at, y, c));
      });
    f.if(
      rows.eq(m),
      () => vectors(write),
      () => m > 1 && vectors((r, at, y, c) => r < m - 1 && f.if(rows.gt(r), () => write(r, at, y, c))),
    );
    if (whole === length) return;
    const at = f.let(target0.add(whole * BYTES));
    results(i32(whole * BYTES), 1).forEach((y, r) =>
      f.if(rows.gt(r), () => {
        for (let lane = 0; lane < length - whole; lane++)
          f.store('f32', at, y.lane(lane), (r * x.output.row + lane) * BYTES);
      }),
    );
  };
  f.for(0, columns, 1, (column) => {
    const source = f.let(from.add(column.mul(width * BYTES)));
    const target = f.let(to.add(column.mul(x.output.column * BYTES)));
    repeat(f, counts[0], (i) =>
      repeat(f, counts[1], (j) => {
        const number = i.mul(counts[1]).add(j);
        const place = i.mul(steps[0]).add(j.mul(steps[1]));
        run(f.let(source.add(number.mul(length * BYTES))), f.let(target.add(place.mul(BYTES))));
      }),
    );
  });
  return f.finish();
}
