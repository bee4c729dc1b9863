/** @file The threefry cipher on words of 32 bits in lanes: one counter, or several, at a time. */
import type { WordArithmetic } from '../../graph/threefry.js';
import { keySchedule, threefry } from '../../graph/threefry.js';
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr } from '../ir.js';
import { constant } from '../ir.js';

type Words = readonly Expr[];

/** Encrypts several counters of two words: one word of each to the left, the other to the right. */
export type Cipher = (counts0: Words, counts1: Words) => readonly [Words, Words];

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
  const [word0, word1] = threefryCipher(f, key0, key1)([count0], [count1]);
  return [word0[0], word1[0]];
}

/**
 * The cipher of one key. Its schedule is computed at once: make it before the loop over counters.
 *
 * Several counters are encrypted step by step in turn: the steps of one wait for each other, those of different counters do not.
 */
export function threefryCipher(f: FunctionBuilder, key0: Expr, key1: Expr): Cipher {
  const all = (x: Words, y: Words, combine: (a: Expr, b: Expr) => Expr): Words =>
    Array.from({ length: Math.max(x.length, y.length) }, (_, i) => f.let(combine(x[i % x.length], y[i % y.length])));
  const words: WordArithmetic<Words> = {
    add: (a, b) => all(a, b, (x, y) => x.add(y)),
    xor: (a, b) => all(a, b, (x, y) => x.xor(y)),
    rotateLeft: (a, bits) => a.map((x) => f.let(x.rotl(bits))),
    constant: (value) => [constant(key0.type, value)],
  };
  const bound = (x: Words): Words => x.map((word) => f.let(word));
  const schedule = keySchedule(words, [bound([key0]), bound([key1])]);
  return (counts0, counts1) => threefry(words, schedule, [bound(counts0), bound(counts1)]);
}
