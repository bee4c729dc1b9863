import { describe, expect, it, vi } from 'vitest';
import { registerKerasSerializable, type Config } from '../core/serialization.js';
import { setDtypePolicy } from '../core/dtype_policy.js';
import { resetNames } from '../core/naming.js';
import type { PartialShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import { getKerasMask, jit, KerasTensor, type Tensor, tensor, Variable } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import type { LayerOptions } from './index.js';
import {
  Add,
  BatchNormalization,
  Concatenate,
  Dense,
  deserialize,
  Dropout,
  Embedding,
  Flatten,
  InputSpec,
  Layer,
  Masking,
  Maximum,
  Multiply,
  serialize,
} from './index.js';

const pathsOf = (layer: Layer): string[] => layer.weights.map((v) => v.path);

/** Says what flag its call got. */
class Flag extends Layer {
  seen: (boolean | undefined)[] = [];
  override call(x: Tensor, { training }: { training?: boolean } = {}): Tensor {
    this.seen.push(training);
    return x;
  }
}

/** Two Dense layers and a variable. */
class Block extends Layer {
  readonly first: Dense;
  readonly rest: readonly Layer[];
  factor!: Variable;
  constructor(units: number, options: LayerOptions = {}) {
    super(options);
    this.first = new Dense(units, { name: 'first' });
    this.rest = [new Dense(1, { name: 'second', useBias: false })];
  }
  override build(inputShape: PartialShape): void {
    this.factor = this.addWeight({ name: 'factor', shape: [], initializer: 'ones', trainable: false });
    this.first.build(inputShape);
  }
  override call(x: Tensor): Tensor {
    return ops.multiply(this.rest[0](this.first(x)), this.factor);
  }
}

describe('weights of layers in layers', () => {
  it('are found in the fields, own ones first, and their paths hold the names around them', () => {
    const block = new Block(3, { name: 'block' });
    expect(block.weights).toEqual([]);
    block([[1, 2]]);
    expect(pathsOf(block)).toEqual(['block/factor', 'block/first/kernel', 'block/first/bias', 'block/second/kernel']);
    expect(block.weights.map((v) => v.shape)).toEqual([[], [2, 3], [3], [3, 1]]);
    expect(block.trainableWeights.map((v) => v.path)).toEqual([
      'block/first/kernel',
      'block/first/bias',
      'block/second/kernel',
    ]);
    expect(block.nonTrainableWeights.map((v) => v.path)).toEqual(['block/factor']);
    expect(block.flattenLayers().map((layer) => layer.name)).toEqual(['first', 'second']);
    expect(block.countParams()).toBe(1 + 6 + 3 + 3);
    expect(block.path).toBe('block');
    expect(block.first.path).toBe('block/first');
  });

  it('are found in dicts, Maps and lists, once each, and not behind #', () => {
    const shared = new Dense(2, { name: 'shared' });
    class Holder extends Layer {
      readonly dict = { b: shared, a: [new Dense(1, { name: 'inner' })] };
      readonly map = new Map([['x', new Variable(1, { name: 'own' })]]);
      readonly again = shared;
      readonly #hidden = new Dense(3);
      override call(x: Tensor): Tensor {
        void this.#hidden;
        return this.dict.a[0](this.dict.b(x));
      }
    }
    const holder = new Holder({ name: 'holder' });
    holder([[1, 2, 3]]);
    expect(holder.ownLayers.map((layer) => layer.name)).toEqual(['shared', 'inner']);
    expect(pathsOf(holder)).toEqual([
      'own',
      'holder/shared/kernel',
      'holder/shared/bias',
      'holder/inner/kernel',
      'holder/inner/bias',
    ]);
  });

  it('become trainable and back with the layer that holds them', () => {
    const block = new Block(3);
    block([[1, 2]]);
    block.trainable = false;
    expect(block.first.trainable).toBe(false);
    expect(block.trainableWeights).toEqual([]);
    expect(block.nonTrainableWeights).toHaveLength(4);
    block.trainable = true;
    expect(block.trainableWeights).toHaveLength(3);
    block.first.trainable = false;
    expect(block.trainableWeights.map((v) => v.name)).toEqual(['kernel']);
  });

  it('made in a layer that is not trainable are not either', () => {
    const dense = new Dense(2, { trainable: false });
    dense.build([null, 3]);
    expect(dense.trainableWeights).toEqual([]);
    expect(dense.weights.map((v) => v.trainable)).toEqual([false, false]);
  });

  it('are given and taken as a list', () => {
    const dense = new Dense(2);
    dense.build([null, 3]);
    const kernel = tensor([1, 2, 3, 4, 5, 6], [3, 2], 'float32');
    dense.setWeights([kernel, [7, 8]]);
    expect(dense.getWeights().map((w) => w.arraySync())).toEqual([kernel.arraySync(), [7, 8]]);
    expect(dense([[1, 0, 0]]).arraySync()).toEqual([[8, 10]]);
    expect(() => dense.setWeights([kernel])).toThrow(
      /setWeights got a list of 1 weights, but the layer has 2: dense.*kernel \(3, 2\)/,
    );
    expect(() => dense.setWeights([kernel, [1, 2, 3]])).toThrow(
      /weight 1, 'dense.*bias', has shape \(2,\), but the value given has shape \(3,\)/,
    );
    expect(dense.getWeights()[1].arraySync()).toEqual([7, 8]);
    expect(() => new Dense(2).setWeights([kernel])).toThrow('It is not built yet');
    expect(() => new Dense(2).countParams()).toThrow(/countParams needs the weights.*layer\.build\(inputShape\)/);
  });

  it('go to a store and come back', () => {
    const [a, b] = [new Dense(2), new Dense(2)];
    a.build([null, 3]);
    b.build([null, 3]);
    const store: Record<string, Tensor> = {};
    a.saveOwnVariables(store);
    expect(Object.keys(store)).toEqual(['0', '1']);
    b.loadOwnVariables(store);
    expect(b.getWeights()[0].arraySync()).toEqual(a.getWeights()[0].arraySync());
    expect(() => b.loadOwnVariables({ 0: store['0'] })).toThrow('expected 2 variables (kernel, bias), but received 1');
  });

  it('need a known shape', () => {
    class Open extends Layer {
      override build(inputShape: PartialShape): void {
        this.addWeight({ name: 'w', shape: inputShape });
      }
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Open({ name: 'open' }).build([null, 2])).toThrow(
      "Layer 'open': a weight 'w' of shape (None, 2). All sizes must be known.",
    );
  });
});

describe('names', () => {
  it('are made from the class and numbered', () => {
    resetNames();
    expect([new Dense(1), new Dense(1), new BatchNormalization()].map((layer) => layer.name)).toEqual([
      'dense',
      'dense_1',
      'batch_normalization',
    ]);
    expect(String(new Dense(1, { name: 'mine' }))).toBe('<Dense name=mine, built=False>');
  });
  it('are refused with a slash', () => {
    expect(() => new Dense(1, { name: 'a/b' })).toThrow("Dense: the name 'a/b' holds a '/'");
  });
});

describe('building', () => {
  it('happens at the first call, for its shape, or by hand', () => {
    const dense = new Dense(4);
    expect(dense.built).toBe(false);
    dense(ops.ones([2, 3]));
    expect(dense.built).toBe(true);
    expect(dense.kernel.shape).toEqual([3, 4]);
    expect(dense.getBuildConfig()).toEqual({ input_shape: [2, 3] });
    const other = new Dense(4);
    other.buildFromConfig(dense.getBuildConfig());
    expect(other.kernel.shape).toEqual([3, 4]);
  });

  it('builds the layers inside by a dry run where the class has no build()', () => {
    class Pair extends Layer {
      readonly a = new Dense(4, { name: 'a' });
      readonly b = new Dense(2, { name: 'b' });
      override call(x: Tensor): Tensor {
        return this.b(this.a(x));
      }
    }
    const pair = new Pair({ name: 'pair' });
    pair.build([null, 3]);
    expect(pathsOf(pair)).toEqual(['pair/a/kernel', 'pair/a/bias', 'pair/b/kernel', 'pair/b/bias']);
  });

  it('leaves the layers inside to a build() that calls super.build()', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    class Own extends Layer {
      readonly inner = new Dense(2);
      factor!: Variable;
      override build(inputShape: PartialShape): void {
        super.build(inputShape);
        this.factor = this.addWeight({ name: 'factor', initializer: 'ones' });
      }
      override call(x: Tensor): Tensor {
        return ops.multiply(this.inner(x), this.factor);
      }
    }
    const own = new Own({ name: 'own' });
    own.build([null, 3]);
    expect(pathsOf(own)).toEqual(['own/factor']);
    own(ops.ones([1, 3]));
    expect(own.weights.map((v) => v.name)).toEqual(['factor', 'kernel', 'bias']);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('makes weights with numbers even while a program is traced', () => {
    const dense = new Dense(2);
    const step = jit((x: Tensor) => dense(x));
    step(ops.ones([1, 3]));
    expect(dense.kernel.read().data).toHaveLength(6);
  });

  it('checks later inputs against the first', () => {
    const dense = new Dense(4, { name: 'd' });
    dense(ops.ones([2, 3]));
    expect(() => dense(ops.ones([2, 5]))).toThrow(
      "Input 0 of layer 'd' is incompatible with the layer: expected axis -1 of input shape to have value 3, but received input with shape (2, 5)",
    );
  });
});

describe('the shape of a first layer', () => {
  it('is said by inputShape, inputDim or batchInputShape', () => {
    expect(new Dense(1, { inputShape: [3] }).firstLayerShape).toEqual([null, 3]);
    expect(new Dense(1, { inputDim: 4 }).firstLayerShape).toEqual([null, 4]);
    expect(new Dense(1, { batchInputShape: [2, 3] }).firstLayerShape).toEqual([2, 3]);
    expect(new Dense(1).firstLayerShape).toBe(null);
  });
});

describe('the training flag', () => {
  it('is taken from the call, else from the call around, else is not given', () => {
    const flag = new Flag();
    class Outer extends Layer {
      readonly flag = flag;
      override call(x: Tensor): Tensor {
        this.flag(x);
        return this.flag(x, { training: false });
      }
    }
    const outer = new Outer();
    outer([[1]]);
    outer([[1]], { training: true });
    flag([[1]], { training: null });
    expect(flag.seen).toEqual([undefined, false, true, false, undefined]);
  });
});

describe('losses', () => {
  class Penalty extends Layer {
    override call(x: Tensor): Tensor {
      this.addLoss(ops.sum(x));
      return x;
    }
  }
  it('that a call adds are those of the last call, of layers inside as well, then those of the weights', () => {
    class Outer extends Layer {
      readonly inner = new Penalty();
      readonly dense = new Dense(1, { kernelInitializer: 'ones', kernelRegularizer: 'l2' });
      override call(x: Tensor): Tensor {
        return this.dense(this.inner(x));
      }
    }
    const outer = new Outer();
    outer([[1, 2]]);
    outer([[3, 4]]);
    const [added, regularized] = outer.losses.map(Number);
    expect(added).toBe(7);
    expect(regularized).toBeCloseTo(0.02, 6);
    expect(outer.losses).toHaveLength(2);
    outer.clearLosses();
    expect(outer.losses).toHaveLength(1);
  });
  it('of activities are divided by the batch size', () => {
    const layer = new Dense(2, { kernelInitializer: 'ones', activityRegularizer: 'l1' });
    layer([
      [1, 1],
      [2, 2],
    ]);
    expect(Number(layer.losses[0])).toBeCloseTo((0.01 * (4 + 8)) / 2, 6);
  });
  everyBackend((run) => {
    it('are part of the program that the call is part of', () => {
      const layer = new Penalty();
      const total = run(() => {
        layer(tensor([[1, 2]]));
        return layer.losses.reduce((a, b) => ops.add(a, b));
      });
      expect(total.itemSync()).toBe(3);
      expect(layer.losses).toEqual([]);
    });
  });
});

describe('masks', () => {
  const steps = tensor(
    [
      [
        [1, 2],
        [0, 0],
        [3, 4],
      ],
    ],
    [1, 3, 2],
    'float32',
  );
  const maskOf = (x: unknown): unknown => (getKerasMask(x) as Tensor | null)?.arraySync() ?? null;

  it('go with the tensor through layers that support them', () => {
    const y = new Dropout(0.5)(new Dense(4)(new Masking()(steps)));
    expect(maskOf(y)).toEqual([[true, false, true]]);
  });
  it('are dropped, with one warning, by layers that do not', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const flatten = new Flatten({ name: 'flat' });
    expect(maskOf(flatten(new Masking()(steps)))).toBe(null);
    flatten(new Masking()(steps));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch("Layer 'flat' (of type Flatten) was passed an input with a mask");
    warn.mockRestore();
  });
  it('reach call as the named argument, unless one is given', () => {
    const seen: unknown[] = [];
    class Reader extends Layer {
      override supportsMasking = true;
      override call(x: Tensor, { mask = null }: { mask?: Tensor | null } = {}): Tensor {
        seen.push(mask?.arraySync() ?? null);
        return x;
      }
    }
    const reader = new Reader();
    reader(new Masking()(steps));
    reader(new Masking()(steps), { mask: tensor([[true, true, false]]) });
    reader(steps);
    expect(seen).toEqual([[[true, false, true]], [[true, true, false]], null]);
  });
  it('come from Embedding with maskZero', () => {
    expect(maskOf(new Embedding(5, 2, { maskZero: true })([[1, 0, 3]]))).toEqual([[true, false, true]]);
    expect(maskOf(new Embedding(5, 2)([[1, 0, 3]]))).toBe(null);
  });
  // Values from Keras 3.15.1: a masked place takes the other input's number (Maximum), or counts as 1 (Multiply).
  it('are joined by merging layers', () => {
    const masked = (data: number[][][]): Tensor => new Masking()(tensor(data, [1, 3, 2], 'float32'));
    const a = masked([
      [
        [1, 2],
        [0, 0],
        [0, 0],
      ],
    ]);
    const b = masked([
      [
        [0, 0],
        [-1, -2],
        [0, 0],
      ],
    ]);
    expect(maskOf(new Add()([a, b]))).toEqual([[true, true, false]]);
    expect(maskOf(new Add()([a, steps]))).toBe(null);
    const greatest = new Maximum()([a, b]);
    expect(greatest.arraySync()).toEqual([
      [
        [1, 2],
        [-1, -2],
        [0, 0],
      ],
    ]);
    expect(maskOf(greatest)).toEqual([[true, true, false]]);
    const product = new Multiply()([a, b]);
    expect(product.arraySync()).toEqual([
      [
        [1, 2],
        [-1, -2],
        [0, 0],
      ],
    ]);
    expect(maskOf(product)).toEqual([[true, true, false]]);
    expect(maskOf(new Concatenate({ axis: 1 })([a, b]))).toEqual([[true, false, false, false, true, false]]);
    expect(maskOf(new Concatenate()([a, steps]))).toEqual([[true, true, true]]);
  });
  it('are symbolic for symbolic tensors', () => {
    const y = new Masking()(new KerasTensor([null, 3, 2]));
    const mask = getKerasMask(y) as KerasTensor;
    expect(mask).toBeInstanceOf(KerasTensor);
    expect([mask.shape, mask.dtype]).toEqual([[null, 3], 'bool']);
  });
});

describe('dtypes', () => {
  it('of a mixed policy: weights in 32 bits, computed in 16', () => {
    const dense = new Dense(2, { dtype: 'mixed_bfloat16' });
    const y = dense(ops.ones([1, 3]));
    expect([dense.computeDtype, dense.variableDtype, y.dtype, dense.kernel.dtype]).toEqual([
      'bfloat16',
      'float32',
      'bfloat16',
      'float32',
    ]);
    expect(dense(new KerasTensor([null, 3])).dtype).toBe('bfloat16');
  });
  it('of the global policy are taken when the layer is made', () => {
    setDtypePolicy('float16');
    try {
      const dense = new Dense(2);
      expect(dense([[1, 2]]).dtype).toBe('float16');
      expect(dense.kernel.dtype).toBe('float16');
    } finally {
      setDtypePolicy(null);
    }
  });
  it('of whole numbers stay', () => {
    expect(new Flatten()(tensor([[[1], [2]]], [1, 2, 1], 'int32')).dtype).toBe('int32');
    expect(new Flatten()(new KerasTensor([null, 2, 1], { dtype: 'int32' })).dtype).toBe('int32');
  });
  it('of inner layers are their own', () => {
    class Outer extends Layer {
      readonly inner = new Dense(1, { dtype: 'float32' });
      override call(x: Tensor): Tensor {
        return this.inner(x);
      }
    }
    expect(new Outer({ dtype: 'mixed_float16' })(ops.ones([1, 2])).dtype).toBe('float32');
  });
});

describe('calls', () => {
  it('take numbers in lists and typed arrays', () => {
    const add = new Add();
    expect(add([tensor([[1, 2]]), new Float32Array([3])]).shape).toEqual([1, 2]);
    expect(new Flatten()([[[1], [2]]]).shape).toEqual([1, 2]);
  });
  it('refuse what is no tensor, by name', () => {
    const dense = new Dense(1, { name: 'd' });
    expect(() => dense('abc')).toThrow('Layer \'d\': only tensors may be passed by position, got "abc"');
    expect(() => dense(new Dense(1) as never)).toThrow('got a function or layer');
  });
  it('draw with symbolic tensors: shapes with open sizes, and the graph', () => {
    const x = new KerasTensor([null, null, 3]);
    const dense = new Dense(4, { name: 'd' });
    const y = dense(x);
    expect(y.shape).toEqual([null, null, 4]);
    expect([dense.input, dense.output]).toEqual([x, y]);
    expect(y.history?.node.operation).toBe(dense);
    expect(() => new Dense(1, { name: 'e' }).output).toThrow(
      "Layer 'e' has never been called on a KerasTensor and thus has no defined outputs",
    );
  });
  it('need a call()', () => {
    class Empty extends Layer {}
    expect(() => new Empty()([[1]])).toThrow('Layer Empty does not have a call() method.');
  });
  everyBackend((run) => {
    it('update state inside a program', () => {
      const norm = new BatchNormalization({ momentum: 0.5 });
      const x = tensor([[1], [3]], [2, 1], 'float32');
      run(() => norm(x, { training: true }));
      expect(norm.movingMean.read().data[0]).toBeCloseTo(1, 6);
      expect(norm.movingVariance.read().data[0]).toBeCloseTo(1, 6);
      run(() => norm(x));
      expect(norm.movingMean.read().data[0]).toBeCloseTo(1, 6);
    });
    it('draw other numbers each time a program runs, the same as eager calls', () => {
      const [eager, traced] = [new Dropout(0.5, { seed: 3 }), new Dropout(0.5, { seed: 3 })];
      const x = ops.ones([4, 8]);
      const draw = (layer: Layer): unknown => layer(x, { training: true }).arraySync();
      const step = (): unknown => run(() => traced(x, { training: true })).arraySync();
      const [first, second] = [draw(eager), draw(eager)];
      expect(first).not.toEqual(second);
      expect([step(), step()]).toEqual([first, second]);
    });
  });
});

describe('configs', () => {
  it('make the same layer again, as Keras writes them', () => {
    const dense = new Dense(3, { activation: 'relu', name: 'd', kernelRegularizer: 'l2' });
    const config = serialize(dense);
    expect(config).toMatchObject({ module: 'keras.layers', class_name: 'Dense', registered_name: null });
    const copy = deserialize(JSON.parse(JSON.stringify(config)));
    expect(copy).toBeInstanceOf(Dense);
    expect(serialize(copy)).toEqual(config);
  });
  it('of own classes need them registered or given', () => {
    class Scale extends Layer {
      readonly by: number;
      constructor({ by = 1, ...rest }: LayerOptions & { by?: number } = {}) {
        super(rest);
        this.by = by;
      }
      override call(x: Tensor): Tensor {
        return ops.multiply(x, this.by);
      }
      override getConfig(): Config {
        return { ...super.getConfig(), by: this.by };
      }
    }
    const config = serialize(new Scale({ by: 3, name: 's' }));
    expect(() => deserialize(config)).toThrow(/unknown class 'Scale'.*registerKerasSerializable/);
    expect(serialize(deserialize(config, { customObjects: { Scale } }))).toEqual(config);
    registerKerasSerializable({ package: 'mine' })(Scale);
    const registered = serialize(new Scale({ by: 2 }));
    expect(registered['registered_name']).toBe('mine>Scale');
    expect((deserialize(registered) as Scale).by).toBe(2);
    expect(() => new Scale({ bye: 2 } as never)).toThrow(/Scale has no option 'bye'. Did you mean 'by'/);
  });
  it('that give no layer are refused', () => {
    expect(() => deserialize({ module: 'keras.initializers', class_name: 'Zeros', config: {} })).toThrow(
      'gives no layer',
    );
    expect(() => deserialize({ module: 'keras.layers', class_name: 'Dens', config: {} })).toThrow(
      /unknown class 'Dens'.*'Dense'/,
    );
    expect(() => deserialize({ module: 'keras.layers', class_name: 'Dense', config: { units: 2, foo: 1 } })).toThrow(
      "Dense has no option 'foo'",
    );
  });
});

describe('InputSpec', () => {
  it('says rank, sizes and dtype that a layer wants', () => {
    class Picky extends Layer {
      override inputSpec = new InputSpec({ ndim: 3, dtype: 'float32', axes: { 1: 4 } });
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    const picky = new Picky({ name: 'picky' });
    expect(() => picky(ops.ones([2, 4]))).toThrow(
      "Input 0 of layer 'picky' is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received: (2, 4)",
    );
    expect(() => picky(ops.ones([2, 5, 1]))).toThrow('expected axis 1 of input shape to have value 4');
    expect(() => picky(ops.ones([2, 4, 1], { dtype: 'int32' }))).toThrow('expected dtype=float32, found dtype=int32');
    expect(() => picky([ops.ones([2, 4, 1]), ops.ones([2, 4, 1])])).toThrow(
      "Layer 'picky' expects 1 input(s), but it received 2 input tensors.",
    );
  });
});
