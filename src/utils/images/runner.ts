/** @file Where images are read: in workers while a data set is read, or, where none can be had, on this thread. */
import { getPlatform } from '../../core/platform.js';
import type { WorkerThread } from '../../core/platform.js';
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
function handle({ id, bytes, way }, post) {
  engine.then(
    (ready) => {
      try {
        const data = ready.load(bytes, way);
        post({ id, data }, [data.buffer]);
      } catch (error) {
        post({ id, error: error instanceof Error ? error.message : String(error) });
      }
    },
    () => post({ id, absent: true }),
  );
}`;

interface Answer {
  readonly id: number;
  readonly data?: Loaded;
  readonly error?: string;
  /** Whether the library could not be loaded there. */
  readonly absent?: boolean;
}

interface Waiting {
  readonly thread: Member;
  /** null: it has to be done elsewhere. */
  readonly resolve: (answer: Answer | null) => void;
}

interface Member {
  readonly thread: WorkerThread;
  /** Images that it was asked for and has not given. */
  load: number;
}

/** Workers that read images. They live from `open` to the last `close`. */
class ImageWorkers {
  readonly #source: string;
  readonly #count: number;
  readonly #members: Member[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(source: string, count: number) {
    this.#source = source;
    this.#count = count;
  }

  #spawn(): Member {
    const member: Member = { thread: getPlatform().workers!.spawn(this.#source), load: 0 };
    member.thread.onMessage((message) => {
      const answer = message as Answer;
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      waiting?.resolve(answer.absent === true ? null : answer);
    });
    // What a worker that broke down was asked for is done on this thread.
    member.thread.onExit(() => {
      const at = this.#members.indexOf(member);
      if (at >= 0) this.#members.splice(at, 1);
      for (const [id, { thread, resolve }] of this.#waiting) {
        if (thread !== member) continue;
        this.#waiting.delete(id);
        resolve(null);
      }
    });
    this.#members.push(member);
    return member;
  }

  /** null: no worker could do it. */
  async load(bytes: Uint8Array, way: LoadWay): Promise<Answer | null> {
    let member = this.#members.find(({ load }) => load === 0);
    if (member === undefined && this.#members.length < this.#count) member = this.#spawn();
    member ??= this.#members.reduce((a, b) => (b.load < a.load ? b : a));
    const id = this.#next++;
    member.load++;
    member.thread.hold();
    try {
      return await new Promise<Answer | null>((resolve) => {
        this.#waiting.set(id, { thread: member, resolve });
        // A file's bytes may be part of a larger buffer, which cannot be given away.
        const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
        member.thread.post({ id, bytes, way }, whole ? [bytes.buffer] : []);
      });
    } finally {
      member.load--;
      member.thread.release();
    }
  }

  end(): void {
    for (const { thread } of this.#members) thread.terminate();
    this.#members.length = 0;
    for (const { resolve } of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
  }
}

/** Reads the images of a data set. */
export interface ImageRunner {
  /** @throws {Error} What is wrong with the file, as the end of a sentence. */
  load(bytes: () => Promise<Uint8Array>, way: LoadWay): Promise<Loaded>;
  /** Say that a pass begins. @returns What is to be called at its end: with the last, the workers end. */
  begin(): () => void;
}

/**
 * @param count Workers; 0: images are read on this thread.
 * @param least Images that a pass reads on this thread before it takes workers: starting them has its price.
 */
export function imageRunner(count: number, least: number): ImageRunner {
  const url = count > 0 ? (getPlatform().workers?.resolve('fast-png') ?? null) : null;
  let workers: ImageWorkers | null = null;
  let passes = 0;
  let asked = 0;
  let unusable = false;
  return {
    async load(read, way) {
      if (url !== null && !unusable && passes > 0 && asked++ >= least) {
        workers ??= new ImageWorkers(program(url), count);
        const answer = await workers.load(await read(), way);
        if (answer?.error !== undefined) throw new Error(answer.error);
        if (answer?.data !== undefined) return answer.data;
        unusable = passes > 0;
      }
      // Read anew: the bytes have gone to the worker.
      return (await localEngine()).load(await read(), way);
    },
    begin() {
      passes++;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        if (--passes > 0) return;
        workers?.end();
        workers = null;
      };
    },
  };
}
