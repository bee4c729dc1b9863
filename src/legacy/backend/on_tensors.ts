/** @file How functions that are made of ops alone are typed: what they take and give may be symbolic too. */
import { checked } from '../../core/arguments.js';
import type { OpArgs, OpResult } from '../../runtime/index.js';

/** A function of tensors: on KerasTensors it gives KerasTensors. */
export interface OnTensors<A extends readonly unknown[], R> {
  (...args: A): R;
  (...args: OpArgs<A>): OpResult<R>;
}

/** As `checked`, of a function that does nothing but call ops. */
export function onTensors<A extends readonly unknown[], R>(
  owner: string,
  fn: (...args: A) => R,
  names?: readonly string[],
): OnTensors<A, R> {
  return checked(owner, fn, names) as unknown as OnTensors<A, R>;
}
