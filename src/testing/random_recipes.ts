/** @file How to apply each primitive at random: its operands and valid params. One recipe per primitive of the table. */
import type { DType } from '../core/dtype.js';
import { DTYPES, isFloat, roundTo } from '../core/dtype.js';
import type { TensorType } from '../core/ndarray.js';
import { range, sizeOf } from '../core/shape.js';
import type { Value } from '../graph/index.js';
import { allPrimitives, GraphBuilder, makeGraph } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import { eye, product, scaleColumns, symmetric } from '../graph/matrices.js';
import { dilated } from '../graph/primitives/convolution.js';
import type { Sketch, TypeWish } from './random_graphs.js';

/** Adds an application to a sketch and gives its outputs. */
export type Recipe = (s: Sketch) => Value[];

const recipes: Record<string, Recipe> = {};

const number = (dtype: DType): boolean => dtype !== 'bool';

// ---- element-wise: the dtypes that a primitive takes are those that its type rule does not refuse ----

const arityOf = (name: string): number => (lax as unknown as Record<string, (...x: never[]) => unknown>)[name].length;

function acceptedBy(name: string, arity: number): ReadonlySet<DType> {
  const primitive = allPrimitives().get(name)!;
  const accepts = (dtype: DType): boolean => {
    try {
      primitive.type(
        range(arity).map(() => ({ dtype, shape: [] })),
        {},
      );
      return true;
    } catch {
      return false;
    }
  };
  return new Set(DTYPES.filter(accepts));
}

for (const [name, primitive] of allPrimitives()) {
  if (!primitive.scalar || ['select', 'convert', 'bitcast'].includes(name)) continue;
  const arity = arityOf(name);
  const accepted = acceptedBy(name, arity);
  recipes[name] = (s) => {
    const type = s.type({ dtype: (d) => accepted.has(d) });
    return s.apply(
      name,
      range(arity).map(() => s.operand(type)),
    );
  };
}

recipes['select'] = (s) => {
  const type = s.type();
  return s.apply('select', [s.operand({ dtype: 'bool', shape: type.shape }), s.operand(type), s.operand(type)]);
};
recipes['convert'] = (s) => {
  const x = s.operand(s.type());
  return s.apply('convert', [x], { dtype: s.dtype((d) => d !== x.dtype) } satisfies lax.DTypeParams);
};
const WORDS: readonly DType[] = ['int32', 'uint32', 'float32'];
recipes['bitcast'] = (s) => {
  const x = s.operand(s.type({ dtype: (d) => WORDS.includes(d) }));
  return s.apply('bitcast', [x], { dtype: s.draw.pick(WORDS) } satisfies lax.DTypeParams);
};

// ---- constants ----

recipes['constant'] = (s) => {
  const type = s.type({ elements: 40 });
  return [s.constant(type)];
};
recipes['iota'] = (s) => {
  const shape = s.shape([1, 4]);
  return s.apply('iota', [], {
    dtype: s.dtype(number),
    shape,
    axis: s.draw.int(0, shape.length - 1),
  } satisfies lax.IotaParams);
};

// ---- structure ----

recipes['broadcastInDim'] = (s) => {
  const { dtype, shape } = s.type({ ndim: [0, 4] });
  // Of the output's dimensions some come from the operand, and of these some with size 1.
  const dims = s.draw.subset(range(shape.length), 60);
  const own = dims.map((d) => (s.draw.chance(25) ? 1 : shape[d]));
  return s.apply('broadcastInDim', [s.operand({ dtype, shape: own })], { shape, dims } satisfies lax.BroadcastParams);
};

/** Another shape of as many elements. */
function reshaped(s: Sketch, shape: readonly number[]): number[] {
  const factors = shape.flatMap((dim) => {
    for (const p of [2, 3, 5]) if (dim > p && dim % p === 0) return [p, dim / p];
    return [dim];
  });
  const merged: number[] = [];
  for (const f of s.draw.shuffled(factors)) {
    if (merged.length > 0 && s.draw.chance(40)) merged[merged.length - 1] *= f;
    else merged.push(f);
    if (s.draw.chance(10)) merged.push(1);
  }
  return merged.slice(0, 6).length === merged.length ? merged : [sizeOf(merged)];
}
recipes['reshape'] = (s) => {
  const x = s.operand(s.type());
  return s.apply('reshape', [x], { shape: reshaped(s, x.shape) } satisfies lax.ReshapeParams);
};
recipes['transpose'] = (s) => {
  const x = s.operand(s.type({ ndim: [0, 4] }));
  return s.apply('transpose', [x], {
    permutation: s.draw.shuffled(range(x.shape.length)),
  } satisfies lax.TransposeParams);
};
recipes['slice'] = (s) => {
  const x = s.operand(s.type());
  const start = x.shape.map((dim) => s.draw.int(0, dim));
  const limit = x.shape.map((dim, d) => dim - s.draw.int(0, dim - start[d]));
  const strides = x.shape.map(() => s.draw.int(1, 3));
  return s.apply('slice', [x], { start, limit, strides } satisfies lax.SliceParams);
};
recipes['pad'] = (s) => {
  const x = s.operand(s.type({ elements: s.options.elements / 4 }));
  const interior = x.shape.map(() => s.draw.pick([0, 0, 1, 2]));
  const low = x.shape.map(() => s.draw.pick([0, 1, 2, -1]));
  const high = x.shape.map((dim, d) => {
    const amount = s.draw.pick([0, 1, 3, -1, -2]);
    return Math.max(amount, -(low[d] + dim + Math.max(0, dim - 1) * interior[d]));
  });
  // A crop by `low` alone may already be more than there is.
  const fixed = high.map((h, d) =>
    low[d] + x.shape[d] + Math.max(0, x.shape[d] - 1) * interior[d] + h < 0 ? -low[d] : h,
  );
  const value = roundTo(x.dtype, s.draw.pick([0, 1, -1, ...(isFloat(x.dtype) ? [-0, NaN, -Infinity, 0.5] : [])]));
  return s.apply('pad', [x], { low, high: fixed, interior, value } satisfies lax.PadParams);
};
recipes['concatenate'] = (s) => {
  const { dtype, shape } = s.type({ ndim: [1, 4], elements: s.options.elements / 3 });
  const axis = s.draw.int(0, shape.length - 1);
  const parts = range(s.draw.int(1, 4)).map(() =>
    s.operand({ dtype, shape: s.draw.chance(50) ? shape : shape.with(axis, s.draw.pick([1, 2, 3, 0])) }),
  );
  return s.apply('concatenate', parts, { axis } satisfies lax.AxisParams);
};
recipes['reverse'] = (s) => {
  const x = s.operand(s.type());
  return s.apply('reverse', [x], { axes: s.draw.subset(range(x.shape.length)) } satisfies lax.AxesParams);
};

// ---- reductions and orders ----

const axesOf = (s: Sketch, x: Value): lax.AxesParams => ({ axes: s.draw.subset(range(x.shape.length), 60) });
for (const name of ['reduceSum', 'reduceProd']) {
  recipes[name] = (s) => {
    const x = s.operand(s.type({ dtype: number }));
    return s.apply(name, [x], axesOf(s, x));
  };
}
for (const name of ['reduceMax', 'reduceMin']) {
  recipes[name] = (s) => {
    const x = s.operand(s.type());
    return s.apply(name, [x], axesOf(s, x));
  };
}
const alongAxis =
  (name: string, wish: TypeWish = {}): Recipe =>
  (s) => {
    const x = s.operand(s.type({ ndim: [1, 4], ...wish }));
    return s.apply(name, [x], { axis: s.draw.int(0, x.shape.length - 1) } satisfies lax.AxisParams);
  };
recipes['argMax'] = alongAxis('argMax');
recipes['argMin'] = alongAxis('argMin');
recipes['sort'] = alongAxis('sort');
recipes['argSort'] = alongAxis('argSort');
recipes['cumulative'] = (s) => {
  const x = s.operand(s.type({ ndim: [1, 4], dtype: number }));
  return s.apply('cumulative', [x], {
    kind: s.draw.pick(['sum', 'prod', 'max', 'min'] as const),
    axis: s.draw.int(0, x.shape.length - 1),
    reverse: s.draw.chance(50),
  } satisfies lax.CumulativeParams);
};

// ---- contraction ----

recipes['dotGeneral'] = (s) => {
  const { draw } = s;
  const small = [1, 2, 3, 5, 7, 8, 9] as const;
  const first = s.type({ dtype: number, ndim: [0, 4], elements: 200 });
  const roles = first.shape.map(() => draw.pick(['free', 'contract', 'batch'] as const));
  const dimsOf = (role: string): number[] => range(roles.length).filter((d) => roles[d] === role);
  const lhsBatch = draw.shuffled(dimsOf('batch'));
  const lhsContract = draw.shuffled(dimsOf('contract'));
  // The right side: the paired dimensions and some of its own, in any order.
  const parts = draw.shuffled([
    ...lhsBatch.map((d) => ({ role: 'batch', d })),
    ...lhsContract.map((d) => ({ role: 'contract', d })),
    ...range(draw.int(0, 2)).map(() => ({ role: 'free', d: -1 })),
  ]);
  const shape = parts.map(({ d }) => (d < 0 ? draw.pick(small) : first.shape[d]));
  const places = (role: string, order: readonly number[]): number[] =>
    order.map((d) => parts.findIndex((p) => p.role === role && p.d === d));
  return s.apply('dotGeneral', [s.operand(first), s.operand({ dtype: first.dtype, shape })], {
    lhsBatch,
    rhsBatch: places('batch', lhsBatch),
    lhsContract,
    rhsContract: places('contract', lhsContract),
  } satisfies lax.DotParams);
};

/** Dimensions of an array of a convolution in any order. */
function layout(s: Sketch, spatial: number): lax.ConvDims {
  const [batch, feature, ...rest] = s.draw.shuffled(range(spatial + 2));
  return { batch, feature, spatial: rest };
}
function placed(dims: lax.ConvDims, batch: number, feature: number, spatial: readonly number[]): number[] {
  const shape = new Array<number>(spatial.length + 2);
  shape[dims.batch] = batch;
  shape[dims.feature] = feature;
  dims.spatial.forEach((d, i) => (shape[d] = spatial[i]));
  return shape;
}
recipes['convGeneral'] = (s) => {
  const { draw } = s;
  const n = draw.int(1, 3);
  const each = <T>(make: (i: number) => T): T[] => range(n).map(make);
  const dtype = s.dtype(isFloat);
  const [lhs, rhs, out] = [layout(s, n), layout(s, n), layout(s, n)];
  const groups = draw.pick([1, 1, 2, 3] as const);
  const [featureGroups, batchGroups] = draw.chance(40) ? [1, groups] : [groups, 1];
  const batch = draw.pick([1, 2, 3, 0]) * batchGroups;
  const depth = draw.pick([1, 2, 3, 4, 5]);
  const sizes = each(() => draw.pick(n === 1 ? [5, 1, 2, 3, 8, 13] : n === 2 ? [4, 1, 2, 3, 5, 7] : [3, 1, 2, 4]));
  const kernel = each(() => draw.pick([1, 2, 3]));
  const outFeatures = draw.pick([1, 2, 3, 4, 5]) * groups;
  const lhsDilation = each(() => draw.pick([1, 1, 2]));
  const x = s.operand({ dtype, shape: placed(lhs, batch, depth * featureGroups, sizes) });
  const k = s.operand({ dtype, shape: placed(rhs, outFeatures, depth, kernel) });
  const params: lax.ConvParams = {
    lhs,
    rhs,
    out,
    strides: each(() => draw.pick([1, 2, 3])),
    padding: each((i) => {
      const room = dilated(sizes[i], lhsDilation[i]);
      const before = draw.pick([0, 1, 2, -1]);
      return [before, Math.max(draw.pick([0, 1, 2, -1]), -before - room)] as const;
    }),
    lhsDilation,
    rhsDilation: each(() => draw.pick([1, 1, 2])),
    featureGroups,
    batchGroups,
  };
  return s.apply('convGeneral', [x, k], params);
};

// ---- windows ----

function windows(s: Sketch, wish: TypeWish): { type: TensorType; params: lax.WindowParams; windows: number[] } {
  const type = s.type({ ndim: [1, 4], elements: 150, ...wish });
  const each = <T>(make: (d: number) => T): T[] => type.shape.map((_, d) => make(d));
  const params: lax.WindowParams = {
    window: each(() => s.draw.pick([1, 2, 3])),
    strides: each(() => s.draw.pick([1, 2, 3])),
    padding: each(() => [s.draw.pick([0, 1]), s.draw.pick([0, 1, 2])] as const),
    dilation: each(() => s.draw.pick([1, 1, 2])),
  };
  const count = type.shape.map((dim, d) => {
    const room = dim + params.padding[d][0] + params.padding[d][1] - dilated(params.window[d], params.dilation[d]);
    return room < 0 ? 0 : Math.floor(room / params.strides[d]) + 1;
  });
  return { type, params, windows: count };
}
for (const name of ['reduceWindowSum', 'reduceWindowMax', 'reduceWindowMin']) {
  recipes[name] = (s) => {
    const { type, params } = windows(s, { dtype: number });
    return s.apply(name, [s.operand(type)], params);
  };
}
recipes['selectAndScatter'] = (s) => {
  const { type, params, windows: count } = windows(s, { dtype: isFloat });
  return s.apply('selectAndScatter', [s.operand(type), s.operand({ dtype: type.dtype, shape: count })], params);
};
recipes['selectAndGather'] = (s) => {
  const { type, params } = windows(s, { dtype: isFloat });
  return s.apply('selectAndGather', [s.operand(type), s.operand(type)], params);
};

// ---- indexing ----

/** An operand with rows, and row numbers. */
function rowsAndIndices(s: Sketch): { operand: Value; indices: Value } {
  const type = s.type({ ndim: [1, 3], elements: 120 });
  const shape = type.shape[0] === 0 ? [3, ...type.shape.slice(1)] : type.shape;
  const dtype = s.dtype((d) => d === 'int32' || d === 'uint32' || d === 'int8' || d === 'uint8' || d === 'int64');
  return {
    operand: s.operand({ dtype: type.dtype, shape }),
    indices: s.operand({ dtype, shape: s.shape([0, 2], 12) }, { rows: shape[0] }),
  };
}
recipes['gather'] = (s) => {
  const { operand, indices } = rowsAndIndices(s);
  return s.apply('gather', [operand, indices]);
};
recipes['scatter'] = (s) => {
  const { operand, indices } = rowsAndIndices(s);
  const updates = s.operand({ dtype: operand.dtype, shape: [...indices.shape, ...operand.shape.slice(1)] });
  return s.apply('scatter', [operand, indices, updates], {
    mode: s.draw.pick(['set', 'add', 'max', 'min', 'mul'] as const),
  } satisfies lax.ScatterParams);
};
const starts = (s: Sketch, x: TensorType): Value[] =>
  x.shape.map((dim) => s.operand({ dtype: 'int32', shape: [] }, { rows: dim }));
recipes['dynamicSlice'] = (s) => {
  const x = s.operand(s.type());
  return s.apply('dynamicSlice', [x, ...starts(s, x)], {
    sizes: x.shape.map((dim) => dim - s.draw.int(0, dim)),
  } satisfies lax.DynamicSliceParams);
};
recipes['dynamicUpdateSlice'] = (s) => {
  const x = s.operand(s.type());
  const update = s.operand({ dtype: x.dtype, shape: x.shape.map((dim) => dim - s.draw.int(0, dim)) });
  return s.apply('dynamicUpdateSlice', [x, update, ...starts(s, x)]);
};

// ---- random bits ----

recipes['randomBits'] = (s) =>
  s.apply('randomBits', [s.operand({ dtype: 'uint32', shape: [2] })], {
    shape: s.shape(),
  } satisfies lax.RandomBitsParams);
recipes['threefry2x32'] = (s) => {
  const type: TensorType = { dtype: 'uint32', shape: s.shape() };
  return s.apply(
    'threefry2x32',
    range(4).map(() => s.operand(type)),
  );
};

// ---- control flow ----

const small = (s: Sketch, most: number): TensorType[] =>
  range(s.draw.int(0, most)).map(() => s.type({ ndim: [0, 2], elements: 24 }));

recipes['while'] = (s) => {
  const state = small(s, 2);
  const captured = small(s, 1);
  const counter: TensorType = { dtype: 'int32', shape: [] };
  const types = [counter, ...state, ...captured];
  // The counter ends the loop: it starts anywhere and is taken to its end by steps of 1.
  const condition = new GraphBuilder();
  const own = types.map((type, i) => condition.input(type, `s${i}`));
  const inRange = lax.and(
    lax.lt(own[0], lax.scalarLike(own[0], s.draw.int(0, 4))),
    lax.ge(own[0], lax.scalarLike(own[0], -2)),
  );
  const plain = s.body(types, state);
  const body = new GraphBuilder();
  const inputs = types.map((type, i) => body.input(type, `s${i}`));
  const next = lax.add(inputs[0], lax.scalarLike(inputs[0], 1));
  const map = new Map<Value, Value>(plain.inputs.map((v, i) => [v, inputs[i]]));
  for (const node of plain.nodes) {
    const made = body.apply(
      node.primitive,
      node.inputs.map((v) => map.get(v)!),
      node.params,
    );
    node.outputs.forEach((v, i) => map.set(v, made[i]));
  }
  const params: lax.WhileParams = {
    condition: makeGraph(own, [inRange]),
    body: makeGraph(inputs, [next, ...plain.outputs.map((v) => map.get(v)!)]),
    captures: captured.length,
  };
  const operands = [s.operand(counter, { rows: 2 }), ...[...state, ...captured].map((type) => s.operand(type))];
  return s.apply('while', operands, params);
};
recipes['scan'] = (s) => {
  const carries = small(s, 2);
  const slices = small(s, 2);
  const captured = small(s, 1);
  const length = s.draw.pick([3, 1, 2, 5, 0]);
  const body = s.body([...carries, ...slices, ...captured], carries, s.draw.int(carries.length === 0 ? 1 : 0, 2));
  const scanned = slices.map(({ dtype, shape }): TensorType => ({ dtype, shape: [length, ...shape] }));
  const types = [...carries, ...scanned, ...captured];
  // At least one operand, to know whose graph it is.
  if (types.length === 0) types.push({ dtype: 'float32', shape: [] });
  const extra = types.length - carries.length - slices.length - captured.length;
  const whole = extra === 0 ? body : s.body(types, carries, 1);
  const operands = types.map((type) => s.operand(type));
  return s.apply('scan', operands, {
    body: whole,
    carries: carries.length,
    scanned: slices.length,
    length,
    reverse: s.draw.chance(50),
  } satisfies lax.ScanParams);
};
recipes['cond'] = (s) => {
  const types = small(s, 3);
  const outputs = [...small(s, 1), s.type({ ndim: [0, 2], elements: 24 })];
  const predicate = s.operand({ dtype: 'bool', shape: [] });
  const operands = types.map((type) => s.operand(type));
  return s.apply('cond', [predicate, ...operands], {
    onTrue: s.body(types, outputs),
    onFalse: s.body(types, outputs),
  } satisfies lax.CondParams);
};

recipes['remat'] = (s) => {
  const types = [...small(s, 2), s.type({ ndim: [0, 2], elements: 24 })];
  return s.apply(
    'remat',
    types.map((type) => s.operand(type)),
    {
      body: s.body(types, [...small(s, 1), s.type({ ndim: [0, 2], elements: 24 })]),
      ordered: types.map(() => s.draw.chance(50)),
    } satisfies lax.RematParams,
  );
};
recipes['orderAfter'] = (s) => s.apply('orderAfter', [s.operand(s.type()), s.operand(s.type())]);

// ---- linear algebra: matrices that are far from singular, of numbers up to 1 and a diagonal ----

const real = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** Numbers up to 1, 0 where what is drawn is not finite. */
function bounded(s: Sketch, type: TensorType): Value {
  const x = s.operand(type);
  return lax.select(lax.isFinite(x), lax.sin(x), lax.zerosLike(x));
}
/** Matrices of finite numbers, 0 where there are none, with `diagonal` added where row and column are equal. */
function matrices(s: Sketch, shape: readonly number[], dtype: DType, diagonal: number): Value {
  const x = bounded(s, { dtype, shape });
  const unit = eye(x.applier, shape, dtype);
  return lax.add(x, lax.mul(unit, lax.fullLike(unit, diagonal)));
}
const side = (s: Sketch): number => s.draw.pick([3, 1, 2, 4, 5, 0]);
const squares = (s: Sketch, diagonal: number, n = side(s)): Value =>
  matrices(s, [...s.shape([0, 1], 4), n, n], s.dtype(real), diagonal * n);

recipes['cholesky'] = (s) => {
  const x = squares(s, 0.5);
  return s.apply('cholesky', [lax.add(product(x, x, { transposeB: true }), eye(x.applier, x.shape, x.dtype))]);
};
recipes['triangularSolve'] = (s) => {
  const x = squares(s, 2);
  const right = s.operand({ dtype: x.dtype, shape: [...x.shape.slice(0, -1), side(s)] });
  return s.apply('triangularSolve', [x, right], {
    lower: s.draw.chance(50),
    transpose: s.draw.chance(50),
    unit: s.draw.chance(30),
  } satisfies lax.TriangularSolveParams);
};
recipes['lu'] = (s) => {
  const [m, n] = [side(s), side(s)];
  return s.apply('lu', [matrices(s, [...s.shape([0, 1], 4), m, n], s.dtype(real), 2 * Math.max(m, n))]);
};
recipes['qr'] = (s) => {
  const [m, n] = [side(s), side(s)];
  const x = matrices(s, [...s.shape([0, 1], 4), m, n], s.dtype(real), 2 * Math.max(m, n));
  return s.apply('qr', [x], { full: m <= n && s.draw.chance(50) } satisfies lax.QrParams);
};
/** Matrices whose eigenvalues or singular values are well apart: their vectors are determined but for signs. */
function separated(s: Sketch, m: number, n: number): Value {
  const x = matrices(s, [...s.shape([0, 1], 4), m, n], s.dtype(real), 0);
  const line = lax.convert(lax.iota(x.applier, 'int32', x.shape, x.shape.length - 2), x.dtype);
  const steps = lax.mul(lax.add(line, lax.fullLike(line, 1)), lax.fullLike(line, 2 * Math.max(m, n)));
  return lax.add(x, lax.mul(eye(x.applier, x.shape, x.dtype), steps));
}
recipes['eigh'] = (s) => {
  const n = side(s);
  const [w, v] = s.apply('eigh', [symmetric(separated(s, n, n))]);
  return [w, product(scaleColumns(v, w), v, { transposeB: true })];
};
// Which eigenvalue comes first is open: their sum is not.
recipes['eig'] = (s) => {
  const [wr] = s.apply('eig', [squares(s, 0)]);
  return [lax.reduceSum(wr, [wr.shape.length - 1])];
};
recipes['svd'] = (s) => {
  const [m, n] = [side(s), side(s)];
  const x = separated(s, m, n);
  const [u, values, vt] = s.apply('svd', [x], { full: m === n && s.draw.chance(50) } satisfies lax.SvdParams);
  return [values, product(scaleColumns(u, values), vt)];
};
recipes['singularValues'] = (s) => s.apply('singularValues', [separated(s, side(s), side(s))]);
const FAST_LENGTHS = [2, 3, 4, 5, 6, 7, 8, 12];
recipes['fft'] = (s) => {
  const shape = [...s.shape([1, 2], 3)];
  const axis = s.draw.int(0, shape.length);
  shape.splice(axis, 0, s.draw.pick(FAST_LENGTHS));
  const type: TensorType = { dtype: s.dtype(real), shape };
  // Of numbers that are not finite NaN spreads over more or fewer of the results, by the way in which sums are taken.
  return s.apply('fft', [bounded(s, type), bounded(s, type)], {
    axis,
    inverse: s.draw.chance(50),
  } satisfies lax.FftParams);
};
recipes['withGradient'] = (s) => {
  const x = s.operand(s.type({ dtype: real }));
  return lax.withGradient<Value>({ inputs: [x], residuals: [], outputs: [lax.mul(x, x)] }, ([dy], { inputs: [y] }) => [
    lax.mul(dy!, lax.add(y, y)),
  ]);
};

/** A recipe for every primitive of the table but `input`. */
export const RECIPES: ReadonlyMap<string, Recipe> = new Map(
  Object.entries(recipes).filter(([name]) => allPrimitives().has(name)),
);
