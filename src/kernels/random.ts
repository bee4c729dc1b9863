/** @file Random bits: the threefry cipher over counters, in lanes. */
import { formatShape, sizeOf } from '../core/shape.js';
import type { Expr } from '../codegen/index.js';
import { i32 } from '../codegen/index.js';
import { threefryCipher, threefryLanes } from '../codegen/math/threefry.js';
import type { LowerRule } from './context.js';
import { cutTasks, forUnits } from './work.js';

/** About how many operations one block of the cipher takes. */
const CIPHER_WORK = 100;
/**
 * Vectors of counters that are encrypted in turn, single and wide ones: a step waits for the one before it, those of other counters do not.
 * Each takes two registers, and one or two are needed beside them.
 */
const TOGETHER = { single: 6, wide: 7 } as const;

export const randomBits: LowerRule = {
  lower(node, lowering) {
    const [key] = node.inputs;
    const [value] = node.outputs;
    const [from, to] = [lowering.source(key).buffer, lowering.output(value)];
    const { lanes, wide } = lowering.target;
    const together = wide ? TOGETHER.wide : TOGETHER.single;
    const vectors = together * (wide ? 2 : 1);
    const unit = vectors * lanes;
    const size = sizeOf(value.shape);
    const units = Math.ceil(size / unit);
    const cut = cutTasks(lowering.target, units, vectors * CIPHER_WORK);
    lowering.add({
      label: `random bits ${formatShape(value.shape)}`,
      tasks: cut.tasks,
      work: units * vectors * CIPHER_WORK,
      reads: [from],
      writes: [to],
      emit: (f, lo, hi) => {
        const keys = from.pointer(f);
        const target = to.pointer(f);
        const { widest } = f;
        const width = f.elements(widest);
        const [key0, key1] = [0, 4].map((offset) => f.let(f.let(f.load('i32', keys, offset)).splat(widest)));
        const encrypt = threefryCipher(f, key0, key1);
        let ramp = i32(0).splat(widest);
        for (let lane = 1; lane < width; lane++) ramp = ramp.withLane(lane, i32(lane));
        const starts = Array.from({ length: together }, (_, k) => f.let(ramp.add(k * width)));
        /** The words from `at` on, of so many vectors of counters. */
        const words = (at: Expr, count: number): void => {
          const all = f.let(at.splat(widest));
          const counts = starts.slice(0, count).map((start) => f.let(all.add(start)));
          const [a, b] = encrypt([i32(0).splat(widest)], counts);
          const to = f.let(target.add(at.shl(2)));
          a.map((word, k) => f.let(word.xor(b[k]))).forEach((word, k) => f.store('i32', to, word, 4 * k * width));
        };
        const perTask = cut.unitsPerTask * unit;
        const [start, end] = [f.let(lo.mul(perTask)), f.let(f.let(hi.mul(perTask)).minS(size))];
        const whole = f.let(end.sub(f.let(end.sub(start)).remU(unit)));
        f.for(start, whole, unit, (at) => words(at, together));
        // Buffers end with a line of the cache: the last vector may go beyond the last word.
        f.for(whole, end, width, (at) => words(at, 1));
      },
    });
  },
};

export const threefry2x32: LowerRule = {
  lower(node, lowering) {
    const inputs = node.inputs.map((v) => lowering.source(v).buffer);
    const outputs = node.outputs.map((v) => lowering.output(v));
    const { lanes } = lowering.target;
    const units = Math.ceil(sizeOf(node.outputs[0].shape) / lanes);
    const cut = cutTasks(lowering.target, units, CIPHER_WORK);
    lowering.add({
      label: `threefry ${formatShape(node.outputs[0].shape)}`,
      tasks: cut.tasks,
      work: units * CIPHER_WORK,
      reads: inputs,
      writes: outputs,
      emit: (f, lo, hi) => {
        const from = inputs.map((buffer) => buffer.pointer(f));
        const to = outputs.map((buffer) => buffer.pointer(f));
        forUnits(f, lo, hi, units, cut, (unit) => {
          const at = f.let(unit.mul(4 * lanes));
          const words = from.map((pointer) => f.let(f.loadVector('i32', pointer.add(at))));
          const made = threefryLanes(f, words[0], words[1], words[2], words[3]);
          made.forEach((word: Expr, i: number) => f.store('i32', f.let(to[i].add(at)), word));
        });
      },
    });
  },
};
