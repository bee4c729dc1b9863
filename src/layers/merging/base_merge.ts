/** @file The base of the layers that make one tensor of several. */
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Mask, Tensor } from '../../runtime/index.js';
import { getKerasMask, setKerasMask } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import { requireTensors } from '../one_tensor.js';
import type { LayerOptions, MaskTree } from '../layer_types.js';
import { isShape } from '../layer_types.js';

/** The shapes of a list of tensors. @throws {ValueError} It is no such list. */
export function listOfShapes(owner: string, shapes: readonly unknown[]): readonly PartialShape[] {
  const list: readonly unknown[] = Array.isArray(shapes) ? shapes : [];
  if (list.length === 0 || !list.every(isShape))
    throw new ValueError(`${owner}: the input is one tensor. Expected a list of tensors, as in layer([a, b]).`);
  return list;
}

const show = (shapes: readonly PartialShape[]): string => shapes.map(formatShape).join(', ');

/** Two shapes without the batch, broadcast against each other; open sizes stay open. */
function meet(owner: string, all: readonly PartialShape[], a: PartialShape, b: PartialShape): PartialShape {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const offset = long.length - short.length;
  return long.map((dim, i) => {
    if (i < offset) return dim;
    const other = short[i - offset];
    if (dim === null || other === null) return null;
    if (dim !== other && dim !== 1 && other !== 1)
      throw new ValueError(`${owner}: inputs of shapes ${show(all)} cannot be broadcast together.`);
    return dim === 1 ? other : dim;
  });
}

/**
 * Merges a list of tensors that broadcast. Fewer axes than the others have are made up after the batch.
 *
 * Masks that all inputs carry are joined: the output counts where any input does.
 */
export abstract class Merge extends Layer {
  constructor(options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(options);
    this.supportsMasking = true;
  }

  protected override checkInputs(inputs: unknown): void {
    requireTensors(this, inputs);
  }

  /** The merged tensor, of inputs that have equally many axes. */
  protected abstract merge(inputs: readonly Tensor[]): Tensor;

  override build(inputShape: readonly PartialShape[]): void {
    this.computeOutputShape(inputShape); // refuses shapes that do not fit
  }

  override call(inputs: readonly Tensor[]): Tensor {
    const most = Math.max(...inputs.map((x) => x.ndim));
    return this.merge(
      inputs.map((x) => {
        if (x.ndim === most) return x;
        const [batch, ...rest] = x.shape;
        return ops.reshape(x, [batch, ...new Array<number>(most - x.ndim).fill(1), ...rest]);
      }),
    );
  }

  override computeOutputShape(inputShape: readonly PartialShape[]): PartialShape {
    const owner = ownerOf(this);
    const shapes = listOfShapes(owner, inputShape);
    const batches = new Set(shapes.map((shape) => shape[0] ?? null).filter((dim) => dim !== null));
    if (batches.size > 1)
      throw new ValueError(`${owner}: inputs of different batch sizes cannot be merged. Got shapes ${show(shapes)}.`);
    const rest = shapes.map((shape): PartialShape => shape.slice(1)).reduce((a, b) => meet(owner, shapes, a, b));
    return [[...batches][0] ?? null, ...rest];
  }

  override computeMask(inputs: readonly unknown[], mask: MaskTree): Mask | null {
    const masks = masksOf(ownerOf(this), inputs, mask);
    if (masks === null || masks.includes(null)) return null;
    return (masks as Mask[]).reduce((a, b) => ops.logicalOr(a as Tensor, b as Tensor));
  }
}

/** The masks of the inputs, one each, or null. @throws {ValueError} There are more or fewer. */
export function masksOf(owner: string, inputs: readonly unknown[], mask: MaskTree): (Mask | null)[] | null {
  if (mask === null || mask === undefined) return null;
  if (!Array.isArray(mask) || mask.length !== inputs.length)
    throw new ValueError(`${owner}: the mask is no list of ${inputs.length} masks, one per input.`);
  return mask as (Mask | null)[];
}

/** The mask of an input, repeated over its last axis. */
export function wideMask(x: Tensor): Tensor | null {
  const mask = getKerasMask(x) as Tensor | null;
  return mask === null ? null : ops.broadcastTo(ops.expandDims(mask, -1), x.shape);
}

/** Fold a list by `fn`; where only one of the two operands counts, it is taken for both. The mask goes with the result. */
export function foldCounting(inputs: readonly Tensor[], fn: (a: Tensor, b: Tensor) => Tensor): Tensor {
  let [output] = inputs;
  let outputMask = wideMask(output);
  for (const input of inputs.slice(1)) {
    const mask = wideMask(input);
    const x = mask === null ? input : ops.where(mask, input, output);
    if (outputMask !== null) output = ops.where(outputMask, output, x);
    outputMask = mask !== null && outputMask !== null ? ops.logicalOr(outputMask, mask) : null;
    output = fn(output, x);
  }
  if (outputMask !== null && inputs.length > 1) setKerasMask(output, ops.any(outputMask, { axis: -1 }));
  return output;
}
