/** @file The innermost kernel of matrix products: a tile of C in registers, one column of packed A times one row of packed B at a time. */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { FunctionBuilder, i32, MEMORY_BYTES } from '../../codegen/index.js';
import type { Epilogue } from '../context.js';
import { TileSums } from './tile_sums.js';

/** Rows and columns of a tile. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Of how many vectors the values are in which a row is computed. */
  readonly vectors: 1 | 2;
}

/**
 * The tile that V8 keeps in registers: 4 × 8 uses eight accumulators, two vectors of B and one of A, of sixteen registers. Larger ones
 * and unrolled loops spill on V8 11 (measured).
 */
export function plainTile({ lanes, machine: { registers } }: Target): Tile {
  const rows = 4;
  // Each vector of columns takes a register a row, and one for B; A, addresses and what the engine needs take four.
  const across = Math.floor((registers - 4) / (rows + 1));
  return { rows, columns: across * lanes, vectors: 1 };
}

/**
 * The tile for a product of so many columns. Where wide vectors are joined they take the registers of single ones, and twice the columns
 * are computed at a time. Products that these would leave half empty keep the plain tile.
 */
export function tileOf(target: Target, columns: number): Tile {
  const plain = plainTile(target);
  return target.wide && columns > plain.columns ? { ...plain, columns: 2 * plain.columns, vectors: 2 } : plain;
}

const made = new WeakMap<Target, Map<string, KernelFunction>>();

/**
 * `tiles(a, b, c, rowBytes, depth, accumulate, count)`: C = A·B, or C += A·B, for `count` tiles, one below the other. `a` is packed by
 * columns of the tile's rows, one tile after another, `b` by rows of the tile's columns; rows of `c` lie `rowBytes` apart.
 *
 * @param options.memory The type of the elements.
 * @param options.epilogue Done to the results. The function then has more parameters: bytes from the first column to those of the tiles, and the
 *     epilogue's pointers.
 */
export function tileFunction(
  target: Target,
  tile: Tile,
  { epilogue, memory = 'f32' }: { epilogue?: Epilogue; memory?: 'f32' | 'f64' } = {},
): KernelFunction {
  if (epilogue !== undefined) return buildTile(target, tile, memory, epilogue);
  let functions = made.get(target);
  if (functions === undefined) made.set(target, (functions = new Map<string, KernelFunction>()));
  const key = `${memory} ${tile.columns}`;
  let known = functions.get(key);
  if (known === undefined) functions.set(key, (known = buildTile(target, tile, memory)));
  return known;
}

function buildTile(target: Target, tile: Tile, memory: 'f32' | 'f64', epilogue?: Epilogue): KernelFunction {
  const { rows, columns } = tile;
  const bytes = MEMORY_BYTES[memory];
  const own = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  const f = new FunctionBuilder('tiles', target, epilogue === undefined ? own : [...own, 'i32', ...epilogue.params]);
  const [a0, b0, c0, rowBytes, depth, accumulate, count, column, ...pointers] = f.params;
  const a = f.local(a0);
  const c = f.local(c0);
  f.for(0, count, 1, () => {
    const b = f.local(b0);
    const sums = new TileSums(f, tile, rows, memory);
    /** Goes down the rows of C, whose addresses are not kept: registers are for the sums. */
    const down = (): ((row: number) => Expr) => {
      const at = f.local(c);
      let last = 0;
      return (row) => {
        if (row > last) f.set(at, at.add(rowBytes));
        last = row;
        return at;
      };
    };
    f.if(accumulate, () => {
      const placeOf = down();
      sums.load((row) => [placeOf(row), 0]);
    });
    f.for(i32(0), depth, 1, () => {
      sums.addProducts(b, a, (row) => bytes * row);
      f.set(a, a.add(bytes * rows));
      f.set(b, b.add(bytes * columns));
    });
    const placeOf = down();
    sums.each((sum, row, shift) => {
      const at = placeOf(row);
      if (epilogue === undefined) f.store(memory, at, sum, shift);
      else epilogue.store(f, pointers, at.add(shift), f.let(column.add(shift)), sum);
    });
    f.set(c, c.add(rowBytes.mul(rows)));
  });
  return f.finish();
}
