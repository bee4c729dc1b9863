/** @file What a rule of algebraic simplification is given, and how rules look at the nodes before. */
import { isFloat, isInteger } from '../../core/dtype.js';
import type { TensorType } from '../../core/ndarray.js';
import type { Node, Value } from '../graph.js';
import { full } from '../lax.js';

/** An application that a rule may match. */
export interface Match<P = unknown> {
  /** The first, second and third operand. */
  readonly x: Value;
  readonly y: Value;
  readonly z: Value;
  readonly inputs: readonly Value[];
  readonly params: P;
  /** The type of the (first) output. */
  readonly type: TensorType;
}

/** Gives the value that stands for the output, or null when the pattern does not match. It has exactly the same elements. */
export type Rule = (match: Match) => Value | null;

/** A rule that looks at params. */
export function withParams<P>(rule: (match: Match<P>) => Value | null): Rule {
  return rule as Rule;
}

/** Rules by the name of the primitive that they replace. */
export type Rules = Readonly<Record<string, readonly Rule[]>>;

/** The node behind a value if it is an application of the named primitive. */
export function madeBy(value: Value, name: string): Node | null {
  return value.node.primitive.name === name ? value.node : null;
}

/** The operand of the node behind a value if it is an application of the named primitive of one operand. */
export function under(value: Value, name: string): Value | null {
  return value.node.primitive.name === name ? value.node.inputs[0] : null;
}

export const float = ({ type }: Match): boolean => isFloat(type.dtype);
/** Integers of up to 32 bits: they wrap around exactly. (64 bits are held as float64, exact up to 2^53.) */
export const wrapping = ({ type }: Match): boolean => isInteger(type.dtype) && !type.dtype.endsWith('64');

/** The output filled with one number. */
export function filledWith({ x, type }: Match, value: number): Value {
  return full(x.applier, type.shape, value, type.dtype);
}

/** Try a rule of (x, c), and of (c, x) too: for commutative primitives. */
export function eitherWay(rule: (x: Value, y: Value, match: Match) => Value | null): Rule {
  return (match) => rule(match.x, match.y, match) ?? rule(match.y, match.x, match);
}
