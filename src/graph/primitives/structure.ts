/** @file Primitives that move elements and compute nothing: broadcast, reshape, transpose, slice, pad, concatenate, reverse, iota. */
import type { NumericArray } from '../../core/dtype.js';
import { allocate } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { fromNumbers, ndarray } from '../../core/ndarray.js';
import type { Shape } from '../../core/shape.js';
import { formatShape, range, sameShape, sizeOf, stridesOf } from '../../core/shape.js';
import type {
  AxesParams,
  AxisParams,
  BroadcastParams,
  IotaParams,
  PadParams,
  ReshapeParams,
  SliceParams,
  TransposeParams,
} from '../lax.js';
import { pad, reduceSum, reshape, reverse, slice, transpose } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { formatType } from './helpers.js';

/**
 * Read `source` at `base + Σ index[d]·strides[d]` for every index of `shape`, in row-major order.
 * The one loop behind broadcast, transpose, slice and reverse.
 */
export function stridedCopy(
  source: NumericArray,
  out: NumericArray,
  shape: Shape,
  strides: readonly number[],
  base: number,
): void {
  const ndim = shape.length;
  if (sizeOf(shape) === 0) return;
  if (ndim === 0) {
    out[0] = source[base]!;
    return;
  }
  const inner = shape[ndim - 1];
  const innerStride = strides[ndim - 1];
  const index = new Array<number>(ndim).fill(0);
  let offset = base;
  for (let i = 0; i < out.length; i += inner) {
    for (let j = 0, o = offset; j < inner; j++, o += innerStride) out[i + j] = source[o]!;
    for (let d = ndim - 2; d >= 0; d--) {
      offset += strides[d];
      if (++index[d] < shape[d]) break;
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

function gathered(x: NDArray, shape: Shape, strides: readonly number[], base = 0): NDArray {
  const data = allocate(x.dtype, sizeOf(shape));
  stridedCopy(x.data, data, shape, strides, base);
  return ndarray(x.dtype, shape, data);
}

// ---- broadcast ----

definePrimitive<BroadcastParams>({
  name: 'broadcastInDim',
  type: ([x], { shape, dims }) => {
    const fits = dims.length === x.shape.length && dims.every((d, i) => x.shape[i] === 1 || x.shape[i] === shape[d]);
    if (!fits)
      throw new ValueError(
        `broadcastInDim: ${formatType(x)} does not broadcast to ${formatShape(shape)} along [${dims.join()}].`,
      );
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: ([x], { shape, dims }) => {
    if (x.data.length === 1) return [ndarray(x.dtype, shape, allocate(x.dtype, sizeOf(shape)).fill(x.data[0]))];
    const strides = new Array<number>(shape.length).fill(0);
    stridesOf(x.shape).forEach((stride, i) => {
      if (x.shape[i] !== 1) strides[dims[i]] = stride;
    });
    return [gathered(x, shape, strides)];
  },
  gradient: ({ cotangents: [dy], inputs: [x], params: { shape, dims } }) => {
    const summed = range(shape.length).filter(
      (d) => !dims.includes(d) || (x.shape[dims.indexOf(d)] === 1 && shape[d] !== 1),
    );
    return [reshape(reduceSum(dy!, summed), x.shape)];
  },
});

// ---- reshape, transpose ----

definePrimitive<ReshapeParams>({
  name: 'reshape',
  type: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((d) => !Number.isInteger(d) || d < 0)) {
      throw new ValueError(
        `reshape: ${formatType(x)} has ${sizeOf(x.shape)} elements, shape ${formatShape(shape)} wants ${sizeOf(shape)}.`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: ([x], { shape }) => [ndarray(x.dtype, shape, x.data)],
  gradient: ({ cotangents: [dy], inputs: [x] }) => [reshape(dy!, x.shape)],
});

definePrimitive<TransposeParams>({
  name: 'transpose',
  type: ([x], { permutation }) => {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== x.shape.length || sorted.some((d, i) => d !== i)) {
      throw new ValueError(
        `transpose: [${permutation.join()}] is no permutation of the ${x.shape.length} dimensions of ${formatType(x)}.`,
      );
    }
    return [{ dtype: x.dtype, shape: permutation.map((d) => x.shape[d]) }];
  },
  evaluate: ([x], { permutation }, [out]) => {
    const strides = stridesOf(x.shape);
    return [
      gathered(
        x,
        out.shape,
        permutation.map((d) => strides[d]),
      ),
    ];
  },
  gradient: ({ cotangents: [dy], params: { permutation } }) => [
    transpose(
      dy!,
      range(permutation.length).map((d) => permutation.indexOf(d)),
    ),
  ],
});

// ---- slice, pad, concatenate, reverse ----

definePrimitive<SliceParams>({
  name: 'slice',
  type: ([x], { start, limit, strides }) => {
    const ndim = x.shape.length;
    const valid =
      start.length === ndim &&
      limit.length === ndim &&
      strides.length === ndim &&
      x.shape.every((dim, i) => start[i] >= 0 && start[i] <= limit[i] && limit[i] <= dim && strides[i] > 0);
    if (!valid)
      throw new ValueError(
        `slice: [${start.join()}]:[${limit.join()}]:[${strides.join()}] does not fit ${formatType(x)}.`,
      );
    return [{ dtype: x.dtype, shape: start.map((s, i) => Math.ceil((limit[i] - s) / strides[i])) }];
  },
  evaluate: ([x], { start, strides }, [out]) => {
    const own = stridesOf(x.shape);
    const base = start.reduce((sum, s, i) => sum + s * own[i], 0);
    return [
      gathered(
        x,
        out.shape,
        own.map((stride, i) => stride * strides[i]),
        base,
      ),
    ];
  },
  gradient: ({ cotangents: [dy], inputs: [x], params: { start, strides } }) => {
    const interior = strides.map((s) => s - 1);
    const covered = dy!.shape.map((dim, i) => (dim === 0 ? 0 : (dim - 1) * strides[i] + 1));
    return [pad(dy!, { low: start, high: x.shape.map((dim, i) => dim - start[i] - covered[i]), interior, value: 0 })];
  },
});

definePrimitive<PadParams>({
  name: 'pad',
  type: ([x], { low, high, interior }) => {
    const shape = x.shape.map((dim, i) => low[i] + high[i] + dim + Math.max(0, dim - 1) * interior[i]);
    if (shape.length !== low.length || shape.some((d) => d < 0)) {
      throw new ValueError(
        `pad: low [${low.join()}], high [${high.join()}], interior [${interior.join()}] do not fit ${formatType(x)}.`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: ([x], { low, interior, value }, [out]) => {
    const data = allocate(out.dtype, sizeOf(out.shape));
    if (value !== 0 || Object.is(value, -0)) data.fill(value);
    const to = stridesOf(out.shape);
    const from = stridesOf(x.shape);
    const visit = (d: number, source: number, target: number): void => {
      if (d === x.shape.length) {
        data[target] = x.data[source]!;
        return;
      }
      for (let i = 0; i < x.shape[d]; i++) {
        const place = low[d] + i * (interior[d] + 1);
        if (place >= 0 && place < out.shape[d]) visit(d + 1, source + i * from[d], target + place * to[d]);
      }
    };
    visit(0, 0, 0);
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [x], params: { low, high, interior } }) => {
    // Undo negative padding by padding zeros, then pick every (interior + 1)-th element.
    const negative = (n: number): number => Math.max(0, -n);
    const whole = pad(dy!, { low: low.map(negative), high: high.map(negative), interior: low.map(() => 0), value: 0 });
    const start = low.map((n) => Math.max(0, n));
    const limit = x.shape.map((dim, i) => (dim === 0 ? start[i] : start[i] + (dim - 1) * (interior[i] + 1) + 1));
    return [
      slice(
        whole,
        start,
        limit,
        interior.map((n) => n + 1),
      ),
    ];
  },
});

const replaced = (shape: Shape, axis: number, size: number): number[] =>
  shape.map((dim, d) => (d === axis ? size : dim));
const without = (shape: Shape, axis: number): number[] => shape.filter((_, d) => d !== axis);

definePrimitive<AxisParams>({
  name: 'concatenate',
  type: (inputs, { axis }) => {
    const [first] = inputs as [TensorType, ...TensorType[]];
    const fits = inputs.every(
      (x) => x.dtype === first.dtype && sameShape(without(x.shape, axis), without(first.shape, axis)),
    );
    if (!fits)
      throw new ValueError(
        `concatenate: along axis ${axis}, ${inputs.map(formatType).join(', ')} do not fit together.`,
      );
    return [
      {
        dtype: first.dtype,
        shape: replaced(
          first.shape,
          axis,
          inputs.reduce((sum, x) => sum + x.shape[axis], 0),
        ),
      },
    ];
  },
  evaluate: (inputs, { axis }, [out]) => {
    const data = allocate(out.dtype, sizeOf(out.shape));
    const outer = sizeOf(out.shape.slice(0, axis));
    const row = sizeOf(out.shape.slice(axis));
    let offset = 0;
    for (const x of inputs) {
      const part = sizeOf(x.shape.slice(axis));
      for (let i = 0; i < outer; i++) data.set(x.data.subarray(i * part, (i + 1) * part), i * row + offset);
      offset += part;
    }
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs, params: { axis }, needed }) => {
    let offset = 0;
    return inputs.map((x, k) => {
      const from = offset;
      offset += x.shape[axis];
      if (!needed[k]) return null;
      return slice(
        dy!,
        dy!.shape.map((_, d) => (d === axis ? from : 0)),
        replaced(dy!.shape, axis, from + x.shape[axis]),
      );
    });
  },
});

definePrimitive<AxesParams>({
  name: 'reverse',
  type: ([x]) => [{ dtype: x.dtype, shape: x.shape }],
  evaluate: ([x], { axes }, [out]) => {
    const own = stridesOf(x.shape);
    const base = axes.reduce((sum, d) => sum + Math.max(0, x.shape[d] - 1) * own[d], 0);
    return [
      gathered(
        x,
        out.shape,
        own.map((stride, d) => (axes.includes(d) ? -stride : stride)),
        base,
      ),
    ];
  },
  gradient: ({ cotangents: [dy], params: { axes } }) => [reverse(dy!, axes)],
});

// ---- iota ----

definePrimitive<IotaParams>({
  name: 'iota',
  type: (_inputs, { dtype, shape }) => [{ dtype, shape }],
  evaluate: (_inputs, { axis }, [out]) => {
    const { dtype, shape } = out;
    const inner = sizeOf(shape.slice(axis + 1));
    return [
      fromNumbers(
        dtype,
        shape,
        Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / inner) % shape[axis]),
      ),
    ];
  },
  gradient: null,
});
