/** How the public API is called: what Keras requires by position, all else in one object at the end; nothing is ignored. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { BY_POSITION } from './core/by_position.js';
import { signatureOf } from './core/arguments.js';
import { isCheckedMethod } from './core/methods.js';
import * as keras from './index.js';
import * as removed from './layers/removed.js';
import { answerOf } from './testing/wrong_arguments.js';

type AnyClass = new (...args: unknown[]) => unknown;
type AnyFunction = (...args: unknown[]) => unknown;

const { layers, ops, optimizers, random, regularizers } = keras as unknown as Record<
  'layers' | 'ops' | 'optimizers' | 'random' | 'regularizers',
  Record<string, AnyClass & AnyFunction>
>;

const isClass = (value: unknown): value is AnyClass =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

const loose = (object: object): Record<string, AnyFunction> => object as never;

/** All public classes and functions by their paths, each once. */
function publicNames(): Map<string, AnyClass | AnyFunction> {
  const found = new Map<unknown, string>();
  const visit = (namespace: object, path: string): void => {
    for (const [key, value] of Object.entries(namespace) as [string, unknown][]) {
      if (typeof value === 'function') found.set(value, found.get(value) ?? `${path}${key}`);
      else if (Object.prototype.toString.call(value) === '[object Module]') visit(value as object, `${path}${key}.`);
    }
  };
  visit(keras, '');
  return new Map([...found].map(([value, path]) => [path, value as AnyClass | AnyFunction]));
}
const names = publicNames();

/** Where a class's constructor takes its options; null: nowhere, or it checks in another way. */
function optionsPlace(cls: unknown): number | null {
  for (let each = cls; typeof each === 'function' && each !== Function.prototype; each = Object.getPrototypeOf(each)) {
    const text = Function.prototype.toString.call(each);
    if (!/\bconstructor\s*\(/.test(text)) continue;
    const place = /new\.target,\s*\w+,\s*arguments,\s*(\d)/.exec(text);
    return place === null ? null : Number(place[1]);
  }
  return null;
}

/** Classes that are not made by users with options, or whose constructors take apart several forms themselves. */
const OTHERWISE =
  /^(DTypePolicy|callbacks\.OrbaxCheckpoint|utils\.(Config|Img|NpyFile)|initializers\.RandomInitializer|optimizers\.OptimizerVariables|saving\.KerasFileEditor|tree\.|callbacks\.(History|ProgbarLogger)|Tensor|KerasTensor|Initializer|Regularizer|Operation|Model|callbacks\.Callback|callbacks\.CallbackList|constraints\.Constraint|data\.|metrics\.|.*Schedule$|.*Error$|dtypePolicies\.|.*Scope$)/;

describe('options that are no plain object are refused', () => {
  const gone = Object.values<unknown>(removed); // they refuse whatever comes
  const classes = [...names].filter(([, value]) => isClass(value) && !gone.includes(value));
  const checked = classes.flatMap(([path, cls]) => {
    const place = optionsPlace(cls);
    return place === null ? [] : [[path, cls as AnyClass, place] as const];
  });

  it('by nearly all classes', () => {
    const unchecked = classes.map(([path]) => path).filter((path) => !checked.some(([known]) => known === path));
    expect(unchecked.filter((path) => !OTHERWISE.test(path))).toEqual([]);
    expect(checked.length).toBeGreaterThan(200);
  });

  test.each(checked)('%s', (path, cls, place) => {
    const before = new Array<unknown>(place).fill(undefined);
    for (const wrong of [null, true, 'no option', [[]], Symbol('no option'), new Date()]) {
      const refuse = (): unknown => new cls(...before, wrong, ...(place === 0 ? [wrong, wrong] : []));
      if (wrong === null && place === 0 && BY_POSITION[path.split('.').at(-1)!] !== undefined) continue;
      expect(refuse, `${path}: ${String(wrong)}`).toThrow(TypeError);
      expect(refuse).toThrow(/options are one object|takes at most/);
    }
    expect(() => new cls(...before, {}, 1)).toThrow(/takes at most/);
    // A list of callbacks hands all other options on to them.
    if (path !== 'callbacks.CallbackList') expect(() => new cls(...before, { notThere: 1 })).toThrow();
  });
});

describe('names of options are known', () => {
  const functions = [...names].filter(
    ([path, value]) => signatureOf(value)?.hasOptions === true && path !== 'ops.rearrange', // its names are those of the pattern
  );
  test.each(functions)('of %s', async (_, fn) => {
    const { names: known, positional } = signatureOf(fn)!;
    expect(known).not.toBeNull();
    const args = new Array<unknown>(positional.length).fill(undefined);
    const said = async (...more: unknown[]): Promise<string> =>
      String((await answerOf(() => (fn as AnyFunction)(...args, ...more))).error);
    expect(await said({ notThere: 1 })).toContain("has no option 'notThere'");
    for (const wrong of [null, 1, 'a', [1], () => 1]) expect(await said(wrong)).toContain('options are one object');
    expect(await said({}, 1)).toContain('takes at most');
  });
  it('are many', () => expect(functions.length).toBeGreaterThan(120));
});

describe('no argument is ignored', () => {
  const functions = [...names].filter(([, value]) => !isClass(value)) as [string, AnyFunction][];
  /** Functions that take any number of arguments, or refuse every call. */
  const VARIADIC =
    /^(ops\.(numpy\.)?(einsum|meshgrid|rearrange|switch)|backend\.(resultType|placeholder|getSession|ctcLabelDenseToSparse|manualVariableInitialization)|tree\.mapStructure(UpTo)?)$/;

  it('by a public function', async () => {
    const ignoring: string[] = [];
    for (const [path, fn] of functions) {
      if (VARIADIC.test(path)) continue;
      const answer = await answerOf(() => fn(...new Array<unknown>(12).fill(undefined), 'more'));
      if (!/takes at most|options are one object|missing/.test(String(answer.error))) ignoring.push(path);
    }
    expect(ignoring).toEqual([]);
  });

  it('but what lists hand to a function of one argument', () => {
    expect([1, 2].map((each) => keras.isKerasTensor(each))).toEqual([1, 2].map(keras.isKerasTensor));
    expect([[1], 2].filter(keras.tree.isNested)).toEqual([[1]]);
    expect(() => (ops['square'] as AnyFunction)(1, 0, [2])).toThrow('takes at most 1 argument');
    expect(() => [1, 2].map(ops['mean'] as never)).toThrow('options are one object');
  });

  it('by position, where any number is taken, are few', () => {
    const variadic = functions.filter(([, fn]) => signatureOf(fn)?.variadic === true).map(([path]) => path);
    expect(variadic.filter((path) => !VARIADIC.test(path))).toEqual(['ops.numpy.where']); // which counts them itself
  });
});

describe('no argument of a method is ignored', () => {
  const x = keras.tensor([[1, 2], [3, 4]], { dtype: 'float32' }); // prettier-ignore
  const model = (): keras.Model => new keras.Sequential([keras.Input({ shape: [2] }), new keras.layers.Dense(1)]);
  type Call = [what: string, call: () => unknown, words: string];
  test.each<Call>([
    ['t.square(1)', () => loose(x).neg(1), 'neg: takes at most no arguments, got 1'],
    ['t.sum(0, 1)', () => loose(x).sum(0, 1), 'sum: takes at most 1 argument, got 2'],
    ['t.sum({ axes })', () => loose(x).sum({ axes: 1 }), "sum has no option 'axes'"],
    ['layer.countParams(1)', () => loose(new keras.layers.Dense(1)).countParams(1), 'countParams: takes at most no'],
    ['layer.getWeights(1)', () => loose(new keras.layers.Dense(1)).getWeights(1), 'getWeights: takes at most no'],
    ['layer.build(3)', () => loose(new keras.layers.Dense(1, { name: 'it' })).build(3), "Dense 'it': build(3)"],
    ['layer.build()', () => loose(new keras.layers.Dense(1, { name: 'it' })).build(), "Dense 'it': build()"],
    ['layer.build(a)', () => loose(new keras.layers.Conv2D(1, 2)).build([null, 1.5]), 'build([null, 1.5])'],
    [
      'layer.computeOutputShape(3)',
      () => loose(new keras.layers.Dense(1)).computeOutputShape(3),
      'computeOutputShape(3)',
    ],
    ['model.summary({}, 1)', () => loose(model()).summary({}, 1), 'summary: takes at most 1 argument'],
    ['model.getLayer(a, b)', () => loose(model()).getLayer('a', 'b', 'c'), 'getLayer: takes at most'],
    ['model.toJson(1)', () => loose(model()).toJson({ indent: 2 }, 1), 'toJson: takes at most'],
    ['model.save(a, b, c)', () => loose(model()).save('m.keras', {}, 1), 'save: takes at most 2 arguments'],
    ['optimizer.apply(a, b, c)', () => loose(new keras.optimizers.SGD()).apply([], [], 1), 'apply: takes at most 2'],
    ['metric.result(1)', () => loose(new keras.metrics.Mean()).result(1), 'result: takes at most no arguments'],
    ['metric.resetState(1)', () => loose(new keras.metrics.Mean()).resetState(1), 'resetState: takes at most no'],
    ['variable.assign(a, b)', () => loose(new keras.Variable(x)).assign(x, 1), 'assign: takes at most 1 argument'],
    [
      'initializer.getConfig(1)',
      () => loose(new keras.initializers.Zeros()).getConfig(1),
      'getConfig: takes at most no',
    ],
  ])('%s', async (_, call, words) => {
    const { error } = await answerOf(call);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(words);
  });

  it("but those of users' classes take what they like", () => {
    class Mine extends keras.layers.Dense {
      override countParams(...more: number[]): number {
        return more.length;
      }
    }
    expect(new Mine(1).countParams(1, 2, 3)).toBe(3);
  });

  /** What the library and the engine call, with what they have. */
  const LIBRARY = /^(call|constructor|to(JSON|String)|next|return|throw|then|on[A-Z]\w*|_.*)$/;
  const HOOKS = /^([gs]etState|set(Params|Model)|nextCheckpoint|(listens|ignores)\w*)$/;

  it('for nearly all methods of public classes', () => {
    const unchecked: string[] = [];
    for (const [path, cls] of names) {
      if (!isClass(cls)) continue;
      const prototype = (cls as unknown as { prototype: object }).prototype;
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        if (typeof value !== 'function' || LIBRARY.test(name)) continue;
        if (path.startsWith('callbacks.') && HOOKS.test(name)) continue;
        if (!isCheckedMethod(value as object)) unchecked.push(`${path}.${name}`);
      }
    }
    expect(unchecked).toEqual([]);
  });
});

describe('classes under second names need no new', () => {
  it('as in Keras', () => {
    const { l2, l1, l1L2, L2 } = keras.regularizers;
    expect(l2(1e-3)).toBeInstanceOf(L2);
    expect(new l2(1e-3)).toBeInstanceOf(L2);
    expect(l2({ l2: 1e-3 }).getConfig()).toEqual(new L2(1e-3).getConfig());
    expect(l1(0.5).getConfig()).toEqual(new keras.regularizers.L1(0.5).getConfig());
    expect(l1L2(0.5, 0.25).getConfig()).toMatchObject({ l1: 0.5, l2: 0.25 });
    expect(keras.initializers.heNormal({ seed: 1 })).toBeInstanceOf(keras.initializers.HeNormal);
    expect(keras.constraints.maxNorm(2).getConfig()).toMatchObject({ max_value: 2 });
    expect(keras.regularizers.serialize(l2(1e-3))).toEqual(keras.regularizers.serialize(new L2(1e-3)));
    expect(keras.regularizers.get(l2)).toBeInstanceOf(L2); // a class stands for a new instance
    expect(() => (l2 as AnyFunction)(1e-3, {}, 2)).toThrow('L2: takes at most');
  });
  it('can be derived from', () => {
    class Mine extends keras.regularizers.l2 {}
    expect(new Mine(0.5)).toBeInstanceOf(Mine);
    expect(new Mine(0.5).l2).toBe(0.5);
    expect(new Mine(0.5)).toBeInstanceOf(keras.regularizers.l2);
  });
});

describe('messages show the right spelling', () => {
  test.each<[string, () => unknown, string]>([
    ['mean(x, -1)', () => ops['mean']([1, 2], -1), 'mean: options are one object: mean(x, { axis: -1 }). Got -1.'],
    [
      'concatenate(xs, 1)',
      () => ops['concatenate']([[1], [2]], 1),
      'concatenate: options are one object: concatenate(xs, { axis: 1 }). Got 1.',
    ],
    ['mean(x, {axes})', () => ops['mean']([1], { axes: -1 }), "mean has no option 'axes'. Did you mean 'axis'?"],
    ['mean()', () => ops['mean'](), 'mean: `x` is missing. Call it as mean(x, { axis: … }).'],
    [
      'square(x, 2)',
      () => ops['square'](1, 2),
      'square: takes at most 1 argument, got 2 (the last is 2). Call it as square(x).',
    ],
    [
      'normal([2], 0, 1)',
      () => random['normal']([2], 0, 1),
      'normal: options are one object: normal(shape, { mean: 0, stddev: 1 }). Got 0.',
    ],
    [
      "Adam('fast')",
      () => new optimizers['Adam']('fast'),
      "Adam: options are one object: { learningRate: 'fast' }. Got 'fast'.",
    ],
    [
      'Dense(3, relu)',
      () => new layers['Dense'](3, 'relu'),
      "Dense: options are one object: { … }. Got 'relu'. Options: useBias",
    ],
    [
      'Dense({units})',
      () => new layers['Dense']({ units: 3 }),
      'Dense: `units` comes by position, before the options: new Dense(3).',
    ],
    [
      'Conv2D({filters, …})',
      () => new layers['Conv2D']({ filters: 8, kernelSize: 3, padding: 'same' }),
      "Conv2D: `filters`, `kernelSize` come by position, before the options: new Conv2D(8, 3, { padding: 'same' }).",
    ],
    [
      'timeseriesDatasetFromArray(data, targets, {sequenceLength, …})',
      () => loose(keras.utils)['timeseriesDatasetFromArray']([1], [1], { sequenceLength: 10, batchSize: 8 }),
      'timeseriesDatasetFromArray: `sequenceLength` comes by position, before the options: ' +
        'timeseriesDatasetFromArray(data, targets, 10, { batchSize: 8 }).',
    ],
    [
      'expandDims(x, {axis})',
      () => ops['expandDims']([1, 2], { axis: 0 }),
      'expandDims: `axis` comes by position, before the options: expandDims(x, 0).',
    ],
    [
      'matmul({x1, x2})',
      () => ops['matmul']({ x1: [1], x2: [2] }),
      'matmul: `x1`, `x2` come by position, before the options: matmul([1], [2]).',
    ],
    [
      'Adam(1, {learningRate})',
      () => new optimizers['Adam'](1, { learningRate: 2 }),
      'Adam: `learningRate` is given by position and among the options.',
    ],
    [
      "registerKerasSerializable('my')",
      () => (keras.registerKerasSerializable as unknown as AnyFunction)('my'),
      "registerKerasSerializable: options are one object: registerKerasSerializable({ package: 'my' }). Got 'my'.",
    ],
  ])('%s', (_, refused, message) => {
    expect(refused).toThrow(TypeError);
    expect(refused).toThrow(message);
  });
});

describe('what users of Keras give by position', () => {
  it('works', async () => {
    expect(Number(new keras.optimizers.Adam(1e-5).learningRate)).toBeCloseTo(1e-5, 10);
    expect(new keras.optimizers.SGD(0.5, 0.9).getConfig()).toMatchObject({ learning_rate: 0.5, momentum: 0.9 });
    const schedule = new keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5);
    expect(new keras.optimizers.SGD(schedule, { nesterov: true }).getConfig()).toMatchObject({ nesterov: true });
    expect(new regularizers['l2'](1e-3)).toHaveProperty('l2', 1e-3);
    expect(new keras.regularizers.L1L2(1, 2).getConfig()).toMatchObject({ l1: 1, l2: 2 });
    expect(new keras.random.SeedGenerator(1337).getConfig()).toMatchObject({ seed: 1337 });
    expect(new keras.layers.LeakyReLU(0.2, { name: 'leaky' }).getConfig()).toMatchObject({
      negative_slope: 0.2,
      name: 'leaky',
    });
    expect(new keras.layers.MaxPooling2D(3, 2).getConfig()).toMatchObject({ pool_size: [3, 3], strides: [2, 2] });
    expect(new keras.initializers.RandomNormal(0, 0.02).getConfig()).toMatchObject({ mean: 0, stddev: 0.02 });
    expect(await new keras.initializers.Constant(3)([2], { dtype: 'float32' }).array()).toEqual([3, 3]);
    expect(new keras.metrics.Mean('loss').name).toBe('loss');
  });
  it('works in classes made from these', () => {
    class Mine extends keras.layers.LeakyReLU {}
    expect(new Mine(0.25).negativeSlope).toBe(0.25);
  });
  test.each(
    Object.entries(BY_POSITION).filter(([name]) => [...names.keys()].some((path) => path.endsWith(`.${name}`))),
  )('%s takes its own kinds alone', (name, options) => {
    const [path] = [...names.keys()].filter((each) => each.endsWith(`.${name}`));
    expect(() => new (names.get(path) as AnyClass)(...options.map(() => Symbol('of no kind')))).toThrow(
      `${options[0].name}: `,
    );
  });

  it('stands in docs/arguments.md', () => {
    const text = readFileSync(new URL('../docs/arguments.md', import.meta.url), 'utf8');
    const rows = text.split('\n').filter((line) => /^\| `[A-Z]/.test(line));
    const documented = rows.flatMap((row) => {
      const [classes, options] = row.split('|').slice(1, 3);
      const words = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word);
      return words(classes).map((name) => [name, words(options)]);
    });
    const table = Object.entries(BY_POSITION).map(([name, options]) => [name, options.map((option) => option.name)]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(table));
  });
});
