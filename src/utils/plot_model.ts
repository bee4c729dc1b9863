/**
 * @file Pictures of models: `keras.utils.plot_model`. Graphviz, as a WebAssembly program, sets boxes and arrows; it is loaded when
 * the first picture is made.
 */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { getPlatform } from '../core/platform.js';
import type { Model } from '../models/index.js';
import { formatDot } from './dot.js';
import type { ModelToDotOptions } from './model_to_dot.js';
import { DRAWING_OPTIONS, drawModel } from './model_to_dot.js';

/** Options of `modelToSvg`. */
export type ModelToSvgOptions = Omit<ModelToDotOptions, 'subgraph'>;

/** Options of `plotModel`. */
export interface PlotModelOptions extends ModelToSvgOptions {
  /** Where the picture goes; the end of the name says what it is: `.png`, `.svg` or `.dot`. Default `'model.png'`. null: nowhere. */
  readonly toFile?: string | null;
}

const KINDS = ['png', 'svg', 'dot'];

/** The size of a picture in Graphviz's points, as it stands in its first tag. */
function sizeOf(svg: string): { width: number; height: number } {
  const [, width, height] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg) ?? [];
  return { width: Number(width), height: Number(height) };
}

async function draw(owner: string, model: Model, options: ModelToSvgOptions): Promise<string> {
  const dot = formatDot(drawModel(owner, model, options));
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  const svg = graphviz.layout(dot, 'svg', 'dot');
  // What stands before the tag (the XML declaration, the doctype) is for files of its own, not for pages.
  return svg.slice(svg.indexOf('<svg'));
}

/**
 * A picture of a model as SVG, for a page or a notebook.
 *
 * @param model A built model.
 * @param options As those of `modelToDot`; `dpi` is 96 by default, at which text has the size that it has in pages.
 * @returns `<svg …>…</svg>`.
 * @throws {ValueError} The model is not built, or an option is unknown.
 * @example
 * const svg = await modelToSvg(model, { showShapes: true });
 */
export const modelToSvg = checked(
  'modelToSvg',
  async (model: Model, options: ModelToSvgOptions = {}): Promise<string> => {
    const { dpi = 96, ...rest } = options;
    const svg = await draw('modelToSvg', model, { ...rest, dpi });
    const { width, height } = sizeOf(svg);
    return svg.replace(/^<svg width="[\d.]+pt" height="[\d.]+pt"/, `<svg width="${width}px" height="${height}px"`);
  },
  DRAWING_OPTIONS,
);

/**
 * Draw a model to a file: boxes for its layers, arrows for its tensors.
 *
 * @param model A built model.
 * @param options What to show, as in `modelToDot`, and `toFile`.
 * @returns The picture that was written: a PNG's bytes, or the text of an SVG or of a graph in Graphviz's language.
 * @throws {ValueError} The model is not built, an option is unknown, or the name ends in something else than `.png`, `.svg` or `.dot`.
 * @see `keras.utils.plot_model`
 * @example
 * const png = await plotModel(model, { toFile: null, showShapes: true }); // toFile: 'model.svg' writes a file
 */
export const plotModel = checked(
  'plotModel',
  async (model: Model, options: PlotModelOptions = {}): Promise<Uint8Array | string> => {
    const { toFile = 'model.png', showLayerNames = false, ...rest } = options;
    const [, ending = 'png'] = /\.([^./\\]+)$/.exec(toFile ?? '') ?? [];
    const kind = ending.toLowerCase();
    if (!KINDS.includes(kind)) {
      throw new ValueError(
        `plotModel: toFile='${String(toFile)}' asks for '.${ending}'. Pictures are .png, .svg or .dot (Graphviz's language).`,
      );
    }
    const shown = { ...rest, showLayerNames };
    let picture: Uint8Array | string;
    if (kind === 'dot') picture = formatDot(drawModel('plotModel', model, shown));
    else {
      picture = await draw('plotModel', model, shown);
      if (kind === 'png') picture = await toPng(picture);
    }
    if (toFile !== null) await writePicture(toFile, picture);
    return picture;
  },
  ['toFile', ...DRAWING_OPTIONS],
);

async function toPng(svg: string): Promise<Uint8Array> {
  const { pictures } = getPlatform();
  if (pictures === null) {
    throw new ValueError(
      "plotModel: there is nothing here that makes a PNG of a drawing. Give a name that ends in '.svg', or use modelToSvg.",
    );
  }
  const { width, height } = sizeOf(svg);
  return pictures.toPng(svg, Math.round(width), Math.round(height));
}

async function writePicture(path: string, picture: Uint8Array | string): Promise<void> {
  const { files } = getPlatform();
  if (files === null) {
    throw new ValueError(
      `plotModel: there are no files here, so '${path}' cannot be written. Give toFile: null, and take the picture that comes back.`,
    );
  }
  await files.write(path, picture);
}
