/**
 * @file Convolutions of 3×3 taps, one position apart, with fewer products (Winograd): a tile of 4×4 outputs takes 36 products per pair
 * of features in place of 144, one of 2×2 takes 16 in place of 36.
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
import { roundUp } from '../work.js';
import { transformKernel } from './winograd_kernel.js';
import type { PlainConvolution } from './winograd_plan.js';
import { planOf } from './winograd_plan.js';
import type { Strip } from './winograd_tiles.js';
import { cacheStep, eachStrip, eachVector, stripTransform, tileTransform } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { transform } from './winograd_transform.js';

/** Whether results are stored by whole vectors, so that an epilogue may be done to them. */
export const canFinish = (x: PlainConvolution, lanes: number): boolean => x.features % lanes === 0;

/** Add the kernels of a convolution with tiles of m × m outputs. */
export function lowerWinograd(lowering: Lowering, x: PlainConvolution, m: 2 | 4): void {
  const { target } = lowering;
  const { w, strips, group, width, rounded } = planOf(x, m, target);
  const { n } = w;
  const points = n * n;
  const tile = tileOf(target, x.features);
  const panel = tile.columns;
  const depth = x.channels;
  const kernelStep = cacheStep(depth * width);
  const transformed = transformKernel(lowering, x, w, width, panel);

  // Strips, along columns at the points, are [row of points][strip][column][feature], with the columns that the last tile reads.
  const inputColumns = m * strips.length + n - m;
  const [inputStrip, outputStrip] = [inputColumns * rounded, m * strips.length * width];
  const [inputStep, outputStep] = [inputStrip, outputStrip].map((size) => cacheStep(strips.block * size));
  // Tiles at one row of points are [tile][column of points][feature].
  const rows = roundUp(strips.blockTiles, tile.rows);
  const [ownInput, ownProducts] = [rows * n * rounded, rows * n * group];
  const zeroSize = inputColumns * rounded;
  const ownSize = cacheStep(n * (inputStep + outputStep) + ownInput + ownProducts + zeroSize);
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'transformed tiles');
  const toStrip = stripTransform(target, 'winograd input columns', w.input, {
    rounded,
    size: x.size,
    row: x.input.row,
    column: x.input.column,
    points: w.input.map((_, i) => i),
    step: inputStep,
  });
  const toTiles = tileTransform(target, 'winograd input rows', w.input, {
    from: { tile: m * rounded, column: rounded },
    to: { tile: n * rounded, column: rounded },
    unit: rounded,
  });
  const fromTiles = tileTransform(target, 'winograd output rows', w.output, {
    from: { tile: n * group, column: group },
    to: { tile: m * width, column: width },
    unit: panel,
  });
  const fromStrip = outputTransform(target, w, x, width, outputStep);
  const products = productRows(target, tile, depth, n * rounded, n * group);
  const { epilogue } = x;
  lowering.add({
    label: `${x.label} (winograd ${m}×${m}: ${points} × ${strips.tiles} × ${x.features} × ${depth})${epilogue?.label ?? ''}`,
    tasks: strips.blocks,
    work: 2 * points * strips.tiles * x.features * depth,
    reads: [x.input.buffer, transformed, ...(epilogue?.reads ?? [])],
    writes: [...(epilogue?.writes ?? [x.output.buffer]), own],
    emit: (f, lo, hi) => {
      const inputs = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const outputs = f.let(inputs.add(n * inputStep * BYTES));
      const tiles = f.let(outputs.add(n * outputStep * BYTES));
      const sums = f.let(tiles.add(ownInput * BYTES));
      const zeros = f.let(sums.add(ownProducts * BYTES));
      f.fill(zeros, i32(0), i32(zeroSize * BYTES));
      const pointers = epilogue?.pointers(f) ?? [];
      const pu = transformed.pointer(f);
      const px = f.let(x.input.buffer.pointer(f).add(x.input.offset * BYTES));
      const py = f.let(x.output.buffer.pointer(f).add(x.output.offset * BYTES));
      f.for(lo, hi, 1, (task) => {
        const first = f.let(task.mul(strips.block));
        const count = f.let(f.let(i32(strips.strips).sub(first)).minS(strips.block));
        const each = (body: (strip: Strip) => void): Expr => eachStrip(f, strips, first, count, body);
        const done = each((strip) => {
          const { image, row, column } = strip.place();
          const from = f.let(px.add(image.mul(x.input.image * BYTES)));
          const to = f.let(inputs.add(strip.number.mul(inputStrip * BYTES)));
          const [y0, x0] = [row.mul(m).sub(x.before[0]), column.mul(m).sub(x.before[1])];
          f.run(toStrip, [from, y0, x0, strip.tiles.mul(m).add(n - m), to, zeros]);
        });
        // Rows beyond the last tile hold anything.
        const rows = f.let(done.add(tile.rows - 1).and(-tile.rows));
        f.for(0, n, 1, (i) => {
          const fromRow = f.let(inputs.add(i.mul(inputStep * BYTES)));
          const toRow = f.let(outputs.add(i.mul(outputStep * BYTES)));
          each((strip) => {
            const from = f.let(fromRow.add(strip.number.mul(inputStrip * BYTES)));
            const to = f.let(tiles.add(strip.before.mul(n * rounded * BYTES)));
            f.run(toTiles, [from, to, strip.tiles, i32(rounded)]);
          });
          f.for(0, width, group, (feature) => {
            const features = f.let(f.let(i32(width).sub(feature)).minS(group));
            f.for(0, n, 1, (j) => {
              const a = f.let(tiles.add(j.mul(rounded * BYTES)));
              const point = f.let(i.mul(n).add(j));
              const b = f.local(pu.add(point.mul(kernelStep).add(feature.mul(depth)).mul(BYTES)));
              const c = f.local(sums.add(j.mul(group * BYTES)));
              f.for(0, features, panel, () => {
                f.run(products, [a, b, c, rows]);
                f.set(b, b.add(depth * panel * BYTES));
                f.set(c, c.add(panel * BYTES));
              });
            });
            each((strip) => {
              const from = f.let(sums.add(strip.before.mul(n * group * BYTES)));
              const to = f.let(toRow.add(strip.number.mul(outputStrip).add(feature).mul(BYTES)));
              f.run(fromTiles, [from, to, strip.tiles, features]);
            });
          });
        });
        each((strip) => {
          const { image, row, column } = strip.place();
          const from = f.let(outputs.add(strip.number.mul(outputStrip * BYTES)));
          const [y0, x0] = [f.let(row.mul(m)), f.let(column.mul(m))];
          const offset = image.mul(x.output.image).add(y0.mul(x.output.row)).add(x0.mul(x.output.column));
          const rowsLeft = f.let(f.let(i32(x.outSize[0]).sub(y0)).minS(m));
          const columnsLeft = f.let(f.let(i32(x.outSize[1]).sub(x0)).minS(f.let(strip.tiles.mul(m))));
          f.run(fromStrip, [from, f.let(py.add(offset.mul(BYTES))), rowsLeft, columnsLeft, ...pointers]);
        });
      });
    },
  });
}

/** `rows(a, b, c, count)`: rows of C = A·B for one panel of B, four at a time. */
function productRows(target: Target, tile: Tile, depth: number, aStep: number, cStep: number): KernelFunction {
  const f = new FunctionBuilder('winograd products', target, ['i32', 'i32', 'i32', 'i32']);
  const [a0, b0, c0, count] = f.params;
  const aRow = f.local(a0);
  const c = f.local(c0);
  f.for(0, count, tile.rows, () => {
    const a = f.local(aRow);
    const b = f.local(b0);
    const sums = new TileSums(f, tile);
    f.for(0, depth, 1, () => {
      sums.addProducts(b, a, (row) => row * aStep * BYTES);
      f.set(a, a.add(BYTES));
      f.set(b, b.add(tile.columns * BYTES));
    });
    sums.each((sum, row, shift) => f.store('f32', c, sum, row * cStep * BYTES + shift));
    f.set(aRow, aRow.add(tile.rows * aStep * BYTES));
    f.set(c, c.add(tile.rows * cStep * BYTES));
  });
  return f.finish();
}

/** `f(from, to, rows, columns, …epilogue's pointers)`: transform a strip's products back along columns, and write what lies inside. */
function outputTransform(
  target: Target,
  w: Winograd,
  x: PlainConvolution,
  width: number,
  step: number,
): KernelFunction {
  const { lanes } = target;
  const { n, m } = w;
  const { epilogue, features } = x;
  const f = new FunctionBuilder('winograd output', target, ['i32', 'i32', 'i32', 'i32', ...(epilogue?.params ?? [])]);
  const [from, to, rows, columns, ...pointers] = f.params;
  const whole = features - (features % lanes);
  f.for(0, columns, 1, (column) => {
    const source0 = f.let(from.add(column.mul(width * BYTES)));
    const target0 = f.let(to.add(column.mul(x.output.column * BYTES)));
    const results = (c: Expr, vectors: Vectors): Expr[] => {
      const source = f.let(source0.add(c));
      const xs = Array.from({ length: n }, (_, i) => f.let(f.loadVector('f32', source, i * step * BYTES, vectors)));
      return transform(f, w.output, xs);
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
      () => vectors((r, at, y, c) => r < m - 1 && f.if(rows.gt(r), () => write(r, at, y, c))),
    );
    if (whole === features) return;
    const at = f.let(target0.add(whole * BYTES));
    results(i32(whole * BYTES), 1).forEach((y, r) =>
      f.if(rows.gt(r), () => {
        for (let lane = 0; lane < features - whole; lane++)
          f.store('f32', at, y.lane(lane), (r * x.output.row + lane) * BYTES);
      }),
    );
  });
  return f.finish();
}
