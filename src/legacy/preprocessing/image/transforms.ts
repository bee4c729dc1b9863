/** @file What may be done to an image at random, and how it is drawn. */
import { describe } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import type { Draws } from './iterator.js';

/** One transformation of an image, as `getRandomTransform` draws and `applyTransform` takes it. */
export interface ImageTransform {
  /** Rotation, in degrees. */
  readonly theta: number;
  /** How many pixels further right pixels are read. As in Keras it is what `heightShiftRange` draws. */
  readonly tx: number;
  /** How many pixels further down pixels are read. As in Keras it is what `widthShiftRange` draws. */
  readonly ty: number;
  /** Shear, in degrees. */
  readonly shear: number;
  /** Zoom of the width; above 1 the picture becomes narrower. */
  readonly zx: number;
  /** Zoom of the height; above 1 the picture becomes lower. */
  readonly zy: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** What is added to all channels, within the bounds of the image's numbers; null: nothing. */
  readonly channelShiftIntensity: number | null;
  /** The factor of brightness; null: none. */
  readonly brightness: number | null;
}

/** How far pixels may be moved: a part of the size (below 1), whole pixels, or a list of shifts to choose from. */
export type ShiftRange = number | readonly number[];

/** @throws {ValueError} It is neither a number nor a list of numbers. */
export function requireShiftRange(name: string, range: unknown): ShiftRange {
  const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
  if (isNumber(range) || (Array.isArray(range) && range.every(isNumber))) return range as ShiftRange;
  throw new ValueError(
    `ImageDataGenerator: ${name}=${describe(range)}. Expected a number (below 1: a part of the size), or a list of shifts.`,
  );
}

/** A shift of an axis, drawn in the order of Keras: from a list, or below a whole number, with a sign; else between the bounds. */
export function drawShift(range: ShiftRange, size: number, draws: Draws): number {
  const isList = typeof range !== 'number';
  if (isList ? range.length === 0 : range === 0) return 0;
  const whole = isList || (Number.isInteger(range) && range > 0);
  const shift = !whole
    ? draws.uniform(-range, range)
    : (isList ? range[draws.below(range.length)] : draws.below(range)) * (draws.below(2) === 0 ? -1 : 1);
  return (isList ? Math.max(...range) : range) < 1 ? shift * size : shift;
}
