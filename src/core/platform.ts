/**
 * @file What keras-ts asks of the platform it runs on. The entry files fill in what Node or the browser has; what stands here works
 * anywhere.
 */

/** Where progress bars and summaries are written. */
export interface Terminal {
  /** Write text as it is; lines end in `\n`. */
  write(text: string): void;
  /** Whether a line can be overwritten while it stands there, and colours show. */
  readonly isInteractive: boolean;
  /** Characters a line. */
  readonly columns: number;
}

/** The services of a platform. */
export interface Platform {
  readonly terminal: Terminal;
  /** Seconds, from any start, for durations. */
  now(): number;
  /** Let timers, I/O and the page have their turn. */
  nextTurn(): Promise<void>;
}

/** Writes whole lines to the console, for platforms without a terminal. */
class ConsoleTerminal implements Terminal {
  readonly isInteractive = false;
  readonly columns = 80;
  #pending = '';

  write(text: string): void {
    const lines = (this.#pending + text).split('\n');
    this.#pending = lines.pop()!;
    // eslint-disable-next-line no-console -- the console is the terminal here
    for (const line of lines) console.log(line);
  }
}

let platform: Platform = {
  terminal: new ConsoleTerminal(),
  now: () => performance.now() / 1000,
  nextTurn: () => new Promise((resolve) => setTimeout(resolve, 0)),
};

/** The services of the platform at hand. */
export function getPlatform(): Platform {
  return platform;
}

/** Replace services; those left out stay as they are. For entry files and tests. */
export function setPlatform(parts: Partial<Platform>): void {
  platform = { ...platform, ...parts };
}
