/** @file What a reader of an image file gives: its samples as they are in the file. */

/** The samples of an image, row by row from the top, those of a pixel together. */
export interface Raster {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** What the samples of a pixel are. `cmyk` is 0 where there is all the ink, as printers' files have it. */
  readonly model: 'gray' | 'gray_alpha' | 'rgb' | 'rgba' | 'cmyk';
  /** Bits a sample. */
  readonly depth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
  readonly kind: 'png' | 'jpeg' | 'bmp' | 'gif';
  /** The exponent that the file says its samples were made with, 0.45455 for most; null: it says none. */
  readonly gamma: number | null;
}
