/** @file `loadImg`, `saveImg`, `imgToArray`, `arrayToImg`: single images from files and to files. */
import { checked } from '../core/arguments.js';
import type { DataFormat } from '../core/config.js';
import { floatx, imageDataFormat } from '../core/config.js';
import { describe } from '../core/describe.js';
import type { DType } from '../core/dtype.js';
import { standardizeDType } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { fromNumbers } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { formatShape } from '../core/shape.js';
import { readAll } from '../formats/byte_source.js';
import * as ops from '../ops/index.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';
import type { FileSource, FileTarget } from '../saving/places.js';
import { nameOf, openSource, pathIn } from '../saving/places.js';
import { writeAtomically } from '../saving/saving_api.js';
import type { Channels, Pixels } from './images/channels.js';
import { Img } from './images/img.js';
import type { PillowFilter } from './images/resize_pillow.js';
import { fitLikePillow, resizeLikePillow } from './images/resize_pillow.js';
import { localEngine } from './images/runner.js';

/** The channels of an image: lightness; red, green and blue; these and how opaque a pixel is. */
export type ColorMode = 'grayscale' | 'rgb' | 'rgba';

const COLOR_MODES: Readonly<Record<ColorMode, Channels>> = { grayscale: 1, rgb: 3, rgba: 4 };
const FILTERS: readonly PillowFilter[] = ['nearest', 'bilinear', 'bicubic', 'hamming', 'box', 'lanczos'];

/** The number of channels. @throws {ValueError} There is no such mode. */
export function channelsOf(owner: string, colorMode: unknown): Channels {
  if (typeof colorMode === 'string' && Object.hasOwn(COLOR_MODES, colorMode))
    return COLOR_MODES[colorMode as ColorMode];
  throw new ValueError(
    `${owner}: \`colorMode\` must be 'grayscale', 'rgb' or 'rgba'. Received: ${describe(colorMode)}`,
  );
}

/** Where the channels stand. @throws {ValueError} There is no such format. */
export function formatOf(owner: string, dataFormat: unknown): DataFormat {
  const format = dataFormat ?? imageDataFormat();
  if (format === 'channels_last' || format === 'channels_first') return format;
  throw new ValueError(`${owner}: dataFormat=${describe(format)}. Expected 'channels_last' or 'channels_first'.`);
}

/** [rows, columns]. @throws {ValueError} They are no sizes. */
export function sizeOf(owner: string, name: string, size: unknown): readonly [number, number] {
  const pair: unknown = typeof size === 'number' ? [size, size] : size;
  const fits =
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((n) => typeof n === 'number' && Number.isInteger(n) && n > 0);
  if (!fits)
    throw new ValueError(
      `${owner}: ${name}=${Array.isArray(size) ? JSON.stringify(size) : describe(size)}. Expected [rows, columns], whole numbers from 1.`,
    );
  return pair as [number, number];
}

/** @throws {ValueError} Pillow has no such filter. */
export function requireFilter(owner: string, interpolation: unknown): PillowFilter {
  if (FILTERS.includes(interpolation as PillowFilter)) return interpolation as PillowFilter;
  throw new ValueError(
    `${owner}: Invalid interpolation method ${describe(interpolation)} specified. Supported methods are ${FILTERS.join(', ')}.`,
  );
}

/** Options of `loadImg(path, options)`. */
export interface LoadImgOptions {
  /** The channels that are wanted. `'grayscale'` keeps the 16 bits of files that have them. Default `'rgb'`. */
  readonly colorMode?: ColorMode;
  /** [rows, columns] of the result. Default null: those of the file. */
  readonly targetSize?: readonly [number, number] | number | null;
  /** How pixels are computed when the size changes: Pillow's filters. Default `'nearest'`. */
  readonly interpolation?: PillowFilter;
  /** Whether the largest part in the middle that has the wanted proportions is taken. Default false. */
  readonly keepAspectRatio?: boolean;
}

/**
 * An image of a PNG, JPEG, BMP or GIF file (its first picture). Pixels are those of Pillow 13, as Keras reads them (older ones resize tall
 * images by rows first, which rounds otherwise); how a camera was held (EXIF) is not looked at.
 *
 * Lightness of 16 bits becomes colours by its high bits (Keras: by Pillow, which makes all above 255 white).
 *
 * @param path A path, a URL, the bytes, a Blob or File, or the handle of a file.
 * @param options See {@link LoadImgOptions}.
 * @returns An image of mode `'L'`, `'I;16'`, `'RGB'` or `'RGBA'`.
 * @throws {ValueError} There is no such file, or it is no image that can be read.
 * @see `keras.utils.load_img`
 * @example
 * const bytes = await saveImg(null, [[[255, 0, 0], [0, 0, 255]]], { fileFormat: 'png' });
 * const image = await loadImg(bytes, { targetSize: [4, 4] });
 * imgToArray(image).shape  // [4, 4, 3]
 */
export const loadImg = checked('loadImg', async (path: FileSource, options: LoadImgOptions = {}): Promise<Img> => {
  const { colorMode = 'rgb', targetSize = null, interpolation = 'nearest', keepAspectRatio = false, ...rest } = options;
  refuseUnknownOptions('loadImg', rest, ['colorMode', 'targetSize', 'interpolation', 'keepAspectRatio']);
  const channels = channelsOf('loadImg', colorMode);
  const size = targetSize === null ? null : sizeOf('loadImg', 'targetSize', targetSize);
  requireFilter('loadImg', interpolation);
  const source = await openSource(path, 'loadImg');
  let pixels: Pixels;
  try {
    pixels = (await localEngine()).read(await readAll(source), { channels, style: 'pillow' });
  } catch (error) {
    throw new ValueError(`loadImg: ${source.name} is no image that can be read: ${(error as Error).message}.`);
  } finally {
    await source.close();
  }
  if (size !== null)
    pixels = fitLikePillow(pixels, { format: 'pillow', size, filter: interpolation, keepAspectRatio }, resizeLikePillow);
  const mode = channels === 3 ? 'RGB' : channels === 4 ? 'RGBA' : pixels.data instanceof Uint16Array ? 'I;16' : 'L';
  return new Img(mode, pixels.width, pixels.height, pixels.data);
}, ['colorMode', 'targetSize', 'interpolation', 'keepAspectRatio']); // prettier-ignore

/** What `imgToArray` takes beside `Img`: what canvases give (`ImageData`), and plain samples. */
export interface ImgLike {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Row by row from the top, the samples of a pixel together. */
  readonly data: ArrayLike<number>;
}

/** Options of `imgToArray(img, options)`. */
export interface ImgToArrayOptions {
  /** Where the channels stand. Default: `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Default: `config.floatx()`. */
  readonly dtype?: DType | null;
}

/** Samples of pixels, channel by channel. */
function channelsFirst(data: ArrayLike<number>, area: number, channels: number): number[] {
  return Array.from({ length: area * channels }, (_, i) => data[(i % area) * channels + Math.floor(i / area)]);
}

/**
 * An image as a tensor.
 *
 * @param img What `loadImg` or `arrayToImg` gave, or the `ImageData` of a canvas.
 * @param options See {@link ImgToArrayOptions}.
 * @returns Shape (rows, columns, channels), or (channels, rows, columns); samples as they are, from 0 to 255.
 * @throws {ValueError} It is no image.
 * @see `keras.utils.img_to_array`
 * @example
 * imgToArray(new Img('L', 2, 1, Uint8Array.of(0, 255)))  // [[[0], [255]]]
 */
export const imgToArray = checked('imgToArray', (img: ImgLike, options: ImgToArrayOptions = {}): Tensor => {
  const { dataFormat, dtype } = options;
  const format = formatOf('imgToArray', dataFormat);
  const { width, height, data } = (img ?? {}) as Partial<ImgLike>;
  const area = (width ?? NaN) * (height ?? NaN);
  const channels = (data?.length ?? NaN) / area;
  if (data === undefined || !Number.isInteger(channels))
    throw new ValueError(`imgToArray: got ${describe(img)}. Expected an image, as loadImg() gives it.`);
  const kind = standardizeDType(dtype ?? floatx(), 'imgToArray');
  const shape = format === 'channels_last' ? [height!, width!, channels] : [channels, height!, width!];
  const samples = format === 'channels_last' || channels === 1 ? data : channelsFirst(data, area, channels);
  return Tensor.fromArray(fromNumbers(kind, shape, samples));
}, ['dataFormat', 'dtype']); // prettier-ignore

/** Options of `arrayToImg(x, options)`. */
export interface ArrayToImgOptions {
  /** Where the channels stand. Default: `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Whether the smallest number becomes 0 and the largest 255. Default true. */
  readonly scale?: boolean;
  /** What is computed in. Default: `config.floatx()`. */
  readonly dtype?: DType | null;
}

/**
 * A tensor as an image.
 *
 * @param x Shape (rows, columns, channels), or (channels, rows, columns), of 1, 3 or 4 channels.
 * @param options See {@link ArrayToImgOptions}.
 * @returns Of mode `'L'`, `'RGB'` or `'RGBA'`; `'I'`, of 32 bits, for lightness above 255. Fractions are cut off.
 * @throws {ValueError} Another number of axes or channels.
 * @see `keras.utils.array_to_img`
 * @example
 * Array.from(arrayToImg([[[0], [0.5], [1]]]).data)  // [0, 127, 255]
 */
export const arrayToImg = checked('arrayToImg', (x: TensorLike, options: ArrayToImgOptions = {}): Img => {
  const { dataFormat, scale = true, dtype } = options;
  const format = formatOf('arrayToImg', dataFormat);
  const kind = standardizeDType(dtype ?? floatx(), 'arrayToImg');
  const given = toTensor(x, null, 'arrayToImg');
  if (given.ndim !== 3)
    throw new ValueError(
      `arrayToImg: Expected image array to have rank 3 (single image). Got array with shape: ${formatShape(given.shape)}`,
    );
  const last = format === 'channels_last';
  const [height, width, channels] = last ? given.shape : [given.shape[1], given.shape[2], given.shape[0]];
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new ValueError(`arrayToImg: Unsupported channel number: ${channels}. Expected 1, 3 or 4.`);
  const { data } = given.ndarray;
  const area = width * height;
  const round = kind === 'float64' ? (v: number): number => v : Math.fround;
  const count = area * channels;
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++)
    values[i] = round(Number(last ? data[i] : data[(i % channels) * area + Math.floor(i / channels)]));
  let most = -Infinity;
  if (scale) {
    let least = Infinity;
    for (let i = 0; i < count; i++) least = Math.min(least, values[i]);
    for (let i = 0; i < count; i++) most = Math.max(most, (values[i] = round(values[i] - least)));
    for (let i = 0; i < count; i++) values[i] = round((most === 0 ? values[i] : round(values[i] / most)) * 255);
    most = 255;
  } else for (let i = 0; i < count; i++) if (values[i] > most) most = values[i];
  if (channels === 1 && most > 255) return new Img('I', width, height, Int32Array.from(values, Math.trunc));
  // What lies outside of a byte wraps around, as in NumPy.
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = Math.trunc(values[i]) & 255;
  return new Img(channels === 1 ? 'L' : channels === 3 ? 'RGB' : 'RGBA', width, height, bytes);
}, ['dataFormat', 'scale', 'dtype']); // prettier-ignore

/** Options of `smartResize(x, size, options)`. */
export interface SmartResizeOptions {
  /** How pixels are computed from their neighbours. Default `'bilinear'`. */
  readonly interpolation?: ops.image.Interpolation;
  /** Where the channels stand. Default `'channels_last'`. */
  readonly dataFormat?: DataFormat;
}

/**
 * Images of another size that keep their proportions: what lies outside of the largest part in the middle is cut off.
 *
 * @param x (rows, columns, channels), or a batch of these; or channels first.
 * @param size [rows, columns] of the result.
 * @param options See {@link SmartResizeOptions}.
 * @returns Of the dtype of `x`.
 * @throws {ValueError} Another number of axes, or an interpolation that there is not.
 * @see `keras.preprocessing.image.smart_resize`
 * @example
 * preprocessing.image.smartResize(ops.ones([4, 6, 1]), [2, 2]).shape  // [2, 2, 1]
 */
export const smartResize = checked(
  'smartResize',
  (x: TensorLike, size: readonly [number, number], options: SmartResizeOptions = {}): Tensor => {
    const { interpolation = 'bilinear', dataFormat = 'channels_last' } = options;
    return ops.image.resize(x, sizeOf('smartResize', 'size', size), {
      interpolation,
      dataFormat,
      cropToAspectRatio: true,
    });
  },
  ['interpolation', 'dataFormat'],
);

/** Options of `saveImg(path, x, options)`. */
export interface SaveImgOptions {
  /** Where the channels stand. Default: `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** `'png'` or `'jpeg'`. Default: by the ending of the path. */
  readonly fileFormat?: 'png' | 'jpg' | 'jpeg' | null;
  /** Whether the smallest number becomes 0 and the largest 255. An `Img` is taken as it is. Default true. */
  readonly scale?: boolean;
  /** How true a JPEG file is, from 1 to 100. Default 75. */
  readonly quality?: number;
}

async function encodePng({ mode, width, height, channels, data }: Img): Promise<Uint8Array> {
  const { encode } = await import('fast-png');
  const wide = mode === 'I' || mode === 'I;16';
  const samples = wide
    ? Uint16Array.from(data, (v) => Math.max(0, Math.min(65535, v)))
    : Uint8Array.from(data as Uint8Array);
  return encode({ width, height, channels, depth: wide ? 16 : 8, data: samples });
}

async function encodeJpeg({ mode, width, height, channels, data }: Img, quality: number): Promise<Uint8Array> {
  const { pictures } = getPlatform();
  if (pictures === null) throw new ValueError('saveImg: nothing here writes JPEG. Save it as PNG.');
  if (mode === 'RGBA') console.warn('saveImg: The JPEG format does not support RGBA images, converting to RGB.');
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[i * channels + (channels === 1 ? 0 : c)];
  return pictures.toJpeg(pixels, width, height, quality);
}

async function writeImg(path: FileTarget, x: TensorLike | Img, options?: SaveImgOptions): Promise<void>;
async function writeImg(path: null, x: TensorLike | Img, options?: SaveImgOptions): Promise<Uint8Array>;
async function writeImg(
  path: FileTarget | null,
  x: TensorLike | Img,
  options: SaveImgOptions = {},
): Promise<Uint8Array | void> {
  const { dataFormat, fileFormat = null, scale = true, quality = 75 } = options;
  const name = path === null ? '' : nameOf(path);
  const format = (fileFormat ?? /\.(\w+)$/.exec(name)?.[1] ?? '').toLowerCase();
  if (format !== 'png' && format !== 'jpg' && format !== 'jpeg')
    throw new ValueError(
      `saveImg: ${format === '' ? `'${name}' does not say a format` : `the format '${format}' is not written`}. ` +
        "Let the path end in .png, .jpg or .jpeg, or say fileFormat: 'png' or 'jpeg'.",
    );
  if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100))
    throw new ValueError(`saveImg: quality=${describe(quality)}. Expected a whole number from 1 to 100.`);
  const image = x instanceof Img ? x : arrayToImg(x, { dataFormat: formatOf('saveImg', dataFormat), scale });
  const bytes = format === 'png' ? await encodePng(image) : await encodeJpeg(image, quality);
  if (path === null) return bytes;
  const folder = /^(.+)[\\/]/.exec(pathIn(path) ?? '')?.[1];
  if (folder !== undefined) await getPlatform().files?.makeFolder(folder);
  await writeAtomically(path, 'saveImg', (file) => file.write(bytes));
}

/**
 * Write an image as a PNG or JPEG file.
 *
 * @param path A path, whose folders are made where they lack, or the handle of a file; null: the bytes are returned.
 * @param x A tensor of shape (rows, columns, channels), or an `Img`.
 * @param options See {@link SaveImgOptions}.
 * @returns Nothing; where `path` is null the bytes of the file.
 * @throws {ValueError} The format is not known, or the file cannot be written.
 * @see `keras.utils.save_img`
 * @example
 * await saveImg('gray.png', [[[0], [128], [255]]]);
 */
export const saveImg = checked('saveImg', writeImg, ['dataFormat', 'fileFormat', 'scale', 'quality']);
