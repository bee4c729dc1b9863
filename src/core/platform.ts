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

/** A thread of its own that messages go to and come from. */
export interface WorkerThread {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the thread has ended, whatever the reason; never after `terminate`. */
  onExit(listener: (reason: string) => void): void;
  /** Keep the process alive for this thread until `release`; calls are counted. */
  hold(): void;
  release(): void;
  terminate(): void;
}

/** Threads that share memory. */
export interface Threads {
  /** How many run at the same time on this machine. */
  readonly count: number;
  /** Start a thread. `source` is a program that defines `handle(message, post)`, called for each message. */
  spawn(source: string): WorkerThread;
}

/** Where files are kept. */
export interface Files {
  /**
   * Write a whole file. It appears under its name when it is complete: what stood there stays until then.
   *
   * @param content Text is written as UTF-8.
   * @throws {Error} As the platform says it: there is no such folder, say.
   */
  write(path: string, content: string | Uint8Array): Promise<void>;
}

/** What makes images of drawings. */
export interface Pictures {
  /**
   * A drawing as an image, on white.
   *
   * @param svg The drawing.
   * @param width Pixels.
   * @param height Pixels.
   * @returns The bytes of a PNG file.
   */
  toPng(svg: string, width: number, height: number): Promise<Uint8Array>;
}

/** The services of a platform. */
export interface Platform {
  readonly terminal: Terminal;
  /** null: memory cannot be shared here (a page that is not cross-origin isolated), so there is one thread only. */
  readonly threads: Threads | null;
  /** null: there are no files here. */
  readonly files: Files | null;
  /** null: nothing here can draw. */
  readonly pictures: Pictures | null;
  /** Seconds, from any start, for durations. */
  now(): number;
  /** Let timers, I/O and the page have their turn. */
  nextTurn(): Promise<void>;
  /** Seconds that programs may run before timers, I/O and the page should have their turn. Default 0.05. */
  readonly patience: number;
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
  threads: null,
  files: null,
  pictures: null,
  now: () => performance.now() / 1000,
  nextTurn: () => new Promise((resolve) => setTimeout(resolve, 0)),
  patience: 0.05,
};

/** The services of the platform at hand. */
export function getPlatform(): Platform {
  return platform;
}

/** Replace services; those left out stay as they are. For entry files and tests. */
export function setPlatform(parts: Partial<Platform>): void {
  platform = { ...platform, ...parts };
}
