import { describe, expect, it, vi } from 'vitest';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import { getKerasMask, jit, KerasTensor, tensor, type Tensor, valueAndGrad, Variable } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { expectClose, sines } from '../../testing/tensors.js';
import type { LayerOptions, RNNOptions } from '../index.js';
import {
  BatchNormalization,
  Bidirectional,
  Dense,
  deserialize,
  Dropout,
  Embedding,
  GRU,
  GRUCell,
  Layer,
  LSTM,
  LSTMCell,
  Masking,
  RNN,
  serialize,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
} from '../index.js';
import { registerKerasSerializable } from '../../core/serialization.js';

const data = sines(1.3, 0.4);

/** h′ = tanh(x · W + h · R), written by hand: a cell of one's own. */
class HandMade extends Layer {
  static readonly positional = ['units'];
  readonly stateSize: number;
  kernel!: Variable;
  recurrent!: Variable;
  constructor(
    readonly units: number,
    options: LayerOptions = {},
  ) {
    super(options);
    this.stateSize = units;
  }
  override build([, features]: PartialShape): void {
    this.kernel = this.addWeight({ shape: [features, this.units], name: 'kernel' });
    this.recurrent = this.addWeight({ shape: [this.units, this.units], name: 'recurrent' });
  }
  override call(x: Tensor, [h]: readonly Tensor[]): readonly unknown[] {
    const output = ops.tanh(ops.add(ops.matmul(x, this.kernel), ops.matmul(h, this.recurrent)));
    return [output, [output]];
  }
  override getConfig(): ReturnType<Layer['getConfig']> {
    return { ...super.getConfig(), units: this.units };
  }
}
registerKerasSerializable()(HandMade);

/** An output that is not a state, and a count of the steps in a variable. */
class Counting extends Layer {
  readonly stateSize = 2;
  readonly outputSize = 3;
  readonly steps = new Variable(0, { dtype: 'int32', trainable: false, name: 'steps' });
  override call(x: Tensor, [h]: readonly Tensor[]): readonly unknown[] {
    this.steps.assignAdd(1);
    const after = ops.add(h, ops.sum(x, { axis: -1, keepdims: true }));
    const output = ops.concatenate(
      [after, ops.multiply(ops.getItem(after, [{ start: null }, { start: 0, stop: 1 }] as never), 2)],
      { axis: -1 },
    );
    return [output, [after]];
  }
}

describe('RNN', () => {
  everyBackend((run) => {
    it('runs a cell of one`s own as SimpleRNN does, with gradients', () => {
      const x = data(3, 4, 2);
      const own = new RNN(new HandMade(5), { returnSequences: true });
      const simple = new SimpleRNN(5, { useBias: false, returnSequences: true });
      own.build([3, 4, 2]);
      simple.build([3, 4, 2]);
      own.setWeights(simple.getWeights());
      const gradients = (layer: Layer): readonly Tensor[] =>
        run(() => valueAndGrad(() => ops.sum(ops.square(layer(x))), [x, ...layer.trainableWeights])[1]);
      expectClose(
        run(() => own(x)),
        run(() => simple(x)),
      );
      const [a, b] = [gradients(own), gradients(simple)];
      a.forEach((gradient, i) => expectClose(gradient, b[i], 1e-5));
    });

    it('gives the last output of a cell whose output is no state, and keeps what the steps assign', () => {
      const cell = new Counting();
      const x = ops.ones([1, 4, 1]);
      const layer = new RNN(cell);
      expect(run(() => layer(x)).arraySync()).toEqual([[4, 4, 8]]);
      expect(cell.steps.value.itemSync()).toBe(4);
      const all = new RNN(cell, { returnSequences: true, goBackwards: true });
      expect(run(() => all(x)).arraySync()).toEqual([
        [
          [1, 1, 2],
          [2, 2, 4],
          [3, 3, 6],
          [4, 4, 8],
        ],
      ]);
      expect(cell.steps.value.itemSync()).toBe(8);
    });

    it('drops other units at each step in a cell that holds a Dropout, and the same in its own dropout', () => {
      class Dropping extends Layer {
        readonly stateSize = 40;
        readonly dropout = new Dropout(0.5, { seed: 1 });
        override call(x: Tensor, [h]: readonly Tensor[]): readonly unknown[] {
          return [ops.add(this.dropout(x), ops.multiply(h, 0)), [h]];
        }
      }
      const rnn = new RNN(new Dropping(), { returnSequences: true });
      const steps = run(() => rnn(ops.ones([1, 2, 40]), { training: true })).arraySync<number[][][]>();
      expect(steps[0][0]).not.toEqual(steps[0][1]);
      const simple = new SimpleRNN(1, {
        dropout: 0.5,
        seed: 1,
        activation: null,
        kernelInitializer: 'ones',
        recurrentInitializer: 'zeros',
        returnSequences: true,
      });
      const same = run(() => simple(ops.ones([1, 3, 40]), { training: true })).arraySync<number[][][]>();
      expect(same[0][0]).toEqual(same[0][1]);
      expect(same[0][0][0]).not.toBe(40);
    });

    it('draws other masks at each call', () => {
      const layer = new LSTM(3, { dropout: 0.5, recurrentDropout: 0.5, seed: 3 });
      const x = data(2, 3, 8);
      const [a, b] = [run(() => layer(x, { training: true })), run(() => layer(x, { training: true }))];
      expect(a.arraySync()).not.toEqual(b.arraySync());
      expectClose(
        run(() => layer(x)),
        run(() => layer(x, { training: false })),
      );
    });

    it('keeps states from program to program', () => {
      const layer = new GRU(2, { stateful: true, batchInputShape: [2, 3, 4] });
      const whole = new GRU(2);
      const x = data(2, 6, 4);
      const [first, second] = ops.split(x, 2, { axis: 1 });
      whole.build([2, 6, 4]);
      layer.build([2, 3, 4]);
      layer.setWeights(whole.getWeights());
      run(() => layer(first));
      const halves = run(() => layer(second));
      expectClose(
        halves,
        run(() => whole(x)),
      );
      layer.resetState();
      expect((layer.states as Variable[])[0].value.arraySync()).toEqual([
        [0, 0],
        [0, 0],
      ]);
    });

    it('leaves output and states alone at masked steps', () => {
      const x = data(2, 5, 3);
      const mask = tensor([true, true, true, false, false, true, true, true, false, false] as never, [2, 5], 'bool');
      const layer = new LSTM(4);
      const short = ops.getItem(x, [{ start: null }, { start: 0, stop: 3 }] as never);
      expectClose(
        run(() => layer(x, { mask })),
        run(() => layer(short)),
      );
    });
  });

  it('takes the mask that its input carries, unless it is given initial states, as in Keras', () => {
    const masking = new Masking();
    const x = ops.concatenate([data(2, 3, 2), ops.zeros([2, 2, 2])], { axis: 1 });
    const layer = new LSTM(3);
    const masked = layer(masking(x));
    expectClose(masked, layer(ops.getItem(x, [{ start: null }, { start: 0, stop: 3 }] as never)));
    const zeros = ops.zeros([2, 3]);
    expectClose(layer(masking(x), { initialState: [zeros, zeros] }), layer(x));
  });

  it('passes the mask on with the outputs of all steps, not with states or a last output', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const tokens = tensor([1, 2, 0, 0], [1, 4], 'int32');
    const embedded = new Embedding(3, 2, { maskZero: true })(tokens);
    const masksOf = (layer: Layer): unknown[] => {
      const outputs = (layer as unknown as (x: Tensor) => Tensor | Tensor[])(embedded);
      return [outputs].flat().map((y) => (getKerasMask(y) as Tensor | null)?.arraySync() ?? null);
    };
    const mask = [[true, true, false, false]];
    const all = { returnSequences: true } as const;
    expect(masksOf(new LSTM(2, all))).toEqual([mask]);
    expect(masksOf(new LSTM(2))).toEqual([null]);
    expect(masksOf(new LSTM(2, { ...all, returnState: true }))).toEqual([mask, null, null]);
    expect(masksOf(new Bidirectional(new GRU(2, all)))).toEqual([mask]);
    expect(masksOf(new Bidirectional(new GRU(2, all), { mergeMode: null }))).toEqual([mask, mask]);
    expect(masksOf(new Bidirectional(new GRU(2, { ...all, returnState: true })))).toEqual([mask, null, null]);
    expect(masksOf(new Bidirectional(new GRU(2)))).toEqual([null]);
    expect(masksOf(new TimeDistributed(new Dense(2)))).toEqual([mask]);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('draws symbolic outputs with open sizes', () => {
    const x = new KerasTensor([null, null, 3]);
    const shapes = (y: unknown): unknown => (Array.isArray(y) ? y.map(shapes) : (y as KerasTensor).shape);
    expect(shapes(new LSTM(4)(x))).toEqual([null, 4]);
    expect(shapes(new GRU(4, { returnSequences: true, returnState: true })(x))).toEqual([
      [null, null, 4],
      [null, 4],
    ]);
    expect(shapes(new RNN([new LSTMCell(4), new GRUCell(2)], { returnState: true })(x))).toEqual([
      [null, 2],
      [
        [null, 4],
        [null, 4],
      ],
      [null, 2],
    ]);
    expect(shapes(new Bidirectional(new LSTM(4, { returnSequences: true }))(x))).toEqual([null, null, 8]);
    expect(shapes(new Bidirectional(new LSTM(4), { mergeMode: null })(x))).toEqual([
      [null, 4],
      [null, 4],
    ]);
    expect(shapes(new TimeDistributed(new Dense(7))(new KerasTensor([null, null, 2, 3])))).toEqual([null, null, 2, 7]);
  });

  it('goes through configs, with cells of one`s own', () => {
    const layers: Layer[] = [
      new RNN([new LSTMCell(3, { dropout: 0.1 }), new HandMade(2)], { returnSequences: true, name: 'tower' }),
      new Bidirectional(new GRU(3, { resetAfter: false }), { mergeMode: 'ave' }),
      new TimeDistributed(new Bidirectional(new LSTM(2))),
    ];
    for (const layer of layers) {
      const config = serialize(layer);
      expect(serialize(deserialize(JSON.parse(JSON.stringify(config))))).toEqual(config);
    }
  });

  it('takes states by position and by name, a single one alone too', () => {
    const x = data(2, 3, 2);
    const h = data(2, 4);
    const layer = new GRU(4);
    expectClose(layer(x, [h]), layer(x, { initialState: h }));
    expectClose(layer(x, [h], { mask: null }), layer(x, { initialState: [h] }));
  });

  it('unrolls to the same numbers', () => {
    const x = data(2, 4, 3);
    const looped = new LSTM(3, { returnSequences: true, goBackwards: true });
    const unrolled = new LSTM(3, { returnSequences: true, goBackwards: true, unroll: true });
    looped.build([2, 4, 3]);
    unrolled.build([2, 4, 3]);
    unrolled.setWeights(looped.getWeights());
    expectClose(jit(() => unrolled(x))(), looped(x));
  });

  it('finds weights in Keras`s order and under its names', () => {
    const layer = new Bidirectional(new LSTM(2, { name: 'x' }), { name: 'both' });
    layer.build([1, 2, 3]);
    expect(layer.weights.map((v) => v.path)).toEqual(
      ['forward_x', 'backward_x'].flatMap((name) =>
        ['kernel', 'recurrent_kernel', 'bias'].map((weight) => `both/${name}/lstm_cell/${weight}`),
      ),
    );
    const bias = layer.weights[2].value.arraySync<number[]>().map(Number);
    expect(bias).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    layer.trainable = false;
    expect(layer.trainableWeights).toEqual([]);
  });
});

describe('TimeDistributed', () => {
  it('applies layers with state step by step', () => {
    const norm = new BatchNormalization({ momentum: 0 });
    const layer = new TimeDistributed(norm);
    layer(tensor([1, 2, 3, 6], [2, 2, 1]), { training: true });
    expect(norm.movingMean.value.arraySync()).toEqual([4]); // of the last step: (2 + 6) / 2
  });

  it('keeps losses that calls add, step by step', () => {
    class Adding extends Layer {
      override call(x: Tensor): Tensor {
        this.addLoss(ops.sum(x));
        return x;
      }
      override build(): void {
        this.buildAtInit();
      }
    }
    const layer = new TimeDistributed(new Adding());
    layer(tensor([1, 2, 3, 4], [1, 4, 1]));
    expect(layer.losses.map((loss) => loss.itemSync())).toEqual([1, 2, 3, 4]);
  });
});

describe('recurrent layers refuse', () => {
  const x = data(2, 3, 4);
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['no units', () => new LSTM(0), /LSTMCell 'lstm_cell': units=0. Expected a positive whole number/],
    ['options that do not exist', () => new GRU(2, { unit: 3 } as RNNOptions), /GRU.*unit/],
    ['what is no cell', () => new RNN({} as never), /RNN '.*': the argument cell is no cell. A cell has a method call/],
    ['a list with what is no cell', () => new StackedRNNCells([new LSTMCell(2), 3 as never]), /cells\[1\] is no cell/],
    ['no cells', () => new RNN([]), /expected a list of cells/],
    ['an input of another rank', () => new LSTM(2)(data(2, 3)), /expected ndim=3, found ndim=2/],
    ['states of another number', () => new LSTM(2)(x, { initialState: [data(2, 2)] }), /Expected \(2, 2\), \(2, 2\)/],
    [
      'states of another size',
      () => new GRU(2)(x, { initialState: [data(2, 3)] }),
      /shapes \(2, 3\)\. Expected \(2, 2\)/,
    ],
    [
      'a mask of another length',
      () => new GRU(2)(x, { mask: ops.ones([2, 4], { dtype: 'bool' }) }),
      /mask of shape \(2, 4\) for 3 steps of 2/,
    ],
    [
      'an open batch with stateful',
      () => new LSTM(2, { stateful: true }).build([null, 3, 4]),
      /the batch size must be known.*batchShape/,
    ],
    [
      'another batch with stateful',
      () => {
        const layer = new LSTM(2, { stateful: true });
        layer(x);
        layer(data(3, 3, 4));
      },
      /Expected batch size: 2. Received batch size: 3/,
    ],
    ['CuDNN', () => new LSTM(2, { useCudnn: true })(x), /there is no CuDNN here/],
    ['what is no layer', () => new Bidirectional(3 as never), /the argument layer is 3. Expected a layer/],
    ['a layer that is not recurrent', () => new Bidirectional(new Dense(2)), /Dense .* has no goBackwards/],
    [
      'a merge mode',
      () => new Bidirectional(new LSTM(2), { mergeMode: 'add' as never }),
      /mergeMode="add". Expected 'sum'/,
    ],
    [
      'two layers one way',
      () => new Bidirectional(new LSTM(2), { backwardLayer: new LSTM(2) }),
      /both layers have goBackwards=false/,
    ],
    [
      'two layers of other outputs',
      () =>
        new Bidirectional(new LSTM(2), { backwardLayer: new LSTM(2, { goBackwards: true, returnSequences: true }) }),
      /returnSequences is false in the forward layer and true in the backward layer/,
    ],
    ['a reset without state', () => new Bidirectional(new LSTM(2)).resetState(), /only a stateful layer/],
    [
      'a function in place of a layer',
      () => new TimeDistributed((() => 1) as never),
      /the argument layer is a function/,
    ],
    ['too few dimensions', () => new TimeDistributed(new Dense(2))(data(2, 3)), /at least three dimensions/],
    [
      'a mask of other steps',
      () => new TimeDistributed(new Dense(2))(x, { mask: ops.ones([2, 2], { dtype: 'bool' }) }),
      /\(2, 3\): batch and steps/,
    ],
    [
      'a cell that gives one tensor',
      () => {
        class Wrong extends Layer {
          readonly stateSize = 2;
          override call(y: Tensor): Tensor {
            return y;
          }
        }
        new RNN(new Wrong() as never)(x);
      },
      /The cell Wrong gave something that is no list. Expected \[output, states\]/,
    ],
  ];
  it.each(cases)('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
  it('nothing else: a SimpleRNNCell called alone', () => {
    const [output, states] = new SimpleRNNCell(3)<[Tensor, Tensor[]]>(data(2, 4), [ops.zeros([2, 3])]);
    expect(output).toBe(states[0]);
  });
});
