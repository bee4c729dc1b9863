/** @file Which lowering a primitive has. Element-wise primitives, views and reductions need none: they are loops (loops.ts). */
import type { LowerRule } from './context.js';
import { orderAfter } from './move/order_after.js';
import { cond, scan, whileLoop } from './control_flow.js';
import { eig } from './linalg/eig/index.js';
import { fft } from './fourier/fft.js';
import { convGeneral } from './convolution/convolution.js';
import { dotGeneral } from './contraction/dot.js';
import { dynamicSlice, dynamicUpdateSlice, gather, scatter } from './move/indexing.js';
import { argMax, argMin, argSort, cumulative, sort } from './order.js';
import { cholesky } from './linalg/cholesky.js';
import { qr } from './linalg/householder.js';
import { singularValues, svd } from './linalg/svd.js';
import { eigh } from './linalg/tridiagonal.js';
import { lu } from './linalg/lu.js';
import { triangularSolve } from './linalg/triangular.js';
import { randomBits, threefry2x32 } from './random.js';
import { concatenate, pad } from './move/structure.js';
import { reduceWindowMax, reduceWindowMin, reduceWindowSum } from './window/reduce.js';
import { selectAndGather, selectAndScatter } from './window/select.js';

/** Rules by the primitive's name. */
export const lowerRules: ReadonlyMap<string, LowerRule> = new Map<string, LowerRule>(
  Object.entries({
    dotGeneral,
    convGeneral,
    pad,
    concatenate,
    gather,
    scatter,
    dynamicSlice,
    dynamicUpdateSlice,
    argMax,
    argMin,
    cumulative,
    sort,
    argSort,
    randomBits,
    threefry2x32,
    reduceWindowSum,
    reduceWindowMax,
    reduceWindowMin,
    selectAndScatter,
    selectAndGather,
    while: whileLoop,
    scan,
    cond,
    orderAfter,
    cholesky,
    triangularSolve,
    lu,
    qr,
    eigh,
    svd,
    singularValues,
    fft,
    eig,
  }),
);
