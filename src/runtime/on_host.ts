/**
 * @file Functions that are computed in the host's memory, in ordinary JavaScript: what reads texts. Ops and kernels do not know of texts, so such
 * a function stands before the program that uses its result.
 */
import type { DType } from '../core/dtype.js';
import { TypeError } from '../core/errors.js';
import type { PartialShape } from '../core/shape.js';
import type { Spec } from './infer_spec.js';
import { StringTensor } from './strings.js';
import type { Tensor } from './tensor.js';
import type { Trace } from './trace.js';
import { currentTrace, withTrace } from './trace.js';

/** A function on the host. */
export interface HostFunction {
  /** Names it in messages: `StringLookup 'lookup'`. */
  readonly owner: string;
  /** What it computes of tensors that are there. Its result may depend on nothing else that changes from run to run. */
  readonly compute: (inputs: readonly Tensor[]) => Tensor;
  /** Shape and dtype of the result for shapes of the inputs; sizes that depend on the texts are null. */
  readonly spec: (shapes: readonly PartialShape[]) => Spec;
}

/** Sizes that stand for those that depend on texts, one for each trace: what differs between traces is known to be open. */
const openSizes = new WeakMap<Trace, number>();
let lastOpenSize = 0;

function openSize(trace: Trace): number {
  let size = openSizes.get(trace);
  if (size === undefined) openSizes.set(trace, (size = 101 + 2 * (lastOpenSize++ % 97)));
  return size;
}

/** A tensor of which nothing is known but shape and dtype. */
function standIn({ shape, dtype }: Spec, trace: Trace): Tensor {
  const sizes = shape.map((size) => size ?? openSize(trace));
  const of = (type: DType): Tensor => trace.argument({ dtype: type, shape: sizes }, 'texts');
  return dtype === 'string' ? StringTensor.standingIn(of('int32')) : of(dtype);
}

/**
 * Compute a function of texts, and of what goes with them.
 *
 * @param inputs Texts, and tensors of numbers.
 * @throws {TypeError} Numbers among the inputs are computed by the program that this call is part of.
 */
export function onHost(inputs: readonly Tensor[], { owner, compute, spec }: HostFunction): Tensor {
  const trace = currentTrace();
  const isStandIn = (x: Tensor): boolean => x instanceof StringTensor && x.standIn !== null;
  if (trace !== null && inputs.some(isStandIn)) return standIn(spec(inputs.map(({ shape }) => shape)), trace);
  if (inputs.some((x) => x.isTraced))
    throw new TypeError(
      `${owner}: reads numbers that a program computes, but texts are read before it runs. Call the layer outside of it, in Dataset.map for example.`,
    );
  return withTrace(null, () => compute(inputs));
}
