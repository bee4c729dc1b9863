/** @file Ops in the configs of functional models: from calls as they are written here to Keras's classes with their configs, and back. */
import { ValueError } from '../core/errors.js';
import { toCamelCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import * as allOps from '../ops/index.js';
import { OpCall, opClassName } from '../runtime/index.js';
import type { OpParameter, OpSignature } from './op_signatures.js';
import { opNames, opSignature } from './op_signatures.js';

/** A call of an op as Keras's configs hold it. */
export interface KerasOpCall {
  readonly module: string;
  readonly className: string;
  readonly config: Config;
  /** The arguments of the call, by position. */
  readonly args: readonly unknown[];
}

/** Parameters that Keras gives defaults, but that are given by position here. */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  where: ['x1', 'x2'],
  arange: ['stop', 'step'],
};

const isPositional = (opName: string, { name, required }: OpParameter): boolean =>
  required || (Object.hasOwn(POSITIONAL, opName) && POSITIONAL[opName].includes(name));

/** Parameters in the order in which a call here gives them by position. */
function positionalOrder(opName: string, { parameters }: OpSignature): readonly OpParameter[] {
  const first = parameters.filter((p) => isPositional(opName, p));
  return [...first, ...parameters.filter((p) => !first.includes(p))];
}

/** Python indexes by one thing, or by a tuple of several. */
const pythonKey = (key: unknown): unknown => {
  const part = (index: unknown): unknown => {
    if (index === '...') return { class_name: '__ellipsis__', config: {} };
    if (!isDict(index)) return index;
    const { start = null, stop = null, step = null } = index;
    return { class_name: '__slice__', config: { start, stop, step } };
  };
  if (!Array.isArray(key)) return part(key);
  return key.length === 1 ? part(key[0]) : key.map(part);
};

/**
 * The call of an op as Keras writes it.
 *
 * @param args As they were given here: positional ones, then perhaps options.
 */
export function toKerasCall(operation: OpCall, args: readonly unknown[]): KerasOpCall {
  const { opName, className, name } = operation;
  const signature = opSignature(opName);
  if (signature === null)
    throw new ValueError(
      `The op '${opName}' (${name}) has no counterpart in Keras's configs, so the model has no config.`,
    );
  const last = args.at(-1);
  const options = args.length > 1 && isDict(last) ? last : {};
  const positional = options === last ? args.slice(0, -1) : args;
  const values = new Map<string, unknown>();
  positionalOrder(opName, signature).forEach((parameter, i) => {
    const key = toCamelCase(parameter.name);
    if (parameter.variadic) values.set(parameter.name, positional.slice(i));
    else if (i < positional.length) values.set(parameter.name, positional[i]);
    else values.set(parameter.name, options[key] === undefined ? parameter.default : options[key]);
  });
  if (opName === 'get_item') values.set('key', pythonKey(values.get('key')));
  const config: Config = { name };
  const called: unknown[] = [];
  for (const parameter of signature.parameters) {
    const value = values.get(parameter.name);
    if (parameter.inConfig) config[parameter.name] = value;
    else if (parameter.variadic) called.push(...(value as unknown[]));
    else called.push(value);
  }
  return { module: `keras.src.ops.${signature.module}`, className, config, args: called };
}

let byClass: Map<string, string> | null = null;

/** The op that a class of Keras stands for. @throws {ValueError} There is none, or none here. */
function opOfClass(module: string, className: string): { opName: string; fn: (...args: never[]) => unknown } {
  byClass ??= new Map(
    opNames()
      .reverse() // of several names for one class, the first
      .map((name) => [`keras.src.ops.${opSignature(name)!.module}>${opClassName(name)}`, name]),
  );
  const opName = byClass.get(`${module}>${className}`);
  const fn = opName === undefined ? undefined : (allOps as Readonly<Record<string, unknown>>)[toCamelCase(opName)];
  if (opName === undefined || typeof fn !== 'function')
    throw new ValueError(`The config of the model names the op ${className} of ${module}, which is not known here.`);
  return { opName, fn: fn as (...args: never[]) => unknown };
}

/** An op of a config, which is yet to be called. */
export class ConfiguredOp {
  readonly operation: OpCall;
  readonly #opName: string;
  readonly #config: Config;

  constructor(module: string, className: string, config: Config) {
    const { opName, fn } = opOfClass(module, className);
    this.operation = new OpCall(opName, fn, (config['name'] as string | undefined) ?? null);
    this.#opName = opName;
    this.#config = config;
  }

  /** The arguments of a call here, for the arguments of Keras's call. */
  argumentsOf(args: readonly unknown[], kwargs: Config): unknown[] {
    const signature = opSignature(this.#opName)!;
    const called = signature.parameters.filter((p) => !p.inConfig);
    const values = new Map<string, unknown>();
    called.forEach(({ name, variadic }, i) => {
      if (variadic) values.set(name, args.slice(i));
      else if (i < args.length) values.set(name, args[i]);
      else if (Object.hasOwn(kwargs, name)) values.set(name, kwargs[name]);
    });
    for (const { name, inConfig } of signature.parameters)
      if (inConfig && Object.hasOwn(this.#config, name)) values.set(name, this.#config[name]);
    const positional: unknown[] = [];
    const options: Record<string, unknown> = {};
    for (const parameter of positionalOrder(this.#opName, signature)) {
      const value = values.get(parameter.name);
      if (parameter.variadic) positional.push(...((value as unknown[] | undefined) ?? []));
      else if (isPositional(this.#opName, parameter)) positional.push(value ?? parameter.default);
      else if (value !== undefined && value !== parameter.default) options[toCamelCase(parameter.name)] = value;
    }
    return Object.keys(options).length > 0 ? [...positional, options] : positional;
  }
}
