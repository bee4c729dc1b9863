/** @file Padding and concatenation: blocks put into a larger buffer. */
import { stridesOf } from '../../core/shape.js';
import type { AxisParams, PadParams } from '../../graph/lax.js';
import { copyBlock, fillBuffer } from './blocks.js';
import type { LowerRule } from '../context.js';

export const pad: LowerRule = {
  takesViews: () => true,
  lower(node, lowering) {
    const [input] = node.inputs;
    const [value] = node.outputs;
    const { low, interior, value: filling } = node.params as PadParams;
    const out = lowering.output(value);
    const { view, buffer } = lowering.source(input);
    const to = stridesOf(value.shape);
    // Per axis: which elements stay inside, and where the first of them goes.
    const kept = input.shape.map((dim, d) => {
      const step = interior[d] + 1;
      const first = Math.max(0, Math.ceil(-low[d] / step));
      const last = Math.min(dim, Math.floor((value.shape[d] - 1 - low[d]) / step) + 1);
      return { first, count: Math.max(0, last - first), place: low[d] + first * step, step };
    });
    const shape = kept.map((k) => k.count);
    const covers = kept.every((k, d) => k.step === 1 && k.count === value.shape[d]);
    if (!covers) fillBuffer(lowering, out, filling);
    copyBlock(
      lowering,
      'pad',
      value.dtype,
      shape,
      {
        buffer,
        offset: kept.reduce((sum, k, d) => sum + k.first * view.strides[d], view.offset),
        strides: view.strides,
      },
      {
        buffer: out,
        offset: kept.reduce((sum, k, d) => sum + k.place * to[d], 0),
        strides: kept.map((k, d) => k.step * to[d]),
      },
    );
  },
};

export const concatenate: LowerRule = {
  takesViews: () => true,
  lower(node, lowering) {
    const [value] = node.outputs;
    const { axis } = node.params as AxisParams;
    const out = lowering.output(value);
    const strides = stridesOf(value.shape);
    let at = 0;
    for (const input of node.inputs) {
      const { view, buffer } = lowering.source(input);
      const from = { buffer, offset: view.offset, strides: view.strides };
      copyBlock(lowering, 'concatenate', value.dtype, input.shape, from, {
        buffer: out,
        offset: at * strides[axis],
        strides,
      });
      at += input.shape[axis];
    }
  },
};
