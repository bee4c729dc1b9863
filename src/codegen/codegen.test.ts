/** @file The kernel language through the emitter to WebAssembly, run in the engine. */
import { describe, expect, test } from 'vitest';
import {
  WASM_MACHINE,
  constant,
  FunctionBuilder,
  hostFunction,
  i32,
  type KernelFunction,
  type Target,
} from './index.js';
import { emitModule } from './wasm/index.js';

const target: Target = { lanes: 4, wide: false, fma: false, machine: WASM_MACHINE };

/** Instantiate one function; memory of one page. */
function load(fn: KernelFunction): { run: (...args: number[]) => number; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const code = emitModule({ exports: { run: fn }, sharedMemory: false, fma: false });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), {
    env: { memory },
    host: { pow: Math.pow, sin: Math.sin },
  });
  return { run: instance.exports['run'] as (...args: number[]) => number, memory };
}

describe('the kernel language', () => {
  test('adds vectors in a loop and the rest one by one', () => {
    const f = new FunctionBuilder('add', target, ['i32', 'i32', 'i32', 'i32']);
    const [out, a, b, n] = f.params;
    const whole = f.let(n.and(-4));
    f.for(0, whole, 4, (i) => {
      const at = f.let(i.shl(2));
      f.store('f32', out.add(at), f.loadVector('f32', a.add(at)).add(f.loadVector('f32', b.add(at))));
    });
    f.for(whole, n, 1, (i) => {
      const at = f.let(i.shl(2));
      f.store('f32', out.add(at), f.load('f32', a.add(at)).add(f.load('f32', b.add(at))));
    });
    const { run, memory } = load(f.finish());
    const data = new Float32Array(memory.buffer);
    for (let i = 0; i < 7; i++) [data[i], data[16 + i]] = [i, 10 * i];
    run(128, 0, 64, 7);
    expect([...data.subarray(32, 40)]).toEqual([0, 11, 22, 33, 44, 55, 66, 0]);
  });

  test('narrow integers are widened, cut and stored in vectors', () => {
    for (const [memory, wide, narrow] of [
      ['u8', [250, 1, 2, 255], [255, 6, 7, 4]],
      ['i8', [-6, 1, 2, -1], [-1, 6, 7, 4]],
      ['u16', [65530, 1, 2, 65535], [65535, 6, 7, 4]],
      ['i16', [-6, 1, 2, -1], [-1, 6, 7, 4]],
    ] as const) {
      const f = new FunctionBuilder('bump', target, []);
      f.store(memory, i32(64), f.loadVector(memory, i32(0)).add(5));
      const module = load(f.finish());
      const View = { u8: Uint8Array, i8: Int8Array, u16: Uint16Array, i16: Int16Array }[memory];
      new View(module.memory.buffer, 0, 4).set(wide);
      new View(module.memory.buffer, 64, 5)[4] = 77;
      module.run();
      expect([...new View(module.memory.buffer, 64, 5)], memory).toEqual([...narrow, 77]);
    }
  });

  test('branches, while loops, early returns and calls of functions and the host', () => {
    const square = new FunctionBuilder('square', target, ['f64'], 'f64');
    square.return(square.params[0].mul(square.params[0]));
    const callee = square.finish();
    const f = new FunctionBuilder('main', target, ['i32'], 'f64');
    const count = f.local(i32(0));
    f.while(count.lt(f.params[0]), () => f.set(count, count.add(1)));
    f.if(count.gt(100), () => f.return(constant('f64', -1)));
    const squared = f.call(callee, [count.toF64()]);
    f.return(f.call(hostFunction('pow', 2), [squared, constant('f64', 0.5)]));
    const { run } = load(f.finish());
    expect(run(7)).toBe(7);
    expect(run(101)).toBe(-1);
  });

  test('lanes: splat, replace, shuffle, select, sum', () => {
    const f = new FunctionBuilder('lanes', target, ['f32'], 'f32');
    const x = f.let(f.params[0].splat().withLane(2, constant('f32', 10)));
    const reversed = f.let(x.shuffle(x, [3, 2, 1, 0]));
    const larger = f.let(reversed.gt(x).select(reversed, x));
    f.return(f.sumLanes(larger));
    expect(load(f.finish()).run(1)).toBe(1 + 10 + 10 + 1);
  });

  test('numbers of any size are encoded', () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, -8193, 2 ** 31 - 1, -(2 ** 31)]) {
      const f = new FunctionBuilder('same', target, [], 'i32');
      f.return(i32(value));
      expect(load(f.finish()).run()).toBe(value);
    }
  });
});
