import { describe, expect, it, test, vi } from 'vitest';
import { registerKerasSerializable } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { TensorLike, Tensor } from '../runtime/index.js';
import { jit, tensor, valueAndGrad, Variable } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import * as optimizers from './index.js';
import {
  Adafactor,
  Adam,
  AdamW,
  Adagrad,
  Ftrl,
  Lamb,
  Lion,
  LossScaleOptimizer,
  MultiOptimizer,
  Muon,
  Optimizer,
  OptimizerMap,
  RMSprop,
  schedules,
  SGD,
} from './index.js';
import type { OptimizerOptions } from './index.js';

const numbers = (x: Variable | Tensor): number[] =>
  Array.from((x instanceof Variable ? x.value : x).dataSync(), Number);
const weights = (): Variable => new Variable([1, 2, 3], { dtype: 'float32', name: 'w' });

describe('the learning rate', () => {
  it('is a variable, which can be set at any time', () => {
    const optimizer = new SGD({ learningRate: 0.5 });
    expect(Number(optimizer.learningRate)).toBe(0.5);
    optimizer.learningRate = 0.25;
    expect(optimizer.getConfig()['learning_rate']).toBe(0.25);
    const w = weights();
    optimizer.apply([[1, 1, 1]], [w]);
    expect(numbers(w)).toEqual([0.75, 1.75, 2.75]);
  });
  everyBackend((run) => {
    it('may change between runs of a program', () => {
      const optimizer = new SGD({ learningRate: 1 });
      const w = weights();
      const step = jit((g: Tensor) => optimizer.apply([g], [w]));
      step(tensor([1, 0, 0], null, 'float32'));
      optimizer.learningRate = 0.5;
      step(tensor([1, 0, 2], null, 'float32'));
      expect(numbers(w)).toEqual([-0.5, 2, 2]);
    });
    it('may be a function', () => {
      let rate = 1;
      const optimizer = new SGD({ learningRate: () => rate });
      const w = weights();
      optimizer.build([w]);
      rate = 0.5;
      run(() => optimizer.apply([tensor([1, 1, 1], null, 'float32')]));
      expect(numbers(w)).toEqual([0.5, 1.5, 2.5]);
      expect(optimizer.variables.map((v) => v.name)).toEqual(['iteration']);
    });
  });
  it('cannot be set to a number where there is a schedule, but to another schedule', () => {
    const optimizer = new Adam({ learningRate: new schedules.ExponentialDecay(0.1, 1, 0.5) });
    expect(() => (optimizer.learningRate = 0.1)).toThrow(TypeError);
    expect(() => (optimizer.learningRate = 0.1)).toThrow(/created with a `LearningRateSchedule` object.*not settable/);
    optimizer.learningRate = new schedules.PolynomialDecay(0.5, 10);
    expect(Number(optimizer.learningRate)).toBe(0.5);
  });
  it('is no variable of the optimizer any more once it is a schedule', () => {
    const optimizer = new Adam();
    expect(optimizer.variables.map((v) => v.path)).toEqual([
      `${optimizer.name}/iteration`,
      `${optimizer.name}/learning_rate`,
    ]);
    optimizer.learningRate = new schedules.PolynomialDecay(0.5, 10);
    expect(optimizer.variables.map((v) => v.path)).toEqual([`${optimizer.name}/iteration`]);
    expect(optimizer.getConfig()['learning_rate']).toMatchObject({ class_name: 'PolynomialDecay' });
  });
});

describe('state', () => {
  const trained = (): [Adam, Variable] => {
    const optimizer = new Adam({ learningRate: 0.1 });
    const w = weights();
    optimizer.apply([[1, -1, 2]], [w]);
    return [optimizer, w];
  };
  it('counts steps and gives the count back', () => {
    const optimizer = new SGD();
    const w = weights();
    expect(numbers(optimizer.applyGradients([[[1, 1, 1], w]]))).toEqual([1]);
    expect(Number(optimizer.iterations)).toBe(1);
  });
  it('goes to a store and comes back', () => {
    const [optimizer] = trained();
    const store: Record<string, TensorLike> = {};
    optimizer.saveOwnVariables(store);
    expect(Object.keys(store)).toEqual(['0', '1', '2', '3']);
    const other = new Adam();
    other.build([weights()]);
    other.loadOwnVariables(store);
    expect(other.variables.map(numbers)).toEqual(optimizer.variables.map(numbers));
  });
  it('warns where the store holds something else, and changes nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const [optimizer] = trained();
    const before = optimizer.variables.map(numbers);
    optimizer.loadOwnVariables({ '0': 3 });
    expect(optimizer.variables.map(numbers)).toEqual(before);
    expect(warn.mock.calls[0][0]).toMatch(
      /Skipping variable loading for optimizer 'adam.*4 variables whereas.*1 variables/,
    );
    warn.mockRestore();
  });
  it('is set by setWeights, all or nothing', () => {
    const [optimizer] = trained();
    const before = optimizer.variables.map(numbers);
    expect(() => optimizer.setWeights([7, 0.5, [1, 1, 1], [1, 1]])).toThrow(
      /_w_velocity|w_velocity' has shape \(3,\) not compatible with provided weight shape \(2,\)/,
    );
    expect(optimizer.variables.map(numbers)).toEqual(before);
    optimizer.setWeights([7, 0.5, [1, 1, 1], [2, 2, 2]]);
    expect(optimizer.variables.map(numbers)).toEqual([[7], [0.5], [1, 1, 1], [2, 2, 2]]);
    expect(() => optimizer.setWeights([7])).toThrow('setWeights got 1 values for 4 variables');
    expect(() => new SGD().setWeights([])).toThrow('has not yet been built');
  });
  everyBackend((run) => {
    test('statelessApply leaves the variables alone', () => {
      const [optimizer, w] = trained();
      const before = [w, ...optimizer.variables].map(numbers);
      const g = tensor([0.5, 0.5, 0.5], null, 'float32');
      const [[next], own] = run(() =>
        optimizer.statelessApply(
          optimizer.variables.map((v) => v.value),
          [g],
          [w.value],
        ),
      );
      expect([w, ...optimizer.variables].map(numbers)).toEqual(before);
      optimizer.apply([g]);
      expect([next, ...own].map(numbers)).toEqual([w, ...optimizer.variables].map(numbers));
    });
  });
});

describe('a training step', () => {
  everyBackend(() => {
    test.each([
      ['SGD', () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
      ['RMSprop', () => new RMSprop({ learningRate: 0.05 })],
      ['Adam', () => new Adam({ learningRate: 0.1, globalClipnorm: 1 })],
      ['Lamb', () => new Lamb({ learningRate: 0.05 })],
      ['Muon', () => new Muon({ learningRate: 0.2, weightDecay: null })],
      ['Adafactor', () => new Adafactor({ learningRate: 0.5 })],
      ['LossScaleOptimizer', () => new LossScaleOptimizer(new Adam({ learningRate: 0.1 }))],
    ] as const)('%s lowers the loss of a program that it is part of', (_, make) => {
      const optimizer: Optimizer = make();
      const w = new Variable(
        [
          [1, -2],
          [0.5, 3],
        ],
        { dtype: 'float32', name: 'kernel' },
      );
      const step = jit(() => {
        const [loss, gradients] = valueAndGrad(() => optimizer.scaleLoss(ops.sum(ops.square(w))), [w]);
        optimizer.apply(gradients, [w]);
        return loss;
      });
      const first = step().itemSync();
      let last = first;
      for (let i = 0; i < 40; i++) last = step().itemSync();
      expect(last).toBeLessThan(first / 2);
      expect(optimizer.built).toBe(true);
    });
  });
  it('skips a step that is not finite, and halves the scale', () => {
    const optimizer = new LossScaleOptimizer(new SGD({ learningRate: 1 }), { initialScale: 8 });
    const w = weights();
    optimizer.apply([[NaN, 1, 1]], [w]);
    expect(numbers(w)).toEqual([1, 2, 3]);
    expect(optimizer.scaleLoss(1).itemSync()).toBe(4);
    expect(Number(optimizer.iterations)).toBe(0);
    optimizer.apply([[4, 4, 4]]);
    expect(numbers(w)).toEqual([0, 1, 2]);
    expect(Number(optimizer.iterations)).toBe(1);
  });
  it('warns of variables without a gradient and leaves them alone', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const [a, b] = [weights(), new Variable([1], { name: 'idle', dtype: 'float32' })];
    new SGD({ learningRate: 1 }).apply([[1, 1, 1], null], [a, b]);
    expect(numbers(b)).toEqual([1]);
    expect(warn.mock.calls[0][0]).toMatch(/Gradients do not exist for variables \['idle'\].*`loss` argument/);
    warn.mockRestore();
  });
  it('does nothing without gradients', () => {
    const optimizer = new SGD();
    optimizer.apply([], []);
    expect(Number(optimizer.iterations)).toBe(0);
    expect(optimizer.built).toBe(false);
  });
  it('takes its variables as an option as well', () => {
    const w = weights();
    new SGD({ learningRate: 1 }).apply([[1, 1, 1]], { trainableVariables: [w] });
    expect(numbers(w)).toEqual([0, 1, 2]);
  });
});

describe('an optimizer of your own', () => {
  class SignSGD extends Optimizer {
    counts: Variable[] = [];
    readonly power: number;
    constructor(options: OptimizerOptions & { readonly learningRate?: number; readonly power?: number } = {}) {
      const { learningRate = 0.5, power = 1, ...rest } = options;
      super(learningRate, rest);
      this.power = power;
    }
    override build(variables: readonly Variable[]): void {
      if (this.built) return;
      super.build(variables);
      this.counts = variables.map((v) => this.addVariableFromReference(v, { name: 'count', initializer: 'ones' }));
    }
    override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
      this.assignAdd(this.slot(this.counts, variable), 1);
      this.assignSub(variable, ops.multiply(learningRate, ops.sign(gradient)));
    }
    override getConfig(): Record<string, unknown> {
      return { ...super.getConfig(), power: this.power };
    }
    static override readonly positional = [];
  }
  registerKerasSerializable({ package: 'tests' })(SignSGD);

  it('works with all the options of the base', () => {
    const optimizer = new SignSGD({ gradientAccumulationSteps: 2, name: 'mine' });
    const w = weights();
    optimizer.apply([[1, 1, -1]], [w]);
    expect(numbers(w)).toEqual([1, 2, 3]);
    optimizer.apply([[-3, 1, 1]]);
    expect(numbers(w)).toEqual([1.5, 1.5, 3]);
    expect(numbers(optimizer.counts[0])).toEqual([2, 2, 2]);
    expect(optimizer.variables.map((v) => v.path)).toEqual([
      'mine/iteration',
      'mine/learning_rate',
      'mine/w_gradient_accumulator',
      'mine/w_count',
    ]);
  });
  it('is read from its config', () => {
    const config = optimizers.serialize(new SignSGD({ power: 3 }));
    expect(config).toMatchObject({ module: null, class_name: 'SignSGD', registered_name: 'tests>SignSGD' });
    const again = optimizers.deserialize(config) as SignSGD;
    expect(again).toBeInstanceOf(SignSGD);
    expect(again.power).toBe(3);
  });
  it('must have a rule', () => {
    expect(() => new Optimizer(0.1).apply([1], [new Variable(1, { dtype: 'float32' })])).toThrow(
      'does not have an updateStep() method',
    );
  });
});

describe('several optimizers', () => {
  it('each change their own variables', () => {
    const [slow, fast] = [new SGD({ learningRate: 0.5 }), new SGD({ learningRate: 1 })];
    const map = new OptimizerMap(slow).set('.*bias', fast);
    const optimizer = new MultiOptimizer(map);
    const [w, b] = [weights(), new Variable([0], { dtype: 'float32', name: 'bias' })];
    optimizer.apply([[1, 1, 1], [1]], [w, b]);
    expect([numbers(w), numbers(b)]).toEqual([[0.5, 1.5, 2.5], [-1]]);
    expect(optimizer.optimizers).toEqual([fast, slow]);
    expect(() => optimizer.learningRate).toThrow('Learning rate cannot be accessed on a MultiOptimizer');
    expect(() => map.set('.*bias', slow)).toThrow("'.*bias' already exists");
    expect(() => map.set('x', optimizer)).toThrow('optimizer cannot be MultiOptimizer');
    expect(() => map.set('bia', slow).get('bias')).not.toThrow();
    expect(() => map.set('b.*', slow).get('bias')).toThrow('multiple optimizers assigned to variable bias');
  });
});

describe('bad input', () => {
  const bad = (fn: () => unknown, message: RegExp | string): void => expect(fn).toThrow(message);
  it('refuses what is no learning rate', () => {
    bad(
      () => new Adam({ learningRate: '0.1' as unknown as number }),
      /Adam: argument `learningRate` should be a number.*learningRate='0.1'/,
    );
    bad(() => new SGD({ learningRate: null as unknown as number }), 'Received instead: learningRate=null');
  });
  it('refuses options that do not exist, and names near ones', () => {
    bad(() => new Adam({ beta_1: 0.9 } as object), "Adam has no option 'beta_1'. Did you mean 'beta1'");
    bad(() => new SGD({ rate: 0.1 } as object), "SGD has no option 'rate'");
    bad(() => new AdamW({ weightdecay: 0.1 } as object), "'weightDecay'");
  });
  it('refuses two clips', () => {
    bad(
      () => new SGD({ clipnorm: 1, clipvalue: 2 }),
      'SGD: only one of `clipnorm`, `clipvalue` and `globalClipnorm` can be set. Received: clipnorm=1, clipvalue=2, globalClipnorm=null',
    );
  });
  it('refuses values out of range', () => {
    bad(
      () => new SGD({ gradientAccumulationSteps: 1 }),
      '`gradientAccumulationSteps` must be an integer >= 2. Received: gradientAccumulationSteps=1',
    );
    bad(
      () => new SGD({ useEma: true, emaMomentum: 1.5 }),
      '`emaMomentum` must be in the range [0, 1]. Received: emaMomentum=1.5',
    );
    bad(
      () => new SGD({ useEma: true, emaOverwriteFrequency: 0.5 }),
      '`emaOverwriteFrequency` must be an integer >= 1 or null',
    );
    bad(() => new SGD({ momentum: 2 }), 'SGD: `momentum` must be a number in [0, 1]. Received: momentum=2');
    bad(
      () => new SGD({ weightDecay: 'much' as unknown as number }),
      "SGD: weightDecay='much'. Expected a number or null.",
    );
    bad(() => new AdamW({ weightDecay: null as unknown as number }), 'AdamW: argument `weightDecay` must be a number');
    bad(() => new Lion({ beta1: 0 }), 'Lion: argument `beta1` must be in the (0, 1] range');
    bad(() => new Ftrl({ learningRatePower: 1 }), '`learningRatePower` needs to be negative or zero');
    bad(() => new Ftrl({ l1RegularizationStrength: -1 }), '`l1RegularizationStrength` needs to be positive or zero');
    bad(() => new LossScaleOptimizer(new SGD(), { clipnorm: 1 } as object), 'set `clipnorm` on the inner optimizer');
    bad(() => new LossScaleOptimizer('adam' as unknown as Optimizer), '`innerOptimizer` must be an Optimizer');
  });
  it('refuses gradients that do not fit', () => {
    const w = weights();
    bad(() => new SGD().apply([[1, 1, 1]]), /must already be built on a list of variables.*optimizer.build/);
    bad(
      () => new SGD({ name: 'mine' }).apply([null], [w]),
      "Optimizer 'mine': no gradients provided for any variable.",
    );
    bad(
      () => new SGD().apply([[1, 1]], [w]),
      "the gradient of 'w' has shape (2,). Expected the variable's shape (3,).",
    );
    bad(() => new SGD().apply([[1, 1, 1], [1]], [w]), 'received 2 gradients for 1 variables');
    const built = new Adagrad();
    built.build([w]);
    bad(
      () => built.apply([[1, 1, 1], [1]]),
      /received a list of 2 gradients, but the optimizer is tracking 1 trainable variables/,
    );
    bad(() => built.apply([[1, 1, 1]], [weights()]), /Unknown variable: <Variable path=w.*recreate a new optimizer/);
  });
  it('refuses exclusions from weight decay after it is built', () => {
    const optimizer = new AdamW();
    optimizer.build([weights()]);
    bad(
      () => optimizer.excludeFromWeightDecay({ varNames: ['w'] }),
      'can only be configured before the optimizer is built',
    );
  });
  it('refuses unknown ids and names near ones', () => {
    bad(() => optimizers.get('adamm'), /Unknown optimizer 'adamm'.*'adam'/);
    bad(() => optimizers.get(3), 'Cannot read 3 as optimizer');
    bad(() => optimizers.deserialize({ class_name: 'Adman', config: {} }), /unknown class 'Adman'/);
    expect(optimizers.get(null)).toBeNull();
  });
  it('warns of `decay`, which older configs hold', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    optimizers.deserialize({ class_name: 'Adam', config: { learning_rate: 0.1, decay: 0.5 } });
    expect(warn.mock.calls[0][0]).toMatch('`decay` is no longer supported and will be ignored');
    warn.mockRestore();
  });
});

test('schedules from configs of older versions, without a module', () => {
  const optimizer = optimizers.deserialize({
    class_name: 'SGD',
    config: {
      learning_rate: {
        class_name: 'ExponentialDecay',
        config: { initial_learning_rate: 0.5, decay_steps: 1, decay_rate: 0.5 },
      },
    },
  })!;
  expect(Number(optimizer.learningRate)).toBe(0.5);
});
