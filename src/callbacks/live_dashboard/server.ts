/**
 * @file The server of a process's dashboards: the page, a stream of what changes, commands. It answers this machine only, and obeys only
 * its own page: the Host of a request must be its own (else a name that leads here could make another site's page its reader), and
 * commands bring a token that stands in the page.
 */
import type { LocalServer, ServerAnswer, ServerRequest, ServerStream } from '../../core/platform.js';
import { getPlatform } from '../../core/platform.js';
import { RuntimeError } from '../../core/errors.js';
import { dashboardHtml } from './document.js';
import { Peers } from './peers.js';
import { randomWord } from './random_word.js';
import type { RunBoard } from './run_board.js';
import { parseCommand } from './run_board.js';

/** Seconds between two looks at what is new for readers. */
const TICK = 0.25;
/** Seconds that a slow reader gets at the end of training to take what there is. */
const LAST = 0.2;
/** Seconds between two questions of another process whose page shows the runs of this one, and some more. */
const ROUND = 1.5;
/** How many ports are tried from the one that is asked for. */
const PORTS = 20;
export const DEFAULT_PORT = 7878;
/** Bytes that a command may have. */
const MOST_BYTES = 10_000;

interface Reader {
  readonly stream: ServerStream;
  version: number;
}

const text = (status: number, body: string): ServerAnswer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body,
});

const json = (value: unknown): ServerAnswer => ({
  status: 200,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' },
  body: JSON.stringify(value),
});

/** A page, which nobody keeps. */
const html = (body: string, headers: Readonly<Record<string, string>>): ServerAnswer => ({
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  body,
});

/** Which versions of whose board a reader has seen: the id of an event, or a number of the query. */
function seenVersion(server: string, id: string): number {
  const [name, version] = id.split('.');
  return name === server && /^\d+$/.test(version ?? '') ? Number(version) : 0;
}

/** Serves a board. */
export class DashboardServer {
  /** What the server calls itself: another one, of another process, counts its versions anew. */
  readonly id = randomWord();
  readonly token = randomWord();
  readonly #board: RunBoard;
  readonly #readers = new Set<Reader>();
  readonly #peers: Peers;
  #server: LocalServer | null = null;
  /** When another process last asked, and the version that it was told. */
  #asked = { time: -Infinity, version: 0 };

  private constructor(board: RunBoard, ports: readonly number[]) {
    this.#board = board;
    this.#peers = new Peers(board, ports);
  }

  /** @throws {RuntimeError} No port is free. */
  static async start(board: RunBoard, port: number): Promise<DashboardServer> {
    const { servers } = getPlatform();
    if (servers === null) throw new RuntimeError('LiveDashboard: nothing can listen here.');
    const ports = port === 0 ? [0] : Array.from({ length: PORTS }, (_, i) => port + i).filter((each) => each < 65536);
    const made = new DashboardServer(board, ports);
    try {
      made.#server = await servers.listen(ports, (request) => made.#answer(request));
    } catch (error) {
      throw new RuntimeError(`LiveDashboard: ${(error as Error).message}`, { cause: error });
    }
    made.#server.every(TICK, () => made.tell());
    made.#server.every(1, () => {
      if (made.#readers.size > 0) void made.#peers.look(made.port);
    });
    return made;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Keep the process alive. */
  hold(): void {
    this.#server?.hold();
  }

  async close(): Promise<void> {
    this.#readers.clear();
    await this.#server?.close();
    this.#server = null;
  }

  /** Tell readers what they lack. One that has not taken what it was told is left out this time, and gets all at once later. */
  tell(): void {
    const texts = new Map<number, string>();
    const { version } = this.#board;
    for (const reader of this.#readers) {
      if (reader.version >= version || !reader.stream.isDrained) continue;
      let message = texts.get(reader.version);
      if (message === undefined) {
        const frame = this.#board.since(reader.version);
        message = `id: ${this.id}.${version}\ndata: ${JSON.stringify(frame)}\n\n`;
        texts.set(reader.version, message);
      }
      reader.version = version;
      reader.stream.write(message);
    }
  }

  /** Tell readers how it ended, and give them a moment to take it. */
  async tellLast(): Promise<void> {
    const platform = getPlatform();
    const begin = platform.now();
    const version = this.#board.version;
    const isWaiting = (): boolean => {
      const now = platform.now();
      if (now < begin + LAST && [...this.#readers].some(({ stream }) => !stream.isDrained)) return true;
      // Another process that shows these runs asks once more, and then knows how they ended.
      const { time, version: told } = this.#asked;
      return begin - time < ROUND && told < version && now < begin + ROUND;
    };
    this.tell();
    while (isWaiting()) await new Promise((resolve) => setTimeout(resolve, 10));
    this.tell();
  }

  async #answer(request: ServerRequest): Promise<ServerAnswer> {
    const { host, 'sec-fetch-site': site } = request.headers;
    const hosts = [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
    if (typeof host !== 'string' || !hosts.includes(host))
      return text(403, `This server is http://${hosts[0]}, and answers under no other name.`);
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (site === 'cross-site' && pathname !== '/') return text(403, 'This is for the page of this server only.');
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /') return await this.#page();
    if (route === 'GET /hello') return json({ dashboard: 'keras-ts', server: this.id, token: this.token });
    if (route === 'GET /events') return this.#stream(request);
    if (route === 'GET /frame') {
      const isPeer = searchParams.has('own');
      const frame = this.#board.since(seenVersion(this.id, searchParams.get('since') ?? ''), isPeer);
      if (isPeer) this.#asked = { time: getPlatform().now(), version: frame.version };
      return json({ server: this.id, ...frame });
    }
    if (route === 'GET /run.html') return await this.#saved();
    if (route === 'POST /command') return await this.#command(request, hosts);
    return text(404, 'There is nothing here.');
  }

  async #page(): Promise<ServerAnswer> {
    const { PAGE_SCRIPT } = await import('./page_script.js');
    return html(dashboardHtml(PAGE_SCRIPT, { token: this.token, frame: null }), {
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY', // no other page may lay its own buttons over these
      'Referrer-Policy': 'no-referrer',
    });
  }

  async #saved(): Promise<ServerAnswer> {
    const { PAGE_SCRIPT } = await import('./page_script.js');
    return html(dashboardHtml(PAGE_SCRIPT, { token: null, frame: this.#board.since(0) }), {
      'Content-Disposition': 'attachment; filename="run.html"',
    });
  }

  #stream({ headers }: ServerRequest): ServerAnswer {
    const last = headers['last-event-id'];
    return {
      status: 200,
      headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
      body: (stream) => {
        const reader: Reader = { stream, version: typeof last === 'string' ? seenVersion(this.id, last) : 0 };
        this.#readers.add(reader);
        stream.onClose(() => this.#readers.delete(reader));
        // A page that was connected to another process before learns whose runs and which token there are now.
        stream.write(`retry: 1000\nevent: hello\ndata: ${JSON.stringify({ server: this.id, token: this.token })}\n\n`);
        void this.#peers.look(this.port);
        if (this.#board.version > reader.version) this.tell();
      },
    };
  }

  async #command(request: ServerRequest, hosts: readonly string[]): Promise<ServerAnswer> {
    const { origin, 'x-token': token } = request.headers;
    if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
      return text(403, 'Commands come from the page of this server only.');
    if (token !== this.token) return text(403, 'The token is missing or wrong: load the page anew.');
    let command: ReturnType<typeof parseCommand> = null;
    try {
      command = parseCommand(JSON.parse(await request.text(MOST_BYTES)));
    } catch {
      // no JSON, or too much of it
    }
    if (command === null) return text(400, 'This is no command.');
    const taken = await this.#board.command(command.run, command.command);
    return taken ? json({}) : text(409, 'There is no such run at work.');
  }
}
