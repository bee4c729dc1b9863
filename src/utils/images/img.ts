/** @file `Img`: an image in memory, what PIL's images are to Keras. */
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';

/** `'L'`: lightness; `'RGB'`, `'RGBA'`; `'I;16'` and `'I'`: lightness of 16 and of 32 bits. The names are PIL's. */
export type ImgMode = 'L' | 'RGB' | 'RGBA' | 'I;16' | 'I';

const CHANNELS: Readonly<Record<ImgMode, number>> = { L: 1, RGB: 3, RGBA: 4, 'I;16': 1, I: 1 };

/** The samples of an image: the class that its mode has. */
export type ImgData = Uint8Array | Uint8ClampedArray | Uint16Array | Int32Array;

/**
 * An image in memory, what PIL's images are to Keras: `loadImg` and `arrayToImg` give one, `imgToArray` and `saveImg` take one.
 *
 * @param mode What the samples of a pixel are.
 * @param width Pixels.
 * @param height Pixels.
 * @param data Row by row from the top, the samples of a pixel together.
 * @returns The image. The samples are not copied.
 * @throws {ValueError} There are more or fewer samples than the image has.
 * @see `PIL.Image.Image`
 * @example
 * const image = new Img('L', 2, 1, Uint8Array.of(0, 255));
 * image.size  // [2, 1]
 */
export class Img {
  /** What the samples of a pixel are. */
  readonly mode: ImgMode;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Row by row from the top, the samples of a pixel together. */
  readonly data: ImgData;

  constructor(mode: ImgMode, width: number, height: number, data: ImgData) {
    if (!Object.hasOwn(CHANNELS, mode))
      throw new ValueError(`Img: mode=${describe(mode)}. Expected one of ${Object.keys(CHANNELS).join(', ')}.`);
    const size = width * height * CHANNELS[mode];
    if (data.length !== size)
      throw new ValueError(
        `Img: ${data.length} samples, but an image '${mode}' of ${width} x ${height} pixels has ${size}.`,
      );
    this.mode = mode;
    this.width = width;
    this.height = height;
    this.data = data;
  }

  /** Samples a pixel. */
  get channels(): number {
    return CHANNELS[this.mode];
  }

  /** [width, height] in pixels, as PIL has it. */
  get size(): [width: number, height: number] {
    return [this.width, this.height];
  }
}
