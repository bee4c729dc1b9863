/** @file Packs the whole second operand of a product ahead of it, for all tasks to read. */
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction } from './contraction.js';
import { countOf, stepsTo } from './contraction.js';
import type { PanelSource } from './pack.js';
import { packPanels } from './pack.js';
import { cutTasks, decode, forUnits } from '../work.js';

/** Panels that one unit of work packs: the elements of a line of the cache, and the lines beside it, are read once. */
const PANELS = 8;

/**
 * Add the kernel that packs B, as [batch][depth block][panel][depth in the block][columns of the panel].
 *
 * @param width Columns of a panel.
 * @param depthBlock Steps of the depth that make a block.
 */
export function packColumns(lowering: Lowering, x: Contraction, width: number, depthBlock: number): Buffer {
  const [nb, nn, nk] = [x.batch, x.columns, x.depth].map(countOf);
  const panels = Math.ceil(nn / width);
  const blocks = Math.ceil(nk / depthBlock);
  const packed = lowering.workspace('float32', nb * nk * panels * width, 'packed operand');
  const groups = Math.ceil(panels / PANELS);
  const units = nb * blocks * groups;
  const cut = cutTasks(lowering.target, units, 2 * width * PANELS * Math.min(nk, depthBlock));
  lowering.add({
    label: `pack for ${x.label}`,
    tasks: cut.tasks,
    work: 2 * nb * nk * panels * width,
    reads: [x.b.buffer],
    writes: [packed],
    emit: (f, lo, hi) => {
      const base = f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES));
      const target = packed.pointer(f);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [i, block, group] = decode(f, unit, [nb, blocks, groups]);
        const k0 = f.let(block.mul(depthBlock));
        const depth = f.let(f.let(i32(nk).sub(k0)).minS(depthBlock));
        const pointer = f.let(base.add(stepsTo(f, i, x.batch, 'b').mul(BYTES)));
        const before = i
          .mul(nk)
          .add(k0)
          .mul(panels * width);
        const first = f.let(group.mul(PANELS * width));
        const to = f.let(target.add(before.add(first.mul(depth)).mul(BYTES)));
        const source: PanelSource = { pointer, rows: x.columns, depth: x.depth, array: 'b', count: nn };
        const last = f.let(f.let(first.add(PANELS * width)).minS(panels * width));
        packPanels(f, source, { first, last, width, k0, depth, to });
      });
    },
  });
  return packed;
}
