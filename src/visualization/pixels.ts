/** @file Batches of images as bytes, row by row with the channels of a pixel side by side, and colours. */
import type { DataFormat } from '../core/config.js';
import { standardizeDataFormat } from '../core/config.js';
import { describe } from '../core/describe.js';
import { isFloat } from '../core/dtype.js';
import { TypeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { NDArray } from '../core/ndarray.js';
import * as ops from '../ops/index.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';

/** Red, green and blue, from 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

/** Numbers of a batch of images: shape (batch, height, width, channels). */
export interface Batch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** Images as bytes. */
export interface PixelBatch extends Batch {
  readonly data: Uint8Array;
}

/** A tensor whose numbers are there. @throws {ValueError} It is traced or stands for one in a model. */
export function readTensor(x: unknown, owner: string, argument: string): NDArray {
  const t = toTensor(x as TensorLike, null, owner);
  if (t.isTraced)
    throw new ValueError(
      `${owner}: ${argument} is being traced, so its pixels are not there yet. Draw outside of jit.`,
    );
  return t.ndarray;
}

/**
 * Images with their channels last.
 *
 * @throws {ValueError} They are no batch of images.
 */
export function imageBatch(images: unknown, owner: string, dataFormat: DataFormat | null | undefined): Batch {
  const first = standardizeDataFormat(dataFormat, owner) === 'channels_first';
  const given = toTensor(images as TensorLike, null, owner);
  if (given.ndim !== 4)
    throw new ValueError(
      `${owner}: images of shape ${formatShape(given.shape)}. Expected a batch of rank 4: ` +
        `${first ? '(batch, channels, height, width)' : '(batch, height, width, channels)'}.`,
    );
  const { shape, data } = readTensor(first ? ops.transpose(given, { axes: [0, 2, 3, 1] }) : given, owner, 'images');
  const [count, height, width, channels] = shape;
  if (channels < 1 || channels > 4)
    throw new ValueError(
      `${owner}: images of ${channels} channels (shape ${formatShape(given.shape)}, dataFormat '${first ? 'channels_first' : 'channels_last'}'). ` +
        'Expected 1 to 4: grey or colours, with or without opacity.',
    );
  return { count, height, width, channels, data };
}

/** Images as bytes: floats of which none is above 1 are fractions of 255. What lies outside is cut off. */
export function toBytes(images: unknown, owner: string, dataFormat: DataFormat | null | undefined): PixelBatch {
  const batch = imageBatch(images, owner, dataFormat);
  const { data } = batch;
  const floats = isFloat(toTensor(images as TensorLike, null, owner).dtype);
  let most = -Infinity;
  for (let i = 0; i < data.length; i++) most = Math.max(most, data[i]);
  const times = floats && most <= 1 ? 255 : 1;
  const bytes = Uint8Array.from(data, (v) => (floats ? Math.fround(Math.min(Math.max(v, 0), 255 / times) * times) : v));
  return { ...batch, data: bytes };
}

/** Images whose numbers lie in a range, as bytes. What lies outside of the range is cut off. */
export function rangeToBytes(batch: Batch, owner: string, valueRange: unknown): PixelBatch {
  if (!Array.isArray(valueRange) || valueRange.length !== 2 || !(valueRange[0] < valueRange[1]))
    throw new ValueError(
      `${owner}: valueRange=${Array.isArray(valueRange) ? `[${valueRange.map((v) => describe(v)).join(', ')}]` : describe(valueRange)}. ` +
        'Expected [low, high], such as [0, 255] or [0, 1].',
    );
  const [low, high] = valueRange as [number, number];
  const clamped = new Uint8Array(batch.data.length);
  for (let i = 0; i < clamped.length; i++) {
    const value = Math.fround((batch.data[i] - low) / (high - low)) * 255;
    clamped[i] = Math.min(Math.max(value, 0), 255);
  }
  return { ...batch, data: clamped };
}

/** Bytes as a tensor in the data format that is asked for. */
export function fromBytes({ count, height, width, channels, data }: PixelBatch, first: boolean): Tensor {
  const t = Tensor.fromArray({ dtype: 'uint8', shape: [count, height, width, channels], data });
  return first ? ops.transpose(t, { axes: [0, 3, 1, 2] }) : t;
}

/** A colour, checked. @throws {TypeError} It is none. */
export function checkColor(color: unknown, owner: string, argument: string): Color {
  const fits =
    Array.isArray(color) && color.length >= 3 && color.every((v) => typeof v === 'number' && v >= 0 && v <= 255);
  if (!fits)
    throw new TypeError(
      `${owner}: ${argument}=${Array.isArray(color) ? `[${color.map((v) => describe(v)).join(', ')}]` : describe(color)}. ` +
        'Expected [red, green, blue], from 0 to 255 each.',
    );
  return color as unknown as Color;
}

/** Names of classes by their numbers: a dict, or a list of names from class 0. */
export type ClassNames = Readonly<Record<number, string>> | readonly string[];

/** The name of a class, or undefined. */
export function nameIn(names: ClassNames | null | undefined, label: number): string | undefined {
  if (names === null || names === undefined) return undefined;
  const name: unknown = (names as Readonly<Record<number, unknown>>)[label];
  return name === undefined || name === null ? undefined : typeof name === 'string' ? name : describe(name);
}

/** Refuse what holds no names of classes. */
export function checkNames(names: unknown, owner: string, argument: string): void {
  if (names !== null && names !== undefined && typeof names !== 'object')
    throw new TypeError(
      `${owner}: ${argument}=${describe(names)}. Expected names by their classes, such as { 1: 'car' }, or a list of names from class 0.`,
    );
}
