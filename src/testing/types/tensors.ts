/** @file Expected types of ops and gradients. Never run; checked by types.test.ts as a strict user's program. */
import { grad, Input, type KerasTensor, ops, random, tensor, type Tensor, valueAndGrad, type Variable } from 'keras-ts';
import type { Equal, Expect } from './expect.js';

declare const count: number;
declare const variables: readonly Variable[];
declare const variable: Variable;
const x: Tensor = tensor([[1, 2]]);
const symbol: KerasTensor = Input({ shape: [4] });

const three = ops.split(x, 3);
const between = ops.split(x, [1, 2], { axis: 1 });
const many = ops.split(x, count);
const symbols = ops.split(symbol, 2, { axis: 1 });
const halves = ops.hsplit(x, 2);
const sections = ops.arraySplit(x, 3);
const unstacked = ops.unstack(x, { num: 2, axis: 1 });
const unstackedAll = ops.unstack(x);
const grid = ops.meshgrid([x, [1, 2]]);
const [values, indices] = ops.topK(x, 1);
// @ts-expect-error -- there are three parts
const fourth = three[3];

const [value, [one, two]] = valueAndGrad(() => ops.sum(x), [variable, x]);
const [, all] = valueAndGrad(() => ops.sum(x), variables);
const [alone] = grad(() => ops.sum(x), [variable]);
// @ts-expect-error -- only tensors and variables have gradients
valueAndGrad(() => ops.sum(x), [1]);

const size: number = x.dim(-1);
const open: number = symbol.dim(-1);
const noise = random.normal(ops.shape(x));
const shapeOfSymbol = ops.shape(symbol);
// @ts-expect-error -- sizes of symbols may be open
random.normal(ops.shape(symbol));

export type Checks = [
  Expect<Equal<typeof three, [Tensor, Tensor, Tensor]>>,
  Expect<Equal<typeof between, [Tensor, Tensor, Tensor]>>,
  Expect<Equal<typeof many, Tensor[]>>,
  Expect<Equal<typeof symbols, [KerasTensor, KerasTensor]>>,
  Expect<Equal<typeof halves, [Tensor, Tensor]>>,
  Expect<Equal<typeof sections, [Tensor, Tensor, Tensor]>>,
  Expect<Equal<typeof unstacked, [Tensor, Tensor]>>,
  Expect<Equal<typeof unstackedAll, Tensor[]>>,
  Expect<Equal<typeof grid, [Tensor, Tensor]>>,
  Expect<Equal<typeof values, Tensor>>,
  Expect<Equal<typeof value, Tensor>>,
  Expect<Equal<typeof one, Tensor>>,
  Expect<Equal<typeof two, Tensor>>,
  Expect<Equal<typeof all, Tensor[]>>,
  Expect<Equal<typeof alone, Tensor>>,
  Expect<Equal<typeof noise, Tensor>>,
  Expect<Equal<typeof shapeOfSymbol, readonly (number | null)[]>>,
];
export const unused = [fourth, indices, size, open];
