/** @file The threefry cipher on lanes of words. */
import type { WordArithmetic } from '../../graph/threefry.js';
import { threefry } from '../../graph/threefry.js';
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant } from '../ir.js';

/** Encrypt counters under keys, word by word or lane by lane; all four of one type, `i32` or `i32x`. */
export function threefryLanes(f: FunctionBuilder, key0: Expr, key1: Expr, count0: Expr, count1: Expr): [Expr, Expr] {
  const words: WordArithmetic<Expr> = {
    add: (a, b) => f.let(a.add(b)),
    xor: (a, b) => f.let(a.xor(b)),
    rotateLeft: (a, bits) => f.let(f.let(a).rotl(bits)),
    constant: (value) => constant(key0.type, value | 0),
  };
  return threefry(words, [key0, key1], [count0, count1]);
}
