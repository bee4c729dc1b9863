import { describe, expect, it } from 'vitest';
import { isInteger } from '../../../core/dtype.js';
import { isDict } from '../../../core/tree.js';
import { setRandomSeed } from '../../../random/index.js';
import { setBackend, Tensor } from '../../../runtime/index.js';
import { backendNames } from '../../../testing/backends.js';
import { tensorDifference } from '../../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../../testing/fixtures.js';
import { decodeTensor, isEncodedArray, readFixtures } from '../../../testing/fixtures.js';
import { jsonDifference } from '../../../testing/layer_replay.js';
import type { Layer } from '../../index.js';
import * as layers from '../../index.js';

type Case = FixtureCase & {
  readonly class_name: string;
  readonly serialized: { readonly config: Readonly<Record<string, unknown>> };
  readonly seed: number | null;
  readonly random: number | null;
  readonly data: unknown;
  readonly calls: readonly boolean[];
  readonly outputs: readonly unknown[];
  readonly seeds: readonly EncodedArray[];
  readonly tolerance: number;
};

const cases = readFixtures<Case>('image_layers');

const decoded = (tree: unknown): unknown =>
  isEncodedArray(tree)
    ? decodeTensor(tree)
    : Object.fromEntries(Object.entries(tree as object).map(([key, value]) => [key, decoded(value)]));

/** Where what came differs from what Keras gave. Labels and masks that Keras gives in floats may have kept their dtype. */
function differences(found: unknown, expected: unknown, tolerance: number, path = ''): string[] {
  if (isDict(expected) && !isEncodedArray(expected)) {
    if (!isDict(found)) return [`${path} is no dict`];
    return Object.keys(expected).flatMap((key) => differences(found[key], expected[key], tolerance, `${path}.${key}`));
  }
  if (!(found instanceof Tensor) || !isEncodedArray(expected)) return [`${path} is no tensor`];
  const keepsDType = path.includes('masks') && isInteger(found.dtype);
  const wanted = keepsDType ? { ...expected, dtype: found.dtype } : expected;
  const [a, b] = [found, decodeTensor(expected)].map((t) => [...t.dataSync()].map(Number));
  const wrong: string[] = [];
  if (found.shape.join() !== expected.shape.join()) wrong.push(`${path} has the shape ${found.shape.join()}`);
  if (found.dtype !== wanted.dtype) wrong.push(`${path} is ${found.dtype}, expected ${expected.dtype}`);
  const scale = Math.max(1, ...b.map(Math.abs));
  const far = a
    .map((x, i) => (Object.is(x, b[i]) ? 0 : Math.abs(x - b[i])))
    .map((d) => (d <= tolerance * scale ? 0 : d));
  const most = Math.max(...far);
  const count = far.filter((d) => d !== 0).length;
  if (!(most === 0)) wrong.push(`${path}: ${count} of ${far.length} differ, by ${most}`);
  return wrong;
}

function replay({ serialized, seed, random, data, calls, outputs, seeds, tolerance }: Case): string[] {
  const found = jsonDifference(layers.serialize(layers.deserialize(serialized)), serialized);
  const problems = found === null ? [] : [found];
  const { config, ...rest } = serialized;
  const layer = layers.deserialize({
    ...rest,
    config: 'seed' in config || seed === null ? config : { ...config, seed },
  });
  if (random !== null) setRandomSeed(random);
  calls.forEach((training, i) => {
    const found = (layer as (data: unknown, options: object) => unknown)(decoded(data), { training });
    problems.push(...differences(found, outputs[i], tolerance).map((text) => `call ${i}: ${text}`));
  });
  const states = seedStates(layer);
  states.forEach((state, i) => {
    const problem = tensorDifference(state, seeds[i], 0);
    if (problem !== null) problems.push(`seed ${i}: ${problem}`);
  });
  if (states.length !== seeds.length) problems.push(`${states.length} seeds, expected ${seeds.length}`);
  return problems;
}

const seedStates = (layer: Layer): Tensor[] =>
  layer.nonTrainableVariables.filter((v) => v.path.includes('seed_generator')).map((v) => Tensor.fromArray(v.read()));

describe.each(backendNames)('layers for images as Keras recorded them, on %s', (backend) => {
  const first = new Set<string>();
  const some = cases.filter(({ class_name: name }) => backend === 'wasm' || (!first.has(name) && first.add(name)));
  it.each(some.map((each) => [each.id, each] as const))('%s', (_, each) => {
    setBackend(backend);
    expect(replay(each)).toEqual([]);
  });
});
