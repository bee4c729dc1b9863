import { describe, expect, it } from 'vitest';
import { Variable } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { Adam, AdamW, SGD } from './index.js';

const numbers = (x: Variable): number[] => Array.from(x.value.dataSync(), Number);

/** Steps as Keras 3.15.1 takes them, run as one program. */
describe('edges of optimizers', () => {
  everyBackend((run) => {
    it.each([
      ['Adam', Adam, [0.7890188694000244, -1.8295443058013916]],
      ['AdamW', AdamW, [0.7879257798194885, -1.8272418975830078]],
    ] as const)('amsgrad of %s keeps the greatest velocity when gradients shrink', (_, Class, expected) => {
      const optimizer = new Class({ learningRate: 0.1, beta2: 0.5, amsgrad: true });
      const w = new Variable([1, -2], { dtype: 'float32' });
      optimizer.build([w]);
      for (const gradient of [[4, -1], [0.5, 0.25], [-0.01, 0]]) run(() => (optimizer.apply([gradient], [w]), [])); // prettier-ignore
      expect(numbers(optimizer.variables.find((v) => v.name.includes('velocity_hat'))!)).toEqual([8, 0.5]);
      numbers(w).forEach((x, i) => expect(Math.abs(x / expected[i] - 1)).toBeLessThan(2e-6));
    });
    it.each([Infinity, -Infinity, NaN])('one gradient of %s makes all clipped by the global norm NaN', (bad) => {
      const optimizer = new SGD({ learningRate: 1, globalClipnorm: 1 });
      const [a, b] = [new Variable([0, 0], { dtype: 'float32' }), new Variable([0], { dtype: 'float32' })];
      optimizer.build([a, b]);
      run(() => (optimizer.apply([[bad, 1], [2]], [a, b]), []));
      expect([...numbers(a), ...numbers(b)]).toEqual([NaN, NaN, NaN]);
    });
  });
});
