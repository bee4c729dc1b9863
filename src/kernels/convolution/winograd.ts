/**
 * @file Convolutions of 3×3 taps, one position apart, with fewer products (Winograd): a tile of 4×4 outputs takes 36 products per pair
 * of features in place of 144, one of 2×2 takes 16 in place of 36.
 *
 * The kernel is transformed ahead. A task then does a block of tiles from end to end in memory of its own that fits the
 * second cache: it transforms the tiles' inputs (what lies in the padding is read from a row of zeros), multiplies features point by point,
 * and transforms back into the output. A value that is not finite makes its whole tile so. Errors: see winograd_transform.ts.
 */
import type { Expr, KernelFunction, Target, Vectors } from '../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../codegen/index.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Tile } from '../contraction/gemm_tile.js';
import { tileOf } from '../contraction/gemm_tile.js';
import { TileSums } from '../contraction/tile_sums.js';
import { decode, roundUp } from '../work.js';
import { transformKernel } from './winograd_kernel.js';
import type { PlainConvolution } from './winograd_plan.js';
import { planOf } from './winograd_plan.js';
import { cacheStep, eachVector, tileMemory, tileTransform } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { transform } from './winograd_transform.js';

/** Whether results are stored by whole vectors, so that an epilogue may be done to them. */
export const canFinish = (x: PlainConvolution, lanes: number): boolean => x.features % lanes === 0;

/** Add the kernels of a convolution with tiles of m × m outputs. */
export function lowerWinograd(lowering: Lowering, x: PlainConvolution, m: 2 | 4): void {
  const { target } = lowering;
  const { lanes } = target;
  const plan = planOf(x, m, target);
  const { w, tiles, block, group } = plan;
  const points = w.n * w.n;
  const tile = tileOf(target, x.features);
  const panel = tile.columns;
  const width = roundUp(x.features, panel);
  const depth = x.channels;
  const kernelStep = cacheStep(depth * width);
  const transformed = transformKernel(lowering, x, w, width, panel);

  const rounded = roundUp(depth, lanes);
  // Transformed inputs are [row of points][tile][column of points][feature], products likewise.
  const inputStep = cacheStep(block * w.n * rounded);
  const outputStep = cacheStep(block * w.n * group);
  const memory = tileMemory(w.n, rounded);
  const between = Math.max(memory.scratch, w.n * m * group);
  const ownSize = w.n * (inputStep + outputStep) + between + memory.zeros;
  const own = lowering.workspace('float32', MAX_THREADS * ownSize, 'transformed tiles');
  const toInput = tileTransform(target, 'winograd input', w.input, {
    rounded,
    size: x.size,
    row: x.input.row,
    column: x.input.column,
    step: inputStep,
  });
  const toOutput = outputTransform(target, w, x, group, outputStep);
  const products = productRows(target, tile, depth, w.n * rounded, w.n * group);
  const tasks = Math.ceil(tiles / block);
  const { epilogue } = x;
  lowering.add({
    label: `${x.label} (winograd ${m}×${m}: ${points} × ${tiles} × ${x.features} × ${depth})${epilogue?.label ?? ''}`,
    tasks,
    work: 2 * points * tiles * x.features * depth,
    reads: [x.input.buffer, transformed, ...(epilogue?.reads ?? [])],
    writes: [...(epilogue?.writes ?? [x.output.buffer]), own],
    emit: (f, lo, hi) => {
      const inputs = f.let(own.pointer(f).add(threadNumber().mul(ownSize * BYTES)));
      const outputs = f.let(inputs.add(w.n * inputStep * BYTES));
      const scratch = f.let(outputs.add(w.n * outputStep * BYTES));
      const zeros = f.let(scratch.add(between * BYTES));
      f.fill(zeros, i32(0), i32(memory.zeros * BYTES));
      const pointers = epilogue?.pointers(f) ?? [];
      const pu = transformed.pointer(f);
      const px = f.let(x.input.buffer.pointer(f).add(x.input.offset * BYTES));
      const py = f.let(x.output.buffer.pointer(f).add(x.output.offset * BYTES));
      f.for(lo, hi, 1, (task) => {
        const first = f.let(task.mul(block));
        const count = f.let(f.let(i32(tiles).sub(first)).minS(block));
        const eachTile = (body: (tile: Expr, image: Expr, row: Expr, column: Expr) => void): void =>
          f.for(0, count, 1, (tile) => {
            const [image, ty, tx] = decode(f, f.let(first.add(tile)), [x.images, plan.tileRows, plan.tileColumns]);
            body(tile, image, f.let(ty.mul(m)), f.let(tx.mul(m)));
          });
        eachTile((tile, image, row, column) => {
          const from = f.let(px.add(image.mul(x.input.image * BYTES)));
          const to = f.let(inputs.add(tile.mul(w.n * rounded * BYTES)));
          f.run(toInput, [from, row.sub(x.before[0]), column.sub(x.before[1]), to, scratch, zeros]);
        });
        // Rows beyond the last tile hold anything.
        const rows = f.let(count.add(3).and(-4));
        f.for(0, width, group, (feature) => {
          const panels = f.let(f.let(i32(width).sub(feature)).minS(group));
          f.for(0, points, 1, (point) => {
            const [i, j] = decode(f, point, [w.n, w.n]);
            const a = f.let(inputs.add(i.mul(inputStep).add(j.mul(rounded)).mul(BYTES)));
            const b = f.local(pu.add(point.mul(kernelStep).add(feature.mul(depth)).mul(BYTES)));
            const c = f.local(outputs.add(i.mul(outputStep).add(j.mul(group)).mul(BYTES)));
            f.for(0, panels, panel, () => {
              f.run(products, [a, b, c, rows]);
              f.set(b, b.add(depth * panel * BYTES));
              f.set(c, c.add(panel * BYTES));
            });
          });
          const wanted = f.let(f.let(i32(x.features).sub(feature)).minS(group));
          eachTile((tile, image, row, column) => {
            const from = f.let(outputs.add(tile.mul(w.n * group * BYTES)));
            const offset = image
              .mul(x.output.image)
              .add(row.mul(x.output.row))
              .add(column.mul(x.output.column))
              .add(feature);
            const rowsLeft = f.let(f.let(i32(x.outSize[0]).sub(row)).minS(m));
            const columnsLeft = f.let(f.let(i32(x.outSize[1]).sub(column)).minS(m));
            const args = [from, f.let(py.add(offset.mul(BYTES))), rowsLeft, columnsLeft, wanted, scratch];
            f.run(toOutput, epilogue ? [...args, f.let(feature.mul(BYTES)), ...pointers] : args);
          });
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

/**
 * `f(from, to, rows, columns, features, scratch)`: transform one tile's products back, and write what lies inside. With an epilogue there
 * are more parameters: bytes from the first feature of the output to those of the tile, and the epilogue's pointers.
 */
function outputTransform(
  target: Target,
  w: Winograd,
  x: PlainConvolution,
  group: number,
  step: number,
): KernelFunction {
  const { lanes } = target;
  const { n, m } = w;
  const bytes = group * BYTES;
  const { epilogue } = x;
  const own = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  const f = new FunctionBuilder('winograd output', target, epilogue ? [...own, 'i32', ...epilogue.params] : own);
  const [from, to, rows, columns, features, scratch, feature, ...pointers] = f.params;
  // Along columns: scratch[r][j] = Σ output[r][i] · from[i][j]
  eachVector(f, n * group, group, (c, vectors) => {
    const [source, at] = [f.let(from.add(c)), f.let(scratch.add(c))];
    const xs = Array.from({ length: n }, (_, i) => f.let(f.loadVector('f32', source, i * step * BYTES, vectors)));
    transform(f, w.output, xs).forEach((y, r) => f.store('f32', at, y, r * n * bytes));
  });
  // Along rows: to[r][s] = Σ output[s][j] · scratch[r][j]
  const end = f.let(features.mul(BYTES));
  const whole = f.let(features.and(-lanes));
  const vectorEnd = f.let(whole.mul(BYTES));
  // Groups are all as wide but for the last one, which has what is left.
  const unit = x.features % f.elements(2) === 0 ? f.elements(2) : lanes;
  f.for(0, rows, 1, (r) => {
    const source0 = f.let(scratch.add(r.mul(n * bytes)));
    const target0 = f.let(to.add(r.mul(x.output.row * BYTES)));
    const results = (c: Expr, vectors: Vectors): Expr[] => {
      const source = f.let(source0.add(c));
      const xs = Array.from({ length: n }, (_, j) => f.let(f.loadVector('f32', source, j * bytes, vectors)));
      return transform(f, w.output, xs);
    };
    const write = (s: number, at: Expr, y: Expr, c: Expr): void => {
      const shift = s * x.output.column * BYTES;
      if (epilogue) epilogue.store(f, pointers, at.add(shift), f.let(feature.add(c)), y);
      else f.store('f32', at, y, shift);
    };
    f.if(
      columns.eq(m),
      () =>
        eachVector(f, whole, unit, (c, vectors) => {
          const at = f.let(target0.add(c));
          results(c, vectors).forEach((y, s) => write(s, at, y, c));
        }),
      () =>
        eachVector(f, whole, unit, (c, vectors) => {
          const at = f.let(target0.add(c));
          results(c, vectors).forEach((y, s) => s < m - 1 && f.if(columns.gt(s), () => write(s, at, y, c)));
        }),
    );
    if (x.features % lanes === 0) return;
    f.if(vectorEnd.lt(end), () => {
      const at = f.let(target0.add(vectorEnd));
      results(vectorEnd, 1).forEach((y, s) =>
        f.if(columns.gt(s), () => {
          for (let lane = 0; lane < x.features % lanes; lane++)
            f.store('f32', at, y.lane(lane), (s * x.output.column + lane) * BYTES);
        }),
      );
    });
  });
  return f.finish();
}
