/** @file Logs: what steps and metrics give, as numbers by name. */
import type { Logs } from '../../callbacks/index.js';
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { setOwn } from '../../core/lookup.js';
import { isDict } from '../../core/tree.js';
import { Tensor } from '../../runtime/index.js';
import type { TrainingSession } from '../session.js';

/** Scalars as numbers, in the order of the names; dicts among them are spread out. @see Keras's `pythonify_logs` */
export function toLogs(results: unknown): Logs {
  const logs: Record<string, unknown> = {};
  if (!isDict(results))
    throw new ValueError(`A step gave ${describe(results)}. Expected logs: a dict of name to scalar.`);
  for (const name of Object.keys(results).sort()) {
    const value = results[name];
    if (isDict(value)) for (const [inner, log] of Object.entries(toLogs(value))) setOwn(logs, inner, log);
    else setOwn(logs, name, value instanceof Tensor && value.size === 1 ? value.ndarray.data[0] : value);
  }
  return logs as Logs;
}

/** Logs of the metrics themselves; or what the steps gave, if those have other names. */
export async function epochLogs(session: TrainingSession, last: Logs): Promise<Logs> {
  const { model } = session;
  await session.fetchState();
  const results = toLogs(model.getMetricsResult());
  const names = Object.keys(results);
  return names.length === Object.keys(last).length && names.every((name) => Object.hasOwn(last, name)) ? results : last;
}

/** In the order of the names. */
export const sorted = (logs: Logs): Logs => Object.fromEntries(Object.keys(logs).sort().map((name) => [name, logs[name]])) as Logs; // prettier-ignore
