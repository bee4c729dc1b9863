/** @file A program as one module: a function per kernel, and `run`, which goes through them step by step. */
import type { Callee, Expr, ModuleWriter, Target } from '../codegen/index.js';
import { FunctionBuilder, i32 } from '../codegen/index.js';
import type { Buffer, Kernel } from './buffers.js';
import { buffersOf, passPointers } from './buffers.js';
import { barrierFunction, shareTasks } from './barrier.js';
import type { Section } from './sections.js';
import { cutSections, isShared } from './sections.js';

/** Sections in one function: engines take more than proportional time for long ones. */
const PART = 16;

/** Writes calls of kernels, whose functions are made when they are first called. Kernels of one key share a function. */
class Calls {
  readonly #functions = new Map<Kernel | string, Callee>();
  /** Functions that hand out the tasks of these functions. */
  readonly #handOuts = new Map<Callee, Callee>();
  /** How many kernels there are of a key. */
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly target: Target,
    private readonly module: ModuleWriter,
    private readonly barrier: Callee,
    kernels: readonly Kernel[],
  ) {
    this.#count(kernels);
  }

  #count(kernels: readonly Kernel[]): void {
    for (const { key, control } of kernels) {
      if (key !== undefined) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
      if (control) this.#count(control.kernels);
    }
  }

  /** The function of a kernel, `(lo, hi, address, …)`, and the addresses that it is to be given. */
  #functionOf(kernel: Kernel): { readonly fn: Callee; readonly addresses: readonly Expr[] } {
    const { key } = kernel;
    if (key === undefined || (this.#counts.get(key) === 1 && kernel.model === undefined))
      return { fn: this.#own(kernel), addresses: [] };
    const buffers = buffersOf(kernel);
    const addresses = buffers.map((buffer) => buffer.base.add(buffer.address));
    return { fn: this.#common(kernel, key, buffers), addresses };
  }

  #own(kernel: Kernel): Callee {
    let known = this.#functions.get(kernel);
    if (known === undefined) {
      const f = new FunctionBuilder(`kernel${this.#functions.size}`, this.target, ['i32', 'i32']);
      if (kernel.control) kernel.control.emit(f, (kernels) => this.alone(f, kernels), nothing);
      else kernel.emit(f, f.params[0], f.params[1]);
      this.#functions.set(kernel, (known = this.module.add(f.finish())));
    }
    return known;
  }

  /** The function of all kernels of a key: `(lo, hi, address, …)`. */
  #common(kernel: Kernel, key: string, buffers: readonly Buffer[]): Callee {
    let known = this.#functions.get(key);
    if (known === undefined) {
      const f = new FunctionBuilder(`kernel${this.#functions.size}`, this.target, [
        'i32',
        'i32',
        ...buffers.map(() => 'i32' as const),
      ]);
      const model = kernel.model ?? kernel;
      passPointers(f, buffersOf(model), f.params.slice(2));
      model.emit(f, f.params[0], f.params[1]);
      this.#functions.set(key, (known = this.module.add(f.finish())));
    }
    return known;
  }

  /** How a kernel of the program is called. */
  of(kernel: Kernel): KernelCall {
    const common = kernel.key === undefined ? undefined : this.#functions.get(kernel.key);
    return common === undefined
      ? { name: this.#own(kernel).name, buffers: [] }
      : { name: common.name, buffers: buffersOf(kernel) };
  }

  /** The functions by their names. */
  get functions(): Record<string, Callee> {
    return Object.fromEntries([...this.#functions.values()].map((fn) => [fn.name, fn]));
  }

  /** Kernels in order, on the thread that comes by. */
  alone(f: FunctionBuilder, kernels: readonly Kernel[]): void {
    for (const kernel of kernels) {
      const { fn, addresses } = this.#functionOf(kernel);
      f.run(fn, [i32(0), i32(kernel.tasks), ...addresses]);
    }
  }

  /** Wait for all threads. */
  meet(f: FunctionBuilder, threads: Expr): void {
    f.run(this.barrier, [threads]);
  }

  /** Kernels in order, on all threads. At the end all have finished. */
  together(f: FunctionBuilder, kernels: readonly Kernel[], thread: Expr, threads: Expr): void {
    const sections = cutSections(kernels, this.target.machine);
    if (sections.length <= PART) return this.#sections(f, sections, thread, threads);
    for (let i = 0; i < sections.length; i += PART) {
      const part = new FunctionBuilder('part', this.target, ['i32', 'i32']);
      this.#sections(part, sections.slice(i, i + PART), part.params[0], part.params[1]);
      f.run(this.module.add(part.finish()), [thread, threads]);
    }
  }

  #sections(f: FunctionBuilder, sections: readonly Section[], thread: Expr, threads: Expr): void {
    const meet = (): void => this.meet(f, threads);
    for (const section of sections) {
      if (!section.shared) f.if(thread.eqz(), () => this.alone(f, section.kernels));
      else if (section.kernel.control)
        section.kernel.control.emit(f, (inner) => this.together(f, inner, thread, threads), meet);
      else this.#handOut(f, section.kernel, thread, threads);
      meet();
    }
  }

  /** Do tasks of a kernel as long as there are any. */
  #handOut(f: FunctionBuilder, kernel: Kernel, thread: Expr, threads: Expr): void {
    const { fn, addresses } = this.#functionOf(kernel);
    let share = this.#handOuts.get(fn);
    if (share === undefined) {
      // Kernels that share a function have equally many tasks.
      const loop = new FunctionBuilder(`all of ${fn.name}`, this.target, fn.params);
      const [me, all, ...rest] = loop.params;
      shareTasks(loop, kernel.tasks, me, all, (task) => loop.run(fn, [task, task.add(1), ...rest]));
      this.#handOuts.set(fn, (share = this.module.add(loop.finish())));
    }
    f.run(share, [thread, threads, ...addresses]);
  }
}

const nothing = (): void => undefined;

/** Options of `emitProgram`. */
export interface ProgramOptions {
  readonly target: Target;
  /** Takes the functions. */
  readonly module: ModuleWriter;
  /** Whether threads share the memory. */
  readonly sharedMemory: boolean;
  /** An int32 scalar that counts the steps of a run. */
  readonly counter: Buffer | null;
  /** Write code for one thread alone as well, which need not meet others. */
  readonly alone: boolean;
  /** Kernels that run before the first step if `run` is told so. */
  readonly hoisted?: HoistedCode;
}

/** Kernels that need not run every time, in groups. */
export interface HoistedCode {
  readonly groups: readonly (readonly Kernel[])[];
  /** Where 32-bit words lie: one that says whether any group runs, then one for each that says whether that one does. */
  readonly flags: number;
}

/** A function of the module that does the work of a kernel: `(lo, hi, address, …)`, with the addresses of these buffers. */
export interface KernelCall {
  readonly name: string;
  readonly buffers: readonly Buffer[];
}

/** A module, and how its kernels are called one by one. */
export interface EmittedProgram {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly calls: readonly KernelCall[];
}

/** Write code that runs those groups of hoisted kernels whose flags are set. */
function emitHoisted(
  f: FunctionBuilder,
  hoisted: HoistedCode | undefined,
  run: (kernels: readonly Kernel[]) => void,
): void {
  if (hoisted === undefined) return;
  const isSet = (word: number): Expr => f.load('i32', i32(hoisted.flags + 4 * word)).ne(0);
  f.if(isSet(0), () => hoisted.groups.forEach((kernels, i) => f.if(isSet(i + 1), () => run(kernels))));
}

/** Write a program. Its export `run(thread, threads, steps, scratch)` is called by every thread. */
export function emitProgram(kernels: readonly Kernel[], options: ProgramOptions): EmittedProgram {
  const { target, module, sharedMemory, counter, hoisted } = options;
  const hasAlone = options.alone || !sharedMemory;
  const all = [...(hoisted?.groups.flat() ?? []), ...kernels];
  const calls = new Calls(target, module, module.add(barrierFunction(target)), all);
  // One thread has a function of its own, so that the engine compiles only what is used.
  const alone = new FunctionBuilder('alone', target, ['i32']);
  const count = (f: FunctionBuilder, step: Expr): void => {
    if (counter !== null) f.store('i32', counter.pointer(f), step);
  };
  if (hasAlone) {
    emitHoisted(alone, hoisted, (group) => calls.alone(alone, group));
    alone.for(0, alone.params[0], 1, (step) => {
      count(alone, step);
      calls.alone(alone, kernels);
    });
  }

  const f = new FunctionBuilder('run', target, ['i32', 'i32', 'i32', 'i32']);
  const [thread, threads, steps, scratch] = f.params;
  f.setContext('scratch', scratch);
  f.setContext('thread', thread);
  if (hasAlone) {
    f.if(threads.eq(1), () => {
      f.run(alone.finish(), [steps]);
      f.return();
    });
  }
  if (sharedMemory) {
    const meet = (): void => calls.meet(f, threads);
    emitHoisted(f, hoisted, (group) => calls.together(f, group, thread, threads));
    f.for(0, steps, 1, (step) => {
      if (counter !== null) {
        f.if(thread.eqz(), () => count(f, step));
        if (kernels.length > 0 && isShared(kernels[0], target.machine)) meet();
      }
      calls.together(f, kernels, thread, threads);
      if (kernels.length === 0) meet();
    });
  } else f.trap();
  // Single kernels are exported for profiles.
  const single = kernels.map((kernel) => calls.of(kernel));
  const code = module.finish({ run: module.add(f.finish()), ...calls.functions });
  return { code, calls: single };
}
