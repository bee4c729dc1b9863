/** @file Checks of what augmentation layers take: factors, ranges of values, words. */
import { quote } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';

/** Between which numbers is drawn: [lower, upper], or one number, whose meaning the layer states. */
export type Factor = number | readonly number[];

/** Two numbers, the lower first. */
export type Range = readonly [lower: number, upper: number];

const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((x) => typeof x === 'number');

/** How a factor is read. */
export interface FactorRule {
  /** Least and greatest number allowed. */
  readonly bounds: Range;
  /** Whether the least number itself is refused. Default false. */
  readonly isOpen?: boolean;
  /** The range that one number f stands for, f being positive. Default: [−f, f] within the bounds. */
  readonly fromNumber?: (factor: number) => Range;
}

/**
 * The range between whose ends a factor is drawn.
 *
 * @param owner Who refuses, for the message.
 * @param name The option.
 * @throws {ValueError} It is no number and no pair of them, or lies outside of the bounds.
 */
export function factorRange(owner: string, name: string, value: unknown, rule: FactorRule): Range {
  const { bounds, isOpen = false } = rule;
  const [least, greatest] = bounds;
  const { fromNumber = (factor) => [Math.max(-factor, least), factor] } = rule;
  const fits = (x: number): boolean => (isOpen ? x > least : x >= least) && x <= greatest;
  if (typeof value === 'number' && fits(value)) return fromNumber(Math.abs(value));
  if (isPair(value) && value.every(fits)) return value[0] <= value[1] ? [value[0], value[1]] : [value[1], value[0]];
  throw new ValueError(
    `${owner}: ${name}=${quote(value)}. Expected a number in ${isOpen ? '(' : '['}${least}, ${greatest}], ` +
      'or a list of two of them: the least and the greatest that is drawn.',
  );
}

/** A range of values of pixels, the lower end first. @throws {ValueError} It is no list of two different numbers. */
export function valueRangeOf(owner: string, value: unknown): Range {
  if (!isPair(value) || value[0] === value[1] || !value.every(Number.isFinite)) {
    throw new ValueError(
      `${owner}: valueRange=${quote(value)}. Expected a list of two numbers, the values of the darkest and the brightest pixels: ` +
        '[0, 255] or [0, 1].',
    );
  }
  return value[0] < value[1] ? [value[0], value[1]] : [value[1], value[0]];
}

/** The range that one number f stands for where nothing below 0 is drawn: [0, f]. */
export const fromZero = (factor: number): Range => [0, factor];

/** The range that one number f stands for where both directions are drawn: [−f, f]. */
export const bothWays = (factor: number): Range => [-factor, factor];
