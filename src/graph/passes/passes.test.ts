/** @file Every pass keeps the results of random programs, bit for bit. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { formatType } from '../primitives/helpers.js';
import { arbitraryApplication, arbitraryGraph, type RandomProgram } from '../../testing/random_graphs.js';
import type { Graph } from '../index.js';
import { allPrimitives, interpret } from '../index.js';
import { verify } from '../verify.js';
import * as passes from './index.js';

/** Equal dtypes, shapes and elements, of these the sign of zero too. */
function expectSameBits(actual: readonly NDArray[], expected: readonly NDArray[], program: () => string): void {
  actual.forEach((x, i) => {
    const at = Array.from(x.data).findIndex((v, k) => !Object.is(v, expected[i].data[k]));
    if (formatType(x) !== formatType(expected[i]) || x.data.length !== expected[i].data.length || at >= 0)
      expect.fail(
        `output ${i}, element ${at}: ${x.data[at]} instead of ${expected[i].data[at]}, ${formatType(x)} for ${formatType(expected[i])}\n${program()}`,
      );
  });
}

function keepsResults(pass: (graph: Graph) => Graph) {
  return ({ graph, inputs }: RandomProgram): void => {
    const after = pass(graph);
    const program = (): string => `${String(graph)}\n\nbecame\n\n${String(after)}`;
    try {
      verify(after);
    } catch (error) {
      expect.fail(`${String(error)}\n${program()}`);
    }
    expect(after.inputs.map(formatType)).toEqual(graph.inputs.map(formatType));
    expectSameBits(interpret(after, inputs), interpret(graph, inputs), program);
  };
}

const PASSES = {
  foldConstants: passes.foldConstants,
  simplify: passes.simplify,
  narrowBroadcasts: passes.narrowBroadcasts,
  shareSubexpressions: passes.shareSubexpressions,
  absorbTransposes: passes.absorbTransposes,
  dropDeadNodes: passes.dropDeadNodes,
  shareScans: passes.shareScans,
  trimLoops: passes.trimLoops,
  inlineKnown: passes.inlineKnown,
};

describe('random programs keep their results', () => {
  test.each(Object.entries(PASSES))('under %s', (_name, pass) =>
    fc.assert(fc.property(arbitraryGraph(), keepsResults(pass)), { numRuns: 80 }),
  );
  test('under optimize', () =>
    fc.assert(fc.property(arbitraryGraph({ steps: 30 }), keepsResults(passes.optimize)), {
      numRuns: 300,
    }));
  const names = [...allPrimitives().keys()].filter((name) => name !== 'input');
  test.each(names)('under optimize, %s alone', (name) =>
    fc.assert(fc.property(arbitraryApplication(name), keepsResults(passes.optimize)), { numRuns: 30 }),
  );
});
