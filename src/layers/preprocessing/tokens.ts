/** @file The two kinds of tokens, texts and whole numbers: what a vocabulary must know of them. */
import { quote } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';

/** A token. */
export type Token = string | number;

/** What a vocabulary must know of its tokens. */
export interface TokenKind<T extends Token> {
  readonly dtype: DType;
  /** In messages: `texts`. */
  readonly plural: string;
  readonly isToken: (x: unknown) => x is T;
  /** How a token stands in messages. */
  readonly show: (token: T) => string;
  /** Negative: `a` comes before `b`. */
  readonly compare: (a: T, b: T) => number;
  /** The token of a line of a file. null: it is none. */
  readonly parse: (line: string) => T | null;
}

/** Texts in the order of their code points, which is that of their bytes in UTF-8. (`<` would take surrogates for less than U+E000.) */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

/** Texts as tokens. */
export const TEXTS: TokenKind<string> = {
  dtype: 'string',
  plural: 'texts',
  isToken: (x): x is string => typeof x === 'string',
  show: (token) => quote(token.length > 60 ? `${token.slice(0, 60)}…` : token),
  compare: compareTexts,
  parse: (line) => line,
};

/** Whole numbers as tokens. */
export const WHOLES: TokenKind<number> = {
  dtype: 'int64',
  plural: 'whole numbers',
  isToken: (x): x is number => Number.isSafeInteger(x),
  show: String,
  compare: (a, b) => a - b,
  parse: (line) => (/^\s*[+-]?\d+\s*$/.test(line) && Number.isSafeInteger(Number(line)) ? Number(line) : null),
};
