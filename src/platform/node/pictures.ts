/** @file Images in Node: a renderer of SVG in WebAssembly, and a font of the widths of Helvetica, which Graphviz measures with. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Pictures } from '../../core/platform.js';

/** Letters beyond the Latin ones are looked for in the files after the first. */
const SCRIPTS = ['latin', 'latin-ext', 'cyrillic', 'greek'];
const WEIGHTS = [400, 700];

type Renderer = (svg: string, width: number, ground: string | null) => Uint8Array;

async function loadRenderer(): Promise<Renderer> {
  const { resolve } = createRequire(import.meta.url);
  const { Resvg, initWasm } = await import('@resvg/resvg-wasm');
  await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')));
  const names = WEIGHTS.flatMap((weight) => SCRIPTS.map((script) => `arimo-${script}-${weight}-normal.woff2`));
  const fontBuffers = await Promise.all(names.map((name) => readFile(resolve(`@fontsource/arimo/files/${name}`))));
  const font = { fontBuffers, defaultFontFamily: 'Arimo', sansSerifFamily: 'Arimo' };
  return (svg, width, ground) => {
    const background = ground === null ? {} : { background: ground };
    const renderer = new Resvg(svg, { font, ...background, fitTo: { mode: 'width', value: width } });
    const image = renderer.render();
    const png = image.asPng();
    image.free();
    renderer.free();
    return png;
  };
}

let renderer: Promise<Renderer> | null = null;

type JpegWriter = (image: ImageData, options: { readonly quality: number }) => Promise<ArrayBuffer>;

async function loadJpegWriter(): Promise<JpegWriter> {
  const { resolve } = createRequire(import.meta.url);
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await init(await WebAssembly.compile(await readFile(resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'))));
  return encode;
}

let jpegWriter: Promise<JpegWriter> | null = null;

export const pictures: Pictures = {
  async toPng(svg, width, _height, ground = 'white') {
    renderer ??= loadRenderer();
    return (await renderer)(svg, width, ground);
  },
  async toJpeg(data, width, height, quality) {
    jpegWriter ??= loadJpegWriter();
    const image: ImageData = { data, width, height, colorSpace: 'srgb' };
    return new Uint8Array(await (await jpegWriter)(image, { quality }));
  },
};
