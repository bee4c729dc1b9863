/** @file Scalar code for each lane of vectors, and functions that a module holds once. */
import type { FunctionBuilder } from '../function_builder.js';
import type { Expr, KernelFunction, Target } from '../ir.js';
import { isVector, vectorsOf } from '../ir.js';

/** Apply scalar code to each lane of vectors, or to scalars as they are. The result is bound. */
export function perLane(f: FunctionBuilder, operands: readonly Expr[], scalar: (...lanes: Expr[]) => Expr): Expr {
  if (!isVector(operands[0].type)) return f.let(scalar(...operands));
  const bound = operands.map((x) => f.let(x));
  const lanes = Array.from({ length: f.elements(vectorsOf(operands[0].type)) }, (_, i) =>
    f.let(scalar(...bound.map((x) => x.lane(i)))),
  );
  const result = f.local(lanes[0].splat(vectorsOf(operands[0].type)));
  for (let i = 1; i < lanes.length; i++) f.set(result, result.withLane(i, lanes[i]));
  return result;
}

const made = new WeakMap<Target, Map<string, KernelFunction>>();

/** The function of this name for a target, built at first need: a module that calls it in many places holds it once. */
export function sharedFunction(target: Target, name: string, build: () => KernelFunction): KernelFunction {
  let functions = made.get(target);
  if (functions === undefined) made.set(target, (functions = new Map<string, KernelFunction>()));
  let found = functions.get(name);
  if (found === undefined) functions.set(name, (found = build()));
  return found;
}
