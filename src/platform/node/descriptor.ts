/** @file Open files by their numbers. */
import type { Stats } from 'node:fs';
import { close, fstat, fsync, open, read, write } from 'node:fs';
import { promisify } from 'node:util';

const opened = promisify(open);
const closed = promisify(close);
const statusOf: (number: number) => Promise<Stats> = promisify(fstat);
const flushed = promisify(fsync);
const readInto = promisify(read);
const written = promisify(write);

/** Closes what is dropped without a word: a data set of a file, say, that is done with. */
const dropped = new FinalizationRegistry<number>((number) => close(number, () => undefined));

/**
 * An open file, which closes itself when nobody holds it any more. Node's own FileHandle does not serve: since Node 26 one that is
 * dropped open raises an error that nothing can catch, and the process ends.
 */
export class Descriptor {
  readonly #number: number;
  readonly #running = new Set<Promise<unknown>>();
  #isOpen = true;

  private constructor(number: number) {
    this.#number = number;
    dropped.register(this, number, this);
  }

  static async open(path: string, flags: string, mode?: number): Promise<Descriptor> {
    return new Descriptor(await opened(path, flags, mode));
  }

  /** Its size in bytes, and whether it is a folder. */
  async status(): Promise<{ readonly size: number; readonly isFolder: boolean }> {
    const found = await this.#while(statusOf);
    return { size: found.size, isFolder: found.isDirectory() };
  }

  /** Read up to `length` bytes from a position on into `bytes` at `at`. How many were read; 0 at the end of the file. */
  async read(bytes: Uint8Array, at: number, length: number, position: number): Promise<number> {
    return (await this.#while((number) => readInto(number, bytes, at, length, position))).bytesRead;
  }

  /** Write all bytes where the last ones ended. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;)
      done += (await this.#while((number) => written(number, bytes, done))).bytesWritten;
  }

  /** Wait until what was written is on the disk. */
  async sync(): Promise<void> {
    await this.#while(flushed);
  }

  /** Close it, when what is being done to it is done: its number may be another file's after that. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    dropped.unregister(this);
    await Promise.allSettled(this.#running);
    await closed(this.#number);
  }

  /** Do something to the file, which is held until that is done. */
  async #while<T>(work: (number: number) => Promise<T>): Promise<T> {
    if (!this.#isOpen) throw Object.assign(new Error('the file is closed'), { code: 'EBADF' });
    const running = work(this.#number);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}
