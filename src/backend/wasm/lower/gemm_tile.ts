/** @file The innermost kernel of matrix products: a tile of C in registers, one column of packed A times one row of packed B at a time. */
import type { KernelFunction, Local, Target } from '../../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../../codegen/index.js';

/** Rows and columns of a tile. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The tile that V8 keeps in registers: 4 × 8 uses eight accumulators, two vectors of B and one of A, of sixteen registers. Larger ones
 * and unrolled loops spill on V8 11 (measured).
 */
export function tileOf(target: Target): Tile {
  return { rows: 4, columns: 2 * target.lanes };
}

const made = new WeakMap<Target, KernelFunction>();

/**
 * `tile(a, b, c, rowBytes, depth, accumulate)`: C = A·B, or C += A·B. `a` is packed by columns of the tile's rows, `b` by rows of the
 * tile's columns; rows of `c` lie `rowBytes` apart.
 */
export function tileFunction(target: Target): KernelFunction {
  let known = made.get(target);
  if (known === undefined) made.set(target, (known = buildTile(target)));
  return known;
}

function buildTile(target: Target): KernelFunction {
  const { rows, columns } = tileOf(target);
  const vectors = columns / target.lanes;
  const vectorBytes = 4 * target.lanes;
  const f = new FunctionBuilder('tile', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a0, b0, c, rowBytes, depth, accumulate] = f.params;
  const a = f.local(a0);
  const b = f.local(b0);
  const zero = constant('f32x', 0);
  const sums: Local[][] = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local(zero)));
  const rowAt = [f.let(c)];
  for (let r = 1; r < rows; r++) rowAt.push(f.let(rowAt[r - 1].add(rowBytes)));
  f.if(accumulate, () =>
    sums.forEach((row, r) => row.forEach((sum, v) => f.set(sum, f.loadVector('f32', rowAt[r], v * vectorBytes)))),
  );
  f.for(i32(0), depth, 1, () => {
    const bs = Array.from({ length: vectors }, (_, v) => f.let(f.loadVector('f32', b, v * vectorBytes)));
    for (let r = 0; r < rows; r++) {
      const x = f.let(f.loadSplat(a, 4 * r));
      sums[r].forEach((sum, v) => f.set(sum, x.fma(bs[v], sum)));
    }
    f.set(a, a.add(4 * rows));
    f.set(b, b.add(4 * columns));
  });
  sums.forEach((row, r) => row.forEach((sum, v) => f.store('f32', rowAt[r], sum, v * vectorBytes)));
  return f.finish();
}
