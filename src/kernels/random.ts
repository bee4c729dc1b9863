/** @file Random bits: the threefry cipher over counters, in lanes. */
import { formatShape, sizeOf } from '../core/shape.js';
import type { Expr } from '../codegen/index.js';
import { i32 } from '../codegen/index.js';
import { threefryCipher, threefryLanes } from '../codegen/math/threefry.js';
import { ALIGNMENT } from './buffers.js';
import type { LowerRule } from './context.js';
import { cutTasks, forUnits } from './work.js';

/** About how many operations one block of the cipher takes. */
const CIPHER_WORK = 100;
/** Vectors of counters, as wide as the target computes, that are encrypted in turn: as many as hide the time that one step takes. */
const TOGETHER = 4;

export const randomBits: LowerRule = {
  lower(node, lowering) {
    const [key] = node.inputs;
    const [value] = node.outputs;
    const [from, to] = [lowering.source(key).buffer, lowering.output(value)];
    const { lanes, wide } = lowering.target;
    const vectors = TOGETHER * (wide ? 2 : 1);
    const size = sizeOf(value.shape);
    const units = Math.ceil(size / (vectors * lanes));
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
        const ofLine = ALIGNMENT / (4 * width); // vectors of a cache line: buffers end with one
        const zero = f.let(i32(0).splat(widest));
        const first = f.let(ramp);
        forUnits(f, lo, hi, units, cut, (unit) => {
          const at = f.let(unit.mul(vectors * lanes));
          const counts = Array.from({ length: vectors / widest }, (_, k) =>
            f.let(f.let(at.add(k * width).splat(widest)).add(first)),
          );
          const [a, b] = encrypt(
            counts.map(() => zero),
            counts,
          );
          const to = f.let(target.add(at.shl(2)));
          const words = a.map((word, k) => f.let(word.xor(b[k])));
          const storeLine = (line: number): void => {
            for (let k = line * ofLine; k < (line + 1) * ofLine; k++) f.store('i32', to, words[k], 4 * k * width);
          };
          storeLine(0);
          for (let line = 1; line * ofLine < words.length; line++)
            f.if(at.add(line * ofLine * width).lt(size), () => storeLine(line));
        });
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
