/** @file Draws digits side by side in the terminal, each above what the model took it for. */
import type { Reading } from './readings.js';
import { isRight } from './readings.js';

/** How to draw. */
export interface DrawOptions {
  /** Whether the terminal shows colours: greys for the ink, green and red for right and wrong. Default: false. */
  readonly color?: boolean;
  /** Columns of the terminal. Default: 80. */
  readonly columns?: number;
  /** The ink of a pixel that is all black. Default: 16. */
  readonly fullInk?: number;
}

/** A square of ink. */
interface Image {
  readonly pixels: readonly number[];
  /** Pixels a row. */
  readonly size: number;
  readonly fullInk: number;
}

const gap = '  ';
const reset = '\x1b[0m';

/** Ink from 0 to 1 at a point of the image (in pixels), between the pixels around it. */
function inkAt({ pixels, size, fullInk }: Image, row: number, column: number): number {
  const clamp = (place: number): number => Math.min(size - 1, Math.max(0, place));
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const pixel = (r: number, c: number): number => pixels[clamp(r) * size + clamp(c)] / fullInk;
  return (
    (1 - down) * ((1 - right) * pixel(top, left) + right * pixel(top, left + 1)) +
    down * ((1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1))
  );
}

/** Columns of a drawing in greys: small images are smoothed, so that eight pixels read as a pen stroke, large ones made smaller. */
const greySide = (size: number): number => Math.min(14, 2 * Math.ceil(0.75 * size));
/** Rows of a drawing in shades, where two characters make a square. */
const shadeSide = (size: number): number => Math.min(14, size);

/** Half blocks, each two greys. */
function greyLines(image: Image): string[] {
  const { size } = image;
  const side = greySide(size);
  const grey = (row: number, column: number): number => {
    const place = (index: number): number => ((index + 0.5) * size) / side - 0.5;
    // 232 to 255 is the ramp of greys of terminals with 256 colours.
    return 232 + Math.round(23 * inkAt(image, place(row), place(column)));
  };
  return Array.from({ length: side / 2 }, (_, line) => {
    const cells = Array.from(
      { length: side },
      (_, column) => `\x1b[38;5;${grey(2 * line, column)};48;5;${grey(2 * line + 1, column)}m▀`,
    );
    return cells.join('') + reset;
  });
}

/** Rows of shades: two characters a pixel make a square. */
function shadeLines(image: Image): string[] {
  const shades = [' ', '░', '▒', '▓', '█'];
  const side = shadeSide(image.size);
  const place = (index: number): number => ((index + 0.5) * image.size) / side - 0.5;
  const shade = (row: number, column: number): string =>
    shades[Math.round(inkAt(image, place(row), place(column)) * (shades.length - 1))].repeat(2);
  return Array.from({ length: side }, (_, row) =>
    Array.from({ length: side }, (_, column) => shade(row, column)).join(''),
  );
}

function caption(reading: Reading, width: number, color: boolean): string {
  const right = isRight(reading);
  const words = `${right ? '✓' : '✗'} ${reading.guess}${right ? '' : `, is ${reading.truth}`}`;
  const text = words.padStart(Math.ceil((width + words.length) / 2)).padEnd(width);
  return color ? `\x1b[${right ? 32 : 31}m${text}${reset}` : text;
}

/**
 * Draw digits side by side, in as many rows as they need.
 *
 * @returns Lines joined by line feeds, none at the end. Without colour there are no escape codes in it.
 */
export function drawDigits(
  results: readonly Reading[],
  { color = false, columns = 80, fullInk = 16 }: DrawOptions = {},
): string {
  if (results.length === 0) return '';
  const size = Math.sqrt(results[0].pixels.length);
  const width = color ? greySide(size) : 2 * shadeSide(size);
  const perRow = Math.max(1, Math.floor((columns + gap.length) / (width + gap.length)));
  const lines: string[] = [];
  for (let first = 0; first < results.length; first += perRow) {
    const row = results.slice(first, first + perRow);
    const drawn = row.map((reading) => (color ? greyLines : shadeLines)({ pixels: reading.pixels, size, fullInk }));
    if (first > 0) lines.push('');
    for (let line = 0; line < drawn[0].length; line++) lines.push(drawn.map((digit) => digit[line]).join(gap));
    lines.push(row.map((reading) => caption(reading, width, color)).join(gap));
  }
  return lines.join('\n');
}
