import { beforeAll, describe, expect, it } from 'vitest';
import type { EncodedArray } from './fixtures.js';
import { decodeNumbers, readFixtures } from './fixtures.js';
import type { LayerCase } from './layer_replay.js';
import { jsonDifference, replayLayer } from './layer_replay.js';

const cases = readFixtures<LayerCase>('layers');
const recorded = (id: string): LayerCase => cases.find((each) => each.id === id)!;

/** The array with its first number moved by `by`. */
function moved(array: EncodedArray, by = 0.01): EncodedArray {
  const data = Float32Array.from(decodeNumbers(array));
  data[0] += by;
  return { ...array, data: Buffer.from(data.buffer).toString('base64') };
}

describe('replayLayer', () => {
  const dense = recorded('Dense/9'); // regularizers of weights and activities
  const norm = recorded('BatchNormalization/7'); // training
  let problems: (change: (original: LayerCase) => Partial<LayerCase>, of?: LayerCase) => string;
  beforeAll(() => {
    problems = (change, of = dense) => replayLayer({ ...of, ...change(of) }, 'interpreter').join('\n');
  });

  it('finds nothing where all is right', () => {
    expect(problems(() => ({}))).toBe('');
    expect(problems(() => ({}), norm)).toBe('');
  });
  it('finds another output, eagerly and in a program', () => {
    const text = problems(({ outputs }) => ({ outputs: outputs.map((y) => moved(y)) }));
    expect(text).toMatch(/eager, output 0: element 0 is/);
    expect(text).toMatch(/interpreter, output 0: element 0 is/);
  });
  it('finds another dtype, shape or number of outputs', () => {
    expect(problems(({ outputs }) => ({ outputs: [{ ...outputs[0], dtype: 'float64' }] }))).toMatch(
      'dtype float32, expected float64',
    );
    expect(problems(() => ({ output_shapes: [[5, 5]] }))).toMatch('output shape 0: (5, 4), expected (5, 5)');
    expect(problems(() => ({ output_tree: [{ $out: 0 }, { $out: 0 }] }))).toMatch('1 outputs, expected 2');
  });
  it('finds another loss, or one too few', () => {
    expect(problems(({ losses }) => ({ losses: losses!.map((x) => x + 0.01) }))).toMatch('losses: element');
    expect(problems(() => ({ losses: undefined }))).toMatch('losses: shape');
  });
  it('finds another gradient', () => {
    const text = problems(({ grads }) => ({
      grads: {
        inputs: { 0: moved(grads!.inputs['0']) },
        weights: { ...grads!.weights, 1: moved(grads!.weights['1']) },
      },
    }));
    expect(text).toMatch('gradient of input 0: element 0');
    expect(text).toMatch('gradient of weight 1: element 0');
    expect(text).not.toMatch('gradient of weight 0');
  });
  it('finds weights that should have changed otherwise', () => {
    expect(
      problems(({ weights_after: after }) => ({ weights_after: { ...after, 2: moved(after!['2']) } }), norm),
    ).toMatch('weight 2 after the call: element 0');
    expect(problems(() => ({ weights_after: {} }), norm)).toMatch('weight 3 after the call');
  });
  it('finds another name of a weight, another symbolic shape, another config, another mask', () => {
    expect(problems(({ weight_info: info }) => ({ weight_info: info.map((w) => ({ ...w, path: 'x' })) }))).toMatch(
      'weight 0: kernel true float32, expected x true float32',
    );
    expect(problems(() => ({ symbolic_outputs: [{ shape: [5, 4], dtype: 'float32' }] }))).toMatch(
      'symbolic output 0: (None, 4), expected (5, 4)',
    );
    expect(
      problems(({ serialized }) => ({ serialized: { ...serialized, module: 'keras.src.layers' } as never })),
    ).toMatch('config: $.module is "keras.layers"');
    const embedding = recorded('Embedding/1');
    const mask = embedding.output_mask as EncodedArray;
    const flipped = Buffer.from(Buffer.from(mask.data, 'base64').map((x) => 1 - x)).toString('base64');
    expect(problems(() => ({ output_mask: { ...mask, data: flipped } }), embedding)).toMatch('mask 0: element 0');
  });
  it('finds another state of the seeds', () => {
    const dropout = recorded('Dropout/1');
    const [state] = dropout.seed_state_after!;
    const data = Buffer.from(Uint32Array.of(7, 9).buffer).toString('base64');
    expect(problems(() => ({ seed_state_after: [{ ...state, data }] }), dropout)).toMatch(
      'seed: element 1 is 1, expected 9',
    );
  });
});

describe('jsonDifference', () => {
  it.each<[unknown, unknown, string | null]>([
    [{ a: [1, null] }, { a: [1, null] }, null],
    [0.02, 0.019999999552965164, null],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, '$ has the keys a, b, expected b, a'],
    [{ a: [1] }, { a: [1, 2] }, '$.a has 1 entries, expected 2'],
    [{ a: { b: 1 } }, { a: { b: 1.1 } }, '$.a.b is 1, expected 1.1'],
    [[null], [0], '$[0] is null, expected 0'],
    ['relu', 'elu', '$ is "relu", expected "elu"'],
  ])('%j against %j', (found, expected, difference) => {
    expect(jsonDifference(found, expected)).toBe(difference);
  });
});
