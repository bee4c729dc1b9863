/** @file What a program is expected to cost on one thread and on several. */
import { describe, expect, test } from 'vitest';
import { WASM_MACHINE as machine } from '../codegen/machine.js';
import type { Kernel } from './buffers.js';
import { estimate } from './estimate.js';

/** A kernel that reads and writes nothing to speak of. */
const kernel = (tasks: number, work: number): Kernel => ({
  label: 'a kernel',
  tasks,
  work,
  reads: [],
  writes: [],
  emit: () => undefined,
});

const WORK = 1_500_000;
const together = (threads: number, ...kernels: Kernel[]): number => estimate(machine, kernels).together(threads);

describe('the time of a program', () => {
  test('alone is that of its kernels', () => {
    expect(estimate(machine, [kernel(4, WORK), kernel(1, WORK)]).alone).toBeCloseTo((2 * WORK) / machine.opsPerNs);
  });
  test('on several threads is that of the thread with the most tasks, which pays for taking each', () => {
    const time = (threads: number, tasks: number): number => together(threads, kernel(tasks, WORK)) - machine.meetingNs;
    expect(time(2, 4)).toBeCloseTo(WORK / machine.opsPerNs / 2 + 2 * machine.handOutNs);
    expect(time(2, 3)).toBeCloseTo((WORK / machine.opsPerNs) * (2 / 3) + 2 * machine.handOutNs);
    expect(time(8, 4)).toBeCloseTo(WORK / machine.opsPerNs / 4 + machine.handOutNs);
  });
  test('on several threads does not hand out what one thread does alone', () => {
    expect(together(2, kernel(1, WORK))).toBeCloseTo(WORK / machine.opsPerNs + machine.meetingNs);
  });
});
