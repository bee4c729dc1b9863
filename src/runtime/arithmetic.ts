/** @file The methods of tensors (`a.add(b)`), whose work the ops room does: it registers itself here, so that imports point down. */
import { InternalError } from '../core/errors.js';

/** What the ops room lends to tensors. Arguments and results are tensors of any kind. */
export type Arithmetic = Readonly<Record<ArithmeticName, (...args: never[]) => unknown>>;

export type ArithmeticName =
  | 'add' | 'subtract' | 'multiply' | 'divide' | 'floorDivide' | 'mod' | 'power' | 'negative' | 'matmul' | 'abs'
  | 'equal' | 'notEqual' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual' | 'reshape' | 'cast' | 'getItem'
  | 'sum' | 'mean' | 'max' | 'min' | 'transpose' | 'sqrt' | 'square' | 'exp' | 'log'
  | 'prod' | 'std' | 'variance' | 'any' | 'all' | 'argmax' | 'argmin' | 'argsort' | 'sort' | 'cumsum' | 'squeeze' | 'expandDims'
  | 'flip' | 'repeat' | 'tile' | 'take' | 'clip' | 'round' | 'floor' | 'ceil' | 'sign' | 'sin' | 'cos' | 'tanh' | 'isnan'; // prettier-ignore

let table: Arithmetic | null = null;

export function setArithmetic(implementation: Arithmetic): void {
  table = implementation;
}

/** Call one of the lent functions. */
export function arithmetic<R>(name: ArithmeticName, ...args: unknown[]): R {
  if (table === null) throw new InternalError('the ops room is not loaded');
  return (table[name] as (...args: unknown[]) => unknown)(...args) as R;
}
