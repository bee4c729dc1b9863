/**
 * @file Workers that read images. All data sets share them, and they live on between passes: a new one would first have to compile the readers,
 * which takes as long as reading some hundreds of small images.
 */
import { getPlatform } from '../../core/platform.js';
import type { WorkerThread } from '../../core/platform.js';
import type { Loaded, LoadWay } from './engine.js';

/** Seconds without a pass after which the workers end. */
const PATIENCE = 10;

/** What a worker is asked for: files by their paths where it finds them, otherwise their bytes. */
interface Question {
  readonly id: number;
  readonly files: readonly (string | Uint8Array)[];
  readonly way: LoadWay;
}

/** All images in one array, one after the other, or what is wrong with file `at`. */
export interface Answer {
  readonly id: number;
  readonly data?: Loaded;
  readonly error?: string;
  readonly at?: number;
  /** Whether the library could not be loaded there. */
  readonly absent?: boolean;
}

interface Waiting {
  readonly member: Member;
  /** null: it has to be done elsewhere. */
  readonly resolve: (answer: Answer | null) => void;
}

interface Member {
  readonly thread: WorkerThread;
  /** Questions that it has not answered. */
  load: number;
}

/** The workers of one program. */
class ImageWorkers {
  readonly #source: string;
  readonly #members: Member[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #passes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: string) {
    this.#source = source;
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
      for (const [id, { member: asked, resolve }] of this.#waiting) {
        if (asked !== member) continue;
        this.#waiting.delete(id);
        resolve(null);
      }
    });
    this.#members.push(member);
    return member;
  }

  /**
   * @param count Workers that may be used.
   * @returns null: no worker could do it.
   */
  async load(files: Question['files'], way: LoadWay, count: number): Promise<Answer | null> {
    const usable = this.#members.slice(0, count);
    let member = usable.find(({ load }) => load === 0);
    if (member === undefined && usable.length < count) member = this.#spawn();
    member ??= usable.reduce((a, b) => (b.load < a.load ? b : a));
    const id = this.#next++;
    member.load++;
    member.thread.hold();
    try {
      return await new Promise<Answer | null>((resolve) => {
        this.#waiting.set(id, { member, resolve });
        // A file's bytes may be part of a larger buffer, which cannot be given away.
        const whole = files.flatMap((file) =>
          typeof file !== 'string' && file.byteLength === file.buffer.byteLength && file.buffer instanceof ArrayBuffer
            ? [file.buffer]
            : [],
        );
        member.thread.post({ id, files, way } satisfies Question, whole);
      });
    } finally {
      member.load--;
      member.thread.release();
    }
  }

  /** Say that a pass begins. @returns What is to be called at its end. */
  begin(): () => void {
    this.#passes++;
    clearTimeout(this.#timer);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      if (--this.#passes > 0) return;
      this.#timer = setTimeout(() => this.#end(), PATIENCE * 1000);
      // In Node a number of its own kind: what waits keeps no program alive.
      (this.#timer as { unref?: () => void }).unref?.();
    };
  }

  #end(): void {
    for (const { thread } of this.#members) thread.terminate();
    this.#members.length = 0;
    for (const { resolve } of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
  }
}

const pools = new Map<string, ImageWorkers>();

/** The workers whose library is at `url`, and whose program `program` makes. */
export function imageWorkers(url: string, program: (url: string) => string): ImageWorkers {
  let pool = pools.get(url);
  if (pool === undefined) pools.set(url, (pool = new ImageWorkers(program(url))));
  return pool;
}

export type { ImageWorkers };
