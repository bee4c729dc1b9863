/** @file Rules for primitives that move elements: what undoes itself, what moves nothing, and what can take fewer steps. */
import { range, sameShape, sizeOf } from '../../core/shape.js';
import type { Value } from '../graph.js';
import type {
  AxesParams, AxisParams, BroadcastParams, DynamicSliceParams, PadParams, ReshapeParams, SliceParams, TransposeParams,
} from '../lax.js'; // prettier-ignore
import * as lax from '../lax.js';
import type { Match, Rule, Rules } from './rules.js';
import { filledWith, madeBy, under, withParams } from './rules.js';
import { isUniform, uniformOf } from './uniform.js';

/** f(broadcast(c)) -> broadcast(c), for an f that only moves elements */
const ofUniform: Rule = (m) => {
  const c = uniformOf(m.x);
  return c === null ? null : filledWith(m, c);
};

/** f(x) -> x where the shape shows that f moves nothing */
const ofNothing =
  (unmoved: (m: Match) => boolean): Rule =>
  (m) =>
    unmoved(m) ? m.x : null;

const dimsAbove1 = (shape: readonly number[]): number[] => range(shape.length).filter((d) => shape[d] !== 1);

/**
 * For each dimension of `from` the dimension of `to` with the same elements, when the shapes differ by dimensions of size 1 alone and `to` has
 * a place for each of `from`'s; else null.
 */
function unitDims(from: readonly number[], to: readonly number[]): number[] | null {
  const places: number[] = [];
  let d = 0;
  for (const dim of from) {
    while (d < to.length && to[d] !== dim && to[d] === 1) d++;
    if (d >= to.length || to[d] !== dim) return null;
    places.push(d++);
  }
  while (d < to.length && to[d] === 1) d++;
  return d === to.length ? places : null;
}

const broadcastRules: readonly Rule[] = [
  // broadcast(x, its own shape) -> x
  ofNothing(({ x, type }) => sameShape(x.shape, type.shape)),
  // broadcast(broadcast(x)) -> broadcast(x)
  withParams<BroadcastParams>(({ x: middle, params: { shape, dims } }) => {
    const inner = madeBy(middle, 'broadcastInDim');
    if (inner === null) return null;
    const own = (inner.params as BroadcastParams).dims;
    return lax.broadcastInDim(
      inner.inputs[0],
      shape,
      own.map((d) => dims[d]),
    );
  }),
  // broadcast(a constant of one element) -> broadcast(a scalar)
  (m) => {
    const c = m.x.shape.length > 0 && m.x.node.primitive.name === 'constant' ? uniformOf(m.x) : null;
    return c === null ? null : filledWith(m, c);
  },
  // broadcast(x) that adds nothing but dimensions of size 1 -> reshape(x)
  ({ x, type }) =>
    sizeOf(x.shape) === sizeOf(type.shape) && sizeOf(x.shape) > 0 && !isScalarConstant(x)
      ? lax.reshape(x, type.shape)
      : null,
  // broadcast(reshape(x)) -> broadcast(x), where the reshape adds dimensions of size 1
  withParams<BroadcastParams>(({ x: middle, params: { shape, dims } }) => {
    const x = under(middle, 'reshape');
    const places = x && unitDims(x.shape, middle.shape);
    return places && lax.broadcastInDim(x, shape, places.map((d) => dims[d])); // prettier-ignore
  }),
];

const isScalarConstant = (x: Value): boolean => x.node.primitive.name === 'constant' && x.shape.length === 0;

const reshapeRules: readonly Rule[] = [
  // reshape(x, its own shape) -> x
  ofNothing(({ x, type }) => sameShape(x.shape, type.shape)),
  // reshape(reshape(x)) -> reshape(x)
  withParams<ReshapeParams>(({ x: middle, params: { shape } }) => {
    const x = under(middle, 'reshape');
    return x && lax.reshape(x, shape);
  }),
  ofUniform,
  // reshape(broadcast(x)) that only adds or drops dimensions of size 1 -> broadcast(x), or broadcast(reshape(x)) of the smaller x
  withParams<ReshapeParams>(({ x: middle, params: { shape } }) => {
    const inner = madeBy(middle, 'broadcastInDim');
    if (inner === null || sizeOf(shape) === 0) return null;
    const [oldDims, newDims] = [dimsAbove1(middle.shape), dimsAbove1(shape)];
    if (oldDims.length !== newDims.length || oldDims.some((d, i) => middle.shape[d] !== shape[newDims[i]])) return null;
    const x = inner.inputs[0];
    const { dims } = inner.params as BroadcastParams;
    const kept = range(x.shape.length).filter((i) => x.shape[i] !== 1);
    const small = lax.reshape(x, kept.map((i) => x.shape[i])); // prettier-ignore
    return lax.broadcastInDim(
      small,
      shape,
      kept.map((i) => newDims[oldDims.indexOf(dims[i])]),
    );
  }),
];

const transposeRules: readonly Rule[] = [
  // transpose(x, the order it has) -> x
  withParams<TransposeParams>(({ x, params: { permutation } }) => (permutation.every((d, i) => d === i) ? x : null)),
  // transpose(transpose(x)) -> transpose(x)
  withParams<TransposeParams>(({ x: middle, params: { permutation } }) => {
    const inner = madeBy(middle, 'transpose');
    if (inner === null) return null;
    const first = (inner.params as TransposeParams).permutation;
    return lax.transpose(
      inner.inputs[0],
      permutation.map((d) => first[d]),
    );
  }),
  ofUniform,
  // transpose(x) that moves nothing but dimensions of size 1 -> reshape(x)
  withParams<TransposeParams>(({ x, type, params: { permutation } }) => {
    const moved = permutation.filter((d) => x.shape[d] !== 1);
    return moved.every((d, i) => i === 0 || moved[i - 1] < d) ? lax.reshape(x, type.shape) : null;
  }),
  // transpose(broadcast(x)) -> broadcast(x), or broadcast(transpose(x)) of the smaller x
  withParams<TransposeParams>(({ x: middle, type, params: { permutation } }) => {
    const inner = madeBy(middle, 'broadcastInDim');
    if (inner === null) return null;
    const x = inner.inputs[0];
    const places = (inner.params as BroadcastParams).dims.map((d) => permutation.indexOf(d));
    const order = range(places.length).sort((a, b) => places[a] - places[b]);
    return lax.broadcastInDim(
      lax.transpose(x, order),
      type.shape,
      order.map((i) => places[i]),
    );
  }),
];

/** The slice of `x` that a slice of the slice `inner` of it is. */
function composed(x: Value, inner: SliceParams, outer: SliceParams, shape: readonly number[]): Value {
  const start = outer.start.map((s, d) => inner.start[d] + s * inner.strides[d]);
  const strides = outer.strides.map((s, d) => s * inner.strides[d]);
  const limit = shape.map((dim, d) =>
    dim === 0 ? Math.min(start[d], x.shape[d]) : start[d] + (dim - 1) * strides[d] + 1,
  );
  return lax.slice(x, start.map((s, d) => Math.min(s, limit[d])), limit, strides); // prettier-ignore
}

const sliceRules: readonly Rule[] = [
  // slice(x, all of it) -> x
  ofNothing(({ x, type }) => sameShape(x.shape, type.shape)),
  // slice(slice(x)) -> slice(x)
  withParams<SliceParams>(({ x: middle, type, params }) => {
    const inner = madeBy(middle, 'slice');
    return inner && composed(inner.inputs[0], inner.params as SliceParams, params, type.shape);
  }),
  ofUniform,
  // slice(broadcast(x)) -> broadcast(slice(x))
  withParams<SliceParams>(({ x: middle, type, params: { start, limit, strides } }) => {
    const inner = madeBy(middle, 'broadcastInDim');
    if (inner === null || sizeOf(type.shape) === 0) return null;
    const x = inner.inputs[0];
    const { dims } = inner.params as BroadcastParams;
    const own = (list: readonly number[], whole: (dim: number) => number): number[] =>
      dims.map((d, i) => (x.shape[i] === 1 ? whole(1) : list[d]));
    const part = lax.slice(x, own(start, () => 0), own(limit, (dim) => dim), own(strides, () => 1)); // prettier-ignore
    return lax.broadcastInDim(part, type.shape, dims);
  }),
  // slice(pad(x)) -> slice(x), where nothing of the padding is in the slice
  withParams<SliceParams>(({ x: middle, type, params: { start, limit, strides } }) => {
    const inner = madeBy(middle, 'pad');
    if (inner === null || sizeOf(type.shape) === 0) return null;
    const x = inner.inputs[0];
    const { low, interior } = inner.params as PadParams;
    const inside = type.shape.every((dim, d) => {
      const [first, last] = [start[d] - low[d], start[d] + (dim - 1) * strides[d] - low[d]];
      const step = interior[d] + 1;
      return (
        first >= 0 && first % step === 0 && (dim === 1 || strides[d] % step === 0) && last <= (x.shape[d] - 1) * step
      );
    });
    if (!inside) return null;
    const from = start.map((s, d) => (s - low[d]) / (interior[d] + 1));
    const steps = strides.map((s, d) => (s % (interior[d] + 1) === 0 ? s / (interior[d] + 1) : 1));
    const to = limit.map((_, d) => from[d] + (type.shape[d] - 1) * steps[d] + 1);
    return lax.slice(x, from, to, steps);
  }),
  // slice(concatenate(x, y)) -> slice(x), where the slice lies in x
  withParams<SliceParams>(({ x: middle, type, params: { start, limit, strides } }) => {
    const inner = madeBy(middle, 'concatenate');
    if (inner === null || sizeOf(type.shape) === 0) return null;
    const { axis } = inner.params as AxisParams;
    const last = start[axis] + (type.shape[axis] - 1) * strides[axis];
    let offset = 0;
    for (const part of inner.inputs) {
      const end = offset + part.shape[axis];
      if (start[axis] >= offset && last < end)
        return lax.slice(part, start.with(axis, start[axis] - offset), limit.with(axis, last - offset + 1), strides);
      offset = end;
    }
    return null;
  }),
];

const padRules: readonly Rule[] = [
  // pad(x, by nothing) -> x
  withParams<PadParams>(({ x, params: { low, high, interior } }) =>
    [...low, ...high].every((n) => n === 0) && interior.every((n, d) => n === 0 || x.shape[d] <= 1) ? x : null,
  ),
  // pad(broadcast(c), with c) -> broadcast(c); pad(nothing, with c) -> broadcast(c)
  (m) => {
    const { value } = m.params as PadParams;
    return isUniform(m.x, value) || sizeOf(m.x.shape) === 0 ? filledWith(m, value) : null;
  },
  // pad(pad(x)) -> pad(x), both with one value and only around x
  withParams<PadParams>(({ x: middle, params: outer }) => {
    const node = madeBy(middle, 'pad');
    if (node === null) return null;
    const inner = node.params as PadParams;
    const onlyAround = (p: PadParams): boolean =>
      p.interior.every((n) => n === 0) && [...p.low, ...p.high].every((n) => n >= 0);
    if (!Object.is(inner.value, outer.value) || !onlyAround(inner) || !onlyAround(outer)) return null;
    const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((n, d) => n + b[d]);
    return lax.pad(node.inputs[0], { ...outer, low: sum(inner.low, outer.low), high: sum(inner.high, outer.high) });
  }),
  // pad(x) that only crops -> slice(x)
  withParams<PadParams>(({ x, params: { low, high, interior } }) => {
    const crops = [...low, ...high].every((n) => n <= 0) && interior.every((n, d) => n === 0 || x.shape[d] <= 1);
    if (!crops || low.some((n, d) => -n > x.shape[d])) return null;
    return lax.slice(
      x,
      low.map((n) => -n),
      high.map((n, d) => x.shape[d] + n),
    );
  }),
];

const concatenateRules: readonly Rule[] = [
  // concatenate(x) -> x
  ({ inputs }) => (inputs.length === 1 ? inputs[0] : null),
  // concatenate(x, nothing, y) -> concatenate(x, y)
  withParams<AxisParams>(({ inputs, params: { axis } }) => {
    const filled = inputs.filter((v) => v.shape[axis] > 0);
    if (filled.length === inputs.length) return null;
    return filled.length === 0 ? inputs[0] : lax.concatenate(filled, axis);
  }),
  // concatenate(concatenate(x, y), z) -> concatenate(x, y, z)
  withParams<AxisParams>(({ inputs, params: { axis } }) => {
    const inner = (v: Value): readonly Value[] => {
      const node = madeBy(v, 'concatenate');
      return node !== null && (node.params as AxisParams).axis === axis ? node.inputs : [v];
    };
    const flat = inputs.flatMap(inner);
    return flat.length === inputs.length ? null : lax.concatenate(flat, axis);
  }),
  // concatenate(broadcast(c), broadcast(c)) -> broadcast(c)
  (m) => {
    const c = uniformOf(m.x);
    return c !== null && m.inputs.every((v) => isUniform(v, c)) ? filledWith(m, c) : null;
  },
];

const reverseRules: readonly Rule[] = [
  // reverse(x) along dimensions of size 1, or along those that x is broadcast along -> reverse(x) along the others
  withParams<AxesParams>(({ x, params: { axes } }) => {
    const inner = madeBy(x, 'broadcastInDim');
    const dims = inner === null ? null : (inner.params as BroadcastParams).dims;
    const matters = (d: number): boolean =>
      x.shape[d] > 1 && (dims === null || (dims.includes(d) && inner!.inputs[0].shape[dims.indexOf(d)] > 1));
    const kept = axes.filter(matters);
    return kept.length === axes.length && axes.length > 0 ? null : lax.reverse(x, kept);
  }),
  // reverse(reverse(x)) -> reverse(x) along the dimensions of one of the two
  withParams<AxesParams>(({ x: middle, params: { axes } }) => {
    const inner = madeBy(middle, 'reverse');
    if (inner === null) return null;
    const first = (inner.params as AxesParams).axes;
    return lax.reverse(inner.inputs[0], [
      ...first.filter((d) => !axes.includes(d)),
      ...axes.filter((d) => !first.includes(d)),
    ]);
  }),
];

/** Known starts, clamped so that the slice fits; null when one is not known. */
function knownStarts(x: Value, starts: readonly Value[], sizes: readonly number[]): number[] | null {
  const known = starts.map(uniformOf);
  if (known.some((s) => s === null)) return null;
  return known.map((s, d) => Math.min(Math.max(s!, 0), x.shape[d] - sizes[d]));
}

export const STRUCTURE_RULES: Rules = {
  broadcastInDim: broadcastRules,
  reshape: reshapeRules,
  transpose: transposeRules,
  slice: sliceRules,
  pad: padRules,
  concatenate: concatenateRules,
  reverse: reverseRules,
  gather: [
    // gather(broadcast(c), indices) -> broadcast(c)
    (m) => (m.x.shape[0] > 0 ? ofUniform(m) : null),
  ],
  scatter: [
    // scatter(x, nowhere) -> x
    ({ x, y }) => (sizeOf(y.shape) === 0 || sizeOf(x.shape) === 0 ? x : null),
  ],
  dynamicSlice: [
    // dynamicSlice(x, all of it) -> x
    ofNothing(({ x, type }) => sameShape(x.shape, type.shape)),
    // dynamicSlice(x, constant starts) -> slice(x)
    withParams<DynamicSliceParams>(({ x, inputs, params: { sizes } }) => {
      const from = knownStarts(x, inputs.slice(1), sizes);
      return from && lax.slice(x, from, from.map((s, d) => s + sizes[d])); // prettier-ignore
    }),
    ofUniform,
  ],
  dynamicUpdateSlice: [
    // dynamicUpdateSlice(x, all of it) -> the update; dynamicUpdateSlice(x, nothing) -> x
    ({ x, y }) => (sameShape(x.shape, y.shape) ? y : sizeOf(y.shape) === 0 ? x : null),
  ],
};
