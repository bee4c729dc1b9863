/** @file Matrix products and tensor contractions. */
import { formatShape, stridesOf } from '../../core/shape.js';
import type { DotParams } from '../../graph/lax.js';
import { freeDims } from '../../graph/primitives/dot.js';
import type { LowerRule } from '../context.js';
import type { Contraction, ContractionAxis } from './contraction.js';
import { lowerContractions } from './contract.js';

export const dotGeneral: LowerRule = {
  takesViews: () => true,
  epilogueColumns({ inputs: [, rhs], outputs: [value], params }) {
    if (value.dtype !== 'float32') return null;
    const { rhsBatch, rhsContract } = params as DotParams;
    return freeDims(rhs.shape.length, rhsBatch, rhsContract).reduce((n, d) => n * rhs.shape[d], 1);
  },
  lower(node, lowering, ending) {
    const [lhs, rhs] = node.inputs;
    const [value] = node.outputs;
    const { lhsBatch, rhsBatch, lhsContract, rhsContract } = node.params as DotParams;
    const [a, b] = [lowering.source(lhs), lowering.source(rhs)];
    const out = stridesOf(value.shape);
    let next = 0;
    const batch = lhsBatch.map((d, i): ContractionAxis => ({
      size: lhs.shape[d],
      a: a.view.strides[d],
      b: b.view.strides[rhsBatch[i]],
      c: out[next++],
    }));
    const rows = freeDims(lhs.shape.length, lhsBatch, lhsContract).map((d): ContractionAxis => ({
      size: lhs.shape[d],
      a: a.view.strides[d],
      b: 0,
      c: out[next++],
    }));
    const columns = freeDims(rhs.shape.length, rhsBatch, rhsContract).map((d): ContractionAxis => ({
      size: rhs.shape[d],
      a: 0,
      b: b.view.strides[d],
      c: out[next++],
    }));
    const depth = lhsContract.map((d, i): ContractionAxis => ({
      size: lhs.shape[d],
      a: a.view.strides[d],
      b: b.view.strides[rhsContract[i]],
      c: 0,
    }));
    const contraction: Contraction = {
      label: `dot ${formatShape(lhs.shape)} ${formatShape(rhs.shape)}`,
      dtype: value.dtype,
      a: { buffer: a.buffer, offset: a.view.offset },
      b: { buffer: b.buffer, offset: b.view.offset },
      c: { buffer: lowering.output(value), offset: 0 },
      batch,
      rows,
      columns,
      depth,
    };
    lowerContractions(lowering, [contraction], ending);
  },
};
