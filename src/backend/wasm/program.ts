/** @file A program as one WebAssembly module: a function per kernel, and `run`, which goes through them step by step. */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { emitModule, FunctionBuilder, i32 } from '../../codegen/index.js';
import type { Buffer, Kernel } from './buffers.js';
import { SCAN_GLOBALS, SCRATCH_GLOBAL, THREAD_GLOBAL } from './buffers.js';
import { barrierFunction, CONTROL } from './control.js';

/** Below this much work a kernel is run by one thread while the others wait: handing it out would cost more. */
const SHARED_WORK = 1 << 15;

/** Kernels that run between two barriers: one that all threads share, or some that one thread runs in order. */
type Section =
  { readonly shared: true; readonly kernel: Kernel } | { readonly shared: false; readonly kernels: Kernel[] };

/** Whether a kernel is worth waking the other threads. */
function isShared({ tasks, work, control }: Kernel): boolean {
  return control === undefined ? tasks > 1 && work >= SHARED_WORK : control.kernels.some(isShared);
}

function cutSections(kernels: readonly Kernel[]): Section[] {
  const sections: Section[] = [];
  for (const kernel of kernels) {
    if (isShared(kernel)) sections.push({ shared: true, kernel });
    else {
      const last = sections.at(-1);
      if (last?.shared === false) last.kernels.push(kernel);
      else sections.push({ shared: false, kernels: [kernel] });
    }
  }
  return sections;
}

/** Writes calls of kernels, whose functions are made when they are first called. */
class Calls {
  readonly #functions = new Map<Kernel, KernelFunction>();

  constructor(
    private readonly target: Target,
    private readonly barrier: KernelFunction,
  ) {}

  /** The function of a kernel: `(lo, hi)`. */
  of(kernel: Kernel): KernelFunction {
    let known = this.#functions.get(kernel);
    if (known === undefined) {
      const f = new FunctionBuilder(`kernel${this.#functions.size}`, this.target, ['i32', 'i32']);
      if (kernel.control) kernel.control.emit(f, (kernels) => this.alone(f, kernels), nothing);
      else kernel.emit(f, f.params[0], f.params[1]);
      this.#functions.set(kernel, (known = f.finish()));
    }
    return known;
  }

  /** Kernels in order, on the thread that comes by. */
  alone(f: FunctionBuilder, kernels: readonly Kernel[]): void {
    for (const kernel of kernels) f.run(this.of(kernel), [i32(0), i32(kernel.tasks)]);
  }

  /** Wait for all threads. */
  meet(f: FunctionBuilder, threads: Expr): void {
    f.run(this.barrier, [threads]);
  }

  /** Kernels in order, on all threads. At the end all have finished. */
  together(f: FunctionBuilder, kernels: readonly Kernel[], thread: Expr, threads: Expr): void {
    const meet = (): void => this.meet(f, threads);
    for (const section of cutSections(kernels)) {
      if (!section.shared) f.if(thread.eqz(), () => this.alone(f, section.kernels));
      else if (section.kernel.control)
        section.kernel.control.emit(f, (inner) => this.together(f, inner, thread, threads), meet);
      else this.#handOut(f, section.kernel);
      meet();
    }
  }

  #handOut(f: FunctionBuilder, kernel: Kernel): void {
    const task = f.local(f.atomicAdd(i32(0), i32(1), CONTROL.nextTask));
    f.while(task.lt(kernel.tasks), () => {
      f.run(this.of(kernel), [task, task.add(1)]);
      f.set(task, f.atomicAdd(i32(0), i32(1), CONTROL.nextTask));
    });
  }
}

const nothing = (): void => undefined;

/** How deep scans lie in each other. */
const depth = (kernels: readonly Kernel[]): number =>
  kernels.reduce((max, { control }) => (control ? Math.max(max, 1 + depth(control.kernels)) : max), 0);

/** Options of `emitProgram`. */
export interface ProgramOptions {
  readonly target: Target;
  readonly sharedMemory: boolean;
  /** An int32 scalar that counts the steps of a run. */
  readonly counter: Buffer | null;
}

/** The binary module. Its export `run(thread, threads, steps, scratch)` is called by every thread. */
export function emitProgram(kernels: readonly Kernel[], options: ProgramOptions): Uint8Array<ArrayBuffer> {
  const { target, sharedMemory, counter } = options;
  const calls = new Calls(target, barrierFunction(target));
  const f = new FunctionBuilder('run', target, ['i32', 'i32', 'i32', 'i32']);
  const [thread, threads, steps, scratch] = f.params;
  f.setGlobal(SCRATCH_GLOBAL, scratch);
  f.setGlobal(THREAD_GLOBAL, thread);
  const count = (step: Expr): void => {
    if (counter !== null) f.store('i32', counter.pointer(f), step);
  };

  f.if(threads.eq(1), () => {
    f.for(0, steps, 1, (step) => {
      count(step);
      calls.alone(f, kernels);
    });
    f.return();
  });
  if (sharedMemory) {
    const meet = (): void => calls.meet(f, threads);
    f.for(0, steps, 1, (step) => {
      if (counter !== null) {
        f.if(thread.eqz(), () => count(step));
        if (kernels.length > 0 && isShared(kernels[0])) meet();
      }
      calls.together(f, kernels, thread, threads);
      if (kernels.length === 0) meet();
    });
  } else f.trap();
  // Single kernels are exported for profiles.
  const single = Object.fromEntries(kernels.map((kernel, i) => [`kernel${i}`, calls.of(kernel)]));
  const globals = SCAN_GLOBALS + depth(kernels);
  return emitModule({ exports: { run: f.finish(), ...single }, sharedMemory, globals, fma: target.fma });
}
