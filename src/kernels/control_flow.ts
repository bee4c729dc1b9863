/**
 * @file Loops and branches: kernels that run the kernels of their bodies, on all threads where that pays.
 *
 * Bodies read what they capture where it lies. A scan's body reads and writes the slices of its step in place. What does not change
 * from step to step, such as the packed panels of recurrent weights, is computed by kernels of the program around, before the loop.
 */
import { storageBytes } from '../core/dtype.js';
import { sizeOf } from '../core/shape.js';
import type { ContextSlot, Expr } from '../codegen/index.js';
import { i32 } from '../codegen/index.js';
import type { Graph } from '../graph/graph.js';
import type { CondParams, ScanParams, WhileParams } from '../graph/lax.js';
import type { Buffer, ControlFlow, Kernel } from './buffers.js';
import { ALIGNMENT, SliceBuffer } from './buffers.js';
import { planMemory } from './memory_plan.js';
import { unchangingKernels } from './unchanging.js';
import type { BodyBuffers, Lowering, LowerRule } from './context.js';
import { copyKernel } from './move/copy.js';

const copies = (from: readonly Buffer[], to: readonly Buffer[]): Kernel[] => from.map((b, i) => copyKernel(b, to[i]));

/** The kernels of a graph within the program, and the memory they work in. */
class Body {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  /** Kernels of a loop that give the same at every step: they belong to the program around, before the loop. */
  readonly once: readonly Kernel[];
  /** What those make for the others. */
  readonly made: readonly Buffer[];
  /** The other kernels. */
  readonly kernels: readonly Kernel[];
  readonly work: number;
  /** All scratch buffers of these lie in this one. */
  readonly memory: Buffer;
  readonly #own: Set<Buffer>;
  #placed = false;

  constructor(graph: Graph, lowering: Lowering, label: string, buffers: BodyBuffers, isLoop: boolean) {
    const { kernels, inputs, outputs } = lowering.body(graph, buffers);
    this.inputs = inputs;
    this.outputs = outputs;
    const given = new Set<Buffer>([...buffers.inputs, ...buffers.outputs].filter((buffer) => buffer !== null));
    const used = kernels.flatMap(({ reads, writes }) => [...reads, ...writes]);
    const isOwn = (buffer: Buffer): boolean => buffer.place === 'scratch' && !given.has(buffer);
    this.#own = new Set([...inputs, ...outputs, ...used].filter(isOwn));
    const isCaptured = (buffer: Buffer): boolean => buffers.captured.includes(buffer) || buffer.role === 'constant';
    const once = isLoop ? unchangingKernels(kernels, isCaptured) : new Set<Kernel>();
    this.once = kernels.filter((kernel) => once.has(kernel));
    this.kernels = kernels.filter((kernel) => !once.has(kernel));
    const lifted = new Set(this.once.flatMap(({ writes }) => writes));
    for (const buffer of lifted) this.#own.delete(buffer);
    const wanted = new Set([...outputs, ...this.kernels.flatMap(({ reads }) => reads)]);
    this.made = [...lifted].filter((buffer) => wanted.has(buffer));
    this.work = this.kernels.reduce((sum, kernel) => sum + kernel.work, 1);
    const bytes = planMemory(this.kernels, [...inputs, ...outputs], (buffer) => !this.#own.has(buffer));
    this.memory = lowering.workspace('uint8', bytes, `${label} body`);
  }

  /** Give all buffers their final places. Called when the program's memory is planned and before code is written. */
  place(): void {
    if (this.#placed) return;
    this.#placed = true;
    for (const buffer of this.#own) buffer.placeAt(this.memory.address + buffer.address);
  }
}

/** A kernel of control flow. */
function controlKernel(
  label: string,
  work: number,
  memory: readonly Buffer[],
  operands: readonly Buffer[],
  results: readonly Buffer[],
  control: ControlFlow,
): Kernel {
  const writes = [...results, ...memory];
  return { label, tasks: 1, work, reads: operands, writes, emit: () => undefined, control };
}

export const scan: LowerRule = {
  lower(node, lowering) {
    const { body: graph, carries, scanned, length, reverse } = node.params as ScanParams;
    const slot: ContextSlot = `scan${lowering.depth}`;
    const operands = node.inputs.map((v) => lowering.source(v).buffer);
    const results = node.outputs.map((v) => lowering.output(v));
    const slices = graph.outputs.map((v, i) => (i < carries ? null : new SliceBuffer(results[i], v, 'slice', slot)));
    // Kernels may write up to the alignment, which must not be the next slice then.
    const inPlace = slices.map((slice) =>
      slice !== null && (slice.size * storageBytes(slice.dtype)) % ALIGNMENT === 0 ? slice : null,
    );
    const given: BodyBuffers = {
      inputs: graph.inputs.map((v, i) => {
        if (i < carries) return null;
        return i < carries + scanned ? new SliceBuffer(operands[i], v, 'slice', slot) : operands[i];
      }),
      captured: operands.slice(carries + scanned),
      outputs: inPlace,
    };
    const body = new Body(graph, lowering, 'scan', given, true);
    const carried = body.inputs.slice(0, carries);
    for (const kernel of body.once) lowering.add(kernel);
    const before = copies(operands.slice(0, carries), carried);
    const step = [
      ...body.kernels,
      ...slices.flatMap((slice, i) =>
        slice === null || body.outputs[i] === slice || sizeOf(graph.outputs[i].shape) === 0
          ? []
          : [copyKernel(body.outputs[i], slice)],
      ),
      ...copies(body.outputs.slice(0, carries), carried),
    ];
    const after = copies(carried, results.slice(0, carries));
    lowering.add(
      controlKernel(
        `scan of ${length} steps`,
        body.work * length,
        [body.memory],
        [...operands, ...body.made],
        results,
        {
          kernels: [...before, ...step, ...after],
          repeats: length,
          emit: (f, run) => {
            body.place();
            run(before);
            f.for(0, length, 1, (at) => {
              f.setContext(slot, reverse ? i32(length - 1).sub(at) : at);
              run(step);
            });
            run(after);
          },
        },
      ),
    );
  },
};

export const whileLoop: LowerRule = {
  lower(node, lowering) {
    const params = node.params as WhileParams;
    const operands = node.inputs.map((v) => lowering.source(v).buffer);
    const results = node.outputs.map((v) => lowering.output(v));
    const carries = operands.length - params.captures;
    const captured = operands.slice(carries);
    const given: BodyBuffers = {
      inputs: operands.map((buffer, i) => (i < carries ? null : buffer)),
      captured,
      outputs: results.map(() => null),
    };
    const body = new Body(params.body, lowering, 'while', given, true);
    // Both look at the same state, which changes for the condition too.
    const carried = body.inputs.slice(0, carries);
    const state: BodyBuffers = { inputs: body.inputs, captured, outputs: [null] };
    const condition = new Body(params.condition, lowering, 'while condition', state, true);
    for (const kernel of [...body.once, ...condition.once]) lowering.add(kernel);
    const reads = [...operands, ...body.made, ...condition.made];
    const before = copies(operands.slice(0, carries), carried);
    const step = [...body.kernels, ...copies(body.outputs, carried)];
    const test = condition.kernels;
    const after = copies(carried, results);
    const memory = [body.memory, condition.memory];
    lowering.add(
      controlKernel('while', body.work + condition.work, memory, reads, results, {
        kernels: [...before, ...step, ...test, ...after],
        repeats: 1,
        emit: (f, run, meet) => {
          condition.place();
          body.place();
          const holds = (): Expr => f.load('u8', condition.outputs[0].pointer(f));
          run(before);
          run(test);
          const flag = f.local(holds());
          meet();
          f.while(flag.ne(0), () => {
            run(step);
            run(test);
            f.set(flag, holds());
            meet(); // nobody may go on to change it before all have seen it
          });
          run(after);
        },
      }),
    );
  },
};

export const cond: LowerRule = {
  lower(node, lowering) {
    const { onTrue, onFalse } = node.params as CondParams;
    const [predicate, ...operands] = node.inputs.map((v) => lowering.source(v).buffer);
    const results = node.outputs.map((v) => lowering.output(v));
    const branches = [onTrue, onFalse].map((graph, i) => {
      const given = { inputs: operands, captured: operands, outputs: results };
      const body = new Body(graph, lowering, `cond ${i === 0}`, given, false);
      const moved = body.outputs.flatMap((from, k) => (from === results[k] ? [] : [copyKernel(from, results[k])]));
      return { body, kernels: [...body.kernels, ...moved] };
    });
    const work = Math.max(...branches.map(({ body }) => body.work));
    const memory = branches.map(({ body }) => body.memory);
    lowering.add(
      controlKernel('cond', work, memory, [predicate, ...operands], results, {
        kernels: branches.flatMap(({ kernels }) => kernels),
        repeats: 1,
        emit: (f, run) => {
          const [yes, no] = branches.map(({ body, kernels }) => () => {
            body.place();
            run(kernels);
          });
          f.if(f.load('u8', predicate.pointer(f)).ne(0), yes, no);
        },
      }),
    );
  },
};
