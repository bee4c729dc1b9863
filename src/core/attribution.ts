/**
 * @file Errors that leave a function of the public API name it: not the ops of which it is made, and not what the engine has to say of a
 * value that the code had not expected.
 */
import { describe } from './describe.js';
import { InternalError, RuntimeError, TypeError, ValueError } from './errors.js';
import { toCamelCase } from './naming.js';

/** Names of functions and primitives that stand before their messages. */
const owners = new Set(['convertToTensor', 'item']);

/** Say that messages may begin with a name. */
export function addOwner(name: string): void {
  owners.add(name);
}

/** Whether an engine raised the error of itself: a value was not what the code took it for, such as a size that is NaN. */
export function isRaw(error: unknown): error is Error {
  return !(error instanceof TypeError) && (error instanceof globalThis.TypeError || error instanceof RangeError);
}

/** The message without the name of an inner function before it. */
function withoutOwner(message: string, owner: string): string {
  const found = /^([A-Za-z]\w*): /.exec(message);
  if (found === null) return message;
  const [head, name] = found;
  return owners.has(name) || toCamelCase(name) === owner ? message.slice(head.length) : message;
}

/**
 * An error as it shall leave a function.
 *
 * @param owner The function.
 * @param args With what it was called.
 * @param form How it is called.
 */
export function attributed(owner: string, args: readonly unknown[], error: unknown, form: () => string): unknown {
  if (isRaw(error)) {
    const given = args.map((arg) => describe(arg)).join(', ');
    return new TypeError(`${owner}: cannot work with (${given}). Call it as ${form()}.`, { cause: error });
  }
  if (!(error instanceof ValueError || error instanceof RuntimeError || error instanceof TypeError)) return error;
  if (error instanceof InternalError) return error;
  const { message } = error;
  if (message.startsWith(owner) && !/^\w/.test(message.slice(owner.length))) return error;
  const named = `${owner}: ${withoutOwner(message, owner)}`;
  const { stack } = error;
  error.message = named;
  // Engines that write the message into the stack do so when the error is made.
  if (typeof stack === 'string') error.stack = stack.replace(message, () => named);
  return error;
}
