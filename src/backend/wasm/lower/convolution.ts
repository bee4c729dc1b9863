/**
 * @file Convolutions as contractions: rows are output positions, columns output features, and the depth goes over the kernel's taps and
 * the input's features. The input is padded (and dilated) first, so that every tap of every position lies inside.
 */
import { formatShape, sizeOf, stridesOf } from '../../../core/shape.js';
import type { ConvParams } from '../../../graph/lax.js';
import { dilated } from '../../../graph/primitives/convolution.js';
import { Buffer } from '../buffers.js';
import { copyBlock, fillBuffer } from './blocks.js';
import type { Lowering, LowerRule, Source } from './context.js';
import type { ContractionAxis } from './contraction.js';
import { lowerContraction } from './contraction.js';

/** The input with zeros put around and between its elements, where the convolution wants any. */
interface Padded {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

function padInput(
  lowering: Lowering,
  { view, buffer }: Source,
  kernelSpatial: readonly number[],
  outSpatial: readonly number[],
  p: ConvParams,
): Padded {
  const { shape } = view;
  // Per axis of the input: where its first element goes, how far apart elements go, which are inside, and the padded size.
  const plan = shape.map((size, d) => {
    const i = p.lhs.spatial.indexOf(d);
    if (i < 0) return { size, place: 0, step: 1, first: 0, count: size };
    const step = p.lhsDilation[i];
    // No position reaches further than the last window.
    const reach = dilated(outSpatial[i], p.strides[i]) + dilated(kernelSpatial[i], p.rhsDilation[i]) - 1;
    const [before] = p.padding[i];
    const first = Math.max(0, Math.ceil(-before / step));
    const last = Math.min(size, Math.floor((reach - 1 - before) / step) + 1);
    return { size: reach, place: before + first * step, step, first, count: Math.max(0, last - first) };
  });
  const offset = plan.reduce((sum, axis, d) => sum + axis.first * view.strides[d], view.offset);
  const none = plan.every((axis) => axis.place === 0 && axis.step === 1 && axis.count === axis.size);
  if (none) return { buffer, offset, strides: view.strides };
  const sizes = plan.map((axis) => axis.size);
  const padded = new Buffer('scratch', buffer.dtype, sizeOf(sizes), 'padded input');
  const strides = stridesOf(sizes);
  fillBuffer(lowering, padded, 0);
  copyBlock(
    lowering,
    'pad for convolution',
    buffer.dtype,
    plan.map((axis) => axis.count),
    { buffer, offset, strides: view.strides },
    {
      buffer: padded,
      offset: plan.reduce((sum, axis, d) => sum + axis.place * strides[d], 0),
      strides: strides.map((stride, d) => stride * plan[d].step),
    },
  );
  return { buffer: padded, offset: 0, strides };
}

export const convGeneral: LowerRule = {
  takesViews: () => true,
  lower(node, lowering) {
    const [lhs, rhs] = node.inputs;
    const [value] = node.outputs;
    const p = node.params as ConvParams;
    const kernelSpatial = p.rhs.spatial.map((d) => rhs.shape[d]);
    const outSpatial = p.out.spatial.map((d) => value.shape[d]);
    const kernel = lowering.source(rhs);
    const out = stridesOf(value.shape);
    const label = `convolution ${formatShape(lhs.shape)} ${formatShape(rhs.shape)}`;
    if (sizeOf(value.shape) === 0) return;
    if (sizeOf(rhs.shape) === 0 || sizeOf(lhs.shape) === 0) return fillBuffer(lowering, lowering.output(value), 0);
    const input = padInput(lowering, lowering.source(lhs), kernelSpatial, outSpatial, p);

    const depthFeatures = rhs.shape[p.rhs.feature];
    const groups = p.featureGroups;
    const batchGroups = p.batchGroups;
    const features = rhs.shape[p.rhs.batch] / groups / batchGroups;
    const perBatch = lhs.shape[p.lhs.batch] / batchGroups;
    const a = (d: number): number => input.strides[d];
    const b = (d: number): number => kernel.view.strides[d];
    // Output features are cut into batch groups, or feature groups (one of the two is 1).
    const batch: ContractionAxis[] = [
      {
        size: batchGroups,
        a: perBatch * a(p.lhs.batch),
        b: features * b(p.rhs.batch),
        c: features * out[p.out.feature],
      },
      {
        size: groups,
        a: depthFeatures * a(p.lhs.feature),
        b: features * b(p.rhs.batch),
        c: features * out[p.out.feature],
      },
    ];
    const rows: ContractionAxis[] = [
      { size: perBatch, a: a(p.lhs.batch), b: 0, c: out[p.out.batch] },
      ...outSpatial.map((size, i) => ({
        size,
        a: p.strides[i] * a(p.lhs.spatial[i]),
        b: 0,
        c: out[p.out.spatial[i]],
      })),
    ];
    const columns: ContractionAxis[] = [{ size: features, a: 0, b: b(p.rhs.batch), c: out[p.out.feature] }];
    const depth: ContractionAxis[] = [
      ...kernelSpatial.map((size, i) => ({
        size,
        a: p.rhsDilation[i] * a(p.lhs.spatial[i]),
        b: b(p.rhs.spatial[i]),
        c: 0,
      })),
      { size: depthFeatures, a: a(p.lhs.feature), b: b(p.rhs.feature), c: 0 },
    ];
    lowerContraction(lowering, {
      label,
      dtype: value.dtype,
      a: { buffer: input.buffer, offset: input.offset },
      b: { buffer: kernel.buffer, offset: kernel.view.offset },
      c: { buffer: lowering.output(value), offset: 0 },
      batch,
      rows,
      columns,
      depth,
    });
  },
};
