/** @file `BackgroundWrite`: a file that is written while training goes on. */

/** Writes one file after the other, beside training. */
export class BackgroundWrite {
  /** The file that is being written; it never fails, but gives the error. */
  #writing: Promise<Error | null> = Promise.resolve(null);

  /** Begin to write, when `finish` was waited for. */
  start(write: () => Promise<void>): void {
    this.#writing = write().then(
      () => null,
      (error: unknown) => error as Error,
    );
  }

  /** Wait for the file. @throws {Error} It could not be written. */
  async finish(): Promise<void> {
    const error = await this.#writing;
    this.#writing = Promise.resolve(null);
    if (error !== null) throw error;
  }
}
