/** @file Random graphs are valid, for every primitive, and the interpreter gives arrays of the promised types. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, DTYPES, roundTo } from '../core/dtype.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import { allPrimitives, interpret } from '../graph/index.js';
import { verify } from '../graph/verify.js';
import type { RandomProgram } from './random_graphs.js';
import { arbitraryApplication, arbitraryGraph } from './random_graphs.js';

/** What is wrong with an array that should have a type; null when it is right. */
function wrong(x: NDArray, type: TensorType): string | null {
  if (x.dtype !== type.dtype || x.shape.join() !== type.shape.join()) return `${x.dtype}[${x.shape.join()}]`;
  if (x.data.constructor !== allocate(x.dtype, 0).constructor || x.data.length !== sizeOf(type.shape))
    return `${x.data.constructor.name} of ${x.data.length}`;
  const at = Array.from(x.data).findIndex((v) => !Object.is(roundTo(x.dtype, v), v));
  return at < 0 ? null : `${x.data[at]} as ${x.dtype}`;
}

function check({ graph, inputs }: RandomProgram): void {
  verify(graph);
  interpret(graph, inputs).forEach((x, i) => expect(wrong(x, graph.outputs[i])).toBeNull());
}

describe('arbitraryApplication', () => {
  const names = [...allPrimitives().keys()].filter((name) => name !== 'input');
  test.each(names)('%s', (name) => fc.assert(fc.property(arbitraryApplication(name), check), { numRuns: 60 }));
});

test('arbitraryGraph', () => {
  // 64-bit integers are exact up to 2^53; random arithmetic leaves that range at once.
  const dtypes = DTYPES.filter((dtype) => dtype !== 'int64' && dtype !== 'uint64');
  fc.assert(fc.property(arbitraryGraph({ dtypes }), check), { numRuns: 300 });
});
