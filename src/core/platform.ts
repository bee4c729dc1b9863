/**
 * @file What keras-ts asks of the platform it runs on. The entry files fill in what Node or the browser has; what stands here works
 * anywhere.
 */
import { ValueError } from './errors.js';

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
  /** @param transfer Buffers that go over and are not copied. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
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
  /** As `Workers.spawn`. */
  spawn(source: string): WorkerThread;
}

/** Threads that need not share memory: what they run can be ended. */
export interface Workers {
  /**
   * Start a thread. `source` is a program that defines `handle(message, post)`, called for each message; `post(answer, transfer)`
   * answers. In Node it finds the module of files as `nodeFiles`.
   *
   * @param options `loadsModules`: it imports modules of the person's. In Node, `importModule(url)` does so with the loaders that the process was
   *   started with.
   */
  spawn(source: string, options?: { readonly loadsModules?: boolean }): WorkerThread;
  /** The URL under which a worker can `import()` a package that this one depends on. null: it has none here (in a bundle). */
  resolve(name: string): string | null;
  /** Workers that a bundler packs beside a page's program, by name; one that it did not pack ends at once. Left out: there are none. */
  readonly packed?: Readonly<Record<'hdf5', () => WorkerThread>>;
}

/** A file that is open for reading by position. */
export interface OpenFile {
  /** Bytes. */
  readonly size: number;
  /** The whole path, under which a worker finds it too. */
  readonly path: string;
  /** In browsers: the file itself, which can be cut and handed to workers. null in Node. */
  readonly blob: Blob | null;
  /** Exactly `length` bytes. @throws {Error} The file ends before. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A file that is being written. Nothing is seen under its name before `commit`. */
export interface NewFile {
  /** Put bytes at the end. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flush to the disk and put the file under its name, in place of what stood there. */
  commit(): Promise<void>;
  /** Forget what was written. What stood under the name stays. */
  abort(): Promise<void>;
}

/** What the platform can do with its WebAssembly engine. */
export interface WasmEngine {
  /** Whether wide vectors are computed: as a person has set it, or `'auto'`: where the engine joins neighbouring vectors. */
  readonly wide: 'auto' | 'on' | 'off';
  /** Let the engine join neighbouring vectors, or not, in what it optimizes from now on. */
  joinVectors(join: boolean): void;
  /**
   * Call a function, and have the WebAssembly that it compiles and calls optimized at once. null: it cannot be asked for; the engine optimizes
   * what runs often, by itself.
   */
  readonly optimized: (<T>(run: () => T) => T) | null;
}

/** What is at a path. */
export interface FileStatus {
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly isFolder: boolean;
}

/** Where files are kept. Paths are the platform's; errors are as the platform says them. */
export interface Files {
  /** Whether a worker finds the same files under the same paths (`nodeFiles`). Left out: it does not. */
  readonly inWorkers?: boolean;
  /** The content of a whole file. */
  read(path: string): Promise<Uint8Array>;
  /** The same at once, for constructors. Left out where files are only there later. */
  readSync?(path: string): Uint8Array;
  /**
   * Write a whole file. It appears under its name when it is complete and on the disk: what stood there stays until then.
   *
   * @param content Text is written as UTF-8.
   */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Put text or bytes at the end of a file, which is made if it is not there. */
  append(path: string, content: string | Uint8Array): Promise<void>;
  /** Names of what is in a folder, sorted. */
  list(path: string): Promise<string[]>;
  /** Remove a file, or a folder with what is in it. Nothing happens if it is not there. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** null: there is nothing at the path. */
  stat(path: string): Promise<FileStatus | null>;
  /** Whether a path is a link to what stands elsewhere. Left out where there are no links. */
  isLink?(path: string): Promise<boolean>;
  /** Move a file; it takes the place of what stands at `to`. */
  rename(from: string, to: string): Promise<void>;
  /** Make a folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Open a file for reading by position. */
  open(path: string): Promise<OpenFile>;
  /** Begin to write a file, piece by piece. */
  create(path: string): Promise<NewFile>;
  /** A free name beside `path`, for a file that will be renamed to it, or null where files have no names (stores in a browser). */
  temporaryBeside(path: string): Promise<string | null>;
  /** The path of `name` in the folder `path`. */
  join(path: string, name: string): string;
}

/** Folders that have a meaning of their own on a machine. */
export interface Folders {
  /** The person's own. */
  readonly home: string;
  /** Where Keras keeps its settings and what it downloads: `KERAS_HOME`, or `~/.keras`. */
  readonly keras: string;
  /** For what may be lost. */
  readonly temporary: string;
}

/** What makes files of drawings and of pixels. */
export interface Pictures {
  /**
   * A drawing as an image.
   *
   * @param svg The drawing.
   * @param width Pixels.
   * @param height Pixels.
   * @param ground A colour, or null: it stays transparent. Default white.
   * @returns The bytes of a PNG file.
   */
  toPng(svg: string, width: number, height: number, ground?: string | null): Promise<Uint8Array>;
  /**
   * Pixels as a photograph.
   *
   * @param pixels Red, green, blue and a fourth byte that is 255, row by row.
   * @param width Pixels.
   * @param height Pixels.
   * @param quality From 1 to 100.
   * @returns The bytes of a JPEG file.
   */
  toJpeg(pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number, quality: number): Promise<Uint8Array>;
}

/** The key by which a person ends a program. */
export interface Interrupts {
  /**
   * Be told when it is pressed, in place of the process's end. Pressed once more while anybody listens, it ends the process.
   *
   * @returns A function to call when nothing is left to be ended.
   */
  listen(listener: () => void): () => void;
}

/** A request to a server of this process. */
export interface ServerRequest {
  readonly method: string;
  /** From the first slash on, with the query. */
  readonly url: string;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body. @throws {Error} It has more than `limit` bytes. */
  text(limit: number): Promise<string>;
}

/** An answer to which text is added as long as its reader stays. */
export interface ServerStream {
  write(text: string): void;
  /** Whether the reader has taken what was written. */
  readonly isDrained: boolean;
  /** Called once when the reader has gone. */
  onClose(listener: () => void): void;
}

export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The whole text, or what takes the stream of an answer that goes on. */
  readonly body: string | ((stream: ServerStream) => void);
}

/** A server for this machine alone. It does not keep the process alive, but where it is held. */
export interface LocalServer {
  readonly port: number;
  /** Keep the process alive until `close`. */
  hold(): void;
  /** Call `task` again and again until `close`; this does not keep the process alive. */
  every(seconds: number, task: () => void): void;
  /** Hang up on all readers and listen no more. */
  close(): Promise<void>;
}

/** Servers on 127.0.0.1. */
export interface Servers {
  /**
   * Listen on the first of some ports that is free.
   *
   * @throws {Error} All are taken.
   */
  listen(ports: readonly number[], handler: (request: ServerRequest) => Promise<ServerAnswer>): Promise<LocalServer>;
}

/** The services of a platform. */
export interface Platform {
  readonly terminal: Terminal;
  /** null: memory cannot be shared here (a page that is not cross-origin isolated), so there is one thread only. */
  readonly threads: Threads | null;
  /** null: there are no workers here. */
  readonly workers: Workers | null;
  /** null: there are no files here. */
  readonly files: Files | null;
  /** null: there are no files here. */
  readonly folders: Folders | null;
  /** null: nothing here can draw. */
  readonly pictures: Pictures | null;
  /** null: there is no such key here. */
  readonly interrupts: Interrupts | null;
  /** null: nothing here can listen. */
  readonly servers: Servers | null;
  /** null: the engine is as it is. */
  readonly engine: WasmEngine | null;
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
  workers: null,
  files: null,
  folders: null,
  pictures: null,
  interrupts: null,
  servers: null,
  engine: null,
  now: () => performance.now() / 1000,
  nextTurn: () => new Promise((resolve) => setTimeout(resolve, 0)),
  patience: 0.05,
};

/** The services of the platform at hand. */
export function getPlatform(): Platform {
  return platform;
}

/**
 * The platform's files.
 *
 * @param owner Who needs them, for the message.
 * @param problem What is said where there are none: the lack, and what to do.
 * @throws {ValueError} There are none.
 */
export function requireFiles(owner: string, problem = 'there are no files here.'): Files {
  const { files } = getPlatform();
  if (files === null) throw new ValueError(`${owner}: ${problem}`);
  return files;
}

/** Replace services; those left out stay as they are. For entry files and tests. */
export function setPlatform(parts: Partial<Platform>): void {
  platform = { ...platform, ...parts };
}
