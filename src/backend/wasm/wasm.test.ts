/** @file The wasm backend against the interpreter: every primitive, random programs, one thread and two, heaps and assignments. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DType } from '../../core/dtype.js';
import { DTYPES, isFloat } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../core/platform.js';
import {
  allPrimitives,
  type Executable,
  type Graph,
  GraphBuilder,
  type Heap,
  type HeapBuffer,
  interpret,
} from '../../graph/index.js';
import type { SyncExecutable, Value } from '../../graph/index.js';
import {
  abs,
  add,
  broadcastInDim,
  cond,
  dotGeneral,
  exp,
  ge,
  lt,
  mul,
  reduceMax,
  reduceSum,
  reverse,
  scalarLike,
  scan,
  tanh,
  transpose,
  whileLoop,
} from '../../graph/lax.js';
import { prepareEngine, nodePlatform } from '../../platform/node/index.js';
import { difference } from '../../testing/compare.js';
import { arbitraryApplication, arbitraryGraph } from '../../testing/random_graphs.js';
import { wasmBackend } from './index.js';
import { threadPool } from './thread_pool.js';

prepareEngine();
const before = getPlatform();
beforeAll(() => setPlatform(nodePlatform));
afterAll(() => setPlatform(before));

/** Relative to the greatest element: float32 sums in another order, and functions to a few ulp. 16 bits: one rounding apart. */
const TOLERANCE: Partial<Record<DType, number>> = { float16: 1e-3, bfloat16: 8e-3, float32: 2e-6, float64: 1e-12 };

function compile(
  graph: Graph,
  heap = wasmBackend.createHeap(),
): { heap: Heap; run: (x: readonly NDArray[]) => NDArray[] } {
  const none = { inputs: graph.inputs.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
  const executable = wasmBackend.compile(graph, heap, none);
  return { heap, run: (inputs) => executable.runSync(inputs, 1) };
}

function expectSame(found: readonly NDArray[], expected: readonly NDArray[], graph: Graph): void {
  expected.forEach((e, i) => {
    const wrong = difference(found[i], e, TOLERANCE[e.dtype] ?? 0, { exact: !isFloat(e.dtype) });
    if (wrong !== null) throw new Error(`output ${i}: ${wrong}\n${String(graph)}`);
  });
}

describe('every primitive agrees with the interpreter over random shapes and dtypes', () => {
  for (const name of allPrimitives().keys()) {
    if (name === 'input' || name === 'constant') continue;
    test(name, () => {
      fc.assert(
        fc.property(arbitraryApplication(name), ({ graph, inputs }) => {
          expectSame(compile(graph).run(inputs), interpret(graph, inputs), graph);
        }),
        { numRuns: 50 },
      );
    });
  }
});

test('random programs agree with the interpreter', () => {
  // 64-bit integers are exact up to 2^53; random arithmetic leaves that range at once.
  const dtypes = DTYPES.filter((dtype) => dtype !== 'int64' && dtype !== 'uint64');
  fc.assert(
    fc.property(arbitraryGraph({ dtypes }), ({ graph, inputs }) => {
      expectSame(compile(graph).run(inputs), interpret(graph, inputs), graph);
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

describe('threads', () => {
  /** A program whose kernels are large enough to be shared. */
  const program = (): { graph: Graph; inputs: NDArray[] } => {
    const builder = new GraphBuilder();
    const x = builder.input({ dtype: 'float32', shape: [301, 200] }, 'x');
    const w = builder.input({ dtype: 'float32', shape: [200, 130] }, 'w');
    const y = dotGeneral(x, w, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] });
    const z = add(mul(y, y), reverse(transpose(transpose(y, [1, 0]), [1, 0]), [0]));
    const graph = builder.graph([x, w], [z, reduceSum(z, [0]), reduceSum(z, [0, 1])]);
    const make = (shape: number[]): NDArray => {
      const size = shape.reduce((a, b) => a * b);
      return fromNumbers(
        'float32',
        shape,
        Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + size)),
      );
    };
    return { graph, inputs: [make([301, 200]), make([200, 130])] };
  };

  test('one thread, two and three give the same bits', async () => {
    const { graph, inputs } = program();
    const none = { inputs: [null, null], outputs: [null, null, null], counter: null };
    const runs: NDArray[][] = [];
    for (const count of [1, 2, 3]) {
      wasmBackend.setThreads!(count);
      const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
      runs.push(await executable.run(inputs, 1), executable.runSync(inputs, 1));
    }
    wasmBackend.setThreads!(2);
    expectSame(runs[0], interpret(graph, inputs), graph);
    for (const run of runs.slice(1)) run.forEach((array, i) => expect(array.data).toEqual(runs[0][i].data));
  });

  /** A recurrence with a large product a step (and one that does not change), a loop and a branch around large loops. */
  const controlProgram = (reverse: boolean): { graph: Graph; inputs: NDArray[] } => {
    const types = { h: [33, 96], xs: [9, 33, 96], w: [96, 96], v: [96, 96] };
    const type = (shape: number[]) => ({ dtype: 'float32' as const, shape });
    const product = (a: Value, b: Value): Value =>
      dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] });
    const build = (inputs: number[][], fn: (...inputs: Value[]) => Value[]): Graph => {
      const builder = new GraphBuilder();
      const values = inputs.map((shape, i) => builder.input(type(shape), `x${i}`));
      return builder.graph(values, fn(...values));
    };
    const step = build([types.h, types.h, types.w, types.v], (h, x, w, v) => {
      const next = tanh(add(product(h, mul(w, v)), x));
      return [next, reduceMax(next, [0]), next]; // slices of 96 numbers are written in place
    });
    const odd = build([[33, 95], [33, 95], []], (h, x, s) => [
      mul(add(h, x), broadcastInDim(s, [33, 95], [])),
      reduceMax(h, [1]),
    ]);
    const below = build([[64, 512], []], (x) => [lt(reduceSum(x, [0, 1]), scalarLike(x, 1e4))]);
    const twice = build([[64, 512], []], (x, s) => [add(mul(x, broadcastInDim(s, [64, 512], [])), abs(x))]);
    const yes = build([[64, 512]], (x) => [exp(x)]);
    const no = build([[64, 512]], (x) => [mul(x, x)]);
    const graph = build(
      [types.h, types.xs, types.w, types.v, [33, 95], [9, 33, 95], [64, 512], []],
      (h, xs, w, v, g, zs, x, s) => {
        const params = { carries: 1, scanned: 1, length: 9, reverse };
        const first = scan([h, xs, w, v], { ...params, body: step });
        const second = scan([g, zs, s], { ...params, body: odd });
        const [grown] = whileLoop([x, s], { condition: below, body: twice, captures: 1 });
        const branches = [lt, ge].map((compare) =>
          cond(compare(s, scalarLike(s, 0)), [grown], { onTrue: yes, onFalse: no }),
        );
        return [...first, ...second, grown, ...branches.flat()];
      },
    );
    const inputs = graph.inputs.map(({ shape }, k) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const scale = shape[0] === 96 ? 0.3 : 1; // so that rounding errors do not grow from step to step
      return fromNumbers(
        'float32',
        [...shape],
        Array.from({ length: size }, (_, i) => scale * Math.sin(i * 2.9 + k)),
      );
    });
    inputs[7].data[0] = 0.7;
    return { graph, inputs };
  };

  test.each([false, true])(
    'of loops and branches give the same bits as one thread (backwards: %s)',
    async (reverse) => {
      const { graph, inputs } = controlProgram(reverse);
      const none = { inputs: graph.inputs.map(() => null), outputs: graph.outputs.map(() => null), counter: null };
      const runs: NDArray[][] = [];
      for (const count of [1, 2, 3]) {
        wasmBackend.setThreads!(count);
        const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
        runs.push(await executable.run(inputs, 2), executable.runSync(inputs, 1));
      }
      wasmBackend.setThreads!(2);
      expectSame(runs[0], interpret(graph, inputs), graph);
      for (const run of runs.slice(1)) run.forEach((array, i) => expect(array.data).toEqual(runs[0][i].data));
    },
  );

  test('a worker that dies ends the run in one clear error, and the next run works', async () => {
    const { graph, inputs } = program();
    const none = { inputs: [null, null], outputs: [null, null, null], counter: null };
    wasmBackend.setThreads!(2);
    const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
    // The second thread ends the moment it is asked to run, so that the first waits for it in vain.
    const dying =
      "; { const own = handle; handle = (m, post) => (m.kind === 'run' && m.thread === 1 ? process.exit(3) : own(m, post)); }";
    const { threads } = getPlatform();
    threadPool.close();
    setPlatform({ threads: { count: 2, spawn: (source) => threads!.spawn(source + dying) } });
    await expect(executable.run(inputs, 100)).rejects.toThrow(
      /a worker thread ended while it ran a program \(exit code 3\)/,
    );
    setPlatform({ threads });
    expectSame(await executable.run(inputs, 1), interpret(graph, inputs), graph);
  });

  /** Run until the workers are up: programs of a few milliseconds run on the calling thread and on them. */
  const settled = async (executable: Executable, inputs: readonly NDArray[]): Promise<void> => {
    await executable.run(inputs, 100);
    await new Promise((resolve) => setTimeout(resolve, 10));
  };

  test('of which one is the calling thread give the same bits, one run right after the other', async () => {
    const { graph, inputs } = program();
    const none = { inputs: [null, null], outputs: [null, null, null], counter: null };
    wasmBackend.setThreads!(2);
    const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
    await settled(executable, inputs);
    const expected = executable.runSync(inputs, 1);
    const together = vi.spyOn(threadPool, 'runTogether');
    for (let i = 0; i < 40; i++) {
      const found = await executable.run(inputs, 3);
      expect(found.every(({ data }, k) => data.every((x, n) => x === expected[k].data[n]))).toBe(true);
    }
    expect(together).toHaveBeenCalledTimes(40);
    together.mockRestore();
  });

  test('are found to be up by a caller that gets no messages', () => {
    threadPool.close();
    const nap = new Int32Array(new SharedArrayBuffer(4));
    // Runs into the time limit of the test where they are not.
    while (!threadPool.isReady(3)) Atomics.wait(nap, 0, 0, 5);
    expect(threadPool.isReady(3)).toBe(true);
  });

  test('that fail beside the calling thread end the run in one clear error, and the next run works', async () => {
    const { graph, inputs } = program();
    const none = { inputs: [null, null], outputs: [null, null, null], counter: null };
    wasmBackend.setThreads!(2);
    const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
    const failing = `; { const own = handle; handle = (m, post) => {
      if (m.kind === 'run' && m.quiet)
        programs.set(m.program, { ...programs.get(m.program), instance: { exports: { run() { throw new Error('no more'); } } } });
      own(m, post);
    }; }`;
    const { threads } = getPlatform();
    threadPool.close();
    setPlatform({ threads: { count: 2, spawn: (source) => threads!.spawn(source + failing) } });
    await settled(executable, inputs);
    await expect(executable.run(inputs, 3)).rejects.toThrow(/a thread failed while it ran a program .*no more/);
    setPlatform({ threads });
    threadPool.close();
    for (const steps of [3, 100, 3]) expectSame(await executable.run(inputs, steps), interpret(graph, inputs), graph);
  });
});

describe('variables in the heap', () => {
  /** counter += 1; total += counter · x; old total comes back. */
  const program = (): Graph => {
    const builder = new GraphBuilder();
    const type = { dtype: 'float32' as const, shape: [33] };
    const [total, x] = [builder.input(type, 'total'), builder.input(type, 'x')];
    return builder.graph([total, x], [add(total, x), total]);
  };

  test('are read at the start of a step and assigned at its end, step after step', () => {
    const heap = wasmBackend.createHeap();
    const total: HeapBuffer = heap.allocate({ dtype: 'float32', shape: [33] }, 'total');
    const x = fromNumbers(
      'float32',
      [33],
      Array.from({ length: 33 }, (_, i) => i),
    );
    const executable = wasmBackend.compile(program(), heap, {
      inputs: [total, null],
      outputs: [total, null],
      counter: null,
    });
    const [old] = executable.runSync([x], 3);
    expect([...total.read().data]).toEqual(Array.from(x.data, (v) => 3 * v));
    expect([...old.data]).toEqual(Array.from(x.data, (v) => 2 * v));
  });

  test('one that is assigned its own value costs nothing, and keeps it beside others that take it', () => {
    const builder = new GraphBuilder();
    const type = { dtype: 'float32' as const, shape: [5] };
    const [a, b] = [builder.input(type, 'a'), builder.input(type, 'b')];
    const heap = wasmBackend.createHeap();
    const [first, second] = [heap.allocate(type, 'a'), heap.allocate(type, 'b')];
    first.write(fromNumbers('float32', [5], [1, 2, 3, 4, 5]));
    const compile = (outputs: Value[]): SyncExecutable =>
      wasmBackend.compile(builder.graph([a, b], outputs), heap, { inputs: [first, second], outputs: [first, second], counter: null }); // prettier-ignore
    const taken = compile([a, a]);
    taken.runSync([], 1);
    expect([...first.read().data, ...second.read().data]).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
    expect(taken.profile!([], 1).length).toBe(1);
    expect(compile([a, b]).profile!([], 1)).toEqual([]);
  });

  test('two that exchange their values do so', () => {
    const builder = new GraphBuilder();
    const type = { dtype: 'float32' as const, shape: [5] };
    const [a, b] = [builder.input(type, 'a'), builder.input(type, 'b')];
    const heap = wasmBackend.createHeap();
    const [first, second] = [heap.allocate(type, 'a'), heap.allocate(type, 'b')];
    first.write(fromNumbers('float32', [5], [1, 2, 3, 4, 5]));
    second.write(fromNumbers('float32', [5], [10, 20, 30, 40, 50]));
    const graph = builder.graph([a, b], [b, a]);
    const executable = wasmBackend.compile(graph, heap, {
      inputs: [first, second],
      outputs: [first, second],
      counter: null,
    });
    executable.runSync([], 1);
    expect([...first.read().data]).toEqual([10, 20, 30, 40, 50]);
    expect([...second.read().data]).toEqual([1, 2, 3, 4, 5]);
  });

  test('that need more than 4 GiB are refused with what needs how much', () => {
    const heap = wasmBackend.createHeap();
    expect(() => heap.allocate({ dtype: 'float32', shape: [2 ** 30, 2] }, 'dense/kernel')).toThrow(
      /'dense\/kernel' \(float32\(1073741824, 2\)\) needs 8192 MiB.*4 GiB/,
    );
  });
});
