/** @file Checks of arguments that the functions and the generator of images share. */
import { describe } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';

/** @throws {ValueError} It is no finite number. */
export function requireNumber(owner: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a number.`);
}

/** @throws {ValueError} They are not two numbers. */
export function requirePair(owner: string, name: string, value: unknown): readonly [number, number] {
  if (Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === 'number' && Number.isFinite(v)))
    return value as [number, number];
  throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a list of two numbers: [least, most].`);
}
