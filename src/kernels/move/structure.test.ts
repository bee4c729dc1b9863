/** @file Concatenation against the interpreter: rows of pieces of several operands, which may be views. */
import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../backend/wasm/index.js';
import type { DType } from '../../core/dtype.js';
import { fromNumbers } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Value } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import { difference } from '../../testing/compare.js';
import { useNode } from '../../testing/wasm.js';

useNode();

/** Operands of a shape of its own each, and what is concatenated of them. */
const CASES: readonly [string, readonly (readonly number[])[], (x: Value[]) => Value][] = [
  ['along the last axis', [[9, 5, 3], [9, 5, 1], [9, 5, 130]], (x) => lax.concatenate(x, 2)],
  ['along the one before', [[9, 5, 3], [9, 2, 3], [9, 70, 3]], (x) => lax.concatenate(x, 1)],
  ['along the first', [[9, 5, 3], [2, 5, 3]], (x) => lax.concatenate(x, 0)],
  ['of many rows', [[3000, 8], [3000, 17]], (x) => lax.concatenate(x, 1)],
  ['of long rows', [[3, 9000], [3, 9001]], (x) => lax.concatenate(x, 1)],
  ['of twenty operands', Array.from({ length: 20 }, () => [4, 6]), (x) => lax.concatenate(x, 1)],
  ['of one operand three times', [[7, 20]], ([x]) => lax.concatenate([x, x, x], 1)],
  [
    'of parts, turned and repeated operands',
    [[9, 12], [6, 9], [6]],
    ([a, b, c]) =>
      lax.concatenate(
        [lax.slice(a, [0, 2], [9, 8]), lax.transpose(b, [1, 0]), lax.broadcastTo(c, [9, 6]), lax.reverse(a, [0])],
        1,
      ),
  ],
]; // prettier-ignore

describe('concatenation', () => {
  test.each(CASES)('%s', async (_what, shapes, build) => {
    for (const dtype of ['float32', 'float16', 'int32', 'uint8', 'float64'] as const satisfies readonly DType[]) {
      const builder = new GraphBuilder();
      const inputs = shapes.map((shape, i) => builder.input({ dtype, shape: [...shape] }, `x${i}`));
      const graph = builder.graph(inputs, [build(inputs)]);
      const arrays = shapes.map((shape, i) =>
        fromNumbers(
          dtype,
          [...shape],
          Array.from({ length: sizeOf([...shape]) }, (_, k) => (7 * k + 31 * i) % 101),
        ),
      );
      const none = { inputs: shapes.map(() => null), outputs: [null], counter: null };
      const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
      const [found] = await executable.run(arrays, 1);
      const [wanted] = interpret(graph, arrays);
      expect(difference(found, wanted, 0)).toBeNull();
    }
  });
});
