/** @file Where the memory plan puts buffers. */
import { expect, test } from 'vitest';
import type { DType } from '../core/dtype.js';
import type { Kernel } from './buffers.js';
import { Buffer } from './buffers.js';
import { planMemory } from './memory_plan.js';

const buffer = (dtype: DType = 'float32', size = 100): Buffer => new Buffer('scratch', dtype, size, 'test');

function kernel(reads: readonly Buffer[], writes: readonly Buffer[], inOrder: readonly Buffer[] = []): Kernel {
  const mayOverwrite = (old: Buffer): boolean => inOrder.includes(old);
  return { label: 'test', tasks: 1, work: 1, reads, writes, mayOverwrite, emit: () => undefined };
}

test('memory that nobody reads any more is used again', () => {
  const [a, b, c] = [buffer(), buffer(), buffer()];
  const bytes = planMemory([kernel([], [a]), kernel([a], [b]), kernel([b], [c])], []);
  expect([a.address, b.address, c.address]).toEqual([0, 448, 0]);
  expect(bytes).toBe(2 * 448);
});

test('a loop writes over what it is the last to read, element by element', () => {
  const [a, b, c] = [buffer(), buffer('int32'), buffer()];
  const bytes = planMemory([kernel([], [a]), kernel([a], [b], [a]), kernel([b], [c], [b])], []);
  expect([a.address, b.address, c.address]).toEqual([0, 0, 0]);
  expect(bytes).toBe(448);
});

test('not where that is read later, kept, of another size or width, or taken already', () => {
  const [input, a, b, c, d, e] = [buffer(), buffer(), buffer(), buffer(), buffer('bool'), buffer('float32', 90)];
  planMemory(
    [
      kernel([input], [a], [input]),
      kernel([a], [b], [a]), // a is read again
      kernel([a, b], [c], []), // in another order
      kernel([c], [d], [c]), // of another width
      kernel([d], [e], [d]),
    ],
    [input],
  );
  expect(a.address).not.toBe(input.address);
  expect(b.address).not.toBe(a.address);
  expect([a.address, b.address]).not.toContain(c.address);
  expect(d.address).not.toBe(c.address);
  const [old, one, two] = [buffer(), buffer(), buffer()];
  planMemory([kernel([], [old]), kernel([old], [one, two], [old]), kernel([one, two], [])], []);
  expect(one.address).toBe(old.address);
  expect(two.address).not.toBe(old.address);
});

test('a workspace takes no place of what is read meanwhile', () => {
  const read = buffer();
  const workspace = new Buffer('scratch', 'float32', 100, 'test', null, 'workspace');
  planMemory([kernel([], [read]), kernel([read], [workspace], [read])], []);
  expect(workspace.address).not.toBe(read.address);
});
