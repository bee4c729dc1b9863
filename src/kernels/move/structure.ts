/** @file Padding and concatenation: blocks put into a larger buffer. */
import { storageBytes } from '../../core/dtype.js';
import { formatShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { Node } from '../../graph/graph.js';
import type { AxisParams, PadParams } from '../../graph/lax.js';
import { copyBlock, fillBuffer } from './blocks.js';
import type { Lowering, LowerRule } from '../context.js';
import { loopAxes } from '../loops/loop_space.js';
import { cutTasks, decode, forUnits } from '../work.js';
import { moveRow } from './elements.js';

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

/** Operands that one kernel takes, and elements of a row of its results, at most. */
const OPERANDS = 16;
const ROW = 16384;

/** Write row after row, each of a piece of every operand. False: rows are few or long, or the pieces are not neighbours in memory. */
function concatenateRows({ inputs, outputs: [value], params }: Node, lowering: Lowering): boolean {
  const { axis } = params as AxisParams;
  const outer = value.shape.slice(0, axis);
  const rows = sizeOf(outer);
  const width = sizeOf(value.shape.slice(axis));
  const sources = inputs.map((input) => lowering.source(input));
  const lengths = inputs.map(({ shape }) => sizeOf(shape.slice(axis)));
  const areDense = sources.every(({ view }, i) => {
    const wanted = stridesOf(inputs[i].shape);
    return inputs[i].shape.every((dim, d) => d < axis || dim <= 1 || view.strides[d] === wanted[d]);
  });
  if (!areDense || rows < 2 || width > ROW || inputs.length > OPERANDS || lengths.includes(0)) return false;
  const bytes = storageBytes(value.dtype);
  const out = lowering.output(value);
  const axes = loopAxes(
    outer,
    outer.map(() => false),
    sources.map(({ view }) => view.strides.slice(0, axis)),
  );
  const cut = cutTasks(lowering.target, rows, width);
  lowering.add({
    label: `concatenate ${inputs.length} to ${formatShape(value.shape)}`,
    tasks: cut.tasks,
    work: rows * width,
    reads: sources.map(({ buffer }) => buffer),
    writes: [out],
    emit: (f, lo, hi) => {
      const starts = sources.map(({ buffer, view }) => f.let(buffer.pointer(f).add(view.offset * bytes)));
      const to = out.pointer(f);
      forUnits(f, lo, hi, rows, cut, (row) => {
        const indices = decode(f, row, axes.map(({ size }) => size)); // prettier-ignore
        const place = f.let(to.add(row.mul(width * bytes)));
        let done = 0;
        starts.forEach((start, i) => {
          const from = axes.reduce((at, { strides }, d) => at.add(indices[d].mul(strides[i] * bytes)), start);
          moveRow(f, value.dtype, f.let(place.add(done * bytes)), f.let(from), lengths[i], lengths[i]);
          done += lengths[i];
        });
      });
    },
  });
  return true;
}

export const concatenate: LowerRule = {
  takesViews: () => true,
  lower(node, lowering) {
    const [value] = node.outputs;
    const { axis } = node.params as AxisParams;
    if (concatenateRows(node, lowering)) return;
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
