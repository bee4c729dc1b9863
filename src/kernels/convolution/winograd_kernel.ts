/** @file The taps of a convolution at the points at which Winograd's forms multiply. */
import type { Expr } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import { cutTasks, decode, forUnits } from '../work.js';
import type { PlainConvolution } from './winograd_plan.js';
import { TAPS } from './winograd_plan.js';
import { cacheStep } from './winograd_tiles.js';
import type { Winograd } from './winograd_transform.js';
import { transform } from './winograd_transform.js';

/** Add the kernel that transforms the taps: [point][panel of features][channel][feature of the panel]. */
export function transformKernel(
  lowering: Lowering,
  x: PlainConvolution,
  w: Winograd,
  width: number,
  panel: number,
): Buffer {
  const { kernel, channels, features } = x;
  const points = w.n * w.n;
  const step = cacheStep(channels * width);
  const made = lowering.workspace('float32', points * step, 'transformed kernel');
  const units = (width / panel) * channels;
  const cut = cutTasks(lowering.target, units, 4 * points * panel);
  lowering.add({
    label: `transform of kernel for ${x.label}`,
    tasks: cut.tasks,
    work: units * 4 * points * panel,
    reads: [kernel.buffer],
    writes: [made],
    emit: (f, lo, hi) => {
      const from = f.let(kernel.buffer.pointer(f).add(kernel.offset * BYTES));
      const to = made.pointer(f);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [group, channel] = decode(f, unit, [width / panel, channels]);
        f.forElements(0, panel, f.widest, (v, vectors) => {
          const feature = f.let(group.mul(panel).add(v));
          const at = f.let(to.add(unit.mul(panel).add(v).mul(BYTES)));
          const start = f.let(from.add(channel.mul(kernel.channel * BYTES)));
          const taps = (load: (address: Expr, offset: number) => Expr): void => {
            const k = Array.from({ length: TAPS }, (_, i) =>
              Array.from({ length: TAPS }, (_, j) => load(start, (i * kernel.row + j * kernel.column) * BYTES)),
            );
            for (let i = 0; i < w.n; i++) {
              const row = Array.from({ length: TAPS }, (_, j) => {
                const column = k.map((taps) => taps[j]);
                return transform(f, w.kernel, column, [i])[0];
              });
              transform(f, w.kernel, row).forEach((y, j) => f.store('f32', at, y, (i * w.n + j) * step * BYTES));
            }
          };
          if (kernel.feature === 1 && features % panel === 0) {
            const place = f.let(start.add(feature.mul(BYTES)));
            taps((_, offset) => f.let(f.loadVector('f32', f.let(place.add(offset)), 0, vectors)));
            return;
          }
          // Features beyond the last are those of the last.
          const places = Array.from({ length: f.elements(vectors) }, (_, l) =>
            f.let(f.let(f.let(feature.add(l)).minS(features - 1)).mul(kernel.feature * BYTES)),
          );
          taps((address, offset) => {
            const moved = f.let(address.add(offset));
            let lanes = f.let(f.load('f32', f.let(moved.add(places[0])))).splat(vectors);
            for (let l = 1; l < places.length; l++)
              lanes = lanes.withLane(l, f.load('f32', f.let(moved.add(places[l]))));
            return f.let(lanes);
          });
        });
      });
    },
  });
  return made;
}
