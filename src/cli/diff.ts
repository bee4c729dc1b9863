/** @file `keras-ts diff A B`: where two models differ, in config and weights. */
import { serializeKerasObject } from '../core/serialization.js';
import { formatShape, sameShape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { Model } from '../models/index.js';
import { loadModel } from '../saving/index.js';
import type { ParsedArguments } from './arguments.js';
import { UsageError } from './arguments.js';
import type { Command, Outcome } from './command.js';
import { valueOf } from './command.js';

/** A difference between two models. */
interface Difference {
  /** `config.layers.1.config.units`, or `weights.dense/kernel`. */
  readonly at: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Where two JSON values differ. */
function* compareJson(a: unknown, b: unknown, at: string): Generator<Difference> {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (let i = 0; i < a.length; i++) yield* compareJson(a[i], b[i], `${at}.${i}`);
  } else if (isDict(a) && isDict(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      yield* compareJson(a[key], b[key], `${at}.${key}`);
  } else if (JSON.stringify(a) !== JSON.stringify(b)) yield { at, a: a ?? null, b: b ?? null };
}

/** Where weights differ by more than `tolerance`, by their places in order. */
function* compareWeights(a: Model, b: Model, tolerance: number): Generator<Difference> {
  const [left, right] = [a.weights, b.weights];
  if (left.length !== right.length) yield { at: 'weights', a: left.length, b: right.length };
  for (let k = 0; k < Math.min(left.length, right.length); k++) {
    const at = `weights.${left[k].path}`;
    if (!sameShape(left[k].shape, right[k].shape)) {
      yield { at, a: formatShape(left[k].shape), b: formatShape(right[k].shape) };
      continue;
    }
    const [x, y] = [left[k].value.ndarray.data, right[k].value.ndarray.data] as ArrayLike<number>[];
    let worst = -1;
    for (let i = 0; i < x.length; i++) {
      const off = Object.is(x[i], y[i]) ? 0 : Math.abs(x[i] - y[i]);
      if (!(off <= tolerance) && (worst < 0 || off > Math.abs(x[worst] - y[worst]))) worst = i;
    }
    if (worst >= 0) yield { at: `${at}[${worst}]`, a: x[worst], b: y[worst] };
  }
}

async function run(args: ParsedArguments): Promise<Outcome> {
  const [first, second] = args.positional;
  const tolerance = Number(valueOf(args, 'tolerance') ?? 0);
  if (!(tolerance >= 0))
    throw new UsageError(`--tolerance ${valueOf(args, 'tolerance')}: expected a number of at least 0.`);
  const a = await loadModel(first, { compile: false });
  const b = await loadModel(second, { compile: false });
  const differences = [
    ...compareJson(serializeKerasObject(a), serializeKerasObject(b), 'config'),
    ...compareWeights(a, b, tolerance),
  ];
  const show = (value: unknown): string => JSON.stringify(value);
  const text = differences.map((each) => `${each.at}: ${show(each.a)} | ${show(each.b)}`).join('\n');
  return {
    code: differences.length === 0 ? 0 : 1,
    text: differences.length === 0 ? 'no difference' : text,
    json: { a: first, b: second, differences },
  };
}

export const diff: Command = {
  usage: 'A B',
  summary: 'Say where two models differ in config and weights. Exit code 1 says that they do.',
  options: { tolerance: { value: 'X', help: 'weights may differ by as much (default: 0)' } },
  examples: ['keras-ts diff before.keras after.keras', 'keras-ts diff model.h5 model.keras --tolerance 1e-6'],
  arity: 2,
  run,
};
