/**
 * @file Views: values that hold no numbers of their own but find them in another value, by an offset and strides. Transposes, slices,
 * broadcasts, reversals and most reshapes are views, so compiled programs need not carry them out.
 */
import type { Shape } from '../core/shape.js';
import { sameShape, sizeOf, stridesOf } from '../core/shape.js';
import type { Node, Value } from './graph.js';
import type { AxesParams, BroadcastParams, ReshapeParams, SliceParams, TransposeParams } from './lax.js';

/** Element [i₀, i₁, …] of a value of `shape` is element `offset` + Σ iₖ·stridesₖ of `base`, whose elements lie in row-major order. */
export interface View {
  readonly base: Value;
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A value seen as itself. */
function wholeView(value: Value): View {
  return { base: value, shape: value.shape, offset: 0, strides: stridesOf(value.shape) };
}

/** Whether a view shows all elements of its base in their order. Axes of size 1 have no say. */
export function isWhole(view: View): boolean {
  const { base, shape, offset, strides } = view;
  if (offset !== 0) return false;
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== stride) return false;
    stride *= shape[d];
  }
  return stride === sizeOf(base.shape);
}

/** Strides under a new shape of the same elements in row-major order, or null if the elements are not so regularly spaced. */
function reshapedStrides(shape: Shape, strides: readonly number[], to: Shape): number[] | null {
  // Runs of old axes and of new axes that hold equally many elements are matched, as NumPy does for a reshape without a copy.
  const old = shape.flatMap((dim, d) => (dim === 1 ? [] : [{ dim, stride: strides[d] }]));
  const result = new Array<number>(to.length).fill(0);
  let o = 0;
  let n = 0;
  while (n < to.length) {
    if (to[n] === 1) {
      n++;
      continue;
    }
    if (o >= old.length) return null;
    let [have, want] = [old[o].dim, to[n]];
    const [firstOld, firstNew] = [o++, n++];
    while (have !== want) {
      if (have < want) {
        if (o >= old.length) return null;
        have *= old[o++].dim;
      } else {
        if (n >= to.length) return null;
        want *= to[n++];
      }
    }
    for (let k = firstOld; k + 1 < o; k++) if (old[k].stride !== old[k + 1].stride * old[k + 1].dim) return null;
    let stride = old[o - 1].stride;
    for (let k = n - 1; k >= firstNew; k--) {
      result[k] = stride;
      stride *= to[k];
    }
  }
  return result;
}

/** The view that a node makes of a view of its input; null when the node is no view, or needs a copy. */
function applyNode(node: Node, { base, shape, offset, strides }: View): View | null {
  const out = node.outputs[0].shape;
  switch (node.primitive.name) {
    case 'transpose': {
      const { permutation } = node.params as TransposeParams;
      return { base, shape: out, offset, strides: permutation.map((d) => strides[d]) };
    }
    case 'broadcastInDim': {
      const { dims } = node.params as BroadcastParams;
      const spread = new Array<number>(out.length).fill(0);
      dims.forEach((d, i) => {
        if (shape[i] !== 1) spread[d] = strides[i];
      });
      return { base, shape: out, offset, strides: spread };
    }
    case 'slice': {
      const { start, strides: steps } = node.params as SliceParams;
      const moved = start.reduce((sum, s, d) => sum + s * strides[d], offset);
      return { base, shape: out, offset: moved, strides: strides.map((stride, d) => stride * steps[d]) };
    }
    case 'reverse': {
      const { axes } = node.params as AxesParams;
      const moved = axes.reduce((sum, d) => sum + Math.max(0, shape[d] - 1) * strides[d], offset);
      return { base, shape: out, offset: moved, strides: strides.map((s, d) => (axes.includes(d) ? -s : s)) };
    }
    case 'reshape': {
      const { shape: to } = node.params as ReshapeParams;
      const found = sizeOf(to) === 0 ? to.map(() => 0) : reshapedStrides(shape, strides, to);
      return found === null ? null : { base, shape: out, offset, strides: found };
    }
    default:
      return null;
  }
}

const VIEWS: ReadonlySet<string> = new Set(['transpose', 'broadcastInDim', 'slice', 'reverse', 'reshape']);

/** Whether a node only shows the elements of its input in another way. */
export function isViewNode(node: Node): boolean {
  return VIEWS.has(node.primitive.name);
}

/** Finds the views of the values of one graph. A reshape that needs a copy is a base of its own. */
export class Views {
  /** Of the first outputs of nodes, by the nodes' ids. */
  readonly #first: (View | undefined)[] = [];
  readonly #others = new Map<Value, View>();

  of(value: Value): View {
    const { node, index } = value;
    let view = index === 0 ? this.#first[node.id] : this.#others.get(value);
    if (view === undefined) {
      view = (isViewNode(node) ? applyNode(node, this.of(node.inputs[0])) : null) ?? wholeView(value);
      if (index === 0) this.#first[node.id] = view;
      else this.#others.set(value, view);
    }
    return view;
  }

  /** Whether a view node needs a copy of its own: a reshape of elements that are not regularly spaced. */
  needsCopy(node: Node): boolean {
    return isViewNode(node) && this.of(node.outputs[0]).base === node.outputs[0];
  }
}

/** Whether a view shows the elements of `base` index by index: the same shape, nothing moved. */
export function isIdentity(view: View): boolean {
  return sameShape(view.shape, view.base.shape) && isWhole(view);
}
