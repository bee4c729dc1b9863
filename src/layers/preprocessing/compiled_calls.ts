/** @file Calls outside of traces as compiled programs: `Dataset.map(layer)` runs one program a batch, not one a step of the augmentation. */
import { flatten } from '../../core/tree.js';
import { jit, Tensor } from '../../runtime/index.js';

/** Programs kept by a layer. Images of ever new sizes are computed op by op: a program for each would cost more than it saves. */
const CAPACITY = 16;

type Call = (data: unknown, training: boolean) => unknown;

/** The programs of a layer's calls, by the shapes of what it is called on; the least recently used is dropped first. */
export class CompiledCalls {
  readonly #call: Call;
  readonly #programs = new Map<string, Call | null>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** Call the function: op by op for shapes that are seen for the first time, by a program from then on. */
  run(data: unknown, training: boolean): unknown {
    const tensors = flatten<unknown>(data).filter((x): x is Tensor => x instanceof Tensor);
    const key = `${training}|${tensors.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join()}|${keysOf(data)}`;
    const seen = this.#programs.get(key);
    this.#programs.delete(key);
    const program = seen === undefined ? null : (seen ?? jit(this.#call));
    this.#programs.set(key, program);
    if (this.#programs.size > CAPACITY) this.#programs.delete(this.#programs.keys().next().value!);
    return (program ?? this.#call)(data, training);
  }
}

const keysOf = (data: unknown): string =>
  typeof data === 'object' && data !== null && !(data instanceof Tensor) ? Object.keys(data).join() : '';
