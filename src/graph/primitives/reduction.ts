/** @file Primitives that reduce axes: sum, product, maximum, minimum, and the index of the greatest or least element. */
import type { DType, NumericArray } from '../../core/dtype.js';
import { allocate, highest, isFloat, lowest, roundTo } from '../../core/dtype.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { fromNumbers, ndarray } from '../../core/ndarray.js';
import { range, reducedShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { AxesParams, AxisParams } from '../lax.js';
import {
  broadcastInDim,
  convert,
  cumulative,
  div,
  eq,
  mul,
  pad,
  reduceSum,
  reshape,
  transpose,
  zerosLike,
} from '../lax.js';
import type { GradientContext } from '../primitive.js';
import { definePrimitive } from '../primitive.js';
import type { Value } from '../graph.js';
import { requireKind } from './helpers.js';
import { stridedCopy } from './structure.js';

const keptAxes = (ndim: number, axes: readonly number[]): number[] => range(ndim).filter((d) => !axes.includes(d));

/** `x` with the reduced axes moved last, as [kept elements, reduced elements]. */
function reducedLast(x: NDArray, axes: readonly number[]): { rows: number; columns: number; data: NumericArray } {
  const order = [...keptAxes(x.shape.length, axes), ...axes];
  const columns = sizeOf(axes.map((d) => x.shape[d]));
  const own = stridesOf(x.shape);
  const data = allocate(x.dtype, x.data.length);
  stridedCopy(
    x.data,
    data,
    order.map((d) => x.shape[d]),
    order.map((d) => own[d]),
    0,
  );
  return { rows: columns === 0 ? sizeOf(reducedShape(x.shape, axes, false)) : data.length / columns, columns, data };
}

/** Repeat a reduced value along the axes that were reduced. */
export function spread(reduced: Value, x: TensorType, axes: readonly number[]): Value {
  return broadcastInDim(reduced, x.shape, keptAxes(x.shape.length, axes));
}

interface ReduceSpec {
  readonly name: string;
  readonly initial: (dtype: TensorType['dtype']) => number;
  readonly combine: (total: number, x: number, dtype: DType) => number;
  readonly gradient: (context: GradientContext<AxesParams>) => readonly (Value | null)[];
  readonly numbersOnly: boolean;
}

function defineReduce({ name, initial, combine, gradient, numbersOnly }: ReduceSpec): void {
  definePrimitive<AxesParams>({
    name,
    type: ([x], { axes }) => {
      if (numbersOnly) requireKind(name, x.dtype, (d) => d !== 'bool', 'a number dtype');
      return [{ dtype: x.dtype, shape: reducedShape(x.shape, axes, false) }];
    },
    evaluate: ([x], { axes }, [out]) => {
      const { rows, columns, data } = reducedLast(x, axes);
      const result = allocate(out.dtype, rows);
      const wrap = !isFloat(out.dtype); // integers wrap at every step; floats accumulate in float64
      for (let r = 0; r < rows; r++) {
        // From the first element on, so that a sum of zeros keeps their sign and one element is its own sum.
        let total = columns === 0 ? initial(out.dtype) : data[r * columns];
        for (let c = 1; c < columns; c++) {
          total = combine(total, data[r * columns + c], out.dtype);
          if (wrap) total = roundTo(out.dtype, total);
        }
        result[r] = roundTo(out.dtype, total);
      }
      return [ndarray(out.dtype, out.shape, result)];
    },
    gradient,
  });
}

defineReduce({
  name: 'reduceSum',
  initial: () => 0,
  combine: (a, b) => a + b,
  gradient: ({ cotangents: [dy], inputs: [x], params: { axes } }) => [spread(dy!, x, axes)],
  numbersOnly: true,
});

defineReduce({
  name: 'reduceProd',
  initial: () => 1,
  // A product of two 32-bit integers has more bits than float64 keeps.
  combine: (a, b, dtype) => (dtype === 'int32' || dtype === 'uint32' ? Math.imul(a, b) : a * b),
  gradient: ({ cotangents: [dy], inputs: [x], params: { axes } }) => {
    // dy times the product of the other elements: those before, and those behind. Nothing is divided by x, which may be 0, infinite
    // or NaN while the others are not.
    const order = [...keptAxes(x.shape.length, axes), ...axes];
    const columns = sizeOf(axes.map((d) => x.shape[d]));
    const rows = columns === 0 ? 0 : sizeOf(x.shape) / columns;
    if (rows === 0) return [zerosLike(x)];
    const lines = reshape(transpose(x, order), [rows, columns]);
    const others = (reverse: boolean): Value => {
      const [low, high] = reverse ? [-1, 1] : [1, -1];
      const shifted = pad(lines, { low: [0, low], high: [0, high], interior: [0, 0], value: 1 });
      return cumulative(shifted, { kind: 'prod', axis: 1, reverse });
    };
    const back = (product: Value): Value =>
      transpose(
        reshape(
          product,
          order.map((d) => x.shape[d]),
        ),
        range(order.length).map((d) => order.indexOf(d)),
      );
    return [mul(mul(spread(dy!, x, axes), back(others(false))), back(others(true)))];
  },
  numbersOnly: true,
});

/** The cotangent of an extremum, divided evenly among the elements that attain it, as JAX does. */
function toExtrema({
  cotangents: [dy],
  inputs: [x],
  outputs: [y],
  params: { axes },
}: GradientContext<AxesParams>): Value[] {
  const attained = convert(eq(x, spread(y, x, axes)), x.dtype);
  const share = div(dy!, reduceSum(attained, axes));
  return [mul(attained, spread(share, x, axes))];
}
const nanAware =
  (choose: (a: number, b: number) => number) =>
  (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b) ? NaN : choose(a, b);

defineReduce({
  name: 'reduceMax',
  initial: lowest,
  combine: nanAware(Math.max),
  gradient: toExtrema,
  numbersOnly: false,
});

defineReduce({
  name: 'reduceMin',
  initial: highest,
  combine: nanAware(Math.min),
  gradient: toExtrema,
  numbersOnly: false,
});

function defineArgReduce(name: string, better: (x: number, best: number) => boolean): void {
  definePrimitive<AxisParams>({
    name,
    type: ([x], { axis }) => [{ dtype: 'int32', shape: reducedShape(x.shape, [axis], false) }],
    evaluate: ([x], { axis }, [out]) => {
      const { rows, columns, data } = reducedLast(x, [axis]);
      const indices = new Array<number>(rows).fill(0);
      for (let r = 0; r < rows; r++) {
        let best = data[r * columns];
        for (let c = 1; c < columns && !Number.isNaN(best); c++) {
          const value = data[r * columns + c];
          if (better(value, best) || Number.isNaN(value)) {
            best = value;
            indices[r] = c;
          }
        }
      }
      return [fromNumbers('int32', out.shape, indices)];
    },
    gradient: null,
  });
}

defineArgReduce('argMax', (x, best) => x > best);
defineArgReduce('argMin', (x, best) => x < best);
