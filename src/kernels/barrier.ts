/**
 * @file How threads of one program keep in step: words at the beginning of the heap, a barrier, and the handing out of tasks.
 *
 * The barrier spins briefly, then sleeps: on a machine that is busy elsewhere a waiting thread must not take the core from the one it
 * waits for.
 */
import type { KernelFunction, Target } from '../codegen/index.js';
import { FunctionBuilder, i32 } from '../codegen/index.js';

/** Addresses of the words, a cache line each. Address 0 stays unused. */
export const CONTROL = { arrived: 64, generation: 128, nextTask: 192, sleepers: 256, abort: 320, naps: 384 } as const;

/** Bytes at the beginning of a heap that are not for buffers. */
export const CONTROL_BYTES = 1024;

/** Make the words as they are before a run, after one that did not end well. */
export function resetControl(memory: ArrayBufferLike): void {
  const words = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  for (const address of [CONTROL.arrived, CONTROL.nextTask, CONTROL.sleepers, CONTROL.abort]) words[address / 4] = 0;
}

/**
 * Naps of the calling thread before it gives up: half a minute. While it waits it gets no message that a worker has ended; the programs
 * that it runs itself take milliseconds.
 */
export const PATIENCE = 600;
/** Nanoseconds after which a sleeping thread looks whether the program was stopped. */
const NAP = 50_000_000;

/**
 * `barrier(threads)`: returns when all have called it. Traps when the program is stopped, and after as many naps as the word says, if
 * that is not 0.
 */
export function barrierFunction(target: Target): KernelFunction {
  const f = new FunctionBuilder('barrier', target, ['i32']);
  const [threads] = f.params;
  const zero = i32(0);
  const generation = f.let(f.atomicLoad(zero, CONTROL.generation));
  const before = f.atomicAdd(zero, i32(1), CONTROL.arrived);
  f.if(before.eq(threads.sub(1)), () => {
    f.atomicStore(zero, i32(0), CONTROL.arrived);
    f.atomicStore(zero, i32(0), CONTROL.nextTask);
    f.atomicAdd(zero, i32(1), CONTROL.generation);
    f.if(f.atomicLoad(zero, CONTROL.sleepers).ne(0), () => f.atomicNotify(zero, CONTROL.generation));
    f.return();
  });
  const same = f.atomicLoad(zero, CONTROL.generation).eq(generation);
  const spins = f.local(i32(0));
  // As long as it takes to wake a thread: then sleeping would have been as good.
  const most = Math.round(target.machine.barrierWakeNs * target.machine.looksPerNs);
  f.while(spins.lt(most), () => {
    f.if(same.eqz(), () => f.return());
    f.set(spins, spins.add(1));
  });
  f.atomicAdd(zero, i32(1), CONTROL.sleepers);
  const naps = f.local(f.atomicLoad(zero, CONTROL.naps));
  f.while(same, () => {
    f.if(f.atomicLoad(zero, CONTROL.abort).ne(0), () => f.trap());
    // Counts down to nought, if it does not begin there.
    f.if(naps.eq(1), () => f.trap());
    f.if(naps.ne(0), () => f.set(naps, naps.sub(1)));
    f.atomicWait(zero, generation, NAP, CONTROL.generation);
  });
  f.atomicAdd(zero, i32(-1), CONTROL.sleepers);
  return f.finish();
}
