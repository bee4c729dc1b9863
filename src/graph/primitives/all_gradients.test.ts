/** @file Gradients of all primitives that are not element-wise, over random shapes and params. For the others see gradients.test.ts. */
import * as fc from 'fast-check';
import { describe, test } from 'vitest';
import { isFloat } from '../../core/dtype.js';
import { range } from '../../core/shape.js';
import { checkGradient, sampleArray } from '../../testing/gradient_check.js';
import { arbitraryApplication, type RandomProgram } from '../../testing/random_graphs.js';
import type { Value } from '../index.js';
import { allPrimitives, interpret, rebuild } from '../index.js';
import * as lax from '../lax.js';

/** Σ of all float outputs, each weighted by fixed coefficients. */
function total(outputs: readonly Value[]): Value {
  const sums = outputs
    .filter((v) => isFloat(v.dtype))
    .map((v, i) => lax.reduceSum(lax.mul(v, lax.constantLike(v, sampleArray(v.shape, 11 + i))), range(v.shape.length)));
  return sums.reduce((a, b) => lax.add(a, b));
}

function check({ graph, inputs }: RandomProgram): void {
  const floats = range(inputs.length).filter((i) => isFloat(inputs[i].dtype));
  const finite = interpret(graph, inputs).every((x) => x.data.every((v) => Number.isFinite(v)));
  fc.pre(finite && floats.length > 0 && graph.outputs.some((v) => isFloat(v.dtype)));
  const fn = (xs: Value[]): Value => {
    const values = inputs.map((array, i) =>
      floats.includes(i) ? xs[floats.indexOf(i)] : lax.constantLike(xs[0], array),
    );
    return total(rebuild(graph, xs[0].applier, undefined, values).outputs);
  };
  checkGradient(
    fn,
    floats.map((i) => inputs[i]),
    { tolerance: 1e-5 },
  );
}

/** Random bodies may have corners and poles anywhere: control.test.ts checks smooth ones. */
const APART: ReadonlySet<string> = new Set(['while', 'scan', 'cond', 'remat']);
const withGradient = [...allPrimitives().values()].filter((p) => p.gradient !== null);

describe('random applications', () => {
  const names = withGradient.filter((p) => !p.scalar && !APART.has(p.name)).map((p) => p.name);
  test.each(names)('%s', (name) => {
    const options = { dtypes: ['float64'], styles: ['unit'], elements: 16 } as const;
    fc.assert(fc.property(arbitraryApplication(name, options), check), { numRuns: 15 });
  });
});
