/** @file Results that programs keep of their weights from run to run are never older than the weights, and are given back. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DType } from '../../core/dtype.js';
import { DTYPES, isFloat } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import { getPlatform, setPlatform } from '../../core/platform.js';
import { sameShape, sizeOf } from '../../core/shape.js';
import type { SyncExecutable, Graph, HeapBuffer, Value } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import { rebuild } from '../../graph/graph.js';
import * as lax from '../../graph/lax.js';
import { difference } from '../../testing/compare.js';
import type { RandomProgram } from '../../testing/random_graphs.js';
import { arbitraryGraph } from '../../testing/random_graphs.js';
import { wasmBackend } from './index.js';
import { threadPool } from './thread_pool.js';
import { useNode } from '../../testing/wasm.js';

useNode();

const TOLERANCE: Partial<Record<DType, number>> = { float16: 1e-3, bfloat16: 8e-3, float32: 2e-6, float64: 1e-12 };

function expectSame(
  found: readonly NDArray[],
  expected: readonly NDArray[],
  graph: Graph,
  floor: number,
  what = 'output',
): void {
  expected.forEach((e, i) => {
    const wrong = difference(found[i], e, TOLERANCE[e.dtype] ?? 0, { floor, exact: !isFloat(e.dtype) });
    if (wrong !== null) throw new Error(`${what} ${i}: ${wrong}\n${String(graph)}`);
  });
}

const float = (...shape: number[]) => ({ dtype: 'float32' as const, shape });

function numbers(shape: readonly number[], seed: number): NDArray {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed * 1.7 + i * 12.9898) / 3);
  return fromNumbers('float32', [...shape], values);
}

/** A program some of whose inputs are variables, with what these hold. */
class Bound {
  readonly heap = wasmBackend.createHeap();
  readonly buffers: readonly (HeapBuffer | null)[];
  readonly executable: SyncExecutable;
  /** How far results may be off whatever their size. */
  floor = 0;

  /** @param outputs For each output the input that it is assigned to, or null. */
  constructor(
    readonly graph: Graph,
    readonly values: NDArray[],
    isVariable: (input: number) => boolean,
    readonly outputs: readonly (number | null)[] = graph.outputs.map(() => null),
  ) {
    this.buffers = values.map(({ dtype, shape }, i) =>
      isVariable(i) ? this.heap.allocate({ dtype, shape }, `v${i}`) : null,
    );
    values.forEach((_, i) => this.write(i, values[i]));
    this.executable = wasmBackend.compile(graph, this.heap, {
      inputs: this.buffers,
      outputs: outputs.map((i) => (i === null ? null : this.buffers[i])),
      counter: null,
    });
  }

  write(input: number, value: NDArray): void {
    this.values[input] = value;
    this.buffers[input]?.write(value);
  }

  get feeds(): NDArray[] {
    return this.values.filter((_, i) => this.buffers[i] === null);
  }

  /** What a new program on a new heap gives. */
  anew(): NDArray[] {
    const { graph, values, buffers } = this;
    return new Bound(graph, [...values], (i) => buffers[i] !== null).executable.runSync(this.feeds, 1);
  }

  /** Run once and compare with the interpreter; assigned variables go on from what they hold. */
  check(): void {
    const expected = interpret(this.graph, this.values);
    const results = this.executable.runSync(this.feeds, 1);
    expectSame(results, expected.filter((_, i) => this.outputs[i] === null), this.graph, this.floor); // prettier-ignore
    const assigned = this.outputs.flatMap((input, i) => (input === null ? [] : [{ input, i }]));
    const held = assigned.map(({ input }) => this.buffers[input]!.read());
    expectSame(held, assigned.map(({ i }) => expected[i]), this.graph, this.floor, 'assigned'); // prettier-ignore
    assigned.forEach(({ input }, k) => (this.values[input] = held[k]));
  }
}

/** Collect what nobody holds, now. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** The elements in another order. */
function turned(value: NDArray, by: number): NDArray {
  const size = value.data.length;
  const data = value.data.slice();
  for (let i = 0; i < size; i++) data[i] = value.data[(i + by) % size];
  return { ...value, data };
}

/** The same program, each of whose results is put beside an input of its own: what is made of variables alone is then read by others. */
function beside({ graph, inputs }: RandomProgram): RandomProgram & { fed: number } {
  const builder = new GraphBuilder();
  const made = rebuild(graph, builder, (node, operands) => builder.apply(node.primitive, operands, node.params));
  const added: Value[] = [];
  const outputs = made.outputs.map((value) => {
    if (value.shape.length === 0) return value;
    const other = builder.input(value, `beside${added.length}`);
    added.push(other);
    return lax.concatenate([value, other], 0);
  });
  const arrays = added.map(({ dtype, shape }, k) =>
    fromNumbers(
      dtype,
      [...shape],
      Array.from({ length: sizeOf(shape) }, (_, i) => (i + k) % 2),
    ),
  );
  return {
    graph: builder.graph([...made.inputs, ...added], outputs),
    inputs: [...inputs, ...arrays],
    fed: added.length,
  };
}

describe('random programs between writes to their variables agree with the interpreter', () => {
  const dtypes = DTYPES.filter((dtype) => dtype !== 'int64' && dtype !== 'uint64');
  const script = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 });
  const drive = (program: Bound, changes: readonly (readonly [number, number])[], count: number): void => {
    program.check();
    program.check();
    for (const [which, by] of changes) {
      if (count > 0) program.write(which % count, turned(program.values[which % count], 1 + by));
      program.check();
    }
  };

  test('some of which they assign', () => {
    fc.assert(
      fc.property(arbitraryGraph({ dtypes }), fc.nat(), fc.nat(), script, ({ graph, inputs }, some, kept, changes) => {
        const isVariable = (i: number): boolean => ((some >> (i % 20)) & 1) === 1;
        const taken = new Set<number>();
        const outputs = graph.outputs.map(({ dtype, shape }, k) => {
          if (((kept >> (k % 20)) & 1) === 1) return null;
          const found = graph.inputs.findIndex(
            (x, i) => isVariable(i) && !taken.has(i) && x.dtype === dtype && sameShape(x.shape, shape),
          );
          if (found < 0) return null;
          taken.add(found);
          return found;
        });
        drive(new Bound(graph, [...inputs], isVariable, outputs), changes, inputs.length);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  test('most of whose work is on variables alone', () => {
    let held = 0;
    fc.assert(
      fc.property(arbitraryGraph({ dtypes }), fc.nat(), script, (random, none, changes) => {
        const { graph, inputs, fed } = beside(random);
        const own = inputs.length - fed;
        const program = new Bound(graph, [...inputs], (i) => i < own && i !== none % 8);
        if (program.executable.stats.hoistedBytes > 0) held++;
        drive(program, changes, own);
      }),
      { numRuns: 100, endOnFailure: true },
    );
    expect(held).toBeGreaterThan(20);
  });
});

const product = (a: Value, b: Value): Value =>
  lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [a.shape.length - 1], rhsContract: [0] });

/** Winograd's transforms round numbers of about 1, 4e-6 of their root mean square (docs/performance.md); what follows makes them small. */
const WINOGRAD = 1e-6;

/** A product, a convolution of 3×3 taps, and a recurrence, each with weights that are computed from variables. */
function network(): { graph: Graph; values: NDArray[]; isVariable: (input: number) => boolean } {
  const types = [float(1, 12, 12, 24), float(3, 3, 24, 40), float(40), float(40, 150), float(9, 5, 40), float(40, 40)];
  const step = new GraphBuilder();
  const [h, x, u] = [float(5, 40), float(5, 40), float(40, 40)].map((type, i) => step.input(type, `s${i}`));
  const next = lax.tanh(lax.add(x, product(h, lax.mul(u, u))));
  const body = step.graph([h, x, u], [next, next]);
  const builder = new GraphBuilder();
  const inputs = types.map((type, i) => builder.input(type, `x${i}`));
  const [image, kernel, scale, dense, sequence, recurrent] = inputs;
  const spread = lax.broadcastInDim(lax.exp(scale), [3, 3, 24, 40], [3]);
  const features = lax.convGeneral(image, lax.mul(kernel, spread), {
    strides: [1, 1],
    padding: [[1, 1], [1, 1]],
    lhsDilation: [1, 1],
    rhsDilation: [1, 1],
    featureGroups: 1,
    batchGroups: 1,
    lhs: { batch: 0, feature: 3, spatial: [1, 2] },
    rhs: { batch: 3, feature: 2, spatial: [0, 1] },
    out: { batch: 0, feature: 3, spatial: [1, 2] },
  }); // prettier-ignore
  const rows = lax.reshape(lax.tanh(features), [144, 40]);
  const start = lax.broadcastInDim(lax.scalarLike(sequence, 0), [5, 40], []);
  const states = lax.scan([start, sequence, recurrent], { carries: 1, scanned: 1, length: 9, reverse: false, body });
  const outputs = [product(rows, dense), states[1], product(lax.reshape(states[1], [45, 40]), dense)];
  return {
    graph: builder.graph(inputs, outputs),
    values: types.map(({ shape }, i) => numbers(shape, i)),
    isVariable: (i) => i !== 0 && i !== 4,
  };
}

describe('weights that are packed and transformed once', () => {
  test('are so anew after each write, on one thread and two', async () => {
    const { graph, values, isVariable } = network();
    const program = new Bound(graph, values, isVariable);
    program.floor = WINOGRAD;
    expect(program.executable.stats.hoistedBytes).toBeGreaterThan(4 * 40 * (150 + 40 + 9 * 24));
    const labels = program.executable.profile!(program.feeds, 1).map(({ label }) => label);
    expect(labels.filter((label) => /^(pack|transform)/.test(label))).toEqual([]);
    const runs: NDArray[][] = [];
    for (const threads of [1, 2, 3, 2]) {
      wasmBackend.setThreads!(threads);
      runs.push(await program.executable.run(program.feeds, 1));
      if (threads === 3) program.write(1, values[1]); // the same, written again
    }
    for (const run of runs) run.forEach((array, i) => expect(array.data).toEqual(runs[0][i].data));
    program.check();
    for (const input of [1, 2, 3, 5, 0, 4, 3]) {
      program.write(input, numbers(values[input].shape, 10 + input));
      const expected = program.anew();
      const runs = [await program.executable.run(program.feeds, 2), program.executable.runSync(program.feeds, 1)];
      for (const run of runs) run.forEach((array, i) => expect(array.data).toEqual(expected[i].data));
    }
  });

  test('are so anew after another program of the heap has assigned them', () => {
    const { graph, values, isVariable } = network();
    const program = new Bound(graph, values, isVariable);
    program.floor = WINOGRAD;
    program.check();
    const builder = new GraphBuilder();
    const dense = builder.input(float(40, 150), 'dense');
    const train = wasmBackend.compile(builder.graph([dense], [lax.mul(dense, lax.tanh(dense))]), program.heap, {
      inputs: [program.buffers[3]],
      outputs: [program.buffers[3]],
      counter: null,
    });
    for (let step = 0; step < 3; step++) {
      train.runSync([], 1);
      program.values[3] = program.buffers[3]!.read();
      program.check();
      program.check();
    }
  });

  test('are not held by a program that assigns them', () => {
    const builder = new GraphBuilder();
    const [x, w] = [builder.input(float(70, 50), 'x'), builder.input(float(50, 50), 'w')];
    const graph = builder.graph([x, w], [product(x, w), lax.tanh(w)]);
    const program = new Bound(graph, [numbers([70, 50], 1), numbers([50, 50], 2)], (i) => i === 1, [null, 1]);
    expect(program.executable.stats.hoistedBytes).toBe(0);
    for (let step = 0; step < 3; step++) program.check();
  });

  test('are not held where they are much larger than what they are made of', () => {
    const builder = new GraphBuilder();
    const [x, w] = [builder.input(float(400, 50), 'x'), builder.input(float(50), 'w')];
    const repeated = lax.broadcastInDim(lax.exp(w), [400, 50], [1]);
    const graph = builder.graph([x, w], [lax.sort(lax.add(x, lax.cumulative(repeated, { kind: 'sum', axis: 0, reverse: false })), 0)]); // prettier-ignore
    const program = new Bound(graph, [numbers([400, 50], 1), numbers([50], 2)], (i) => i === 1);
    expect(program.executable.stats.hoistedBytes).toBeLessThan(4 * 400 * 50);
    program.check();
    program.write(1, numbers([50], 3));
    program.check();
  });

  test('are made again when a run has failed', async () => {
    const { graph, values, isVariable } = network();
    wasmBackend.setThreads!(2);
    const program = new Bound(graph, values, isVariable);
    program.floor = WINOGRAD;
    program.write(3, numbers([40, 150], 7));
    const dying = "; handle = (m) => { if (m.kind === 'run') process.exit(3); }";
    const { threads } = getPlatform();
    threadPool.close();
    setPlatform({ threads: { count: 2, spawn: (source) => threads!.spawn(source + dying) } });
    await expect(program.executable.run(program.feeds, 3000)).rejects.toThrow(/a worker thread ended/);
    setPlatform({ threads });
    const expected = program.anew();
    const found = program.executable.runSync(program.feeds, 1);
    found.forEach((array, i) => expect(array.data).toEqual(expected[i].data));
  });

  test('lie in memory that is given back with the program', async () => {
    const { graph, values, isVariable } = network();
    const { heap, buffers } = new Bound(graph, values, isVariable);
    const bindings = { inputs: buffers, outputs: graph.outputs.map(() => null), counter: null };
    const feeds = [values[0], values[4]];
    let most = 0;
    for (let round = 0; round < 24; round++) {
      for (let i = 0; i < 4; i++) wasmBackend.compile(graph, heap, bindings).runSync(feeds, 1);
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (round === 8) most = heap.byteLength;
    }
    expect(heap.byteLength).toBeLessThan(2 * most);
  });
});
