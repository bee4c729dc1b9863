import { describe, expect, it } from 'vitest';
import '../testing/backends.js';
import { device } from '../core/device.js';
import { NameScope } from '../core/name_scope.js';
import * as layers from '../layers/index.js';
import * as ops from '../ops/index.js';
import { SeedGenerator } from '../random/index.js';
import * as random from '../random/index.js';
import { jit, KerasTensor, StatelessScope, SymbolicScope, tensor, Variable, valueAndGrad } from './index.js';

describe('StatelessScope', () => {
  it('gives variables values and collects what is assigned; they stay as they are', () => {
    const [a, b] = [new Variable([1, 2]), new Variable([3], { dtype: 'float32' })];
    const scope = new StatelessScope({ stateMapping: [[a, [10, 20]]] });
    const seen = scope.run(() => {
      const first = ops.add(a, 0).arraySync();
      a.assignAdd([1, 1]);
      b.assign([7.5]);
      return [first, a.value.arraySync(), b.value.arraySync()];
    });
    expect(seen).toEqual([[10, 20], [11, 21], [7.5]]);
    expect([a.value.arraySync(), b.value.arraySync()]).toEqual([[1, 2], [3]]);
    expect(scope.getCurrentValue(a)?.arraySync()).toEqual([11, 21]);
    expect(scope.getCurrentValue(new Variable(0))).toBeNull();
    scope.addUpdate([b, [8]]);
    expect(scope.run(() => b.value.arraySync())).toEqual([8]);
  });
  it('closes when its code throws', () => {
    const a = new Variable(1);
    const fails = (): void => {
      a.assign(2);
      throw new Error('mine');
    };
    expect(() => new StatelessScope().run(fails)).toThrow('mine');
    a.assign(3);
    expect(a.value.itemSync()).toBe(3);
  });
  it('of scopes in each other the innermost counts', () => {
    const a = new Variable(1);
    const outer = new StatelessScope({ stateMapping: [[a, 2]] });
    const inner = new StatelessScope();
    const seen = outer.run(() => [inner.run(() => a.value.itemSync()), a.value.itemSync()]);
    expect(seen).toEqual([1, 2]); // as in Keras
  });
  it('layers, seeds and metrics of a call leave their state to the scope', () => {
    const norm = new layers.BatchNormalization();
    const drop = new layers.Dropout(0.5, { seed: 3 });
    const x = tensor([1, 2, 3, 4], [2, 2], 'float32');
    norm.build([2, 2]);
    const before = [...norm.weights, ...drop.variables].map((v) => v.value.arraySync());
    const scope = new StatelessScope();
    const inside = scope.run(() => ops.add(norm(x, { training: true }), drop(x, { training: true })).arraySync());
    expect([...norm.weights, ...drop.variables].map((v) => v.value.arraySync())).toEqual(before);
    expect(scope.getCurrentValue(norm.movingMean)?.arraySync()).not.toEqual(before[2]);
    expect(new StatelessScope().run(() => ops.add(norm(x, { training: true }), drop(x, { training: true })).arraySync())).toEqual(inside); // prettier-ignore
  });
  it('gradients flow to the values', () => {
    const a = new Variable([1, 2], { dtype: 'float32' });
    const scope = new StatelessScope({ stateMapping: [[a, [5, 6]]] });
    const [loss, [da]] = scope.run(() => valueAndGrad(() => ops.sum(ops.square(a)), [a]));
    expect([loss.itemSync(), da.arraySync()]).toEqual([61, [10, 12]]);
  });
  it('functions of jit see the values too', () => {
    const a = new Variable(1);
    const next = jit(() => a.assignAdd(1));
    expect(next().itemSync()).toBe(2);
    expect(new StatelessScope({ stateMapping: [[a, 10]] }).run(() => next().itemSync())).toBe(11);
    expect(next().itemSync()).toBe(3);
  });
  it('a drawn call changes nothing in the scope', () => {
    const norm = new layers.BatchNormalization();
    const scope = new StatelessScope();
    scope.run(() => norm(new KerasTensor([null, 2]), { training: true }));
    expect(scope.getCurrentValue(norm.movingMean)).toBeNull();
  });
  it('statelessCall in a scope leaves nothing behind', () => {
    const dense = new layers.Dense(1);
    dense.build([null, 2]);
    const scope = new StatelessScope();
    scope.run(() => dense.statelessCall([ops.ones([2, 1]), ops.ones([1])], [], ops.ones([1, 2])));
    expect(scope.getCurrentValue(dense.kernel)).toBeNull();
  });
  it('keeps losses where it is told to', () => {
    class Adds extends layers.Layer {
      override call(x: layers.LayerOptions & ReturnType<typeof ops.ones>): unknown {
        this.addLoss(ops.sum(x));
        return x;
      }
    }
    const layer = new Adds();
    const kept = new StatelessScope({ collectLosses: true });
    const dropped = new StatelessScope();
    const call = (): number[] => {
      layer(ops.ones([3]));
      return layer.losses.map((loss) => loss.itemSync());
    };
    expect([kept.run(call), dropped.run(call)]).toEqual([[3], []]);
    expect(kept.losses.map((loss) => loss.itemSync())).toEqual([3]);
    expect(layer.losses).toEqual([]);
  });
  it('refuses what is no variable, other shapes, and code that goes on later', () => {
    const a = new Variable([1, 2]);
    expect(() => new StatelessScope({ stateMapping: [[3 as never, 1]] })).toThrow(/pairs \[variable, value\]/);
    expect(() => new StatelessScope({ stateMapping: [[a, [1, 2, 3]]] })).toThrow(/shape \(3,\) for the variable/);
    expect(() => new StatelessScope().run(() => Promise.resolve(1))).toThrow(/function is async/);
  });
  it('a SeedGenerator goes on from where it was', () => {
    const seed = new SeedGenerator(4);
    const draw = (): unknown => random.uniform([2], { seed }).arraySync();
    const inside = new StatelessScope().run(draw);
    expect(draw()).toEqual(inside);
  });
});

describe('other scopes', () => {
  it('names stand before those of variables and weights', () => {
    const scope = new NameScope('block');
    const [made, path] = scope.run(() => {
      const dense = new layers.Dense(2, { name: 'dense' });
      dense.build([null, 3]);
      return [new Variable(1, { name: 'count' }).path, dense.kernel.path];
    });
    expect([made, path]).toEqual(['block/count', 'block/dense/kernel']); // as in Keras
    const nested = scope.run(() => new NameScope('inner').run(() => new Variable(1, { name: 'v' }).path));
    expect(nested).toBe('block/inner/v');
    const other = scope.run(() => new NameScope('x', { overrideParent: 'a/b' }).run(() => new Variable(1, { name: 'v' }).path)); // prettier-ignore
    expect(other).toBe('a/b/x/v');
    expect(new Variable(1, { name: 'count' }).path).toBe('count');
    const twice = (deduplicate: boolean): string => {
      const own = new NameScope('own', { caller: scope, deduplicate });
      return own.run(() => own.run(() => new Variable(1, { name: 'v' }).path));
    };
    expect([twice(true), twice(false)]).toEqual(['own/v', 'own/own/v']);
    expect(() => new NameScope('a/b')).toThrow(/name='a\/b'.*without '\/'/);
  });
  it('devices are accepted', () => {
    expect(device('CPU:0').deviceName).toBe('cpu:0');
    expect(device('gpu').run(() => ops.ones([2]).shape)).toEqual([2]);
    expect(() => device('')).toThrow(/Expected the name of a device/);
  });
  it('a SymbolicScope runs its code', () => {
    expect(new SymbolicScope().run(() => ops.add(new KerasTensor([null, 2]), 1).shape)).toEqual([null, 2]);
  });
});
