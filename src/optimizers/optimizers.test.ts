import { describe, expect, it, vi } from 'vitest';
import { resetNames } from '../core/naming.js';
import * as constraints from '../constraints/index.js';
import type { BackendName } from '../runtime/index.js';
import { backend, jit, setBackend, type Tensor, Variable } from '../runtime/index.js';
import { backendNames } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';
import * as optimizers from './index.js';
import { MultiOptimizer } from './index.js';

interface OptimizerCase extends FixtureCase {
  readonly class_name: string;
  readonly serialized: Record<string, unknown>;
  readonly variable_names: readonly string[];
  readonly initial: readonly EncodedArray[];
  readonly gradients: readonly (readonly (EncodedArray | null)[])[];
  readonly optimizer_variable_names: readonly string[];
  readonly optimizer_variable_paths: readonly string[];
  readonly optimizer_initial: readonly EncodedArray[];
  readonly steps: readonly {
    readonly variables: readonly EncodedArray[];
    readonly optimizer_variables: readonly EncodedArray[];
    readonly learning_rate: number | null;
  }[];
  readonly finalized?: readonly EncodedArray[];
  readonly constraints?: readonly (string | null)[];
  readonly exclude?: readonly string[];
  readonly direct?: readonly number[];
  readonly rates?: Readonly<Record<string, number>>;
  readonly tolerance: number;
}

const plain = (x: unknown): unknown => JSON.parse(JSON.stringify(x));
const cases = readFixtures('optimizers').filter((c) => c['kind'] === undefined) as unknown as OptimizerCase[];

/** Expect variables to hold recorded arrays. */
function expectValues(
  variables: readonly Variable[],
  expected: readonly EncodedArray[],
  tolerance: number,
  when: string,
): void {
  expect(variables.length).toBe(expected.length);
  const wrong = variables.flatMap((variable, i) => {
    const difference = tensorDifference(variable.value, expected[i], tolerance);
    return difference === null ? [] : [`${when}: ${variable.path}: ${difference}`];
  });
  expect(wrong).toEqual([]);
}

/** Replay a case. `step` runs one update, in a program or not. */
function replay(c: OptimizerCase, program: boolean): void {
  resetNames();
  const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  const optimizer = optimizers.deserialize(c.serialized)!;
  expect(plain(optimizers.serialize(optimizer))).toEqual(c.serialized);
  const variables = c.initial.map((x, i) => new Variable(decodeTensor(x), { name: c.variable_names[i] }));
  c.constraints?.forEach((id, i) => (variables[i].constraint = constraints.get(id)));
  c.direct?.forEach((i) => (variables[i].overwriteWithGradient = true));
  if (c.exclude) optimizer.excludeFromWeightDecay({ varNames: c.exclude });
  optimizer.build(variables);
  expect(optimizer.variables.map((v) => v.name)).toEqual(c.optimizer_variable_names);
  expect(optimizer.variables.map((v) => v.path)).toEqual(c.optimizer_variable_paths);
  expectValues(optimizer.variables, c.optimizer_initial, 0, 'at the start');

  const apply = (gradients: readonly (Tensor | null)[]): void => optimizer.apply(gradients, variables);
  const step = program ? jit(apply) : apply;
  c.gradients.forEach((given, i) => {
    const rate = c.rates?.[String(i)];
    if (rate !== undefined) optimizer.learningRate = rate;
    step(given.map((g) => (g === null ? null : decodeTensor(g))));
    const { variables: weights, optimizer_variables: slots, learning_rate: now } = c.steps[i];
    expectValues(variables, weights, c.tolerance, `after step ${i}`);
    expectValues(optimizer.variables, slots, c.tolerance, `after step ${i}`);
    if (!(optimizer instanceof MultiOptimizer)) {
      const { learningRate } = optimizer;
      const value = learningRate instanceof Variable ? learningRate.value : learningRate;
      expect(Math.abs(value.itemSync() - now!)).toBeLessThanOrEqual(1e-7);
    }
  });
  if (c.finalized) {
    optimizer.finalizeVariableValues(variables);
    expectValues(variables, c.finalized, c.tolerance, 'at the end');
  }
  warn.mockRestore();
}

function withBackend(name: BackendName, fn: () => void): void {
  const before = backend();
  setBackend(name);
  try {
    fn();
  } finally {
    setBackend(before);
  }
}

describe('six steps of Keras, as one program run six times', () => {
  describe.each(backendNames)('on %s', (name) => {
    it.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => withBackend(name, () => replay(c, true)));
  });
});

describe('six steps of Keras, eagerly', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => replay(c, false));
});

describe('identifiers, against Keras', () => {
  const words = readFixtures('optimizers').filter((c) => c['kind'] === 'identifier');
  it.each(words.map((c) => [c['identifier'] as string, c] as const))('%s', (word, c) => {
    resetNames();
    expect(plain(optimizers.serialize(optimizers.get(word)))).toEqual(c['serialized']);
  });
});
