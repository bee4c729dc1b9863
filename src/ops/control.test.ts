/** @file Loops and branches of ops: eager and inside of programs, with gradients and variables, against what Keras's documentation states. */
import { describe, expect, expectTypeOf, test } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import type { Tensor } from '../runtime/index.js';
import { abstractly, grad, jit, KerasTensor, tensor, Variable } from '../runtime/index.js';
import * as ops from './index.js';

const numbers = (x: Tensor): unknown => x.arraySync();

describe('scan', () => {
  everyBackend((run) => {
    test('carries from step to step and stacks', () => {
      const xs = tensor([1, 2, 3, 4]);
      const [last, ys] = run(() => ops.scan((carry, x) => [ops.add(carry, x), ops.multiply(carry, 10)], 0.5, { xs }));
      expect(numbers(last)).toBe(10.5);
      expect(numbers(ys)).toEqual([5, 15, 35, 65]);
    });
    test('in reverse, with dicts and null', () => {
      const xs = { a: tensor([1, 2, 3]), b: tensor([10, 20, 30]) };
      const [last, ys] = run(
        () =>
        ops.scan(({ sum }, { a, b }) => [{ sum: ops.add(ops.multiply(sum, 2), ops.add(a, b)) }, null], { sum: 0.0 * 1 }, {
          xs, reverse: true,
        }), // prettier-ignore
      );
      expect(numbers(last.sum)).toBe((33 * 2 + 22) * 2 + 11);
      expect(ys).toBeNull();
    });
  });
  test('of a length alone', () => {
    const [last] = ops.scan((x) => [ops.multiply(x, 2), null], tensor(1), { length: 5 });
    expect(numbers(last)).toBe(32);
  });
  test('has a gradient, also within a program, also for what the body closes over', () => {
    const w = tensor([2, 3], [2], 'float32');
    const xs = tensor([1, 2, 3, 4], [2, 2], 'float32');
    const slope = (): Tensor[] =>
      grad(() => {
        const [last] = ops.scan(
          (carry, x) => [ops.add(ops.multiply(carry, w), x), null],
          tensor([1, 1], [2], 'float32'),
          { xs },
        );
        return ops.sum(last);
      }, [w]);
    // (w + x0) w + x1: its slope is 2 w + x0
    expect(numbers(slope()[0])).toEqual([5, 8]);
    expect(numbers(jit(slope)()[0])).toEqual([5, 8]);
  });
  test('refuses what does not fit', () => {
    const step = (carry: Tensor): [Tensor, null] => [carry, null];
    expect(() => ops.scan(step, tensor(0))).toThrow('scan: needs `xs` or `length`');
    expect(() => ops.scan(step, tensor(0), { xs: tensor([1, 2]), length: 3 })).toThrow('scan: 3 steps, but');
    expect(() => ops.scan(step, tensor(0), { length: 3, unroll: 0 })).toThrow('`unroll` must be a positive integer');
    expect(() => ops.scan((x) => [ops.cast(x, 'int32'), null], tensor(0.5), { length: 2 })).toThrow(
      'scan: the carries that the body gives are (int32()), expected (float32()).',
    );
  });
});

describe('map and vectorizedMap', () => {
  everyBackend((run) => {
    test('go along the first axis', () => {
      const xs = tensor([0, 1, 2, 3], [4], 'int32');
      const { y1, y2 } = run(() => ops.map((x) => ({ y1: ops.multiply(x, x), y2: ops.multiply(x, 10) }), xs));
      expect(numbers(y1)).toEqual([0, 1, 4, 9]);
      expect(numbers(y2)).toEqual([0, 10, 20, 30]);
      const pairs = run(() => ops.vectorizedMap(([a, b]) => ops.add(a, b), [xs, xs] as const));
      expect(numbers(pairs)).toEqual([0, 2, 4, 6]);
    });
  });
  test('refuses axes of different sizes', () => {
    expect(() => ops.map(([a]) => a, [tensor([1, 2]), tensor([1, 2, 3])] as const)).toThrow('map: 2 steps, but');
  });
});

describe('whileLoop and foriLoop', () => {
  everyBackend((run) => {
    test('loop as long as the condition holds', () => {
      expect(numbers(run(() => ops.whileLoop((i) => ops.less(i, 10), (i) => ops.add(i, 1), 0)))).toBe(10); // prettier-ignore
      const [x, y] = run(() =>
        ops.whileLoop(
          (a) => ops.less(a, 10),
          (a, b) => [ops.add(a, 1), ops.add(b, 1)],
          [0, 1],
        ),
      );
      expect([numbers(x), numbers(y)]).toEqual([10, 11]);
    });
    test('stop after the greatest number of steps', () => {
      const doubled = run(() =>
        ops.whileLoop(
          () => true,
          (x) => ops.multiply(x, 2),
          tensor(1),
          { maximumIterations: 6 },
        ),
      );
      expect(numbers(doubled)).toBe(64);
    });
    test('count from lower to upper', () => {
      const sum = (upper: number | Tensor): Tensor => run(() => ops.foriLoop(0, upper, (i, s) => ops.add(s, i), 0));
      expect(numbers(sum(10))).toBe(45);
      expect(numbers(sum(tensor(10, [], 'int32')))).toBe(45);
      expect(numbers(sum(0))).toBe(0);
    });
    test('assign variables at every step', () => {
      const count = new Variable(0);
      const [last] = run(() => [
        ops.whileLoop(
          (x) => ops.less(x, 100),
          (x) => {
            count.assign(ops.add(count.value, 1));
            return ops.multiply(x, count.value);
          },
          tensor(1),
        ),
      ]);
      expect(numbers(last)).toBe(120);
      expect(numbers(count.value)).toBe(5);
    });
  });
  test('foriLoop with plain bounds has a gradient', () => {
    const x = tensor(3, [], 'float32');
    const [slope] = grad(() => ops.foriLoop(0, 3, (_i, y) => ops.multiply(y, x), tensor(1, [], 'float32')), [x]);
    expect(numbers(slope)).toBe(27);
  });
  test('whileLoop says in a program that it has no gradient', () => {
    const x = tensor(3, [], 'float32');
    const loop = (): Tensor =>
      ops.whileLoop(
        (y) => ops.less(y, 10),
        (y) => ops.multiply(y, x),
        tensor(1, [], 'float32'),
      );
    expect(() => grad(loop, [x])).toThrow(
      'while: a loop whose number of steps is not known beforehand has no gradient',
    );
  });
});

describe('cond and switch', () => {
  everyBackend((run) => {
    test.each([
      [true, 6],
      [false, -4],
    ])('cond of %s', (pred, wanted) => {
      const x = tensor(5);
      const p = tensor(pred);
      expect(numbers(run(() => ops.cond(p, () => ops.add(x, 1), () => ops.subtract(1, x))))).toBe(wanted); // prettier-ignore
    });
    test.each([
      [-3, 2.5],
      [0, 2.5],
      [1, 1.5],
      [2, 1],
      [9, 1],
    ])('switch by %d', (index, wanted) => {
      const i = tensor(index, [], 'int32');
      const branches = [ops.add, ops.subtract, ops.multiply] as unknown as ((a: Tensor, b: Tensor) => Tensor)[];
      expect(
        numbers(run(() => ops.switch(i, branches as ((...x: Tensor[]) => Tensor)[], tensor(2), tensor(0.5)))),
      ).toBe(wanted);
    });
    test('a branch assigns a variable', () => {
      const v = new Variable(1);
      const w = new Variable(7);
      const step = (p: Tensor): Tensor =>
        run(() =>
          ops.cond(
            p,
            () => {
              v.assign(ops.multiply(w.value, 3));
              return ops.add(v.value, 0);
            },
            () => ops.add(v.value, 100),
          ),
        );
      expect(numbers(step(tensor(false)))).toBe(101);
      expect(numbers(v.value)).toBe(1);
      expect(numbers(step(tensor(true)))).toBe(21);
      expect(numbers(v.value)).toBe(21);
    });
  });
  test('cond has a gradient', () => {
    const x = tensor(3, [], 'float32');
    const slope = (p: boolean): unknown =>
      numbers(grad(() => ops.cond(tensor(p), () => ops.square(x), () => ops.multiply(x, 5)), [x])[0]); // prettier-ignore
    expect([slope(true), slope(false)]).toEqual([6, 5]);
  });
  test('refuses a condition of several elements, and no branches', () => {
    expect(() => ops.cond(tensor([true, false]), () => 1, () => 2)).toThrow('cond: the condition must be one bool, got shape (2,).'); // prettier-ignore
    expect(() => ops.switch(0, [])).toThrow('switch: there are no branches.');
  });
});

describe('associativeScan', () => {
  everyBackend((run) => {
    test.each([0, 1, 2, 3, 5, 8, 13])('of %d elements is a running sum', (n) => {
      const list = Array.from({ length: n }, (_, i) => i + 1);
      const xs = tensor(list, [n], 'float32');
      const forward = run(() => ops.associativeScan((a, b) => ops.add(a, b), xs));
      expect(numbers(forward)).toEqual(list.map((_, i) => list.slice(0, i + 1).reduce((a, b) => a + b)));
      const backward = run(() => ops.associativeScan((a, b) => ops.add(a, b), xs, { reverse: true }));
      expect(numbers(backward)).toEqual(list.map((_, i) => list.slice(i).reduce((a, b) => a + b)));
    });
    test('of lists along the last axis', () => {
      const xs = [tensor([[1, 2, 3]]), tensor([[4, 5, 6]])] as const;
      const [a, b] = run(() =>
        ops.associativeScan((x, y) => [ops.multiply(x[0], y[0]), ops.add(x[1], y[1])], xs, { axis: -1 }),
      );
      expect([numbers(a), numbers(b)]).toEqual([[[1, 2, 6]], [[4, 9, 15]]]);
    });
  });
  test('refuses tensors of different sizes', () => {
    const xs = [tensor([1, 2]), tensor([1, 2, 3])] as const;
    expect(() => ops.associativeScan((a) => a, xs)).toThrow('associativeScan: the sizes along axis 0 differ: 2, 3.');
  });
});

test('stand-ins and symbolic tensors go through', () => {
  const shape = abstractly(
    'a test',
    [{ dtype: 'float32', shape: [4, 3] }],
    ([x]) => ops.map((row) => ops.sum(row), x).shape,
  );
  expect(shape).toEqual([4]);
  const symbolic = ops.map((row: Tensor) => ops.sum(row), new KerasTensor([5, 3]) as never) as unknown as KerasTensor;
  expect(symbolic.shape).toEqual([5]);
});

test('types follow the structure', () => {
  const [carry, ys] = ops.scan(
    (c: { n: Tensor }) => [{ n: ops.add(c.n, 1) }, [c.n, null]],
    { n: tensor(0) },
    { length: 2 },
  );
  expectTypeOf(carry).toEqualTypeOf<{ n: Tensor }>();
  expect(numbers(carry.n)).toBe(2);
  expect(numbers((ys as [Tensor, null])[0])).toEqual([0, 1]);
});
