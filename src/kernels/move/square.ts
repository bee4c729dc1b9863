/** @file Squares of four by four elements, turned over in registers. */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';

/** Rows and columns of a square: the lanes of a vector. */
export const SQUARE = 4;

/** Four vectors of four as their four columns. */
export function transposed(f: FunctionBuilder, [a, b, c, d]: readonly Expr[]): Expr[] {
  const low = f.let(a.shuffle(b, [0, 4, 1, 5]));
  const high = f.let(a.shuffle(b, [2, 6, 3, 7]));
  const low2 = f.let(c.shuffle(d, [0, 4, 1, 5]));
  const high2 = f.let(c.shuffle(d, [2, 6, 3, 7]));
  return [
    low.shuffle(low2, [0, 1, 4, 5]),
    low.shuffle(low2, [2, 3, 6, 7]),
    high.shuffle(high2, [0, 1, 4, 5]),
    high.shuffle(high2, [2, 3, 6, 7]),
  ];
}
