/** @file Calls with wrong kinds of arguments, and what an answer to one may be: a result, or an error of keras-ts that names the function. */
import { InternalError, RuntimeError, TypeError, ValueError } from '../core/errors.js';
import { isDict } from '../core/tree.js';
import { tensor } from '../runtime/index.js';
import { portArguments } from './call_op.js';
import { decodeTensor, fillMarks, readFixtures } from './fixtures.js';
import { resolveName } from './keras_api.js';
import type { OpCase } from './op_cases.js';

type AnyFunction = (...args: unknown[]) => unknown;

/** A value of each kind, by the word for it. */
export const KINDS: Readonly<Record<string, unknown>> = {
  null: null,
  undefined,
  text: 'text',
  number: 2,
  negative: -7,
  fraction: 1.5,
  NaN: NaN,
  true: true,
  'empty list': [],
  list: [1, 2],
  'list of words': ['a', 'b'],
  'nested list': [[1, 2], [3]],
  'list of nothing': [null, undefined],
  object: { a: 1 },
  function: () => 1,
  tensor: tensor([[1.5, 2, 3]]),
  symbol: Symbol('s'),
  bigint: 3n,
  date: new Date(0),
};

/** Numbers that are wrong in most places; in some they are right, and are then taken: no training for as many epochs is begun with them. */
export const BAD_NUMBERS: Readonly<Record<string, unknown>> = { 'minus one': -1, Infinity, huge: 2 ** 40 };

/** A call that is made wrong at one place. */
export interface WrongCall {
  readonly args: readonly unknown[];
  /** What was done to it: `argument 1 is null`. */
  readonly how: string;
}

/** All calls that differ from a right one at one place. */
export function wrongCalls(
  right: readonly unknown[],
  options: readonly string[],
  kinds: Readonly<Record<string, unknown>> = KINDS,
): WrongCall[] {
  const calls: WrongCall[] = [];
  const last = right.at(-1);
  const positional = isDict(last) ? right.slice(0, -1) : right;
  const given = isDict(last) ? last : {};
  for (let n = 0; n < positional.length; n++) calls.push({ args: positional.slice(0, n), how: `only ${n} arguments` });
  for (const [kind, value] of Object.entries(kinds)) {
    positional.forEach((_, i) => calls.push({ args: right.with(i, value), how: `argument ${i} is ${kind}` }));
    positional.forEach((each, i) => {
      if (Array.isArray(each) && each.length > 0)
        calls.push({ args: right.with(i, each.with(-1, value)), how: `the last part of argument ${i} is ${kind}` });
    });
    for (const name of options)
      calls.push({ args: [...positional, { ...given, [name]: value }], how: `${name} is ${kind}` });
    calls.push({ args: [...positional, given, value], how: `${kind} behind the options` });
    calls.push({ args: [...positional, value], how: `${kind} for the options` });
  }
  calls.push({ args: [...positional, { ...given, nonsense: 1 }], how: 'an unknown option' });
  return calls;
}

/** What a call gives: a result or an error. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** What a call comes to, whether it answers at once or by a promise. */
export async function answerOf(call: () => unknown): Promise<Answer> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

const OWN = [ValueError, RuntimeError, TypeError];
/** What an engine says, or an object that nobody has put into words. */
const RAW =
  /\[object |Cannot (read propert|destructure|convert a|mix)|is not (a function|iterable)|\bundefined (is|has)\b/;

/**
 * What is wrong with the answer to a wrong call; null if nothing is.
 *
 * @param names One of these the message must begin with.
 */
export function complaint({ error }: Answer, names: readonly string[]): string | null {
  if (error === undefined) return null;
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const said = `${error.name}: ${error.message}`;
  if (error instanceof InternalError || !OWN.some((kind) => error instanceof kind))
    return `is not keras-ts's own: ${said}`;
  if (RAW.test(error.message)) return `shows what is no word for users: ${said}`;
  return names.some((name) => error.message.startsWith(name)) ? null : `does not name the function: ${said}`;
}

/** Functions of recorded calls, each with the smallest of them. */
export function recordedCalls(
  root: object,
  families: readonly string[],
): [name: string, fn: AnyFunction, args: unknown[]][] {
  const smallest = new Map<string, OpCase>();
  const sizeOf = (c: OpCase): number => c.inputs.reduce((n, { data }) => n + data.length, 0);
  for (const family of families) {
    for (const c of readFixtures<OpCase>(family)) {
      if (c.inputs === undefined) continue;
      const known = smallest.get(c.name);
      if (known === undefined || sizeOf(c) < sizeOf(known)) smallest.set(c.name, c);
    }
  }
  return [...smallest.values()].map((c) => {
    const inputs = c.inputs.map(decodeTensor);
    const fill = (tree: unknown): never => fillMarks(tree, inputs) as never;
    return [c.name, resolveName(root, c.name) as AnyFunction, portArguments(c.name, fill(c.args), fill(c.kwargs))];
  });
}
