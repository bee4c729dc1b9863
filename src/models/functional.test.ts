import { beforeEach, describe, expect, test, vi } from 'vitest';
import { resetNames } from '../core/naming.js';
import type { LayerOptions } from '../layers/index.js';
import * as layers from '../layers/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { getKerasMask, KerasTensor, tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { Function as GraphFunction, Functional, Model, Sequential } from './index.js';

const { Dense, Dropout, Input, Layer, Add, BatchNormalization, Masking, Embedding } = layers;

/** Scales by a weight, and takes a second tensor by name. */
class Blend extends Layer {
  static override readonly callArguments = ['inputs', 'other'];
  factor!: Variable;
  override build(): void {
    this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' });
  }
  override call(inputs: Tensor, { other = null }: { other?: Tensor | null } = {}): Tensor {
    const scaled = ops.multiply(inputs, this.factor);
    return other === null ? scaled : ops.add(scaled, other);
  }
}

/** Gives 1 in training and 0 otherwise, in the shape of the input. */
class Flag extends Layer {
  override call(inputs: Tensor, { training = null }: { training?: boolean | null } = {}): Tensor {
    return training ? ops.onesLike(inputs) : ops.zerosLike(inputs);
  }
}

/** Two outputs, in a dict. */
class Halves extends Layer {
  override call(inputs: Tensor): Record<string, Tensor> {
    const [left, right] = ops.split(inputs, 2, { axis: 1 });
    return { right, left };
  }
}

beforeEach(resetNames);

const row = (...numbers: number[]): Tensor => tensor([numbers], null, 'float32');

describe('what new Model gives', () => {
  test('a drawn model is a Model and a Functional, called functional', () => {
    const x = Input({ shape: [2] });
    const model = new Model(x, new Dense(1)(x));
    expect(model).toBeInstanceOf(Model);
    expect(model).toBeInstanceOf(Functional);
    expect(model.name).toBe('functional');
    expect(new Model({ inputs: x, outputs: x, name: 'same' }).name).toBe('same');
    expect(model.inputNames).toEqual(['input_layer']);
    expect(model.outputNames).toEqual(['dense']);
    expect(model.inputShape).toEqual([null, 2]);
    expect(model.outputShape).toEqual([null, 1]);
    expect(String(model)).toBe('<Functional name=functional, built=True>');
  });

  test('a class with its own call is a model', () => {
    class Mlp extends Model {
      readonly first = new Dense(3);
      readonly rest = [new Dropout(0.5), new Dense(2)];
      override call(x: Tensor, { training = null }: { training?: boolean | null } = {}): Tensor {
        let y: Tensor = this.first(x);
        for (const layer of this.rest) y = layer(y, { training });
        return y;
      }
    }
    const model = new Mlp();
    expect(model.name).toBe('mlp');
    expect(model.built).toBe(false);
    expect(model<Tensor>(row(1, 2, 3, 4)).shape).toEqual([1, 2]);
    expect(model.layers.map((layer) => layer.name)).toEqual(['dense', 'dropout', 'dense_1']);
    expect(model.weights.map((w) => w.path)).toEqual([
      'mlp/dense/kernel',
      'mlp/dense/bias',
      'mlp/dense_1/kernel',
      'mlp/dense_1/bias',
    ]);
    const x = Input({ shape: [4] });
    const drawn = new Model(x, model(x));
    expect(drawn.outputShape).toEqual([null, 2]);
    expect(drawn.computeOutputShape([7, 4])).toEqual([7, 2]);
    expect(() => model.inputs).toThrow("Model 'mlp' was not drawn from inputs to outputs and has no defined inputs");
    expect(model.outputNames).toBeNull();
    let text = '';
    model.summary({ printFn: (all) => (text = all) });
    expect(text).toContain('│ dense (Dense)                   │ (1, 3)                 │            15 │');
    expect(text).toContain('│ dropout (Dropout)               │ ?                      │             0 │');
  });

  test('a class that hands inputs and outputs to its base is a drawn model', () => {
    class Tower extends Model {
      readonly width: number;
      constructor(width = 3) {
        const x = Input({ shape: [2] });
        super(x, new Dense(width)(x), { name: 'tower' });
        this.width = width;
      }
      predictOne(x: Tensor): Tensor {
        return this(x);
      }
    }
    const model = new Tower(4);
    expect(model).toBeInstanceOf(Tower);
    expect(model.layers).toHaveLength(2);
    expect(model.predictOne(row(1, 2)).shape).toEqual([1, 4]);
    expect(Object.keys(model.getConfig())).toEqual(['name', 'trainable', 'dtype']);
  });

  test('a class without call says so', () => {
    class Empty extends Model {}
    expect(() => new Empty()(row(1))).toThrow('Model Empty does not have a `call()` method implemented.');
  });

  test('layers and models of fields outside of the graph belong to the model', () => {
    class WithMore extends Model {
      readonly extra = new Dense(1, { name: 'extra' });
    }
    const x = Input({ shape: [2] });
    const model = new WithMore(x, new Dense(1)(x));
    model.extra.build([null, 1]);
    expect(model.layers.map((layer) => layer.name)).toEqual(['input_layer', 'dense']);
    expect(model.weights.map((w) => w.path)).toEqual(['dense/kernel', 'dense/bias', 'extra/kernel', 'extra/bias']);
  });
});

describe('mistakes in a graph', () => {
  test('an input that is missing', () => {
    const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
    const y = new Add()([new Dense(2)(a), b]);
    expect(() => new Model(a, y)).toThrow(
      "graph disconnected: output with path `` is not connected to `inputs`. It also depends on Input 'input_layer_1', which is not among the inputs.",
    );
    expect(() => new Model(new KerasTensor([null, 2]), y)).toThrow('graph disconnected');
  });
  test('two layers of one name', () => {
    const x = Input({ shape: [2] });
    const y = new Dense(2, { name: 'twin' })(new Dense(2, { name: 'twin' })(x));
    expect(() => new Model(x, y)).toThrow('the name "twin" is used 2 times in the model');
  });
  test('two inputs of one name', () => {
    const [a, b] = [Input({ shape: [2], name: 'x' }), Input({ shape: [2], name: 'x' })];
    expect(() => new Model([a, b], new Add()([a, b]))).toThrow('the name "x" is used 2 times in the model');
  });
  test('one input listed twice', () => {
    const a = Input({ shape: [2], name: 'a' });
    expect(() => new Model([a, a], new Dense(1)(a))).toThrow("the input 'a' is listed twice");
  });
  test('inputs or outputs that are no KerasTensors', () => {
    const x = Input({ shape: [2] });
    const wrong = row(1) as unknown as KerasTensor;
    expect(() => new Model(wrong, x)).toThrow('all `inputs` values must be KerasTensors');
    expect(() => new Model(x, [x, new Dense(1) as unknown as KerasTensor])).toThrow(
      'all `outputs` values must be KerasTensors',
    );
    expect(() => new Model([], x)).toThrow('`inputs` cannot be empty');
    expect(() => new (Model as new (...args: unknown[]) => Model)(x)).toThrow('got inputs, but no outputs');
  });
  test('an option that does not exist', () => {
    const x = Input({ shape: [2] });
    // @ts-expect-error -- the option does not exist
    expect(() => new Model(x, x, { nam: 'm' })).toThrow(/Functional has no option 'nam'/);
  });
});

describe('what goes in', () => {
  const two = (): Model => {
    const [a, b] = [Input({ shape: [2], name: 'a' }), Input({ shape: [3], name: 'b' })];
    return new Model([a, b], ops.concatenate([b, a], { axis: 1 }));
  };

  test('lists, dicts by name, and lists of plain numbers', () => {
    const model = two();
    const expected = [[3, 4, 5, 1, 2]];
    expect(model([row(1, 2), row(3, 4, 5)]).arraySync()).toEqual(expected);
    expect(model({ b: row(3, 4, 5), a: row(1, 2) }).arraySync()).toEqual(expected);
    expect(model([[[1, 2]], [[3, 4, 5]]]).arraySync()).toEqual(expected);
    const x = Input({ shape: [2], name: 'only' });
    const one = new Model(x, ops.multiply(x, 2));
    for (const given of [row(1, 2), [row(1, 2)], { only: row(1, 2) }, [[1, 2]]])
      expect(one(given as Tensor).arraySync()).toEqual([[2, 4]]);
  });

  test('a model of a dict takes dicts in any order, and warns of lists', () => {
    const inputs = { z: Input({ shape: [1], name: 'z' }), a: Input({ shape: [2], name: 'a' }) };
    const model = new Model(inputs, ops.concatenate([inputs.z, inputs.a], { axis: 1 }));
    expect(model({ a: row(1, 2), z: row(3) }).arraySync()).toEqual([[3, 1, 2]]);
    expect(() => model([row(1, 2), row(3)])).toThrow("the structure of `inputs` doesn't match the expected structure");
    const sorted = new Model({ a: inputs.a, z: inputs.z }, ops.concatenate([inputs.z, inputs.a], { axis: 1 }));
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(sorted([row(1, 2), row(3)]).arraySync()).toEqual([[3, 1, 2]]);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("doesn't match the expected structure"));
    warn.mockRestore();
  });

  test('keys that are no names of the tensors are warned of', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const x = Input({ shape: [1], name: 'x' });
    new Model({ y: x }, x);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("The key 'y' holds the tensor 'x'"));
    warn.mockRestore();
  });

  test('a last axis of 1 too many or too few', () => {
    const x = Input({ shape: [2, 1] });
    const model = new Model(x, ops.multiply(x, 1));
    expect(model<Tensor>(row(1, 2)).shape).toEqual([1, 2, 1]);
    const y = Input({ shape: [] });
    const scalar = new Model(y, ops.multiply(y, 1));
    expect(scalar<Tensor>(row(5)).shape).toEqual([1]);
  });

  test('dtypes are those of the inputs', () => {
    const x = Input({ shape: [2], dtype: 'int32' });
    const model = new Model(x, ops.add(x, 1));
    expect(model(row(1, 2)).dtype).toBe('int32');
  });

  test('inputs that do not fit', () => {
    const model = two();
    expect(() => model([row(1, 2)])).toThrow(
      `Layer 'functional' expects 2 named inputs ["a","b"], but it received 1 input tensors`,
    );
    expect(() => model([row(1), row(1, 2, 3)])).toThrow(
      "invalid input shape for the input with name 'a' and path '0'. Expected shape (None, 2), but input has incompatible shape (1, 1)",
    );
    expect(() => model([row(1, 2, 3), row(1, 2, 3)])).toThrow(
      "Input 0 with name 'a' of layer 'functional' is incompatible with the layer: expected shape=(None, 2), found shape=(1, 3)",
    );
    expect(() => model({ a: row(1, 2), c: row(1) })).toThrow("no data for input 'b'");
    const image = Input({ shape: [4, 4, 3], name: 'image' });
    const convolutional = new Model(image, ops.multiply(image, 1));
    expect(() => convolutional(tensor([[1, 2]]))).toThrow(/name 'image'|with name 'image'/);
    expect(() => model([row(1, 2), null as unknown as Tensor])).toThrow(/not optional|must be tensors/);
  });

  test('an optional input may be null', () => {
    const x = Input({ shape: [2], name: 'x' });
    const other = Input({ shape: [2], name: 'other', optional: true });
    const model = new Model([x, other], new Blend()(x, { other }));
    expect(model([row(1, 2), row(10, 20)]).arraySync()).toEqual([[11, 22]]);
    expect(model([row(1, 2), null as unknown as Tensor]).arraySync()).toEqual([[1, 2]]);
  });
});

describe('what goes on inside', () => {
  everyBackend((run) => {
    test('keyword tensors, shared layers, dict outputs of layers and tensors on the way', () => {
      const [x, other] = [Input({ shape: [4] }), Input({ shape: [2] })];
      const halves = new Halves()<Record<string, KerasTensor>>(x);
      const blend = new Blend();
      const y = blend(halves['left'], { other });
      const z = blend(halves['right']);
      const model = new Model([x, other], { sum: y.add(z), z });
      expect(model.layers.map((layer) => layer.name)).toEqual(['input_layer', 'halves', 'input_layer_1', 'blend']);
      blend.factor.assign(3);
      const result = run(() => model<Record<string, Tensor>>([row(1, 2, 3, 4), row(100, 200)]));
      expect(result['sum'].arraySync()).toEqual([[112, 218]]);
      expect(result['z'].arraySync()).toEqual([[9, 12]]);
    });

    test('masks flow through layers and models', () => {
      const words = Input({ shape: [null], dtype: 'int32' });
      const embedded = new Embedding(5, 2, { maskZero: true })(words);
      const model = new Model(words, new Dense(1)(embedded));
      const mask = run(() => ops.cast(getKerasMask(model(tensor([[1, 0, 2]], null, 'int32')))! as Tensor, 'int32'));
      expect(mask.arraySync()).toEqual([[1, 0, 1]]);
      const values = Input({ shape: [3, 1] });
      const outer = new Model(values, new Dense(1)(new Masking({ maskValue: 7 })(values)));
      const outerMask = run(() => ops.cast(getKerasMask(outer(tensor([[[7], [1], [7]]])))! as Tensor, 'int32'));
      expect(outerMask.arraySync()).toEqual([[0, 1, 0]]);
    });
  });

  test('the training flag reaches all layers, and goes before one that was drawn', () => {
    const x = Input({ shape: [1] });
    const inner = new Model(x, new Flag()(x));
    const y = Input({ shape: [1] });
    const model = new Model(y, [inner(y), new Flag()(y, { training: true })]);
    const flags = (options?: object): number[] => model<Tensor[]>(row(5), options).map((t) => t.itemSync());
    expect(flags()).toEqual([0, 1]);
    expect(flags({ training: true })).toEqual([1, 1]);
    expect(flags({ training: false })).toEqual([0, 0]); // as Keras
  });

  test('batch statistics change in training only', () => {
    const x = Input({ shape: [1] });
    const norm = new BatchNormalization();
    const model = new Model(x, norm(x));
    const before = norm.getWeights()[2].arraySync();
    model(tensor([[1], [3]]), { training: false });
    expect(norm.getWeights()[2].arraySync()).toEqual(before);
    model(tensor([[1], [3]]), { training: true });
    expect(norm.getWeights()[2].arraySync()).not.toEqual(before);
  });

  test('models cut out of a model share its layers', () => {
    const x = Input({ shape: [3] });
    const hidden = new Dense(2, { name: 'hidden' })(x);
    const y = new Dense(1, { name: 'last' })(hidden);
    const whole = new Model(x, y);
    const front = new Model(x, hidden);
    const head = new Model(hidden, y);
    const input = row(1, 2, 3);
    expect(head(front(input)).arraySync()).toEqual(whole(input).arraySync());
    expect(head.getLayer('last')).toBe(whole.getLayer('last'));
    expect(head.layers.map((layer) => layer.constructor.name)).toEqual(['InputLayer', 'Dense']);
    expect(whole.layers).toHaveLength(3);
    expect(new Model(whole.input, whole.getLayer('hidden').output)(input).arraySync()).toEqual(
      front(input).arraySync(),
    );
  });

  test('shapes for other inputs are found through the graph', () => {
    const x = Input({ shape: [null, 3] });
    const model = new Model(x, [new Dense(2)(x), ops.sum(x, { axis: 1 })]);
    expect(model.outputShape).toEqual([[null, null, 2], [null, 3]]); // prettier-ignore
    expect(model.computeOutputShape([5, 7, 3])).toEqual([[5, 7, 2], [5, 3]]); // prettier-ignore
    const y = Input({ shape: [7, 3] });
    expect(model<KerasTensor[]>(y).map((t) => t.shape)).toEqual([[null, 7, 2], [null, 3]]); // prettier-ignore
  });

  test('freezing a model freezes its layers', () => {
    const x = Input({ shape: [3] });
    const model = new Model(x, new Dense(2)(new Dense(2)(x)));
    expect(model.trainableWeights).toHaveLength(4);
    model.getLayer({ index: 1 }).trainable = false;
    expect(model.trainableWeights).toHaveLength(2);
    model.trainable = false;
    expect(model.trainableWeights).toHaveLength(0);
    expect(model.nonTrainableWeights).toHaveLength(4);
  });

  test('losses of layers are those of the model', () => {
    const x = Input({ shape: [2] });
    const dense = new Dense(1, { kernelRegularizer: 'l2', kernelInitializer: 'ones' });
    const model = new Model(x, dense(x));
    expect(model.losses.map((loss) => loss.itemSync())[0]).toBeCloseTo(0.02, 6);
  });
});

describe('getLayer', () => {
  const model = (): Model => {
    const x = Input({ shape: [2], name: 'in' });
    return new Model(x, new Dense(1, { name: 'b' })(new Dense(2, { name: 'a' })(x)));
  };
  test('by name and by index, which wins', () => {
    expect(model().getLayer('a').name).toBe('a');
    expect(model().getLayer({ name: 'b' }).name).toBe('b');
    expect(model().getLayer({ index: 1 }).name).toBe('a');
    expect(model().getLayer({ name: 'b', index: 0 }).name).toBe('in');
  });
  test('there is none', () => {
    expect(() => model().getLayer('c')).toThrow('no such layer: c. Existing layers are: in, a, b.');
    expect(() => model().getLayer({ index: 3 })).toThrow('at index 3, but has only 3 layers');
    expect(() => model().getLayer({})).toThrow("needs a layer's name, or { index }");
  });
});

describe('Sequential', () => {
  test('is built when it first sees data', () => {
    const model = new Sequential([new Dense(3), new Dense(2)]);
    expect(model.built).toBe(false);
    expect(model.weights).toHaveLength(0);
    expect(() => model.inputs).toThrow("Sequential model 'sequential' has no defined inputs yet");
    expect(() => model.countParams()).toThrow('the layer is not built');
    expect(model<Tensor>(row(1, 2, 3, 4)).shape).toEqual([1, 2]);
    expect(model.built).toBe(true);
    expect(model.countParams()).toBe(23);
    expect(model.inputShape).toEqual([1, 4]);
    expect(model<Tensor>(tensor([[1, 2, 3, 4], [1, 2, 3, 4]])).shape).toEqual([2, 2]); // prettier-ignore
  });
  test('is built layer by layer when it starts with an Input or an inputShape', () => {
    const model = new Sequential();
    model.add(new Dense(3, { inputShape: [4] }));
    expect(model.layers).toHaveLength(1);
    model.add(new Dense(2));
    expect(model.built).toBe(true);
    expect(model.outputShape).toEqual([null, 2]);
    expect(model.pop().name).toBe('dense_1');
    expect(model.outputShape).toEqual([null, 3]);
    expect(model.outputNames).toEqual(['dense']);
    const batch = new Sequential([new Dense(3, { batchInputShape: [8, 4] }), new Dense(1)]);
    expect(batch.inputShape).toEqual([8, 4]);
  });
  test('holds models, and stands in models', () => {
    const inner = new Sequential([Input({ shape: [4] }), new Dense(3)]);
    const outer = new Sequential([inner, new Dense(2)]);
    expect(outer.outputShape).toEqual([null, 2]);
    const x = Input({ shape: [4] });
    const model = new Model(x, outer(x));
    expect(model<Tensor>(row(1, 2, 3, 4)).arraySync()).toEqual(outer<Tensor>(row(1, 2, 3, 4)).arraySync());
    expect(model.weights).toHaveLength(4);
  });
  test('passes the training flag and runs layers without shapes one by one', () => {
    const model = new Sequential([new Flag()]);
    expect(model<Tensor>(row(3), { training: true }).itemSync()).toBe(1);
    expect(model<Tensor>(row(3)).itemSync()).toBe(0);
    const two = new Sequential([new Add(), new Dense(1)]);
    expect(two<Tensor>([row(1, 2), row(3, 4)]).shape).toEqual([1, 1]);
  });
  test('mistakes', () => {
    const model = new Sequential([Input({ shape: [2] }), new Dense(1, { name: 'one' })], { name: 'stack' });
    expect(() => model.add(new Dense(1, { name: 'one' }))).toThrow("Name 'one' is already the name of a layer");
    expect(() => model.add(Input({ shape: [3] }))).toThrow(
      "'stack' has already been configured to use input shape (None, 2)",
    );
    expect(() => model.build([null, 5])).toThrow('You cannot build it with inputShape (None, 5)');
    expect(() => model.add(((x: Tensor) => x) as unknown as layers.Layer)).toThrow(
      'only instances of Layer can be added',
    );
    expect(() => new Sequential(new Dense(1) as unknown as layers.Layer[])).toThrow('the layers must come as a list');
    expect(() => new Sequential(null, { name: 'none' }).build([null, 2])).toThrow(
      'cannot be built because it has no layers',
    );
    expect(() => new Sequential().pop()).toThrow('there is no layer to pop');
  });
});

describe('Function', () => {
  test('computes, draws, and refuses what does not fit', () => {
    const [a, b] = [new KerasTensor([null, 2], { name: 'a' }), new KerasTensor([null, 2])];
    const fn = new GraphFunction([a, b], ops.multiply(ops.add(a, b), 2));
    const call = fn as unknown as (x: unknown) => Tensor;
    expect(call([row(1, 2), row(3, 4)]).arraySync()).toEqual([[8, 12]]);
    expect(fn.computeOutputShape([[5, 2], [5, 2]])).toEqual([5, 2]); // prettier-ignore
    expect(fn.operations.map((op) => op.name)).toEqual(['add', 'multiply']);
    expect(() => call([row(1, 2), row(3)])).toThrow(
      'expected shape (None, 2), but received instead a tensor with shape (1, 1)',
    );
    expect(() => call([row(1)])).toThrow('has 2 input(s), but received 1');
    const drawn = call([Input({ shape: [2] }), Input({ shape: [2] })]) as unknown as KerasTensor;
    expect(drawn.shape).toEqual([null, 2]);
  });
});

test('layer options are typed', () => {
  const options: LayerOptions = { name: 'x' };
  expect(new Flag(options).name).toBe('x');
});
