/** @file A program as one WebAssembly module: a function per kernel, and `run`, which goes through them step by step. */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { emitModule, FunctionBuilder, i32 } from '../../codegen/index.js';
import type { Buffer, Kernel } from './buffers.js';
import { GLOBALS, SCRATCH_GLOBAL, THREAD_GLOBAL } from './buffers.js';
import { barrierFunction, CONTROL } from './control.js';

/** Below this much work a kernel is run by one thread while the others wait: handing it out would cost more. */
const SHARED_WORK = 1 << 15;

/** Kernels that run between two barriers: one that all threads share, or some that one thread runs in order. */
type Section =
  { readonly shared: true; readonly kernel: number } | { readonly shared: false; readonly kernels: number[] };

function cutSections(kernels: readonly Kernel[]): Section[] {
  const sections: Section[] = [];
  kernels.forEach((kernel, i) => {
    if (kernel.tasks > 1 && kernel.work >= SHARED_WORK) sections.push({ shared: true, kernel: i });
    else {
      const last = sections.at(-1);
      if (last?.shared === false) last.kernels.push(i);
      else sections.push({ shared: false, kernels: [i] });
    }
  });
  return sections;
}

function kernelFunction(kernel: Kernel, index: number, target: Target): KernelFunction {
  const f = new FunctionBuilder(`kernel${index}`, target, ['i32', 'i32']);
  kernel.emit(f, f.params[0], f.params[1]);
  return f.finish();
}

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
  const functions = kernels.map((kernel, i) => kernelFunction(kernel, i, target));
  const barrier = barrierFunction(target);
  const f = new FunctionBuilder('run', target, ['i32', 'i32', 'i32', 'i32']);
  const [thread, threads, steps, scratch] = f.params;
  f.setGlobal(SCRATCH_GLOBAL, scratch);
  f.setGlobal(THREAD_GLOBAL, thread);
  const count = (step: Expr): void => {
    if (counter !== null) f.store('i32', counter.pointer(f), step);
  };
  const whole = (i: number): void => f.run(functions[i], [i32(0), i32(kernels[i].tasks)]);

  f.if(threads.eq(1), () => {
    f.for(0, steps, 1, (step) => {
      count(step);
      kernels.forEach((_, i) => whole(i));
    });
    f.return();
  });
  if (sharedMemory) {
    const meet = (): void => f.run(barrier, [threads]);
    const sections = cutSections(kernels);
    f.for(0, steps, 1, (step) => {
      if (counter !== null) {
        f.if(thread.eqz(), () => count(step));
        if (sections[0]?.shared !== false) meet();
      }
      for (const section of sections) {
        if (section.shared) {
          const { tasks } = kernels[section.kernel];
          const task = f.local(f.atomicAdd(i32(0), i32(1), CONTROL.nextTask));
          f.while(task.lt(tasks), () => {
            f.run(functions[section.kernel], [task, task.add(1)]);
            f.set(task, f.atomicAdd(i32(0), i32(1), CONTROL.nextTask));
          });
        } else f.if(thread.eqz(), () => section.kernels.forEach(whole));
        meet();
      }
      if (sections.length === 0) meet();
    });
  } else f.trap();
  // Single kernels are exported for profiles.
  const single = Object.fromEntries(functions.map((fn, i) => [`kernel${i}`, fn]));
  return emitModule({ exports: { run: f.finish(), ...single }, sharedMemory, globals: GLOBALS, fma: target.fma });
}
