/**
 * @file How threads of one program keep in step: words at the beginning of the heap, a barrier, and the handing out of tasks.
 *
 * The barrier spins briefly, then sleeps: on a machine that is busy elsewhere a waiting thread must not take the core from the one it
 * waits for.
 */
import type { Expr, KernelFunction, Target } from '../codegen/index.js';
import { FunctionBuilder, i32 } from '../codegen/index.js';
import { ALIGNMENT, MAX_THREADS } from './buffers.js';

/**
 * Addresses of the words, a cache line each. Address 0 stays unused. `taken`: how many of its tasks have been taken, a word for each
 * thread.
 */
export const CONTROL = { arrived: 64, generation: 128, sleepers: 192, abort: 256, naps: 320, taken: 384 } as const;

/** Bytes at the beginning of a heap that are not for buffers. */
export const CONTROL_BYTES = 1024;

/** Make the words as they are before a run, after one that did not end well. */
export function resetControl(memory: ArrayBufferLike): void {
  const words = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  for (const address of [CONTROL.arrived, CONTROL.sleepers, CONTROL.abort]) words[address / 4] = 0;
  for (let thread = 0; thread < MAX_THREADS; thread++) words[(CONTROL.taken + thread * ALIGNMENT) / 4] = 0;
}

/**
 * Naps of the calling thread before it gives up: half a minute. While it waits it gets no message that a worker has ended; the programs
 * that it runs itself take milliseconds.
 */
export const PATIENCE = 600;
/** Nanoseconds after which a sleeping thread looks whether the program was stopped. */
const NAP = 50_000_000;

/** What to add to `CONTROL.taken` for the word of a thread. */
const wordOf = (f: FunctionBuilder, thread: Expr): Expr => f.let(thread.mul(ALIGNMENT));

/**
 * Do `tasks` tasks together with the other threads. Each thread begins with a stretch of its own, the same whenever there are as many
 * tasks, so that it finds in its cache what it had there the time before. One that is done helps the others.
 *
 * @param body Does one task.
 */
export function shareTasks(
  f: FunctionBuilder,
  tasks: number,
  thread: Expr,
  threads: Expr,
  body: (task: Expr) => void,
): void {
  const owner = f.local(thread);
  f.for(0, threads, 1, () => {
    const first = f.let(owner.mul(tasks).divU(threads));
    const count = f.let(f.let(owner.add(1).mul(tasks).divU(threads)).sub(first));
    const word = wordOf(f, owner);
    const taken = f.local(f.atomicLoad(word, CONTROL.taken));
    f.while(taken.lt(count), () => {
      f.set(taken, f.atomicAdd(word, i32(1), CONTROL.taken));
      f.if(taken.lt(count), () => body(f.let(first.add(taken))));
    });
    f.set(owner, f.let(owner.add(1)).remU(threads));
  });
}

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
    // Nobody looks at these before the generation is another.
    f.store('i32', zero, i32(0), CONTROL.arrived);
    f.for(0, threads, 1, (thread) => f.store('i32', wordOf(f, thread), i32(0), CONTROL.taken));
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
