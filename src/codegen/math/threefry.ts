/** @file The threefry cipher on words of 32 bits in lanes: four counters, or one, at a time. */
import type { WordArithmetic } from '../../graph/threefry.js';
import { threefry } from '../../graph/threefry.js';
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant } from '../ir.js';

/**
 * Encrypt counters of two words under a key of two words. All are `i32`, or all `i32x` (a key that is the same for all lanes is
 * splatted).
 */
export function threefryLanes(
  f: FunctionBuilder,
  key0: Expr,
  key1: Expr,
  count0: Expr,
  count1: Expr,
): readonly [Expr, Expr] {
  const words: WordArithmetic<Expr> = {
    add: (a, b) => f.let(a.add(b)),
    xor: (a, b) => f.let(a.xor(b)),
    rotateLeft: (a, bits) => f.let(a.rotl(bits)),
    constant: (value) => constant(key0.type, value),
  };
  return threefry(words, [f.let(key0), f.let(key1)], [f.let(count0), f.let(count1)]);
}
