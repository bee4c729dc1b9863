/** @file Sums of products over paired dimensions: every matrix product and tensor contraction. */
import { allocate, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { range, sizeOf, stridesOf } from '../../core/shape.js';
import type { DotParams } from '../lax.js';
import { dotGeneral, transpose } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { formatType, requireKind } from './helpers.js';

/** The dimensions that are neither batch nor contracted. */
export function freeDims(ndim: number, batch: readonly number[], contract: readonly number[]): number[] {
  return range(ndim).filter((d) => !batch.includes(d) && !contract.includes(d));
}

/** Offsets of all index combinations of some dimensions, the last one fastest. */
export function offsetsOf(type: TensorType, dims: readonly number[]): Int32Array {
  const strides = stridesOf(type.shape);
  let offsets: number[] = [0];
  for (const d of dims) {
    offsets = offsets.flatMap((base) => range(type.shape[d]).map((i) => base + i * strides[d]));
  }
  return Int32Array.from(offsets);
}

definePrimitive<DotParams>({
  name: 'dotGeneral',
  type: ([a, b], { lhsBatch, rhsBatch, lhsContract, rhsContract }) => {
    const pairs = (x: readonly number[], y: readonly number[]): boolean =>
      x.length === y.length && x.every((d, i) => a.shape[d] === b.shape[y[i]]);
    if (a.dtype !== b.dtype || !pairs(lhsBatch, rhsBatch) || !pairs(lhsContract, rhsContract)) {
      throw new ValueError(
        `dotGeneral: ${formatType(a)} and ${formatType(b)} do not match along dimensions ` +
          `[${lhsContract.join()}] and [${rhsContract.join()}] (batch [${lhsBatch.join()}] and [${rhsBatch.join()}]).`,
      );
    }
    requireKind('dotGeneral', a.dtype, (d) => d !== 'bool', 'a number dtype');
    const shape = [
      ...lhsBatch.map((d) => a.shape[d]),
      ...freeDims(a.shape.length, lhsBatch, lhsContract).map((d) => a.shape[d]),
      ...freeDims(b.shape.length, rhsBatch, rhsContract).map((d) => b.shape[d]),
    ];
    return [{ dtype: a.dtype, shape }];
  },
  evaluate: ([a, b], { lhsBatch, rhsBatch, lhsContract, rhsContract }, [out]) => {
    const batchA = offsetsOf(a, lhsBatch);
    const batchB = offsetsOf(b, rhsBatch);
    const rows = offsetsOf(a, freeDims(a.shape.length, lhsBatch, lhsContract));
    const columns = offsetsOf(b, freeDims(b.shape.length, rhsBatch, rhsContract));
    const innerA = offsetsOf(a, lhsContract);
    const innerB = offsetsOf(b, rhsContract);
    const data = allocate(out.dtype, sizeOf(out.shape));
    // A product of two 32-bit integers has more bits than float64 keeps.
    const words = out.dtype === 'int32' || out.dtype === 'uint32';
    let at = 0;
    for (let n = 0; n < batchA.length; n++) {
      for (const row of rows) {
        for (const column of columns) {
          const baseA = batchA[n] + row;
          const baseB = batchB[n] + column;
          let sum = 0;
          for (let k = 0; k < innerA.length; k++) {
            const x = a.data[baseA + innerA[k]];
            const y = b.data[baseB + innerB[k]];
            sum = words ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
          }
          data[at++] = roundTo(out.dtype, sum);
        }
      }
    }
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [a, b], params, needed }) => {
    const { lhsBatch, rhsBatch, lhsContract, rhsContract } = params;
    const freeA = freeDims(a.shape.length, lhsBatch, lhsContract);
    const freeB = freeDims(b.shape.length, rhsBatch, rhsContract);
    const nb = lhsBatch.length;
    const batch = range(nb);
    const dyA = range(freeA.length).map((i) => nb + i);
    const dyB = range(freeB.length).map((i) => nb + freeA.length + i);
    // dA[batch, freeA, contract] = Σ over freeB of dy · B, then its dimensions go back to A's places; B's likewise. What is innermost there
    // is innermost in the product.
    const back = (product: readonly number[]): number[] => range(product.length).map((d) => product.indexOf(d));
    const da = () => {
      const order = [...rhsContract].sort((x, y) => x - y).map((d) => lhsContract[rhsContract.indexOf(d)]);
      if (freeA.at(-1) === a.shape.length - 1) {
        const made = dotGeneral(b, dy!, { lhsBatch: rhsBatch, rhsBatch: batch, lhsContract: freeB, rhsContract: dyB });
        return transpose(made, back([...lhsBatch, ...order, ...freeA]));
      }
      const made = dotGeneral(dy!, b, { lhsBatch: batch, rhsBatch, lhsContract: dyB, rhsContract: freeB });
      return transpose(made, back([...lhsBatch, ...freeA, ...order]));
    };
    const db = () => {
      const order = [...lhsContract].sort((x, y) => x - y).map((d) => rhsContract[lhsContract.indexOf(d)]);
      if (freeB.at(-1) === b.shape.length - 1) {
        const made = dotGeneral(a, dy!, { lhsBatch, rhsBatch: batch, lhsContract: freeA, rhsContract: dyA });
        return transpose(made, back([...rhsBatch, ...order, ...freeB]));
      }
      const made = dotGeneral(dy!, a, { lhsBatch: batch, rhsBatch: lhsBatch, lhsContract: dyA, rhsContract: freeA });
      return transpose(made, back([...rhsBatch, ...freeB, ...order]));
    };
    return [needed[0] ? da() : null, needed[1] ? db() : null];
  },
});
