import { beforeEach, describe, expect, test } from 'vitest';
import { resetNames } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import * as layers from '../layers/index.js';
import * as ops from '../ops/index.js';
import type { KerasTensor, Tensor, Variable } from '../runtime/index.js';
import { OpCall, tensor } from '../runtime/index.js';
import {
  customObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
  withObjectSharing,
} from '../saving/index.js';
import '../testing/backends.js';
import { cloneModel, Functional, Model, modelFromConfig, modelFromJson, Sequential } from './index.js';
import { opNames, opSignature } from './op_signatures.js';

const { Dense, Dropout, Input, Layer, Add, Activation } = layers;

class Scale extends Layer {
  static override readonly callArguments = ['inputs', 'shift'];
  readonly by: number;
  factor!: Variable;
  constructor({ by = 1, ...rest }: layers.LayerOptions & { by?: number } = {}) {
    super(rest);
    this.by = by;
  }
  override build(): void {
    this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' });
  }
  override call(x: Tensor, { shift = null }: { shift?: Tensor | null } = {}): Tensor {
    const y = ops.multiply(ops.multiply(x, this.factor), this.by);
    return shift === null ? y : ops.add(y, shift);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), by: this.by };
  }
}

const row = (...numbers: number[]): Tensor => tensor([numbers], null, 'float32');
const json = (model: Model): unknown => JSON.parse(model.toJson());

beforeEach(resetNames);

describe('JSON', () => {
  test('layers of your own are found by name', () => {
    const [x, shift] = [Input({ shape: [2] }), Input({ shape: [2] })];
    const model = new Model([x, shift], new Scale({ by: 3 })(x, { shift }));
    const text = model.toJson();
    expect(text).toContain('"module": null, "class_name": "Scale"');
    expect(text).toContain('"kwargs": {"shift": {"class_name": "__keras_tensor__"');
    expect(() => modelFromJson(text)).toThrow("unknown class 'Scale'");
    for (const copy of [
      modelFromJson(text, { customObjects: { Scale } }),
      customObjectScope({ Scale }, () => modelFromJson(text)),
    ]) {
      expect(json(copy)).toEqual(JSON.parse(text));
      expect(copy([row(1, 2), row(10, 20)]).arraySync()).toEqual([[13, 26]]);
    }
  });

  test('JSON.stringify(model) gives the same', () => {
    const model = new Sequential([Input({ shape: [2] }), new Dense(1)]);
    expect(JSON.parse(JSON.stringify(model))).toEqual(json(model));
    expect(json(modelFromJson(JSON.parse(JSON.stringify(model)) as Config))).toEqual(json(model));
  });

  test('numbers that are none survive', () => {
    const x = Input({ shape: [2] });
    const model = new Model(x, ops.nanToNum(x, { nan: 1, posinf: Infinity, neginf: -Infinity }));
    expect(model.toJson()).toContain('"posinf": Infinity, "neginf": -Infinity');
    expect(modelFromJson(model.toJson())(row(1, NaN)).arraySync()).toEqual([[1, 1]]);
  });

  test('constants in calls of ops are kept', () => {
    const x = Input({ shape: [2] });
    const model = new Model(x, ops.add(ops.multiply(x, tensor([2, 3], null, 'float32')), [[1, 1]]));
    expect(model.toJson()).toContain('{"class_name": "__tensor__", "config": {"value": [2, 3], "dtype": "float32"}}');
    const copy = modelFromJson(model.toJson());
    expect(json(copy)).toEqual(json(model));
    expect(copy(row(1, 2)).arraySync()).toEqual([[3, 7]]);
  });

  test('a compiled model comes back compiled', () => {
    const x = Input({ shape: [2] });
    const model = new Model(x, new Dense(1)(x));
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] });
    const copy = modelFromJson(model.toJson());
    expect(copy.compiled).toBe(true);
    expect(json(copy)).toEqual(json(model));
  });

  test('configs of Keras 2 are read', () => {
    const layer = (name: string, className: string, config: Config, nodes: unknown): Config => ({
      class_name: className,
      name,
      config: { name, trainable: true, dtype: 'float32', ...config },
      inbound_nodes: nodes,
    });
    const model = modelFromJson({
      class_name: 'Functional',
      config: {
        name: 'old',
        layers: [
          { class_name: 'InputLayer', name: 'a', config: { batch_input_shape: [null, 2], dtype: 'float32', sparse: false, ragged: false, name: 'a' }, inbound_nodes: [] },
          layer('d', 'Dense', { units: 2, activation: 'relu', use_bias: true }, [[['a', 0, 0, {}]]]),
          layer('sum', 'Add', {}, [[['a', 0, 0, {}], ['d', 0, 0, {}]]]),
        ],
        input_layers: [['a', 0, 0]],
        output_layers: [['sum', 0, 0]],
      },
    }); // prettier-ignore
    expect(model).toBeInstanceOf(Functional);
    expect(model.layers.map((each) => each.name)).toEqual(['a', 'd', 'sum']);
    expect(model<Tensor>(row(1, 2)).shape).toEqual([1, 2]);
    const stack = modelFromJson({
      class_name: 'Sequential',
      config: { name: 's', layers: [{ class_name: 'Dense', config: { name: 'd', units: 3, batch_input_shape: [null, 4] } }, { class_name: 'Dropout', config: { name: 'drop', rate: 0.5 } }] },
    }); // prettier-ignore
    expect(stack.outputShape).toEqual([null, 3]);
  });

  test('what is no model is refused', () => {
    expect(() => modelFromJson('{')).toThrow('modelFromJson: the text is no JSON');
    expect(() => modelFromJson('{}')).toThrow('expected a dict with the keys class_name and config');
    expect(() => modelFromConfig(serializeKerasObject(new Dense(1)))).toThrow('describes a Dense, which is no model');
    const x = Input({ shape: [2] });
    const good = new Model(x, new Dense(1, { name: 'dense' })(x)).toJson();
    expect(() => modelFromJson(good.replaceAll('"input_layer", 0, 0', '"nowhere", 0, 0'))).toThrow(
      "refers to a layer 'nowhere', which it does not hold",
    );
    expect(() => modelFromJson(good.replace('["input_layer", 0, 0]}}', '["dense", 0, 0]}}'))).toThrow(
      'the graph has loops or disconnected nodes. Calls of these layers cannot be drawn: dense.',
    );
    expect(() => modelFromJson(good.replace('"class_name": "Dense"', '"class_name": "Danse"'))).toThrow(
      "unknown class 'Danse' of module 'keras.layers'. Did you mean 'Dense'",
    );
    expect(() => modelFromJson({ class_name: 'Functional', config: { name: 'm', layers: [] } })).toThrow(
      "must have the keys 'layers', 'input_layers' and 'output_layers'. It has: name, layers.",
    );
    const op = new Model(x, ops.relu(x)).toJson();
    expect(() => modelFromJson(op.replace('"class_name": "Relu"', '"class_name": "Rely"'))).toThrow(
      'names the op Rely of keras.src.ops.nn, which is not known here',
    );
  });
});

describe('ops in configs', () => {
  test('every op here that has a class in Keras knows its signature', () => {
    const known = new Set(opNames());
    const own = Object.values(ops as unknown as Record<string, { opName?: string }>).flatMap((fn) => fn.opName ?? []);
    expect(own.length).toBeGreaterThan(150);
    // `vectorize` gives a function, and is no step of a model.
    expect(own.filter((name) => !known.has(name) && name !== 'vectorize')).toEqual([]);
  });

  test('arguments by position and by name are told apart', () => {
    expect(opSignature('sum')).toEqual({
      module: 'numpy',
      parameters: [
        { name: 'x', inConfig: false, variadic: false, required: true, default: null },
        { name: 'axis', inConfig: true, variadic: false, required: false, default: null },
        { name: 'keepdims', inConfig: true, variadic: false, required: false, default: false },
      ],
    });
    expect(opSignature('nothing')).toBeNull();
  });

  test('ops of every kind of signature come back as they were', () => {
    const [x, y] = [Input({ shape: [3, 4] }), Input({ shape: [3, 4] })];
    const outputs = [
      ops.einsum('bij,bij->bi', x, y),
      ops.average(x, { axis: 1, weights: y }),
      ops.split(x, 2, { axis: 2 })[1],
      ops.stack([x, y], { axis: 1 }),
      ops.layerNormalization(x, { epsilon: 0.1 }),
      ops.getItem(x, ['...', null, { step: 2 }]),
      ops.getItem(x, [0]),
      ops.topK(x, 2)[0],
      ops.cast(ops.greater(x, y), 'float32'),
      ops.pad(x, [[0, 0], [1, 1], [0, 0]], { constantValues: 2 }),
      ops.moveaxis(x, 1, 2),
      ops.add(ops.full([2], 3), x.sum({ axis: [1, 2] }).reshape([-1, 1])),
    ]; // prettier-ignore
    const model = new Model([x, y], outputs);
    const copy = modelFromJson(model.toJson());
    expect(json(copy)).toEqual(json(model));
    const [a, b] = [1, 2].map((n) => ops.reshape(ops.sin(ops.arange(0, 12 * n, n)), [1, 3, 4]));
    const [was, is] = [model, copy].map((each) => each<Tensor[]>([a, b]).map((t) => t.arraySync()));
    expect(is).toEqual(was);
  });

  test('an op that Keras does not have cannot be written', () => {
    const x = Input({ shape: [2] });
    const call = new OpCall('my_op', (t: never) => ops.multiply(t, 2));
    const model = new Model(x, call.symbolicCall(x));
    expect(model(row(1, 2)).arraySync()).toEqual([[2, 4]]);
    expect(() => model.toJson()).toThrow("The op 'my_op' (my_op) has no counterpart in Keras's configs");
  });
});

describe('cloneModel', () => {
  const drawn = (): Model => {
    const x = Input({ shape: [2], name: 'x' });
    const shared = new Dense(2, { name: 'shared' });
    const inner = new Sequential([Input({ shape: [2] }), new Dense(3, { name: 'deep' })], { name: 'inner' });
    return new Model(x, ops.relu(inner(new Add()([shared(x), shared(shared(x))]))), { name: 'm' });
  };

  test('the copy has the same architecture and weights of its own', () => {
    for (const recursive of [false, true]) {
      resetNames();
      const model = drawn();
      const copy = cloneModel(model, { recursive });
      expect(json(copy)).toEqual(json(model));
      expect(copy.weights).toHaveLength(4);
      expect(copy.weights.some((w) => model.weights.includes(w))).toBe(false);
      copy.setWeights(model.getWeights());
      expect(copy(row(1, 2)).arraySync()).toEqual(model(row(1, 2)).arraySync());
    }
  });

  test('layers can be replaced, and calls wrapped', () => {
    const model = drawn();
    const replaced = cloneModel(model, {
      recursive: true,
      cloneFunction: (layer) =>
        layer instanceof Dense ? new Dense(layer.units, { name: layer.name, useBias: false }) : layer,
    });
    expect(replaced.weights).toHaveLength(2);
    const wrapped = cloneModel(model, {
      cloneFunction: (layer) => layer,
      callFunction: (layer, ...args) => {
        const y = (layer as unknown as (...a: readonly unknown[]) => KerasTensor)(...args);
        return layer instanceof Dense ? new Dropout(0.5)(y) : y;
      },
    });
    expect(wrapped.layers.filter((layer) => layer instanceof Dropout)).toHaveLength(3);
    expect(wrapped.getLayer('shared')).toBe(model.getLayer('shared'));
  });

  test('upon tensors of your own', () => {
    const x = Input({ shape: [2], name: 'mine' });
    expect(cloneModel(drawn(), { inputTensors: x }).inputNames).toEqual(['mine']);
    const stack = new Sequential([Input({ shape: [2], name: 'x' }), new Dense(1)]);
    expect(cloneModel(stack, { inputTensors: [x] }).outputShape).toEqual([null, 1]);
  });

  test('stacks, classes and compiled models', () => {
    const stack = new Sequential([new Dense(3), new Activation('relu')], { name: 'later' });
    expect(cloneModel(stack).built).toBe(false);
    stack.build([null, 2]);
    stack.compile({ optimizer: 'adam', loss: 'mse' });
    const copy = cloneModel(stack);
    expect(copy).toBeInstanceOf(Sequential);
    expect(copy.compiled).toBe(true);
    expect(json(copy)).toEqual(json(stack));
    class Own extends Model {
      readonly dense = new Dense(1);
      override call(x: Tensor): Tensor {
        return this.dense(x);
      }
    }
    const own = new Own();
    own(row(1, 2));
    expect(cloneModel(own)).toBeInstanceOf(Own);
    expect(() => cloneModel(own, { cloneFunction: (layer) => layer })).toThrow(
      'cloneFunction is for Sequential and drawn models only',
    );
    expect(() => cloneModel(stack, { callFunction: () => null })).toThrow('callFunction is for drawn models only');
    expect(() => cloneModel(stack, { recursiv: true } as object)).toThrow("cloneModel has no option 'recursiv'");
  });
});

test('the state of a model goes into a tree and back', () => {
  const model = new Sequential([Input({ shape: [2] }), new Dense(1, { name: 'd' })], { name: 's' });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const tree = model.getStateTree() as unknown as Record<string, { s: { d: { kernel: Tensor; bias: Tensor } } }>;
  expect(Object.keys(tree)).toEqual([
    'trainable_variables',
    'non_trainable_variables',
    'optimizer_variables',
    'metrics_variables',
  ]);
  expect(tree['trainable_variables'].s.d.kernel.shape).toEqual([2, 1]);
  model.setStateTree({ trainable_variables: { s: { d: { kernel: [[3], [4]], bias: [5] } } } });
  expect(model(row(1, 1)).arraySync()).toEqual([[12]]);
  expect(() => model.setStateTree({ trainable_variables: { s: { e: [1] } } })).toThrow(
    "there is no variable 's/e' among the trainable_variables",
  );
  expect(() => model.setStateTree({ weights: {} })).toThrow("unknown kind of variables 'weights'");
});

describe('saving', () => {
  test('what is registered is found and named', () => {
    const Registered = registerKerasSerializable({ package: 'mine', name: 'Zoom' })(class extends Scale {});
    const layer = new Registered({ by: 2, name: 'z' });
    const config = serializeKerasObject(layer) as Config;
    expect(config).toMatchObject({ module: null, class_name: 'Zoom', registered_name: 'mine>Zoom' });
    expect(deserializeKerasObject(config)).toBeInstanceOf(Registered);
    expect(getRegisteredName(Registered)).toBe('mine>Zoom');
    expect(getRegisteredObject('mine>Zoom')).toBe(Registered);
    expect(getRegisteredObject('mine>Other')).toBeNull();
    expect(getCustomObjects()['mine>Zoom']).toBe(Registered);
    Reflect.deleteProperty(getCustomObjects(), 'mine>Zoom');
    expect(() => deserializeKerasObject(config)).toThrow("unknown class 'Zoom'");
    expect(() => registerKerasSerializable()(class NoConfig {})).toThrow('NoConfig has no getConfig() method');
  });

  test('functions are written by name', () => {
    const twice = registerKerasSerializable({ package: 'mine' })(function twice(x: Tensor): Tensor {
      return ops.multiply(x, 2);
    });
    const config = serializeKerasObject(twice);
    expect(config).toEqual({
      module: 'builtins',
      class_name: 'function',
      config: 'mine>twice',
      registered_name: 'function',
    });
    expect(deserializeKerasObject(config)).toBe(twice);
  });

  test('plain values, tensors, slices and structures', () => {
    const value = { a: [1, 'b', null, true], t: tensor([[1, 2]]), k: new layers.Dense(2, { name: 'k' }) };
    const config = serializeKerasObject(value) as Config;
    expect(config['t']).toEqual({ class_name: '__tensor__', config: { value: [[1, 2]], dtype: 'int32' } });
    const back = deserializeKerasObject(config) as typeof value;
    expect(back.a).toEqual(value.a);
    expect(back.t.arraySync()).toEqual([[1, 2]]);
    expect(back.k.units).toBe(2);
    expect(deserializeKerasObject({ class_name: '__slice__', config: { start: 1, stop: null, step: 2 } })).toEqual({
      start: 1,
      stop: null,
      step: 2,
    });
    expect(deserializeKerasObject({ class_name: '__numpy__', config: { value: [1.5], dtype: 'float32' } })).toMatchObject({ dtype: 'float32' }); // prettier-ignore
    expect(() => deserializeKerasObject({ class_name: '__lambda__', config: { value: 'x' } })).toThrow(
      'Python code (a lambda), which is never run',
    );
    expect(() => serializeKerasObject(new Date())).toThrow('cannot write a Date');
    expect(() => deserializeKerasObject({ module: 'keras.layers', class_name: 'Dense', config: 5, registered_name: null })).toThrow("the config of 'Dense' is 5"); // prettier-ignore
  });

  test('a layer is built anew as it was built', () => {
    const layer = new Dense(2);
    layer.build([null, 3]);
    const config = serializeKerasObject(layer) as Config;
    expect(config['build_config']).toEqual({ input_shape: [null, 3] });
    const copy = deserializeKerasObject(config) as layers.Layer;
    expect(copy.built).toBe(true);
    expect(copy.weights.map((w) => w.shape)).toEqual([[3, 2], [2]]);
  });

  test('an object that is written twice is one object again', () => {
    const layer = new Dense(2);
    const config = withObjectSharing(() => serializeKerasObject([layer, layer, new Dense(1)])) as Config[];
    expect(config[0]['shared_object_id']).toBe(config[1]['shared_object_id']);
    expect(config[2]['shared_object_id']).toBeUndefined();
    const [first, second] = withObjectSharing(() => deserializeKerasObject(config)) as layers.Layer[];
    expect(first).toBe(second);
    const [third, fourth] = deserializeKerasObject(config) as layers.Layer[];
    expect(third).not.toBe(fourth);
  });
});
