/** @file Where images are read: in workers while a data set is read, or, where none can be had, on this thread. */
import { getPlatform } from '../../core/platform.js';
import type { Files } from '../../core/platform.js';
import { readBmp } from '../../formats/images/bmp.js';
import { readGif } from '../../formats/images/gif.js';
import { makeJpegReader } from '../../formats/images/jpeg.js';
import { joinPlanes, mixRows, rowToRgb, widenRow } from '../../formats/images/jpeg_samples.js';
import {
  arrange,
  findCode,
  readBit,
  readBlock,
  readCoefficients,
  readDifference,
  refineCoefficients,
} from '../../formats/images/jpeg_scans.js';
import { transformAccurately, transformFast } from '../../formats/images/jpeg_transforms.js';
import { readPng } from '../../formats/images/png.js';
import { joinPasses, passesAsRow } from '../../formats/images/png_passes.js';
import { toPixels } from './channels.js';
import type { ImageEngine, Loaded, LoadWay } from './engine.js';
import { makeImageEngine } from './engine.js';
import { resizeImage } from './resize.js';
import { fitLikePillow, resizeLikePillow } from './resize_pillow.js';
import { imageWorkers } from './workers.js';
import type { ImageWorkers } from './workers.js';

const JPEG = {
  findCode,
  arrange,
  readBlock,
  readDifference,
  readBit,
  readCoefficients,
  refineCoefficients,
  transformAccurately,
  transformFast,
  joinPlanes,
  mixRows,
  widenRow,
  rowToRgb,
};
let engine: Promise<ImageEngine> | null = null;

/** The engine of this thread; fast-png is loaded with the first. */
export function localEngine(): Promise<ImageEngine> {
  const readJpeg = makeJpegReader(JPEG);
  engine ??= import('fast-png').then((png) =>
    makeImageEngine(
      {
        readJpeg,
        readPng,
        passesAsRow,
        joinPasses,
        readBmp,
        readGif,
        toPixels,
        resizeImage,
        resizeLikePillow,
        fitLikePillow,
      },
      png,
    ),
  );
  return engine;
}

/** Images of a size, one after the other in one array. It ends at the first file that is none. The function's text is part of a worker's program. */
function loadAll(
  engine: ImageEngine,
  files: readonly (string | Uint8Array)[],
  way: LoadWay,
  read: (path: string) => Uint8Array,
): { data: Loaded } | { error: string; at: number } {
  let all: Loaded | null = null;
  for (let i = 0; i < files.length; i++) {
    const file = files[i];
    try {
      const data = engine.load(typeof file === 'string' ? read(file) : file, way);
      if (files.length === 1) return { data };
      all ??= new (data.constructor as Float32ArrayConstructor)(data.length * files.length);
      all.set(data, i * data.length);
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error), at: i };
    }
  }
  return { data: all! };
}

/** The program of a worker. Tools that keep names of functions wrap these in `__name`. */
const program = (url: string): string => `
const __name = (fn) => fn;
const readJpeg = (${makeJpegReader.toString()})({ ${Object.entries(JPEG)
  .map(([name, part]) => `${name}: ${part.toString()}`)
  .join(',\n')} });
const parts = {
  readJpeg,
  readPng: ${readPng.toString()},
  passesAsRow: ${passesAsRow.toString()},
  joinPasses: ${joinPasses.toString()},
  readBmp: ${readBmp.toString()},
  readGif: ${readGif.toString()},
  toPixels: ${toPixels.toString()},
  resizeImage: ${resizeImage.toString()},
  resizeLikePillow: ${resizeLikePillow.toString()},
  fitLikePillow: ${fitLikePillow.toString()},
};
const library = import(${JSON.stringify(url)});
const engine = library.then((png) => (${makeImageEngine.toString()})(parts, png));
engine.catch(() => undefined);
const loadAll = ${loadAll.toString()};
function handle({ id, files, way }, post) {
  engine.then(
    (ready) => {
      const answer = loadAll(ready, files, way, (path) => nodeFiles.readFileSync(path));
      post({ id, ...answer }, answer.data === undefined ? [] : [answer.data.buffer]);
    },
    () => post({ id, absent: true }),
  );
}`;

/** A file that is no image. */
export class ImageFault extends Error {
  /** Which of the files that were asked for it is. */
  readonly at: number;

  constructor(why: string, at: number) {
    super(why);
    this.at = at;
  }
}

/** Reads the images of a data set. */
export interface ImageRunner {
  /**
   * Images of files, one after the other in one array.
   *
   * @throws {ImageFault} What is wrong with a file, as the end of a sentence.
   */
  load(files: Files, paths: readonly string[], way: LoadWay): Promise<Loaded>;
  /** Say that a pass begins. @returns What is to be called at its end. */
  begin(): () => void;
}

/**
 * @param count Workers; 0: images are read on this thread.
 * @param least Images that a pass reads on this thread before it takes workers: starting them has its price.
 */
export function imageRunner(count: number, least: number): ImageRunner {
  const url = count > 0 ? (getPlatform().workers?.resolve('fast-png') ?? null) : null;
  let workers: ImageWorkers | null = null;
  let asked = 0;
  let unusable = false;
  return {
    async load(files, paths, way) {
      asked += paths.length;
      if (url !== null && !unusable && asked > least) {
        workers ??= imageWorkers(url, program);
        const read = async (path: string, at: number): Promise<Uint8Array> => {
          try {
            return await files.read(path);
          } catch (error) {
            throw new ImageFault((error as Error).message, at);
          }
        };
        const answer = await workers.load(files.inWorkers === true ? paths : await Promise.all(paths.map(read)), way, count); // prettier-ignore
        if (answer?.error !== undefined) throw new ImageFault(answer.error, answer.at!);
        if (answer?.data !== undefined) return answer.data;
        unusable = true;
      }
      const engine = await localEngine();
      let all: Loaded | null = null;
      for (const [i, path] of paths.entries())
        try {
          const data = engine.load(await files.read(path), way);
          if (paths.length === 1) return data;
          all ??= new (data.constructor as Float32ArrayConstructor)(data.length * paths.length);
          all.set(data, i * data.length);
        } catch (error) {
          throw new ImageFault((error as Error).message, i);
        }
      return all!;
    },
    begin: () => {
      if (url === null) return () => undefined;
      return imageWorkers(url, program).begin();
    },
  };
}
