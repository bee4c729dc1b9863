/** @file Which kernels are hoisted out of runs: by what their buffers are, never by what they are called. */
import { expect, test } from 'vitest';
import { WASM_MACHINE } from '../codegen/index.js';
import type { Kernel } from './buffers.js';
import { Buffer } from './buffers.js';
import { findHoistedWork } from './hoisted_work.js';

const kernel = (reads: readonly Buffer[], writes: readonly Buffer[]): Kernel => ({
  label: 'kernel',
  tasks: 1,
  work: 1,
  reads,
  writes,
  emit: () => undefined,
});

test.each(['constant', 'value'] as const)('a buffer labelled constant is one if its role is: %s', (role) => {
  const read = new Buffer('scratch', 'float32', 4, 'constant', null, role);
  const made = new Buffer('scratch', 'float32', 4, 'made');
  const result = new Buffer('scratch', 'float32', 4, 'result');
  const first = kernel([read], [made]);
  const { groups } = findHoistedWork(WASM_MACHINE, [first, kernel([made], [result])], () => false, [result]);
  expect(groups.flatMap((group) => group.kernels)).toEqual(role === 'constant' ? [first] : []);
});
