import { describe, expect, it } from 'vitest';
import { registerKerasSerializable } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { getKerasMask, KerasTensor, tensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { deserialize, Lambda, serialize } from '../index.js';

const double = (x: Tensor): Tensor => ops.multiply(x, 2);

describe('Lambda', () => {
  everyBackend((run) => {
    it('computes a function', () => {
      const layer = new Lambda(double);
      expect(run(() => layer([[1, 2]])).arraySync()).toEqual([[2, 4]]);
    });
  });
  it('finds the shape of its output by a dry run, or is told', () => {
    const x = new KerasTensor([null, 3]);
    expect(new Lambda((t: Tensor) => ops.concatenate([t, t], { axis: 1 }))(x).shape).toEqual([null, 6]);
    expect(new Lambda(double, { outputShape: [3] })(x).shape).toEqual([null, 3]);
    expect(new Lambda(double, { outputShape: (shape) => shape })(x).shape).toEqual([null, 3]);
    expect(new Lambda(double).computeOutputShape([null, 3])).toEqual([null, 3]);
  });
  it('hands on named arguments, the training flag and the mask', () => {
    const seen: unknown[] = [];
    const layer = new Lambda(
      (x: Tensor, named: object) => {
        seen.push(named);
        return x;
      },
      { arguments: { by: 3 } },
    );
    layer([[1]], { training: true });
    expect(seen).toEqual([{ by: 3, training: true }]);
  });
  it('makes a mask where it is told one', () => {
    const layer = new Lambda(double, { mask: (x) => ops.any(ops.notEqual(x as Tensor, 0), { axis: -1 }) });
    expect((getKerasMask(layer(tensor([[[1], [0]]], [1, 2, 1]))) as Tensor).arraySync()).toEqual([[true, false]]);
  });
  it('comes from a config only with a function that is known or given', () => {
    const config = serialize(new Lambda(double, { name: 'it' }));
    expect(() => deserialize(config)).toThrow(/unknown class 'double'/);
    const copy = deserialize(config, { customObjects: { double } });
    expect(copy([[3]]).arraySync()).toEqual([[6]]);
    const triple = registerKerasSerializable({ package: 'mine', name: 'triple' })((x: Tensor) => ops.multiply(x, 3));
    expect(deserialize(serialize(new Lambda(triple)))([[3]]).arraySync()).toEqual([[9]]);
  });
  it('never runs code from a config', () => {
    const code = { class_name: '__lambda__', config: { code: 'aGVsbG8=', defaults: null, closure: null } };
    expect(() => deserialize({ module: 'keras.layers', class_name: 'Lambda', config: { function: code } })).toThrow(
      'the config holds Python code (a lambda), which is never run',
    );
  });
});
