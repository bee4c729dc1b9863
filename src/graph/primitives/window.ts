/** @file Reductions of sliding windows (pooling), and the two that select by a window's maximum: its gradient, and that one's gradient. */
import { allocate, highest, lowest, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf, stridesOf } from '../../core/shape.js';
import type { Value } from '../graph.js';
import type { WindowParams } from '../lax.js';
import { neg, pad, reduceWindowSum, selectAndGather, selectAndScatter } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { dilated } from './convolution.js';
import { formatType, requireKind } from './helpers.js';

function windowType(name: string, x: TensorType, { window, strides, padding, dilation }: WindowParams): TensorType {
  const fits = [window, strides, padding, dilation].every((list) => list.length === x.shape.length);
  const shape = x.shape.map((dim, d) => {
    const room = dim + padding[d][0] + padding[d][1] - dilated(window[d], dilation[d]);
    return room < 0 ? 0 : Math.floor(room / strides[d]) + 1;
  });
  if (!fits) throw new ValueError(`${name}: a window of ${window.length} dimensions on ${formatType(x)}.`);
  return { dtype: x.dtype, shape };
}

/**
 * Call `visit` with the offset of each element of each window, window by window in row-major order; where asked, with the offset -1
 * for each stretch of a window that lies in the padding.
 */
function eachWindow(
  x: TensorType,
  out: TensorType,
  p: WindowParams,
  begin: (o: number) => void,
  visit: (o: number, i: number) => void,
  padding = false,
): void {
  const ndim = x.shape.length;
  const strides = stridesOf(x.shape);
  const position = new Array<number>(ndim).fill(0);
  const walk = (d: number, offset: number, o: number): void => {
    if (d === ndim) {
      visit(o, offset);
      return;
    }
    const first = position[d] * p.strides[d] - p.padding[d][0];
    for (let k = 0; k < p.window[d]; k++) {
      const index = first + k * p.dilation[d];
      if (index >= 0 && index < x.shape[d]) walk(d + 1, offset + index * strides[d], o);
      else if (padding) visit(o, -1);
    }
  };
  const count = sizeOf(out.shape);
  for (let o = 0; o < count; o++) {
    begin(o);
    walk(0, 0, o);
    for (let d = ndim - 1; d >= 0 && ++position[d] === out.shape[d]; d--) position[d] = 0;
  }
}

/**
 * For each window, the offset of the element that its maximum is taken from, or -1 for the padding. As XLA chooses: an element
 * takes the lead unless the one that has it is at least as great. So of equal ones the first has it, padding (the lowest number)
 * before an equal element too; a NaN takes the lead and loses it to whatever comes next.
 */
function maxima(x: NDArray, out: TensorType, p: WindowParams): Int32Array {
  const places = new Int32Array(sizeOf(out.shape)).fill(-1);
  const outside = lowest(x.dtype);
  let best: number | null = null;
  eachWindow(
    x,
    out,
    p,
    () => (best = null),
    (o, i) => {
      const value = i < 0 ? outside : x.data[i];
      if (best !== null && best >= value) return;
      best = value;
      places[o] = i;
    },
    true,
  );
  return places;
}

function defineWindow(
  name: string,
  initial: (x: TensorType) => number,
  combine: (a: number, b: number) => number,
  gradient: (dy: Value, x: Value, p: WindowParams) => Value,
): void {
  definePrimitive<WindowParams>({
    name,
    type: ([x], p) => {
      requireKind(name, x.dtype, (d) => d !== 'bool', 'a number dtype');
      return [windowType(name, x, p)];
    },
    evaluate: ([x], p, [out]) => {
      const totals = new Float64Array(sizeOf(out.shape)).fill(initial(x));
      eachWindow(
        x,
        out,
        p,
        () => undefined,
        (o, i) => {
          totals[o] = combine(totals[o], x.data[i]);
        },
      );
      const data = allocate(out.dtype, totals.length);
      totals.forEach((value, i) => (data[i] = roundTo(out.dtype, value)));
      return [ndarray(out.dtype, out.shape, data)];
    },
    gradient: ({ cotangents: [dy], inputs: [x], params }) => [gradient(dy!, x, params)],
  });
}

/** Each element collects the cotangents of the windows that hold it: windows of the cotangent, spread out by the strides. */
function sumGradient(dy: Value, x: Value, p: WindowParams): Value {
  const before = p.window.map((w, d) => dilated(w, p.dilation[d]) - 1 - p.padding[d][0]);
  const spreadOut = dy.shape.map((dim, d) => dilated(dim, p.strides[d]));
  const after = x.shape.map((dim, d) => dim - spreadOut[d] + dilated(p.window[d], p.dilation[d]) - 1 - before[d]);
  const padded = pad(dy, { low: before, high: after, interior: p.strides.map((s) => s - 1), value: 0 });
  const ones = p.strides.map(() => 1);
  return reduceWindowSum(padded, {
    window: p.window,
    strides: ones,
    padding: ones.map(() => [0, 0] as const),
    dilation: p.dilation,
  });
}

defineWindow(
  'reduceWindowSum',
  () => 0,
  (a, b) => a + b,
  sumGradient,
);
defineWindow(
  'reduceWindowMax',
  (x) => lowest(x.dtype),
  (a, b) => (b > a || Number.isNaN(b) ? b : a),
  (dy, x, p) => selectAndScatter(x, dy, p),
);
defineWindow(
  'reduceWindowMin',
  (x) => highest(x.dtype),
  (a, b) => (b < a || Number.isNaN(b) ? b : a),
  (dy, x, p) => selectAndScatter(neg(x), dy, p),
);

definePrimitive<WindowParams>({
  name: 'selectAndScatter',
  type: ([x, source], p) => {
    const expected = windowType('selectAndScatter', x, p);
    if (formatType(expected) !== formatType(source)) {
      throw new ValueError(`selectAndScatter: got a source ${formatType(source)} for windows ${formatType(expected)}.`);
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ([x, source], p, [out]) => {
    const totals = new Float64Array(x.data.length);
    maxima(x, source, p).forEach((place, o) => {
      if (place >= 0) totals[place] += source.data[o];
    });
    const data = allocate(out.dtype, totals.length);
    totals.forEach((value, i) => (data[i] = roundTo(out.dtype, value)));
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [x], params, needed }) => [
    null,
    needed[1] ? selectAndGather(x, dy!, params) : null,
  ],
});

definePrimitive<WindowParams>({
  name: 'selectAndGather',
  type: ([x, values], p) => {
    if (formatType(x) !== formatType(values)) {
      throw new ValueError(`selectAndGather: got ${formatType(x)} and values ${formatType(values)}.`);
    }
    return [windowType('selectAndGather', x, p)];
  },
  evaluate: ([x, values], p, [out]) => {
    const data = allocate(out.dtype, sizeOf(out.shape));
    maxima(x, out, p).forEach((place, o) => {
      if (place >= 0) data[o] = values.data[place];
    });
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [x], params, needed }) => [
    null,
    needed[1] ? selectAndScatter(x, dy!, params) : null,
  ],
});
