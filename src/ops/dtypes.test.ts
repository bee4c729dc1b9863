import { describe, expect, it } from 'vitest';
import type { DType } from '../core/dtype.js';
import { isDType } from '../core/dtype.js';
import { resultType } from '../core/promotion.js';
import type { Tensor } from '../runtime/index.js';
import { callByKerasName } from '../testing/call_op.js';
import { readFixtures } from '../testing/fixtures.js';
import * as ops from './index.js';

interface PromotionCase {
  readonly [key: string]: unknown;
  readonly id: string;
  readonly kind: 'promotion' | 'promotion_single' | 'unary_promotion';
  readonly name?: string;
  readonly columns: readonly DType[];
  readonly rows: Readonly<Record<string, readonly (DType | null)[]>>;
  readonly row: readonly (DType | null)[];
  readonly with_python_int?: readonly (DType | null)[];
  readonly with_python_float?: readonly (DType | null)[];
}

const ones = (dtype: DType): Tensor => ops.ones([2, 2], { dtype });
const LISTS = ['ops.concatenate', 'ops.stack'];

function call(name: string, a: Tensor, b: Tensor | number): DType {
  if (name === 'ops.where') return ops.where(ops.ones([2, 2], { dtype: 'bool' }), a, b).dtype;
  if (name === 'ops.einsum') return ops.einsum('ij,jk->ik', a, b).dtype;
  const args = LISTS.includes(name) ? [[a, b]] : [a, b];
  return (callByKerasName({ ops }, name, args, name === 'ops.tensordot' ? { axes: 1 } : {}) as Tensor).dtype;
}

/** 64-bit dtypes exist here; JAX as Keras configures it narrows them to 32 bits, as the fixtures have it. */
const narrow = (dtype: DType | null): DType | null =>
  dtype === 'int64' ? 'int32' : dtype === 'uint64' ? 'uint32' : dtype === 'float64' ? 'float32' : dtype;

describe('dtypes of results, as Keras gives them', () => {
  for (const c of readFixtures<PromotionCase>('dtypes')) {
    if (c.id === 'result_type') {
      it('of two types', () => {
        for (const [a, row] of Object.entries(c.rows))
          c.columns.forEach((b, i) => {
            if (row[i] === null || !isDType(a) || !isDType(b)) return;
            expect(narrow(resultType(a, b)), `${a}, ${b}`).toBe(row[i]);
          });
      });
    } else if (c.kind === 'unary_promotion') {
      it(c.name!, () => {
        const found = c.columns.map((d, i) =>
          c.row[i] === null ? null : (callByKerasName({ ops }, c.name!, [ones(d)]) as Tensor).dtype,
        );
        expect(found).toEqual(c.row);
      });
    } else if (c.kind === 'promotion') {
      it(c.id, () => {
        for (const [a, row] of Object.entries(c.rows)) {
          const found = c.columns.map((b, i) => (row[i] === null ? null : call(c.name!, ones(a as DType), ones(b))));
          expect(found.map(narrow), `${a} with ${c.columns.join()}`).toEqual(row);
        }
        for (const [key, number] of [
          ['with_python_int', 2],
          ['with_python_float', 2.5],
        ] as const) {
          const wanted = c[key];
          if (wanted === undefined) continue;
          const found = c.columns.map((a, i) => (wanted[i] === null ? null : call(c.name!, ones(a), number)));
          expect(found, `${c.columns.join()} ${key}`).toEqual(wanted);
        }
      });
    }
  }
});
