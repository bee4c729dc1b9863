/** Methods refuse what they do not take, and calls give each argument its place. */
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import type { TensorLike } from './index.js';
import { Input, Layer, Model, Sequential, Tensor, grad, jit, layers, losses, ops, tensor } from './index.js';

const x = ops.ones([10, 2]);
const y = ops.ones([10, 1]);
function compiled(): Sequential {
  const model = new Sequential([Input({ shape: [2] }), new layers.Dense(1)], { name: 'net' });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}
/** A call as a program in JavaScript makes it. */
const untyped = (object: object, method: string, ...args: unknown[]): unknown =>
  (object as Record<string, (...args: unknown[]) => unknown>)[method](...args);

afterEach(() => void vi.restoreAllMocks());

describe('methods refuse', () => {
  test.each<[string, unknown[], string]>([
    ['fit', [x, y, 32, 2], 'fit: options are one object: { batchSize: 32, epochs: 2 }. Got 32.'],
    ['fit', [x, y, {}, 2], 'fit: takes at most 3 arguments, got 4'],
    ['fit', [x, y, { epoch: 2 }], "fit has no option 'epoch'. Did you mean 'epochs'"],
    ['evaluate', [x, y, 32], 'evaluate: options are one object: { batchSize: 32 }'],
    ['predict', [x, 32], 'predict: options are one object: { batchSize: 32 }'],
    ['trainOnBatch', [x, y, 3], 'trainOnBatch: options are one object'],
    ['testOnBatch', [x, y, { sampleweight: 1 }], "testOnBatch has no option 'sampleweight'"],
    ['save', ['nowhere.keras', 3], 'save: options are one object'],
  ])('%s(%o)', async (method, args, message) => {
    const call = async (): Promise<unknown> => untyped(compiled(), method, ...args);
    await expect(call()).rejects.toThrow(TypeError);
    await expect(call()).rejects.toThrow(message);
  });

  test.each<[string, unknown[], string]>([
    ['compile', ['adam'], "compile: options are one object: { optimizer: 'adam' }. Got 'adam'."],
    ['compile', ['adam', 'mse'], "compile: options are one object: { optimizer: 'adam', loss: 'mse' }."],
    ['summary', [3], 'summary: options are one object'],
    ['addWeight', [{ shpe: [2] }], "addWeight has no option 'shpe'. Did you mean 'shape'"],
  ])('%s(%o)', (method, args, message) => {
    expect(() => untyped(compiled(), method, ...args)).toThrow(TypeError);
    expect(() => untyped(compiled(), method, ...args)).toThrow(message);
  });

  it('sample weights by position in a loss', () => {
    const loss = new losses.MeanSquaredError();
    expect(() => untyped({ loss }, 'loss', y, y, y)).toThrow(/options are one object/);
  });
});

describe("a layer's call", () => {
  it('has no argument that is not there', () => {
    expect(() => new layers.Dense(2)(x, { trainin: true })).toThrow(
      /its call has no argument 'trainin'. Did you mean 'training'/,
    );
  });

  it('gives options their own place, never that of a tensor left out', () => {
    const seen: unknown[] = [];
    class Three extends Layer {
      override call(a: Tensor, b: Tensor, c: Tensor | null = null): Tensor {
        seen.push(c);
        return c === null ? ops.add(a, b) : ops.add(a, ops.add(b, c));
      }
    }
    class Named extends Layer {
      override call(
        a: Tensor,
        b: Tensor | null = null,
        { training = null }: { training?: boolean | null } = {},
      ): Tensor {
        seen.push(b, training);
        return a;
      }
    }
    class ByPlace extends Layer {
      override call(a: Tensor, training: boolean | null = null): Tensor {
        seen.push(training);
        return a;
      }
    }
    new Three()(x, x, { training: true });
    expect(seen.splice(0)).toEqual([null]);
    new Three()(x, x, x, { training: true });
    expect(seen.splice(0)[0]).toBeInstanceOf(Tensor);
    new Named()(x, { training: true });
    expect(seen.splice(0)).toEqual([null, true]);
    new ByPlace()(x, { training: true });
    expect(seen.splice(0)).toEqual([true]);
    const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
    const model = new Model([a, b], new Three()(a, b, { training: false }));
    expect(model.outputShape).toEqual([null, 2]);
    expect(seen.every((c) => c === null)).toBe(true);
  });
});

describe('jit', () => {
  it('refuses async functions, and what is no function', () => {
    const later = async (v: Tensor): Promise<Tensor> => ops.square(v);
    expect(() => jit(later)).toThrow('jit: later is async, but a program is traced in one go.');
    const hidden = (v: Tensor): Promise<Tensor> => Promise.resolve(ops.square(v));
    expect(() => jit(hidden)(x)).toThrow('hidden is async');
    expect(() => jit(3 as never)).toThrow('jit: got 3. Expected a function of tensors.');
  });

  it('says once that whole numbers in lists make another program', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    let traces = 0;
    const f = jit((v: TensorLike) => {
      traces++;
      return ops.square(v);
    });
    f([1, 2]);
    f([3, 4]);
    expect([traces, warn.mock.calls.length]).toEqual([1, 0]);
    for (const list of [[1.5, 2], [1, 2], [0.5, 1], [5]]) f(list); // prettier-ignore
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringMatching(/traced again, as lists of numbers came as float32 where they were int32 before/),
    ]);
  });
});

describe('tensor', () => {
  it('takes shape and dtype by position or by name', () => {
    expect(tensor([1, 2], { dtype: 'float32' })).toMatchObject({ dtype: 'float32', shape: [2] });
    expect(tensor([1, 2], { shape: [2, 1] })).toMatchObject({ dtype: 'int32', shape: [2, 1] });
    expect(tensor([1, 2], [2, 1], 'float32')).toMatchObject({ dtype: 'float32', shape: [2, 1] });
  });
  test.each<[unknown[], string]>([
    [[[1], 'float32'], "tensor: the shape is 'float32'. Call it as tensor(data, shape, dtype) or tensor(data, { dtype: 'float32' })."],
    [[[1], { type: 'float32' }], "tensor has no option 'type'. Did you mean 'dtype'"],
    [[[1], { shape: [1] }, 'float32'], 'tensor: got arguments after its options.'],
    [[[1], [1], 'float32', 1], 'tensor: takes at most 3 arguments.'],
  ])('refuses %o', (args, message) => expect(() => untyped({ tensor }, 'tensor', ...args)).toThrow(message)); // prettier-ignore
  it('of whole numbers is said to want floats where a gradient is taken', () => {
    const whole = tensor([1, 0]);
    expect(() => grad(() => ops.sum(whole), [whole])).toThrow("tensor([1, 0], { dtype: 'float32' })");
  });
});

describe('fit with a function that makes a generator', () => {
  it('calls it anew for each epoch, with stepsPerEpoch as well', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    for (const stepsPerEpoch of [null, 5, 3]) {
      let [calls, batches] = [0, 0];
      const make = function* (): Generator<[Tensor, Tensor]> {
        calls++;
        for (let i = 0; i < 5; i++) {
          batches++;
          yield [x, y];
        }
      };
      const { history } = await compiled().fit(make, { epochs: 3, stepsPerEpoch, verbose: 0, maxQueueSize: 0 });
      expect([history['loss'].length, calls]).toEqual([3, 3]);
      expect(batches).toBeGreaterThanOrEqual(3 * (stepsPerEpoch ?? 5));
    }
    expect(warn).not.toHaveBeenCalled();
  });
});
