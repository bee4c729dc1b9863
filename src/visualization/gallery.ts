/** @file Galleries: images side by side as one drawing in SVG, with titles, boxes and a legend that stay sharp at any size. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { getPlatform } from '../core/platform.js';
import { pngEncoder } from '../formats/png.js';
import { lightness } from './canvas.js';
import type { Color, PixelBatch } from './pixels.js';
import { checkColor } from './pixels.js';

/** A patch of colour and what it stands for. */
export interface LegendHandle {
  readonly color: Color;
  readonly label: string;
}

/** Options of all galleries. */
export interface GalleryOptions {
  /** Images below each other. Default null: as many as make the gallery about square. */
  readonly rows?: number | null;
  /** Images beside each other. Default null: as many as are needed. */
  readonly cols?: number | null;
  /** The width of an image in inches, of `dpi` pixels each. Default 2. */
  readonly scale?: number;
  /** Where the picture goes: a name that ends in `.png` or `.svg`. Default null: nowhere; the SVG comes back. */
  readonly path?: string | null;
  /** There is no window to show it in: true is refused. Default null. */
  readonly show?: boolean | null;
  /** Whether the ground of the picture is transparent; else it is white. Default true. */
  readonly transparent?: boolean;
  /** Pixels of an inch. Default 60. Letters are never smaller than 12 pixels, whatever it is. */
  readonly dpi?: number;
  /** Patches that explain colours, below the images. Default null. */
  readonly legendHandles?: readonly LegendHandle[] | null;
}

/** Names of `GalleryOptions`. */
export const GALLERY_OPTIONS = ['rows', 'cols', 'scale', 'path', 'show', 'transparent', 'dpi', 'legendHandles'];

/** A box over an image, in pixels of the image. */
export interface Overlay {
  readonly corners: readonly number[];
  readonly label: string | undefined;
  readonly color: Color;
  /** Pixels of the image. */
  readonly thickness: number;
  /** Of letters of 12 pixels. */
  readonly fontScale: number;
}

/** One image of a gallery. */
export interface Cell {
  /** Which image of the pixels. */
  readonly image: number;
  /** Lines above it. */
  readonly titles?: readonly string[];
  readonly overlays?: readonly Overlay[];
}

const FONT = 12;
const LINE = 16;
const GAP = 6;
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const css = ([r, g, b]: Color): string => `rgb(${r},${g},${b})`;
const shorten = (v: number): string => String(Math.round(v * 100) / 100);

/** About how wide a text is in a font like Helvetica, in units of its size. */
function widthOf(text: string): number {
  let width = 0;
  for (const c of text)
    width += /[ijl.,:;'|! ftrI()[\]]/.test(c) ? 0.32 : /[mwMW%@]/.test(c) ? 0.88 : /[A-Z]/.test(c) ? 0.7 : 0.56;
  return width;
}

/** A text that fits into a width, with an ellipsis where something had to go. */
function fit(text: string, width: number, size: number): string {
  if (widthOf(text) * size <= width) return text;
  let kept = text;
  while (kept.length > 1 && widthOf(`${kept}…`) * size > width) kept = kept.slice(0, -1);
  return `${kept}…`;
}

function countOf(owner: string, argument: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (!(Number.isInteger(value) && (value as number) > 0))
    throw new ValueError(`${owner}: ${argument}=${describe(value)}. Expected a whole number from 1, or null.`);
  return value as number;
}

const sizeOf = (owner: string, argument: string, value: unknown): number => {
  if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
    throw new ValueError(`${owner}: ${argument}=${describe(value)}. Expected a number above 0.`);
  return value;
};

function toDataUrl(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return `data:image/png;base64,${btoa(text)}`;
}

/** A rectangle of the picture. */
type Plate = readonly [x: number, y: number, width: number, height: number];
const meet = ([x, y, w, h]: Plate, [u, v, p, q]: Plate): boolean => x < u + p && u < x + w && y < v + q && v < y + h;

/** Where a plate goes: above or below its box, or inside, where it hides no other plate; else above if there is room. */
function placePlate(
  { corners }: Overlay,
  zoom: number,
  size: readonly [number, number],
  view: readonly [number, number],
  taken: readonly Plate[],
): Plate {
  const [plate, height] = size;
  const [left, right] = [Math.min(corners[0], corners[2]) * zoom, Math.max(corners[0], corners[2]) * zoom];
  const [top, bottom] = [Math.min(corners[1], corners[3]) * zoom, Math.max(corners[1], corners[3]) * zoom];
  const inView = (x: number): number => Math.max(0, Math.min(x, view[0] - plate));
  const places = [top - height, bottom, Math.max(0, top), bottom - height]
    .filter((y) => y >= 0 && y + height <= view[1])
    .flatMap((y) => [left, right - plate].map((x): Plate => [inView(x), y, plate, height]));
  const free = places.find((place) => !taken.some((each) => meet(place, each)));
  return free ?? places[0] ?? [inView(left), Math.max(0, Math.min(top, view[1] - height)), plate, height];
}

/** A label on a plate of its box's colour. */
function labelOf(overlay: Overlay, zoom: number, view: readonly [number, number], taken: Plate[]): string {
  const { label, color, fontScale } = overlay;
  if (label === undefined) return '';
  const size = FONT * fontScale;
  const text = fit(label, view[0] - 6, size);
  const plate = placePlate(overlay, zoom, [Math.min(view[0], widthOf(text) * size + 6), size + 4], view, taken);
  taken.push(plate);
  const [x, y, width, height] = plate.map(shorten);
  const ink = lightness(color) > 130 ? '#000' : '#fff';
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${css(color)}"/>` +
    `<text x="${shorten(plate[0] + 3)}" y="${shorten(plate[1] + size)}" font-size="${shorten(size)}" fill="${ink}">${escapeText(text)}</text>`
  );
}

/** Boxes and their labels in a view of the image's own size, so that what lies outside is cut off. */
function overlaysOf(overlays: readonly Overlay[], zoom: number, view: readonly [number, number]): string {
  const boxes = overlays.map(({ corners, color, thickness }) => {
    const [x1, x2] = [Math.min(corners[0], corners[2]), Math.max(corners[0], corners[2])].map((v) => v * zoom);
    const [y1, y2] = [Math.min(corners[1], corners[3]), Math.max(corners[1], corners[3])].map((v) => v * zoom);
    const look =
      thickness < 0 ? `fill="${css(color)}"` : `fill="none" stroke="${css(color)}" stroke-width="${thickness}"`;
    return `<rect x="${shorten(x1)}" y="${shorten(y1)}" width="${shorten(x2 - x1)}" height="${shorten(y2 - y1)}" ${look}/>`;
  });
  const taken: Plate[] = [];
  return [...boxes, ...overlays.map((each) => labelOf(each, zoom, view, taken))].join('');
}

/** The patches of a legend, in as many lines as they need, and the height of these. */
function legendOf(handles: readonly LegendHandle[], width: number, top: number): { svg: string; height: number } {
  const parts: string[] = [];
  let [x, y] = [GAP, top + GAP];
  for (const { color, label } of handles) {
    const wide = 18 + widthOf(label) * FONT + 12;
    if (x > GAP && x + wide > width) [x, y] = [GAP, y + LINE + 2];
    parts.push(
      `<rect x="${shorten(x)}" y="${shorten(y + 2)}" width="12" height="12" fill="${css(color)}" stroke="#000" stroke-opacity="0.4"/>` +
        `<text x="${shorten(x + 18)}" y="${shorten(y + 12)}" ${TEXT}>${escapeText(fit(label, width - 18 - 2 * GAP, FONT))}</text>`,
    );
    x += wide;
  }
  return { svg: parts.join(''), height: handles.length === 0 ? 0 : y + LINE + GAP - top };
}

/** Black on white, with a rim that keeps it legible where the ground is transparent and dark. */
const TEXT = `font-size="${FONT}" fill="#111" stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`;

/** A gallery as SVG, and its size in pixels. */
async function layOut(
  pixels: PixelBatch,
  cells: readonly Cell[],
  options: GalleryOptions,
  owner: string,
): Promise<{ svg: string; width: number; height: number }> {
  const { scale = 2, dpi = 60, transparent = true, legendHandles } = options;
  const handles = (legendHandles ?? []).map((handle, i) => {
    checkColor((handle as Partial<LegendHandle> | null)?.color, owner, `legendHandles[${i}].color`);
    return { ...handle, label: String(handle.label) };
  });
  const [askedRows, askedCols] = [countOf(owner, 'rows', options.rows), countOf(owner, 'cols', options.cols)];
  const rows =
    askedRows ?? Math.max(1, Math.ceil(askedCols === null ? Math.sqrt(cells.length) : cells.length / askedCols));
  // Keras takes the whole part of images / rows, and leaves out those that are over.
  const cols = askedCols ?? Math.max(1, Math.ceil(cells.length / rows));
  const shown = cells.slice(0, rows * cols);
  const cellWidth = Math.round(sizeOf(owner, 'scale', scale) * sizeOf(owner, 'dpi', dpi));
  const zoom = cellWidth / Math.max(1, pixels.width);
  const cellHeight = Math.max(1, Math.round(pixels.height * zoom));
  const encode = await pngEncoder();
  const area = pixels.height * pixels.width * pixels.channels;
  const parts: string[] = [];
  let top = 0;
  for (let row = 0; row * cols < shown.length; row++) {
    const inRow = shown.slice(row * cols, (row + 1) * cols);
    const lines = Math.max(...inRow.map(({ titles }) => titles?.length ?? 0));
    for (const [col, { image, titles = [], overlays = [] }] of inRow.entries()) {
      const x = col * (cellWidth + GAP);
      titles.forEach((title, i) => {
        const at = `x="${shorten(x + cellWidth / 2)}" y="${shorten(top + (i + lines - titles.length) * LINE + 12)}"`;
        parts.push(
          `<text ${at} text-anchor="middle" ${TEXT}>${escapeText(fit(title, cellWidth, FONT))}<title>${escapeText(title)}</title></text>`,
        );
      });
      const data = pixels.data.slice(image * area, (image + 1) * area);
      const url = toDataUrl(encode({ width: pixels.width, height: pixels.height, channels: pixels.channels, data }));
      const smooth = zoom < 3 ? '' : ' style="image-rendering:pixelated"';
      parts.push(
        `<svg x="${x}" y="${top + lines * LINE}" width="${cellWidth}" height="${cellHeight}">` +
          `<image width="${cellWidth}" height="${cellHeight}" preserveAspectRatio="none"${smooth} href="${url}"/>` +
          `${overlaysOf(overlays, zoom, [cellWidth, cellHeight])}</svg>`,
      );
    }
    top += lines * LINE + cellHeight + GAP;
  }
  const width = Math.max(1, cols * (cellWidth + GAP) - GAP);
  const legend = legendOf(handles, width, top - GAP);
  const height = Math.max(1, top - GAP + legend.height);
  const ground = transparent === true ? '' : `<rect width="${width}" height="${height}" fill="#fff"/>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="Arimo, Arial, Helvetica, sans-serif">${ground}${parts.join('')}${legend.svg}</svg>`;
  return { svg, width, height };
}

/**
 * Make a gallery, and write it where a path is given.
 *
 * @returns The text of the SVG, or the bytes of the PNG where the path ends in `.png`.
 * @throws {ValueError} An option is out of its range, the path has another ending, or nothing here writes files.
 */
export async function makeGallery(
  pixels: PixelBatch,
  cells: readonly Cell[],
  options: GalleryOptions,
  owner: string,
): Promise<string | Uint8Array> {
  const { path = null, show = null, transparent = true } = options;
  if (show === true)
    throw new ValueError(
      `${owner}: show=true, but there is no window to show it in. ` +
        (path === null
          ? "Take the SVG that comes back, or give path: 'gallery.png'."
          : 'Leave it out: path says where it goes.'),
    );
  const ending = path === null ? 'svg' : (/\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? '');
  if (ending !== 'svg' && ending !== 'png')
    throw new ValueError(`${owner}: path='${String(path)}'. Pictures are .png or .svg: let the name end so.`);
  const { svg, width, height } = await layOut(pixels, cells, options, owner);
  const { pictures, files } = getPlatform();
  let picture: string | Uint8Array = svg;
  if (ending === 'png') {
    if (pictures === null)
      throw new ValueError(
        `${owner}: there is nothing here that makes a PNG of a drawing. Give a name that ends in '.svg'.`,
      );
    picture = await pictures.toPng(svg, width, height, transparent ? null : 'white');
  }
  if (path !== null) {
    if (files === null)
      throw new ValueError(
        `${owner}: there are no files here, so '${path}' cannot be written. Leave path out: the SVG comes back.`,
      );
    await files.write(path, picture);
  }
  return picture;
}
