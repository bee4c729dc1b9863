import { describe, expect, it } from 'vitest';
import { backend, config, dtypePolicies, tree } from '../index.js';

describe('backend', () => {
  it('knows dtypes', () => {
    expect([backend.isFloatDtype('bfloat16'), backend.isFloatDtype('int8')]).toEqual([true, false]);
    expect([backend.isIntDtype('uint64'), backend.isIntDtype('bool')]).toEqual([true, false]);
    expect(backend.resultType('int8', 'float')).toBe('float32');
    expect(() => backend.resultType('float12' as 'float16')).toThrow('resultType: unknown dtype');
  });
  it('counts by prefix', () =>
    expect([backend.getUid('a'), backend.getUid('a'), backend.getUid('b')]).toEqual([1, 2, 1]));
  it('is chosen by name', () => {
    expect(config.backend()).toBe('wasm');
    config.setBackend('interpreter');
    expect(backend.backend()).toBe('interpreter');
    config.setBackend('wasm');
    expect(() => config.setBackend('torch' as 'wasm')).toThrow("setBackend: unknown backend 'torch'.");
  });
});

describe('config', () => {
  it('keeps switches', () => {
    expect(config.isTracebackFilteringEnabled()).toBe(true);
    config.disableTracebackFiltering();
    expect(config.isTracebackFilteringEnabled()).toBe(false);
    config.enableTracebackFiltering();
    config.disableFlashAttention();
    expect(config.isFlashAttentionEnabled()).toBe(false);
    expect(config.isNnxEnabled()).toBe(false);
  });
  it('says what runs programs', () => {
    expect(config.backendInfo()).toMatch(/^keras-ts \d+\.\d+\.\d+, (interpreter|wasm, \d+ × (128|256)-bit)$/);
  });
  it('never runs code from files', () => {
    expect(() => config.enableUnsafeDeserialization()).toThrow('code from files is never run');
  });
});

it('dtypePolicies writes and reads policies', () => {
  const policy = dtypePolicies.get('mixed_float16');
  expect(dtypePolicies.deserialize(dtypePolicies.serialize(policy)).name).toBe('mixed_float16');
});

describe('tree', () => {
  const structure = { b: [1, 2], a: { c: 3 } };
  it('flattens in the order of sorted keys, and packs again', () => {
    expect(tree.flatten(structure)).toEqual([3, 1, 2]);
    expect(tree.packSequenceAs(structure, ['x', 'y', 'z'])).toEqual({ b: ['y', 'z'], a: { c: 'x' } });
    expect(tree.flattenWithPath(structure)).toEqual([
      [['a', 'c'], 3],
      [['b', 0], 1],
      [['b', 1], 2],
    ]);
    expect([tree.isNested([]), tree.isNested({}), tree.isNested(3)]).toEqual([true, true, false]);
  });
  it('maps leaves of one or more structures', () => {
    expect(tree.mapStructure((x: number) => x * 2, structure)).toEqual({ b: [2, 4], a: { c: 6 } });
    expect(tree.mapStructure((x: number, y: number) => x + y, [1, [2]], [10, [20]])).toEqual([11, [22]]);
    expect(() => tree.mapStructure((x: number) => x, [1], [1, 2])).toThrow('the structures differ: [*] and [*,*]');
    expect(tree.mapStructureUpTo([0, 0], (x: unknown) => JSON.stringify(x), [{ p: 1 }, [2]])).toEqual([
      '{"p":1}',
      '[2]',
    ]);
    expect(tree.mapShapeStructure((s) => s.length, { a: [2, null], b: [[3]] })).toEqual({ a: 2, b: [1] });
  });
  it('compares structures and paths', () => {
    expect(() => tree.assertSameStructure(structure, { a: { c: 0 }, b: [0, 0] })).not.toThrow();
    expect(() => tree.assertSameStructure([1], [1, 2])).toThrow('the structures differ');
    expect(() => tree.assertSamePaths({ a: 1 }, { b: 1 })).toThrow('the paths differ: a and b.');
  });
  it('is walked from above or from below', () => {
    const tens = (x: unknown): unknown => (typeof x === 'number' ? x * 10 : null);
    expect(tree.traverse(tens, structure)).toEqual({ b: [10, 20], a: { c: 30 } });
    const lengths = (x: unknown): unknown => (Array.isArray(x) ? x.length : null);
    expect(tree.traverse(lengths, [[1], [2, 3]])).toBe(2);
    expect(tree.traverse(lengths, { a: [1], b: [2, 3] }, { topDown: false })).toEqual({ a: 1, b: 2 });
    expect(tree.traverse((x) => (x === 1 ? tree.MAP_TO_NONE : null), [1, 2])).toEqual([null, 2]);
  });
});
