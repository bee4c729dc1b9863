import { beforeEach, describe, expect, test } from 'vitest';
import { resetNames, toCamelCase } from '../core/naming.js';
import { flatten } from '../core/tree.js';
import * as layers from '../layers/index.js';
import * as ops from '../ops/index.js';
import type { KerasTensor, Tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';
import { Model, modelFromJson, Sequential } from './index.js';
import type { SummaryOptions } from './summary.js';

const { Dense, Dropout, Activation, Flatten, Conv2D, Conv2DTranspose, BatchNormalization, ReLU, MaxPooling2D } = layers;
const { GlobalAveragePooling2D, GlobalAveragePooling1D, Concatenate, Subtract, Add, Embedding, Masking } = layers;
const { Softmax, LayerNormalization, Multiply, Input } = layers;

/** The models of tools/fixtures/models.py, drawn here. */
const BUILDERS: Record<string, () => Model> = {
  mlp: () =>
    new Sequential([Input({ shape: [6] }), new Dense(5, { activation: 'relu' }), new Dropout(0.4), new Dense(3)]),
  deferred: () => {
    const model = new Sequential([new Dense(4, { activation: 'tanh' }), new Dense(2)], { name: 'later' });
    model.build([null, 5]);
    return model;
  },
  added: () => {
    const model = new Sequential(null, { name: 'added' });
    model.add(Input({ shape: [4, 4, 2], name: 'image' }));
    model.add(new Flatten());
    model.add(new Dense(3));
    model.add(new Activation('softmax'));
    model.pop();
    model.add(new Dense(2, { name: 'head' }));
    return model;
  },
  convnet: () => {
    const x = Input({ shape: [8, 8, 1], name: 'image' });
    let y = new Conv2D(3, 3, { padding: 'same', useBias: false })(x);
    y = new BatchNormalization()(y);
    y = new ReLU()(y);
    y = new MaxPooling2D()(y);
    y = new Conv2D(4, 3, { strides: 2, activation: 'relu' })(y);
    y = new GlobalAveragePooling2D()(y);
    return new Model(x, new Dense(3, { activation: 'softmax' })(y));
  },
  two_inputs: () => {
    const a = Input({ shape: [3], name: 'a' });
    const b = Input({ shape: [4], name: 'b' });
    const y = new Concatenate()([new Dense(4, { activation: 'relu' })(a), b]);
    return new Model([a, b], new Dense(2)(y), { name: 'two_inputs' });
  },
  siamese: () => {
    const [a, b] = [Input({ shape: [5] }), Input({ shape: [5] })];
    const encode = new Dense(3, { activation: 'tanh', name: 'encode' });
    return new Model([a, b], new Subtract()([encode(a), encode(b)]));
  },
  deep_sharing: () => {
    const x = Input({ shape: [3] });
    const [first, second] = [new Dense(3, { name: 'first' }), new Dense(3, { name: 'second' })];
    return new Model(x, first(second(first(second(x)))));
  },
  residual: () => {
    const x = Input({ shape: [6] });
    let y = new Dense(6, { activation: 'relu' })(x);
    y = new Dropout(0.5)(y);
    y = new Add()([x, y]);
    y = new BatchNormalization()(y, { training: false });
    return new Model(x, new Dense(1)(y));
  },
  nested: () => {
    const innerX = Input({ shape: [4], name: 'inner_in' });
    const inner = new Model(innerX, new Dense(3, { activation: 'relu' })(innerX), { name: 'inner' });
    const stack = new Sequential([Input({ shape: [3] }), new Dense(4), new Dropout(0.1)], { name: 'stack' });
    const x = Input({ shape: [4] });
    return new Model(x, inner(stack(inner(x))), { name: 'outer' });
  },
  model_in_sequential: () => {
    const x = Input({ shape: [4] });
    const inner = new Model(x, new Dense(3)(x), { name: 'inner' });
    return new Sequential([inner, new Dense(2)], { name: 'wrapper' });
  },
  two_outputs: () => {
    const x = Input({ shape: [4] });
    const y = new Dense(3, { name: 'trunk' })(x);
    const score = new Dense(1, { name: 'score' })(y);
    return new Model(x, [score, new Dense(2, { activation: 'softmax', name: 'kind' })(y)]);
  },
  same_output_twice: () => {
    const x = Input({ shape: [4] });
    const y = new Dense(2)(x);
    return new Model({ inputs: x, outputs: [y, y, x] });
  },
  dicts: () => {
    const inputs = { left: Input({ shape: [2], name: 'left' }), right: Input({ shape: [3], name: 'right' }) };
    const y = new Concatenate()([inputs.right, inputs.left]);
    const wide = new Dense(4)(y);
    return new Model(inputs, { wide, narrow: new Dense(1)(y) });
  },
  arithmetic: () => {
    const x = Input({ shape: [4] });
    let y = ops.sum(x.mul(2).add(1), { axis: 1, keepdims: true });
    y = ops.concatenate([x, y], { axis: -1 });
    y = ops.where(y.greater(0), y, ops.exp(y).sub(1));
    y = ops.reshape(y.getItem({}, { start: 1, stop: 3 }), [-1, 2, 1]);
    y = ops.squeeze(ops.relu(y), { axis: -1 });
    return new Model(x, ops.maximum(y, y.neg()).div(3));
  },
  reductions: () => {
    const x = Input({ shape: [3, 4] });
    const y = ops.mean(x, { axis: [1, 2] });
    const z = ops.max(x, { axis: -1 });
    const w = ops.matmul(x, ops.transpose(x, { axes: [0, 2, 1] }));
    return new Model(x, [y, z, ops.softmax(w, { axis: 1 }), ops.clip(x, -0.5, 0.5), ops.expandDims(z, 1)]);
  },
  masked: () => {
    const x = Input({ shape: [null], dtype: 'int32', name: 'words' });
    const y = new Embedding(7, 3, { maskZero: true })(x);
    return new Model(x, new Dense(2)(new GlobalAveragePooling1D()(y)));
  },
  masked_values: () => {
    const x = Input({ shape: [4, 3] });
    const y = new Dense(2)(new Masking({ maskValue: 0 })(x));
    return new Model(x, new GlobalAveragePooling1D()(y));
  },
  segmentation: () => {
    const x = Input({ shape: [8, 8, 2], name: 'img_input' });
    const down = new Conv2D(3, 3, { padding: 'same', activation: 'relu' })(x);
    const low = new Conv2D(4, 3, { padding: 'same' })(new MaxPooling2D()(down));
    const up = new Conv2DTranspose(3, [2, 2], { strides: [2, 2], padding: 'valid', name: 'score2' })(low);
    const y = new Add()([up, down]);
    return new Model(x, new Softmax()(new Conv2D(2, 1)(y)), { name: 'segmentation' });
  },
  middle: () => {
    const x = Input({ shape: [5] });
    const hidden = new Dense(4, { activation: 'relu', name: 'hidden' })(x);
    const deep = new Dense(3, { name: 'deep' })(hidden);
    new Model(x, deep);
    return new Model(hidden, deep, { name: 'head' });
  },
  unused_input: () => {
    const [a, b] = [Input({ shape: [2], name: 'a' }), Input({ shape: [3], name: 'unused' })];
    return new Model([a, b], new Dense(2)(a));
  },
  frozen: () => {
    const x = Input({ shape: [3] });
    const first = new Dense(4, { name: 'kept' });
    first.trainable = false;
    return new Model(x, new Dense(2)(new LayerNormalization()(first(x))));
  },
  long_names: () => {
    const x = Input({ shape: [3], name: 'an_input_layer_with_quite_a_long_name' });
    const y = new Dense(40, { name: 'a_dense_layer_with_a_name_that_fits_nowhere_at_all' })(x);
    const z = new Dense(40, { name: 'another' })(x);
    return new Model(x, new Multiply()([y, z]), {
      name: 'a_model_whose_name_is_so_long_that_it_does_not_fit_in_one_line_of_the_console',
    });
  },
  big: () => new Sequential([Input({ shape: [300] }), new Dense(900), new Dense(300), new Dense(3)]),
};

interface ModelCase extends FixtureCase {
  readonly json: Record<string, unknown>;
  readonly layers: readonly string[];
  readonly paths: readonly string[];
  readonly counts: readonly [number, number, number];
  readonly summaries: readonly { readonly options: Record<string, unknown>; readonly text: string }[];
  readonly weights?: readonly EncodedArray[];
  readonly inputs?: readonly EncodedArray[];
  readonly outputs?: readonly EncodedArray[];
  readonly output_shapes: readonly (readonly (number | null)[])[];
}

const cases = readFixtures<ModelCase>('models');
const named = cases.map((c): [string, ModelCase] => [c.id, c]);

function summaryOf(model: Model, options: SummaryOptions = {}): string {
  const printed: string[] = [];
  model.summary({ ...options, printFn: (text) => printed.push(text) });
  return printed.join('');
}

const optionsOf = (recorded: Record<string, unknown>): SummaryOptions =>
  Object.fromEntries(Object.entries(recorded).map(([key, value]) => [toCamelCase(key), value]));

/** The inputs as the model takes them. */
function inputsOf(model: Model, inputs: readonly Tensor[]): Tensor | readonly Tensor[] | Record<string, Tensor> {
  const own: unknown = model.input;
  if (inputs.length === 1) return inputs[0];
  if (Array.isArray(own)) return inputs;
  return Object.fromEntries(
    Object.keys(own as Record<string, KerasTensor>)
      .sort()
      .map((key, i) => [key, inputs[i]]),
  );
}

beforeEach(resetNames);

describe('models drawn here', () => {
  test('every recorded model is drawn', () => {
    expect(Object.keys(BUILDERS).sort()).toEqual(cases.map((c) => c.id).sort());
  });

  test.each(named)('%s has the JSON of Keras', (id, recorded) => {
    expect(JSON.parse(BUILDERS[id]().toJson())).toEqual(recorded.json);
  });

  test.each(named)('%s has the layers and weights of Keras, in its order', (id, recorded) => {
    const model = BUILDERS[id]();
    expect(model.layers.map((layer) => layer.name)).toEqual(recorded.layers);
    expect(model.weights.map((weight) => weight.path)).toEqual(recorded.paths);
    expect([model.countParams(), model.trainableWeights.length, model.nonTrainableWeights.length]).toEqual(
      recorded.counts,
    );
    expect(model.outputs.map((x) => x.shape)).toEqual(recorded.output_shapes);
  });

  test.each(named)('%s has the summaries of Keras', (id, recorded) => {
    const model = BUILDERS[id]();
    for (const { options, text } of recorded.summaries) expect(summaryOf(model, optionsOf(options))).toBe(text);
  });
});

describe("models from Keras's JSON", () => {
  test.each(named)('%s comes back with the same JSON', (_id, recorded) => {
    expect(JSON.parse(modelFromJson(JSON.stringify(recorded.json)).toJson())).toEqual(recorded.json);
  });

  everyBackend((run) => {
    test.each(named.filter(([, c]) => c.outputs))('%s gives what Keras gives', (id, recorded) => {
      for (const model of [modelFromJson(recorded.json), BUILDERS[id]()]) {
        model.setWeights(recorded.weights!.map(decodeTensor));
        const inputs = inputsOf(model, recorded.inputs!.map(decodeTensor));
        const outputs = flatten<Tensor>(run(() => model<Tensor>(inputs as Tensor)));
        expect(outputs).toHaveLength(recorded.outputs!.length);
        outputs.forEach((output, i) => expect(tensorDifference(output, recorded.outputs![i], 2e-5)).toBeNull());
      }
    });
  });
});
