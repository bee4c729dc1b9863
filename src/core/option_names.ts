/** @file The option names of a class, for the suggestion in the message about an unknown one. */
import { partsAt } from './parameters.js';

/** Parameters that hold options, or whatever comes. */
const NO_OPTION = /^(options|first|given)\b/;

const leadingName = (part: string): string => /^\w+/.exec(part)![0];

/**
 * Names that the constructors of a class and of its bases take. They are read from the constructors' text: the names of options
 * survive minification, and nothing but the suggestion depends on them.
 *
 * @param cls A class.
 * @param base Names that its base takes in another way.
 */
export function constructorOptions(cls: unknown, base: readonly string[]): string[] {
  const names = new Set(base);
  for (let each = cls; typeof each === 'function' && each !== Function.prototype; each = Object.getPrototypeOf(each)) {
    const source = Function.prototype.toString.call(each);
    const start = source.indexOf('constructor(');
    const end = source.indexOf('super(', start);
    if (start < 0 || end < 0) continue;
    const parameters = partsAt(source, start + 'constructor'.length)?.parts ?? [];
    for (const part of parameters) if (/^[a-z]/.test(part) && !NO_OPTION.test(part)) names.add(leadingName(part));
    for (const name of destructured(source.slice(start, end))) names.add(name);
  }
  return [...names];
}

/** Names that are taken out of objects in a text: `a` and `b` of `const { a = 1, b: c, ...rest } = options`. */
function destructured(text: string): string[] {
  const names: string[] = [];
  for (let i = text.indexOf('{'); i >= 0; i = text.indexOf('{', i + 1)) {
    const list = partsAt(text, i);
    if (list === null || !/^\s*=(?!=)/.test(text.slice(list.end + 1))) continue;
    for (const part of list.parts) if (/^[a-z]/.test(part)) names.push(leadingName(part));
  }
  return names;
}
