/** @file Checks of constructors' options that several layers share. Messages say who refuses, what came and what is wanted. */
import { quote } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Serializable } from '../core/serialization.js';
import { classNameOf } from '../core/serialization.js';

/** `Conv2D 'conv2d_1'`: how messages name a layer. */
export function ownerOf(layer: Serializable & { readonly name: string }): string {
  return `${classNameOf(layer)} '${layer.name}'`;
}

const show = quote;

/** A whole number from 1. @throws {ValueError} It is not. */
export function positiveInteger(owner: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0)
    throw new ValueError(`${owner}: ${name}=${show(value)}. Expected a positive whole number.`);
  return value;
}

/** A finite number from 0. @throws {ValueError} It is not. */
export function nonNegative(owner: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0))
    throw new ValueError(`${owner}: ${name}=${show(value)}. Expected a number from 0.`);
  return value;
}

/** A number in [0, 1]. @throws {ValueError} It is not. */
export function fraction(owner: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw new ValueError(`${owner}: ${name}=${show(value)}. Expected a number between 0 and 1.`);
  return value;
}

/**
 * One whole number for each of `n` dimensions, from a list or from one number for all.
 *
 * @param least The smallest number allowed. Default 1.
 * @throws {ValueError} Another length, or a number that is none or too small.
 */
export function perDimension(owner: string, name: string, value: unknown, n: number, least = 1): readonly number[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(n).fill(value);
  if (list.length !== n || list.some((x) => typeof x !== 'number' || !Number.isInteger(x) || x < least)) {
    const one = least === 1 ? 'a positive whole number' : `a whole number from ${least}`;
    throw new ValueError(
      `${owner}: ${name}=${show(value)}. Expected ${one}${n === 1 ? '' : `, or a list of ${n} of them`}.`,
    );
  }
  return list as readonly number[];
}

/**
 * How much before and after each of `n` dimensions: from one number for all, one number per dimension, or [before, after] pairs.
 *
 * @throws {ValueError} None of these.
 */
export function pairPerDimension(
  owner: string,
  name: string,
  value: unknown,
  n: number,
): readonly (readonly [number, number])[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(n).fill(value);
  const pair = (x: unknown): unknown => (Array.isArray(x) ? x : [x, x]);
  const pairs = list.map(pair) as [number, number][];
  const sound = pairs.every((p) => p.length === 2 && p.every((x) => Number.isInteger(x) && x >= 0));
  if (list.length !== n || !sound) {
    const wanted = n === 1 ? 'or [before, after]' : `a list of ${n} of them, or a list of ${n} pairs [before, after]`;
    throw new ValueError(
      `${owner}: ${name}=${show(n === 1 ? list[0] : value)}. Expected a whole number from 0, ${wanted}.`,
    );
  }
  return pairs;
}

/** One of the words. Letters may be upper case. @throws {ValueError} It is none of them. */
export function oneOf<W extends string>(owner: string, name: string, value: unknown, words: readonly W[]): W {
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (!words.includes(word as W)) {
    const list = words.map((w) => `'${w}'`);
    throw new ValueError(
      `${owner}: ${name}=${show(value)}. Expected ${list.slice(0, -1).join(', ')}${list.length > 1 ? ' or ' : ''}${list.at(-1)}.`,
    );
  }
  return word as W;
}

/** A whole number, or a list of them. @throws {ValueError} It is neither. */
export function axisOrAxes(owner: string, value: unknown): number | readonly number[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((x) => Number.isInteger(x)))
    throw new ValueError(`${owner}: axis=${show(value)}. Expected a whole number, or a list of them.`);
  return value as number | readonly number[];
}
