/**
 * @file Loops and branches: one kernel each, which runs the kernels of their bodies. One thread runs it. Values of a body have
 * buffers of their own, into and out of which operands and results are copied.
 */
import { storageBytes } from '../../../core/dtype.js';
import type { TensorType } from '../../../core/ndarray.js';
import { sizeOf } from '../../../core/shape.js';
import type { Callee, Expr } from '../../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../../codegen/index.js';
import type { Graph } from '../../../graph/graph.js';
import type { CondParams, ScanParams, WhileParams } from '../../../graph/lax.js';
import type { Buffer, Kernel } from '../buffers.js';
import { planMemory } from '../memory_plan.js';
import type { Lowering, LowerRule } from './context.js';

const bytesOf = (type: TensorType): number => sizeOf(type.shape) * storageBytes(type.dtype);

/** The kernels of a graph within the program, and the memory they work in. */
class Body {
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly work: number;
  /** All scratch buffers of the body lie in this one. */
  readonly memory: Buffer;
  readonly #kernels: readonly Kernel[];

  constructor(
    readonly graph: Graph,
    private readonly lowering: Lowering,
    private readonly label: string,
  ) {
    const { kernels, inputs, outputs } = lowering.body(graph);
    this.#kernels = kernels;
    this.inputs = inputs;
    this.outputs = outputs;
    this.work = kernels.reduce((sum, kernel) => sum + kernel.work, 1);
    this.memory = lowering.workspace('uint8', planMemory(kernels, [...inputs, ...outputs]), `${label} body`);
  }

  /** Give all buffers their final places. Called once, when the program's memory is planned and before code is written. */
  place(): void {
    const used = this.#kernels.flatMap((kernel) => [...kernel.reads, ...kernel.writes]);
    for (const buffer of new Set([...this.inputs, ...this.outputs, ...used]))
      if (buffer.place === 'scratch') buffer.placeAt(this.memory.address + buffer.address);
  }

  /** One function that runs all kernels in order. */
  code(): Callee {
    const { target } = this.lowering;
    const f = new FunctionBuilder(`${this.label} body`, target, []);
    this.#kernels.forEach((kernel, i) => {
      const inner = new FunctionBuilder(`${this.label} kernel ${i}`, target, ['i32', 'i32']);
      kernel.emit(inner, inner.params[0], inner.params[1]);
      f.run(inner.finish(), [i32(0), i32(kernel.tasks)]);
    });
    return f.finish();
  }
}

/** Copy `bytes` between buffers, at offsets in bytes. */
function copy(
  f: FunctionBuilder,
  to: Buffer,
  from: Buffer,
  bytes: number,
  offsets: { to?: Expr; from?: Expr } = {},
): void {
  if (bytes === 0) return;
  const at = (buffer: Buffer, offset: Expr | undefined): Expr => {
    const start = buffer.pointer(f);
    return offset === undefined ? start : start.add(offset);
  };
  f.copy(at(to, offsets.to), at(from, offsets.from), i32(bytes));
}

function copyAll(
  f: FunctionBuilder,
  to: readonly Buffer[],
  from: readonly Buffer[],
  types: readonly TensorType[],
): void {
  types.forEach((type, i) => copy(f, to[i], from[i], bytesOf(type)));
}

export const scan: LowerRule = {
  lower(node, lowering) {
    const { body: graph, carries, scanned, length, reverse } = node.params as ScanParams;
    const body = new Body(graph, lowering, 'scan');
    const operands = node.inputs.map((v) => lowering.source(v).buffer);
    const results = node.outputs.map((v) => lowering.output(v));
    const carried = node.inputs.slice(0, carries);
    lowering.add({
      label: `scan of ${length} steps`,
      tasks: 1,
      work: body.work * length,
      reads: operands,
      writes: [...results, body.memory],
      emit: (f) => {
        body.place();
        const code = body.code();
        node.inputs.forEach((v, i) => {
          if (i < carries || i >= carries + scanned) copy(f, body.inputs[i], operands[i], bytesOf(v));
        });
        f.for(0, length, 1, (step) => {
          const index = reverse ? f.let(i32(length - 1).sub(step)) : step;
          for (let i = carries; i < carries + scanned; i++) {
            const bytes = bytesOf(graph.inputs[i]);
            copy(f, body.inputs[i], operands[i], bytes, { from: index.mul(bytes) });
          }
          f.run(code, []);
          copyAll(f, body.inputs, body.outputs, carried);
          for (let i = carries; i < results.length; i++) {
            const bytes = bytesOf(graph.outputs[i]);
            copy(f, results[i], body.outputs[i], bytes, { to: index.mul(bytes) });
          }
        });
        copyAll(f, results, body.inputs, carried);
      },
    });
  },
};

export const whileLoop: LowerRule = {
  lower(node, lowering) {
    const params = node.params as WhileParams;
    const condition = new Body(params.condition, lowering, 'while condition');
    const body = new Body(params.body, lowering, 'while');
    const operands = node.inputs.map((v) => lowering.source(v).buffer);
    const results = node.outputs.map((v) => lowering.output(v));
    lowering.add({
      label: 'while',
      tasks: 1,
      work: body.work + condition.work,
      reads: operands,
      writes: [...results, body.memory, condition.memory],
      emit: (f) => {
        condition.place();
        body.place();
        const [test, code] = [condition.code(), body.code()];
        const holds = (): Expr => f.load('u8', condition.outputs[0].pointer(f));
        copyAll(f, condition.inputs, operands, node.inputs);
        copyAll(f, body.inputs, operands, node.inputs);
        f.run(test, []);
        const flag = f.local(holds());
        f.while(flag.ne(0), () => {
          f.run(code, []);
          copyAll(f, condition.inputs, body.outputs, node.outputs);
          copyAll(f, body.inputs, body.outputs, node.outputs);
          f.run(test, []);
          f.set(flag, holds());
        });
        copyAll(f, results, body.inputs, node.outputs);
      },
    });
  },
};

export const cond: LowerRule = {
  lower(node, lowering) {
    const { onTrue, onFalse } = node.params as CondParams;
    const branches = [new Body(onTrue, lowering, 'cond true'), new Body(onFalse, lowering, 'cond false')];
    const [predicate, ...operands] = node.inputs.map((v) => lowering.source(v).buffer);
    const results = node.outputs.map((v) => lowering.output(v));
    lowering.add({
      label: 'cond',
      tasks: 1,
      work: Math.max(...branches.map((branch) => branch.work)),
      reads: [predicate, ...operands],
      writes: [...results, ...branches.map((branch) => branch.memory)],
      emit: (f) => {
        const [yes, no] = branches.map((branch) => () => {
          branch.place();
          copyAll(f, branch.inputs, operands, node.inputs.slice(1));
          f.run(branch.code(), []);
          copyAll(f, results, branch.outputs, node.outputs);
        });
        f.if(f.load('u8', predicate.pointer(f)).ne(0), yes, no);
      },
    });
  },
};
