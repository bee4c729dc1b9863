/**
 * @file The parameters of a function, read from its text: how many come by position, and the names of its options. Names of options
 * survive minification. Where a tool has rewritten the text so that it does not tell, nothing is claimed.
 */

/** What the text of a function says of its parameters. */
export interface Parameters {
  /** Names of the parameters that come by position, in order. */
  readonly positional: readonly string[];
  /** How many of them have no default. */
  readonly required: number;
  /** Whether any number of arguments is taken. */
  readonly variadic: boolean;
  /** Whether a last parameter takes options. */
  readonly hasOptions: boolean;
  /** Whether the options may be left out: what is taken apart otherwise is an argument like others. */
  readonly optional: boolean;
  /** Names of the options, as far as the text tells them. */
  readonly options: readonly string[];
  /** Whether the text tells all names: the options are taken apart in the list of parameters, and none are left over. */
  readonly complete: boolean;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Where the string, template or comment that opens at `start` ends (the index after it); `start` if none opens there. */
function skipQuoted(text: string, start: number): number {
  const first = text[start];
  if (first === '/' && text[start + 1] === '*') return text.indexOf('*/', start) + 2 || text.length;
  if (first === '/' && text[start + 1] === '/') return text.indexOf('\n', start) + 1 || text.length;
  if (first !== "'" && first !== '"' && first !== '`') return start;
  let i = start + 1;
  while (i < text.length && text[i] !== first) i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** The parts of a bracketed list that opens at `start`, without comments, and where it ends; null if it does not. */
export function partsAt(
  text: string,
  start: number,
): { readonly parts: readonly string[]; readonly end: number } | null {
  const parts: string[] = [];
  const open: string[] = [];
  let part = '';
  for (let i = start + 1; i < text.length; i++) {
    const after = skipQuoted(text, i);
    if (after > i) {
      if (text[i] !== '/') part += text.slice(i, after);
      i = after - 1;
      continue;
    }
    const char = text[i];
    if (open.length === 0 && (char === ',' || char === CLOSING[text[start]])) {
      if (part.trim() !== '') parts.push(part.trim());
      part = '';
      if (char !== ',') return { parts, end: i };
      continue;
    }
    if (char in CLOSING) open.push(CLOSING[char]);
    else if (char === open.at(-1)) open.pop();
    part += char;
  }
  return null;
}

const NAME = /^[A-Za-z_$][\w$]*/;

/** How people call a parameter that takes options. */
const OPTIONS = /^_?(options?|opts?|kwargs|named)\b/i;

/** Read the parameters of a function, or of a class's own constructor; null where the text does not tell. */
export function readParameters(fn: (...args: never[]) => unknown): Parameters | null {
  const text = Function.prototype.toString.call(fn);
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(text);
  if (single !== null)
    return {
      positional: [single[1]],
      required: 1,
      variadic: false,
      hasOptions: false,
      optional: false,
      options: [],
      complete: true,
    };
  const list = partsAt(text, text.indexOf('('));
  if (list === null || text.includes('[native code]')) return null;
  const parts = [...list.parts];
  const variadic = parts.at(-1)?.startsWith('...') === true;
  if (variadic) parts.pop();
  const last = parts.at(-1) ?? '';
  const hasOptions = !variadic && (last.startsWith('{') || /=\s*\{\s*\}$/.test(last) || OPTIONS.test(last));
  const optional = hasOptions && /=\s*\{\s*\}$/.test(last);
  if (hasOptions) parts.pop();
  const positional = parts.map((part) => NAME.exec(part)?.[0] ?? 'value');
  const firstDefault = parts.findIndex((part) => /^[^=]*=(?![=>])/.test(part));
  const required = firstDefault < 0 ? parts.length : firstDefault;
  if (!hasOptions || !last.startsWith('{')) {
    const options: string[] = [];
    return { positional, required, variadic, hasOptions, optional, options, complete: !hasOptions };
  }
  const entries = partsAt(last, 0)?.parts ?? ['...'];
  const options = entries.filter((entry) => !entry.startsWith('...')).map((entry) => NAME.exec(entry)?.[0] ?? '');
  const complete = options.length === entries.length && options.every((name) => name !== '');
  return {
    positional,
    required,
    variadic,
    hasOptions,
    optional,
    options: options.filter((name) => name !== ''),
    complete,
  };
}
