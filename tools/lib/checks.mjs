/** @file Counts named checks, prints one line for each and the closing line `N passed, N failed`. */

/** A run of checks. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /** Counts one check; `detail` follows its name. */
  record(name, ok, detail = '') {
    if (ok) this.#passed++;
    else this.#failed++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail ? `: ${detail}` : ''}`);
    return ok;
  }

  /**
   * Runs `check` and counts it: passed when it returns (what it returns is printed), failed when it throws.
   * Comes back with whether it passed.
   */
  async run(name, check) {
    try {
      return this.record(name, true, (await check()) ?? '');
    } catch (error) {
      return this.record(name, false, error instanceof Error ? error.message : String(error));
    }
  }

  /** Prints the closing line and sets the exit code. */
  close() {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed > 0 ? 1 : 0;
  }
}
