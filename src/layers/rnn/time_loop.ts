/** @file The loop over time steps of recurrent layers, with masks. The backends run it as one loop inside the program. */
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { scanOver } from '../../runtime/index.js';

/** A recurrence: what is done at each step, and to what. */
export interface TimeLoop {
  /** From the inputs at a step and the states before it to the output and the states after it. */
  readonly step: (inputs: Tensor, states: readonly Tensor[]) => readonly [Tensor, readonly Tensor[]];
  /** (steps, batch, …). */
  readonly inputs: Tensor;
  /** The states before the first step. */
  readonly states: readonly Tensor[];
  /** Bool, (steps, batch): which steps count. At the others the states stay as they are. */
  readonly mask: Tensor | null;
  /** Whether the last step comes first. */
  readonly goBackwards: boolean;
  /** Whether steps are written out one after the other in the program. */
  readonly unroll: boolean;
  /** Whether the output of a step that does not count is 0; else it is the output before. */
  readonly zeroOutputForMask: boolean;
  /** Whether the outputs of all steps are wanted. */
  readonly returnSequences: boolean;
  /** Which of the states is the output of the step before. */
  readonly outputState: number;
  /** Names the layer in messages. */
  readonly owner: string;
}

/** What a recurrence gives. */
export interface TimeLoopResult {
  /** (batch, …): the output of the step that came last. */
  readonly last: Tensor;
  /** (steps, batch, …) in the order in which the steps were taken; null if not wanted. */
  readonly outputs: Tensor | null;
  readonly states: readonly Tensor[];
}

/** `mask` (batch) with axes of size 1, so that it goes with `x` (batch, …). */
function alongside(mask: Tensor, x: Tensor): Tensor {
  return ops.reshape(mask, [...mask.shape, ...new Array<number>(Math.max(0, x.ndim - mask.ndim)).fill(1)]);
}

/** `x` where the mask holds, else `other`. */
const choose = (mask: Tensor, x: Tensor, other: Tensor): Tensor => ops.where(alongside(mask, x), x, other);

/** The i-th slice along the first axis. */
const at = (x: Tensor, i: number): Tensor => ops.getItem(x, i);

/** Run a recurrence over all its steps. */
export function runTimeLoop(loop: TimeLoop): TimeLoopResult {
  const { inputs, mask } = loop;
  if (inputs.shape[0] === 0) throw new ValueError(`${loop.owner}: the input has no time steps. Expected at least one.`);
  if (mask !== null && (mask.shape[0] !== inputs.shape[0] || mask.shape[1] !== inputs.shape[1])) {
    throw new ValueError(
      `${loop.owner}: a mask of shape ${formatShape([mask.shape[1], mask.shape[0]])} for ${inputs.shape[0]} steps of ` +
        `${inputs.shape[1]} samples. Expected a mask (batch, steps).`,
    );
  }
  return loop.unroll ? unrolled(loop) : looped(loop);
}

function looped(loop: TimeLoop): TimeLoopResult {
  const { step, inputs, mask, goBackwards, zeroOutputForMask, returnSequences, outputState, owner } = loop;
  // The output often is one of the states: its last value then is carried, and nothing is stacked for it.
  let carriedOutput = -1;
  const { carries, outputs } = scanOver(
    loop.states,
    mask === null ? [inputs] : [inputs, mask],
    (states, [x, counts]) => {
      const [output, after] = step(x, states);
      carriedOutput = after.indexOf(output);
      if (mask === null) return { carries: after, outputs: returnSequences || carriedOutput < 0 ? [output] : [] };
      const kept = after.map((state, i) => choose(counts, state, states[i]));
      const ownState = carriedOutput >= 0 && (zeroOutputForMask || carriedOutput === outputState);
      if (!ownState) carriedOutput = -1;
      const masked = zeroOutputForMask
        ? choose(counts, output, ops.zerosLike(output))
        : ownState
          ? kept[carriedOutput]
          : choose(counts, output, states[outputState]);
      return { carries: kept, outputs: returnSequences || carriedOutput < 0 ? [masked] : [] };
    },
    { reverse: goBackwards, label: owner },
  );
  const final = goBackwards ? 0 : inputs.shape[0] - 1;
  let last: Tensor;
  if (outputs.length > 0) last = at(outputs[0], final);
  else {
    last = carries[carriedOutput];
    if (mask !== null && zeroOutputForMask) last = choose(at(mask, final), last, ops.zerosLike(last));
  }
  const inOrder = (x: Tensor): Tensor => (goBackwards ? ops.flip(x, { axis: 0 }) : x);
  return { last, outputs: returnSequences ? inOrder(outputs[0]) : null, states: carries };
}

function unrolled({ step, inputs, states: first, mask, goBackwards, returnSequences }: TimeLoop): TimeLoopResult {
  const count = inputs.shape[0];
  const outputs: Tensor[] = [];
  let states = first;
  for (let i = 0; i < count; i++) {
    const time = goBackwards ? count - 1 - i : i;
    const [output, after] = step(at(inputs, time), states);
    if (mask === null) {
      outputs.push(output);
      states = after;
    } else {
      // Keras: an unrolled loop begins with an output of zeros (not the first state), and knows no zero_output_for_mask.
      const before = outputs.at(-1) ?? ops.zerosLike(output);
      const counts = at(mask, time);
      outputs.push(choose(counts, output, before));
      states = after.map((state, k) => choose(counts, state, states[k]));
    }
  }
  return { last: outputs[count - 1], outputs: returnSequences ? ops.stack(outputs) : null, states };
}
