import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Region } from './heap.js';
import { WasmHeap } from './heap.js';

describe('the memory of a model', () => {
  let heap: WasmHeap;
  const reserve = (bytes: number): Region => heap.reserve(bytes, 'a test');
  beforeEach(() => {
    heap = new WasmHeap(false);
  });

  test('leaves 256 bytes at its end, which loops may read beyond a buffer', () => {
    for (let i = 0; i < 400; i++) {
      const { address, bytes } = reserve(64 * (1 + ((i * 37) % 61)));
      expect(heap.memory.buffer.byteLength - (address + bytes)).toBeGreaterThanOrEqual(256);
    }
    // To the last byte that may be taken, and beyond it.
    for (const rest of [64, 0]) {
      const start = reserve(64);
      start.free();
      const room = heap.memory.buffer.byteLength - 256 - start.address;
      const { address, bytes } = reserve(room - (room % 64) + rest);
      expect(heap.memory.buffer.byteLength - (address + bytes)).toBeGreaterThanOrEqual(256);
    }
  });

  test('gaps beside each other become one, whichever is given back last', () => {
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      // prettier-ignore
      const parts = [640, 1280, 1920].map(reserve);
      const wall = reserve(64);
      for (const i of order) parts[i].free();
      const whole = reserve(640 + 1280 + 1920);
      expect(whole.address).toBe(parts[0].address);
      whole.free();
      wall.free();
      expect(heap.byteLength).toBe(0);
    }
  });

  test('a gap that is taken in part keeps the rest', () => {
    const [gap, wall] = [reserve(640), reserve(64)];
    gap.free();
    expect([reserve(128), reserve(512)].map(({ address }) => address)).toEqual([gap.address, gap.address + 128]);
    expect(reserve(64).address).toBe(wall.address + 64);
  });

  test('the smallest gap that suffices is taken, and giving back twice changes nothing', () => {
    const parts = [640, 64, 128, 64, 320, 64].map(reserve);
    for (const i of [0, 2, 4]) parts[i].free();
    parts[2].free();
    expect(heap.byteLength).toBe(3 * 64);
    expect(reserve(192).address).toBe(parts[4].address);
    expect(reserve(128).address).toBe(parts[2].address);
  });

  test('no two stretches overlap, and all is free when all is given back', () => {
    const steps = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 5000 }), drop: fc.nat(20) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const own = new WasmHeap(false);
        const start = own.reserve(64, 'a test');
        start.free();
        const taken: Region[] = [];
        for (const { bytes, drop } of all) {
          taken.push(own.reserve(bytes, 'a test'));
          if (drop < taken.length) taken.splice(drop, 1)[0].free();
          const sorted = [...taken].sort((a, b) => a.address - b.address);
          sorted
            .slice(1)
            .forEach((x, i) => expect(x.address).toBeGreaterThanOrEqual(sorted[i].address + sorted[i].bytes));
          expect(own.byteLength).toBe(taken.reduce((sum, x) => sum + x.bytes, 0));
        }
        for (const region of taken) region.free();
        const size = own.memory.buffer.byteLength;
        expect(own.reserve(size - 256 - start.address - 64, 'a test').address).toBe(start.address);
        expect(own.memory.buffer.byteLength).toBe(size);
      }),
      { numRuns: 50 },
    );
  });
});
