/** @file Kernels that do one piece of work for each matrix of a batch. */
import { storageBytes } from '../../core/dtype.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { TensorType } from '../../core/ndarray.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import type { Node } from '../../graph/graph.js';
import { MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import { cutTasks, forUnits } from '../work.js';
import type { Real } from './vectors.js';

/** What a kernel over a batch does. */
export interface BatchWork {
  /** Dimensions at the end of the first input that are not the batch's. Default 2. */
  readonly core?: number;
  /** Multiply-adds for one matrix. */
  readonly work: number;
  /** Numbers of memory that one matrix needs while it is worked at. */
  readonly own: number;
  readonly real: Real;
  /**
   * Write the work at one matrix.
   *
   * @param inputs Addresses of the elements of the inputs; `outputs` those of the results.
   * @param own The address of the memory.
   */
  readonly emit: (f: FunctionBuilder, inputs: readonly Expr[], outputs: readonly Expr[], own: Expr) => void;
}

/** Add the kernel of a node whose inputs and outputs all have the same batch. */
export function addBatch(lowering: Lowering, node: Node, { core = 2, work, own, real, emit }: BatchWork): void {
  const [first] = node.inputs;
  const batch = sizeOf(first.shape.slice(0, first.shape.length - core));
  if (batch === 0 || node.outputs.every((value) => sizeOf(value.shape) === 0)) return;
  const cut = cutTasks(lowering.target, batch, work);
  const reads = node.inputs.map((value) => lowering.source(value).buffer);
  const writes = node.outputs.map((value) => lowering.output(value));
  // Memory for each task, or, if there are more tasks than threads, for each thread.
  const places = Math.min(cut.tasks, MAX_THREADS);
  const memory = lowering.workspace(first.dtype, places * own, `memory of ${node.primitive.name}`);
  lowering.add({
    label: `${node.primitive.name} ${formatShape(first.shape)}`,
    tasks: cut.tasks,
    work: batch * work,
    reads,
    writes: [...writes, memory],
    emit: (f, lo, hi) => {
      const place = cut.tasks <= MAX_THREADS ? lo : threadNumber();
      const ownMemory = f.let(memory.pointer(f).add(place.mul(own * real.bytes)));
      const from = reads.map((buffer) => buffer.pointer(f));
      const to = writes.map((buffer) => buffer.pointer(f));
      forUnits(f, lo, hi, batch, cut, (i) => {
        const at = (base: Expr, type: TensorType): Expr =>
          f.let(base.add(i.mul((sizeOf(type.shape) / batch) * storageBytes(type.dtype))));
        emit(
          f,
          from.map((base, k) => at(base, node.inputs[k])),
          to.map((base, k) => at(base, node.outputs[k])),
          ownMemory,
        );
      });
    },
  });
}
