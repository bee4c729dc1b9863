import { describe, expect, it } from 'vitest';
import { inspect } from 'node:util';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';
import { formatRepr } from './format.js';
import { KerasTensor, tensor, Variable } from './index.js';

interface PrintCase extends FixtureCase {
  readonly kind: string;
  readonly input: EncodedArray;
  readonly str: string;
  readonly repr: string;
}

describe('tensors print as NumPy arrays', () => {
  it.each(readFixtures<PrintCase>('printing').map((c): [string, PrintCase] => [c.id, c]))('%s', (_, c) => {
    const t = decodeTensor(c.input);
    expect(t.toString()).toBe(c.str);
    expect(formatRepr(t.ndarray)).toBe(c.repr);
  });
  it.each(
    readFixtures<PrintCase>('prints')
      .filter((c) => c.kind === 'numpy_print')
      .map((c): [string, PrintCase] => [c.id, c]),
  )('%s', (_, c) => expect(decodeTensor(c.input).toString()).toBe(c.str));

  it.each(
    readFixtures<PrintCase>('prints')
      .filter((c) => c.kind === 'variable_print')
      .map((c): [string, PrintCase] => [c.id, c]),
  )('%s', (_, c) => expect(String(new Variable(decodeTensor(c.input), { name: 'w' }))).toBe(c.repr));
  it('a symbolic tensor', () => {
    const [c] = readFixtures<PrintCase>('prints').filter(({ kind }) => kind === 'keras_tensor_print');
    expect(String(new KerasTensor([null, 3], { name: 'x' }))).toBe(c.repr);
  });

  it('shows itself in consoles as NumPy represents arrays', () => {
    expect(
      inspect(
        tensor([
          [1, 2],
          [3, 4.5],
        ]),
      ),
    ).toBe('array([[1. , 2. ],\n       [3. , 4.5]], dtype=float32)');
    expect(String(tensor([1, 2]))).toBe('[1 2]');
  });
});
