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
import type { Buffer } from '../buffers.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Epilogue } from '../context.js';
import type { Tile } from '../contraction/gemm_tile.js';
import { tileOf } from '../contraction/gemm_tile.js';
import { TileSums } from '../contraction/tile_sums.js';
import type { Winograd } from './winograd_transform.js';
import { transform, winograd } from './winograd_transform.js';
import { cutTasks, decode, forUnits, roundUp } from '../work.js';

/** Taps along each axis. */
const TAPS = 3;

/** An image in memory, its features side by side. Steps in elements. */
export interface Image {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** A convolution of 3×3 taps over two axes, without strides and dilation. */
export interface PlainConvolution {
  readonly label: string;
  readonly images: number;
  /** Features of the input. */
  readonly channels: number;
  /** Features of the output. */
  readonly features: number;
  /** Rows and columns of the input. */
  readonly size: readonly [number, number];
  /** Rows and columns of the output. */
  readonly outSize: readonly [number, number];
  /** Zeros before the first row and column; negative: rows and columns that are left out. */
  readonly before: readonly [number, number];
  readonly input: Image;
  readonly output: Image;
  readonly kernel: {
    readonly buffer: Buffer;
    readonly offset: number;
    readonly row: number;
    readonly column: number;
    readonly channel: number;
    readonly feature: number;
  };
  /** What is done to results before they are stored (`canFinish`); the output is then where the epilogue has its result. */
  readonly epilogue?: Epilogue;
}

/** Whether results are stored by whole vectors, so that an epilogue may be done to them. */
export const canFinish = (x: PlainConvolution, lanes: number): boolean => x.features % lanes === 0;

/** How a convolution is cut into tiles and blocks. */
interface Plan {
  readonly w: Winograd;
  readonly tileRows: number;
  readonly tileColumns: number;
  /** All tiles. */
  readonly tiles: number;
  /** Tiles that one task does. */
  readonly block: number;
  /** Features that are computed between two transforms of the output. */
  readonly group: number;
}

const GROUP = 64;

function planOf(x: PlainConvolution, m: number, target: Target): Plan {
  const { lanes, machine } = target;
  const w = winograd(m, TAPS);
  const [tileRows, tileColumns] = x.outSize.map((size) => Math.ceil(size / m));
  const tiles = x.images * tileRows * tileColumns;
  const group = Math.min(GROUP, roundUp(x.features, tileOf(target, x.features).columns));
  const perTile = w.n * w.n * (roundUp(x.channels, lanes) + group) * BYTES;
  // Transformed tiles of a task stay in the second cache, beside a part of the kernel.
  const fitting = Math.floor((0.625 * machine.l2) / perTile / 4) * 4;
  const shared = roundUp(Math.ceil(tiles / machine.enoughTasks), 4);
  return { w, tileRows, tileColumns, tiles, block: Math.max(8, Math.min(fitting, shared, 128)), group };
}

/**
 * The tile that computes the fastest, about; 0: none is faster than a plain sum. In multiply-adds of vectors (`ProductCosts`).
 *
 * @param isUnchanging Whether the kernel is transformed once for many runs.
 */
export function tileSizeFor(x: PlainConvolution, target: Target, isUnchanging: boolean): 0 | 2 | 4 {
  const [c, k] = [x.channels / target.lanes, x.features / target.lanes];
  if (x.channels < 8 || x.features < 8) return 0;
  const positions = x.images * x.outSize[0] * x.outSize[1];
  const { winograd: cost } = target.machine.products;
  const costs = ([4, 2] as const).map((m) => {
    const { w, tiles } = planOf(x, m, target);
    const points = w.n * w.n;
    const products = points * x.channels * k * cost.product;
    const moves = points * (c + k) * cost.move;
    const kernel = isUnchanging ? 0 : points * x.channels * k * cost.kernel;
    return { m, cost: tiles * (products + moves) + kernel };
  });
  const plain = positions * TAPS * TAPS * x.channels * k * cost.plain;
  const best = costs[0].cost <= costs[1].cost ? costs[0] : costs[1];
  return best.cost < plain ? best.m : 0;
}

/** Elements rounded up to an odd number of cache lines, so that what lies so far apart does not meet in the same sets of a cache. */
export const cacheStep = (elements: number): number => {
  const lines = Math.ceil(elements / 16);
  return 16 * (lines % 2 === 0 ? lines + 1 : lines);
};

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

/** Where inputs of tiles lie, and where they are put. */
export interface TileInput {
  /** Features, rounded up to whole vectors: what lies beyond the last one is anything. */
  readonly rounded: number;
  /** Rows and columns; what lies outside counts as zero. */
  readonly size: readonly [number, number];
  /** Elements between rows and between columns. */
  readonly row: number;
  readonly column: number;
  /** Elements between rows of points of the result, which are [row of points][…][column of points][feature]. */
  readonly step: number;
  /** Rows of points that are wanted. Default: all. */
  readonly points?: readonly number[];
}

/** Elements of zeros that `tileTransform` needs, and of scratch memory. */
export const tileMemory = (n: number, rounded: number): { zeros: number; scratch: number } => ({
  zeros: n * rounded + 16,
  scratch: n * n * rounded,
});

/** Run `body` for the bytes before each of some elements, by vectors. `unit`: what their number is a multiple of, itself one of the lanes. */
function eachVector(
  f: FunctionBuilder,
  count: Expr | number,
  unit: number,
  body: (bytes: Expr, vectors: Vectors) => void,
): void {
  f.forElements(0, count, f.widest, (i, vectors) => body(f.let(i.mul(BYTES)), vectors), { unit });
}

/**
 * `f(image, row, column, to, scratch, zeros)`: matrix · tile · matrixᵀ for the square tile of an image from `row` and `column` on, all
 * features. `scratch` holds what lies between the two steps.
 */
export function tileTransform(
  target: Target,
  name: string,
  matrix: readonly (readonly number[])[],
  x: TileInput,
): KernelFunction {
  const taken = matrix[0].length;
  const points = x.points ?? matrix.map((_, i) => i);
  const bytes = x.rounded * BYTES;
  const f = new FunctionBuilder(name, target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [image, row0, column0, to, scratch, zeros] = f.params;
  const first = f.let(f.let(i32(0).sub(column0)).maxS(0).minS(taken));
  const last = f.let(f.let(i32(x.size[1]).sub(column0)).maxS(first).minS(taken));
  const from = f.let(image.add(row0.mul(x.row).add(column0.mul(x.column)).mul(BYTES)));
  // Along columns: scratch[i][q] = Σ matrix[i][p] · tile[p][q]
  const used = Array.from({ length: taken }, (_, p) => points.some((i) => matrix[i][p] !== 0));
  const along = (startsAt: (shift: Expr) => readonly Expr[]): void => {
    const run = (shift: Expr, at: Expr, count: Expr | number): void => {
      const starts = startsAt(shift);
      eachVector(f, count, x.rounded, (c, vectors) => {
        const xs = starts.map((start, p) =>
          used[p] ? f.let(f.loadVector('f32', f.let(start.add(c)), 0, vectors)) : start,
        );
        const target = f.let(at.add(c));
        transform(f, matrix, xs, points).forEach((y, i) => f.store('f32', target, y, i * taken * bytes));
      });
    };
    if (x.rounded === x.column) {
      // Columns are neighbours: one loop does them all.
      const start = f.let(first.mul(bytes));
      run(start, f.let(scratch.add(start)), f.let(last.sub(first).mul(x.rounded)));
      return;
    }
    f.for(first, last, 1, (q) => run(f.let(q.mul(x.column * BYTES)), f.let(scratch.add(q.mul(bytes))), x.rounded));
  };
  const clear = (start: Expr, end: Expr): void =>
    points.forEach((_, i) =>
      f.fill(f.let(scratch.add(start.mul(bytes)).add(i * taken * bytes)), i32(0), f.let(end.sub(start).mul(bytes))),
    );
  f.if(first.gt(0), () => clear(i32(0), first));
  f.if(last.lt(taken), () => clear(last, i32(taken)));
  const rows = Array.from({ length: taken }, (_, p) => p);
  const inside = rows.map((p) => f.let(row0.add(p).ltU(x.size[0])));
  along((shift) => rows.map((p) => f.let(inside[p].select(from.add(p * x.row * BYTES).add(shift), zeros))));
  // Along rows: to[i][j] = Σ matrix[j][q] · scratch[i][q]
  f.for(0, points.length, 1, (i) => {
    const source0 = f.let(scratch.add(i.mul(taken * bytes)));
    const target0 = f.let(to.add(i.mul(x.step * BYTES)));
    eachVector(f, x.rounded, x.rounded, (c, vectors) => {
      const [source, target] = [f.let(source0.add(c)), f.let(target0.add(c))];
      const xs = Array.from({ length: taken }, (_, q) => f.let(f.loadVector('f32', source, q * bytes, vectors)));
      transform(f, matrix, xs).forEach((y, j) => f.store('f32', target, y, j * bytes));
    });
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

/** Add the kernel that transforms the taps: [point][panel of features][channel][feature of the panel]. */
function transformKernel(lowering: Lowering, x: PlainConvolution, w: Winograd, width: number, panel: number): Buffer {
  const { kernel, channels, features } = x;
  const points = w.n * w.n;
  const step = cacheStep(channels * width);
  const made = lowering.workspace('float32', points * step, 'transformed kernel');
  const units = (width / panel) * channels;
  const cut = cutTasks(lowering.target, units, 4 * points * panel);
  lowering.add({
    label: `transform of kernel for ${x.label}`,
    tasks: cut.tasks,
    work: units * 4 * points * panel,
    reads: [kernel.buffer],
    writes: [made],
    emit: (f, lo, hi) => {
      const from = f.let(kernel.buffer.pointer(f).add(kernel.offset * BYTES));
      const to = made.pointer(f);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [group, channel] = decode(f, unit, [width / panel, channels]);
        f.forElements(0, panel, f.widest, (v, vectors) => {
          const feature = f.let(group.mul(panel).add(v));
          const at = f.let(to.add(unit.mul(panel).add(v).mul(BYTES)));
          const start = f.let(from.add(channel.mul(kernel.channel * BYTES)));
          const taps = (load: (address: Expr, offset: number) => Expr): void => {
            const k = Array.from({ length: TAPS }, (_, i) =>
              Array.from({ length: TAPS }, (_, j) => load(start, (i * kernel.row + j * kernel.column) * BYTES)),
            );
            for (let i = 0; i < w.n; i++) {
              const row = Array.from({ length: TAPS }, (_, j) => {
                const column = k.map((taps) => taps[j]);
                return transform(f, w.kernel, column, [i])[0];
              });
              transform(f, w.kernel, row).forEach((y, j) => f.store('f32', at, y, (i * w.n + j) * step * BYTES));
            }
          };
          if (kernel.feature === 1 && features % panel === 0) {
            const place = f.let(start.add(feature.mul(BYTES)));
            taps((_, offset) => f.let(f.loadVector('f32', f.let(place.add(offset)), 0, vectors)));
            return;
          }
          // Features beyond the last are those of the last.
          const places = Array.from({ length: f.elements(vectors) }, (_, l) =>
            f.let(f.let(f.let(feature.add(l)).minS(features - 1)).mul(kernel.feature * BYTES)),
          );
          taps((address, offset) => {
            const moved = f.let(address.add(offset));
            let lanes = f.let(f.load('f32', f.let(moved.add(places[0])))).splat(vectors);
            for (let l = 1; l < places.length; l++)
              lanes = lanes.withLane(l, f.load('f32', f.let(moved.add(places[l]))));
            return f.let(lanes);
          });
        });
      });
    },
  });
  return made;
}
