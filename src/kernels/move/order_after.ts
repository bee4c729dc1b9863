/** @file A copy that waits for another value. */
import type { LowerRule } from '../context.js';
import { copyKernel } from './copy.js';

export const orderAfter: LowerRule = {
  lower(node, lowering) {
    const [x, after] = node.inputs.map((v) => lowering.source(v).buffer);
    const copy = copyKernel(x, lowering.output(node.outputs[0]));
    lowering.add({ ...copy, label: `ordered copy of ${x.label}`, reads: [x, after] });
  },
};
