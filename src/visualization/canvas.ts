/** @file Rectangles and texts on the pixels of one image. */
import type { Color } from './pixels.js';
import { textStrokes } from './stroke_font.js';

/** The pixels of one image, which are changed in place. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Pixels of a unit of the font at the scale 1, at which capitals are 21 pixels high, as those of OpenCV. */
const UNIT = 3.5;

/** Mix a colour into a pixel; grey images take the first number, opacity becomes full. */
function mix({ width, height, channels, data }: Canvas, x: number, y: number, color: Color, share: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const at = (y * width + x) * channels;
  for (let c = 0; c < channels; c++) {
    const opacity = channels % 2 === 0 && c === channels - 1;
    const wanted = opacity ? 255 : color[c];
    data[at + c] = Math.round(data[at + c] * (1 - share) + wanted * share);
  }
}

/**
 * The outline of a rectangle, its corners rounded by half of the thickness; filled where the thickness is negative.
 *
 * @param thickness Pixels; even ones are rounded up to the next odd one, as OpenCV does.
 */
export function drawRectangle(
  canvas: Canvas,
  [x1, y1, x2, y2]: readonly number[],
  color: Color,
  thickness: number,
): void {
  const reach = Math.max(0, Math.floor(thickness / 2));
  const [left, right, top, bottom] = [Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2)];
  const begin = (a: number): number => Math.max(0, a - reach);
  for (let y = begin(top); y <= Math.min(canvas.height - 1, bottom + reach); y++) {
    for (let x = begin(left); x <= Math.min(canvas.width - 1, right + reach); x++) {
      const [beyondX, beyondY] = [Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0)];
      const inside = Math.min(x - left, right - x, y - top, bottom - y);
      const distance = inside >= 0 ? inside : Math.hypot(beyondX, beyondY);
      if (distance <= reach || (thickness < 0 && inside >= 0)) mix(canvas, x, y, color, 1);
    }
  }
}

/** How light a colour looks, from 0 to 255. */
export const lightness = ([r, g, b]: Color): number => 0.299 * r + 0.587 * g + 0.114 * b;

/** The distance of a point from a line between two points. */
function distanceTo(x: number, y: number, [ax, ay]: readonly number[], [bx, by]: readonly number[]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

type Point = readonly [x: number, y: number];

/** How much of each pixel strokes of a width cover, by the pixel's number. */
function coverage(canvas: Canvas, lines: readonly (readonly Point[])[], halfWidth: number): Map<number, number> {
  const covered = new Map<number, number>();
  const reach = halfWidth + 1;
  for (const line of lines) {
    for (let i = 0; i < Math.max(1, line.length - 1); i++) {
      const [a, b] = [line[i], line[Math.min(i + 1, line.length - 1)]];
      const [fromY, toY] = [Math.min(a[1], b[1]) - reach, Math.max(a[1], b[1]) + reach];
      const [fromX, toX] = [Math.min(a[0], b[0]) - reach, Math.max(a[0], b[0]) + reach];
      for (let y = Math.max(0, Math.floor(fromY)); y <= Math.min(canvas.height - 1, toY); y++) {
        for (let x = Math.max(0, Math.floor(fromX)); x <= Math.min(canvas.width - 1, toX); x++) {
          const share = Math.min(1, halfWidth + 0.5 - distanceTo(x, y, a, b));
          const at = y * canvas.width + x;
          if (share > (covered.get(at) ?? 0)) covered.set(at, share);
        }
      }
    }
  }
  return covered;
}

/** A text whose base line begins at x, y, with a rim of black or white around its strokes, so that it can be read on any ground. */
export function drawText(
  canvas: Canvas,
  text: string,
  { x, y, color, scale, thickness }: { x: number; y: number; color: Color; scale: number; thickness: number },
): void {
  const { strokes, width } = textStrokes(text);
  const halfWidth = Math.max(1, thickness) / 2;
  // A text that would end beyond the right edge begins further left (OpenCV cuts it off).
  const begin = Math.max(1, Math.min(x, canvas.width - 1 - width * UNIT * scale - halfWidth));
  const lines = strokes.map((stroke) =>
    stroke.map(([u, v]): Point => [begin + u * UNIT * scale, y + v * UNIT * scale]),
  );
  const rim: Color = lightness(color) > 110 ? [0, 0, 0] : [255, 255, 255];
  const layers: readonly [Color, number, number][] = [
    [rim, halfWidth + 1.25, 0.75],
    [color, halfWidth, 1],
  ];
  for (const [ink, half, opacity] of layers)
    for (const [at, share] of coverage(canvas, lines, half))
      mix(canvas, at % canvas.width, Math.floor(at / canvas.width), ink, share * opacity);
}
