/** @file Texts standardized, split and joined to n-grams, as TensorFlow's string ops do it for `TextVectorization`. */

/** How a text is made plain before it is split. */
export type Standardize = 'lower_and_strip_punctuation' | 'lower' | 'strip_punctuation' | ((text: string) => string);

/** What a text is split at, or into. */
export type Split = 'whitespace' | 'character' | ((text: string) => readonly string[]);

// `tf.strings.lower` knows the letters of ASCII alone, `tf.strings.split` its spaces alone.
const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const strip = (text: string): string => text.replace(/[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g, '');
const SPACES = /[ \t\n\v\f\r]+/;

const STANDARDIZE = {
  lower_and_strip_punctuation: (text: string): string => strip(lower(text)),
  lower,
  strip_punctuation: strip,
} as const;

const SPLIT = {
  whitespace: (text: string): string[] => text.split(SPACES).filter((word) => word !== ''),
  character: (text: string): string[] => Array.from(text),
} as const;

/** The function of an option. */
export const standardizer = (option: Standardize | null): ((text: string) => string) =>
  option === null ? (text) => text : typeof option === 'function' ? option : STANDARDIZE[option];

/** The function of an option. */
export const splitter = (option: Split): ((text: string) => readonly string[]) =>
  typeof option === 'function' ? option : SPLIT[option];

/** All runs of so many tokens as the widths say, joined by spaces: width by width. */
export function ngramsOf(tokens: readonly string[], widths: readonly number[]): string[] {
  return widths.flatMap((width) =>
    Array.from({ length: Math.max(0, tokens.length - width + 1) }, (_, i) => tokens.slice(i, i + width).join(' ')),
  );
}
