/** @file Downloads into files: told as they go, gone on with where they stopped, and under their name only when they are whole. */
import { Progbar } from '../callbacks/index.js';
import { RuntimeError, ValueError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import type { Files } from '../core/platform.js';

/** Bytes that are gathered before they are put at the end of the file. */
const PIECE = 1 << 20;
/** How often a connection that broke is taken up again, if bytes came since the last time. */
const RETRIES = 3;

/** What is known of a download that stopped. */
interface Begun {
  readonly origin: string;
  /** The server's word for this content (ETag, or when it last changed). */
  readonly validator: string;
}

const joined = (parts: readonly Uint8Array[], size: number): Uint8Array => {
  const all = new Uint8Array(size);
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
};

/** The server's word for its content by which a part of it can be asked for, or null. */
function validatorOf({ headers }: Response): string | null {
  // What is packed on its way has no bytes to count on, and a weak tag may name other bytes.
  if (headers.get('content-encoding') !== null) return null;
  const tag = headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}

/** One file on its way. */
class Download {
  readonly #files: Files;
  readonly #origin: string;
  readonly #target: string;
  readonly #part: string;
  readonly #note: string;
  #bar: Progbar | null = null;

  constructor(files: Files, origin: string, target: string) {
    this.#files = files;
    this.#origin = origin;
    this.#target = target;
    this.#part = `${target}.part`;
    this.#note = `${target}.part.json`;
  }

  /** @returns The path of the whole file, which is not yet under its name. */
  async run(): Promise<string> {
    let failures = 0;
    for (;;) {
      const before = await this.#sizeOfPart();
      try {
        await this.#attempt();
        await this.#files.remove(this.#note);
        return this.#part;
      } catch (error) {
        if (!(error instanceof BrokenConnection)) throw error;
        const grew = (await this.#sizeOfPart()) > before && (await this.#begun()) !== null;
        if (!grew || ++failures > RETRIES) throw this.#unreachable(error.message);
      }
    }
  }

  async #sizeOfPart(): Promise<number> {
    return (await this.#files.stat(this.#part))?.size ?? 0;
  }

  async #begun(): Promise<Begun | null> {
    if (!(await this.#files.exists(this.#note))) return null;
    try {
      const note = parseJson(
        new TextDecoder().decode(await this.#files.read(this.#note)),
        'getFile',
      ) as Partial<Begun> | null;
      return note?.origin === this.#origin && typeof note.validator === 'string' ? (note as Begun) : null;
    } catch {
      return null; // a note that was cut off says nothing
    }
  }

  async #request(begun: Begun | null, from: number): Promise<Response> {
    // Only bytes as they lie on the server can be counted.
    const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
    if (begun !== null && from > 0) Object.assign(headers, { Range: `bytes=${from}-`, 'If-Range': begun.validator });
    try {
      return await fetch(this.#origin, { headers });
    } catch (error) {
      const { message, cause } = error as Error;
      throw this.#unreachable(cause instanceof Error && cause.message !== '' ? cause.message : message);
    }
  }

  async #attempt(): Promise<void> {
    const begun = await this.#begun();
    let response = await this.#request(begun, begun === null ? 0 : await this.#sizeOfPart());
    if (response.status === 416) {
      // What is here is as long as the file or longer: it is of no use.
      await response.body?.cancel();
      response = await this.#request(null, 0);
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw this.#unreachable(`${response.status} -- ${response.statusText}`);
    }
    const { at, total } = await this.#start(response);
    this.#bar ??= new Progbar(total);
    this.#bar.update(at, null, { finalize: false });
    const end = await this.#receive(response, at, total);
    if (total !== null && end !== total) throw new BrokenConnection(`${end} of ${total} bytes came`);
    this.#bar.update(end, null, { finalize: true });
  }

  /** Where the bytes of an answer belong, and how many the file has. */
  async #start(response: Response): Promise<{ at: number; total: number | null }> {
    const length = response.headers.get('content-encoding') === null ? response.headers.get('content-length') : null;
    if (response.status === 206) {
      const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
      const at = await this.#sizeOfPart();
      if (from !== undefined && Number(from) === at) return { at, total: Number(total) };
      await response.body?.cancel();
      await this.#files.remove(this.#note);
      throw new BrokenConnection('the server sent another part of the file than it was asked for');
    }
    await this.#files.write(this.#part, '');
    const validator = validatorOf(response);
    if (validator === null) await this.#files.remove(this.#note);
    else await this.#files.write(this.#note, JSON.stringify({ origin: this.#origin, validator }));
    return { at: 0, total: length === null ? null : Number(length) };
  }

  /** @returns The bytes that the part has at the end. */
  async #receive(response: Response, start: number, total: number | null): Promise<number> {
    let at = start;
    let pending: Uint8Array[] = [];
    let waiting = 0;
    const flush = async (): Promise<void> => {
      if (waiting === 0) return;
      if ((await this.#sizeOfPart()) !== at)
        throw new RuntimeError(
          `getFile: ${this.#part} is being written by another program. Wait until it is done, or remove the file.`,
        );
      await this.#files.append(this.#part, joined(pending, waiting));
      at += waiting;
      [pending, waiting] = [[], 0];
    };
    const reader = response.body?.getReader();
    if (reader === undefined) return at;
    for (;;) {
      let piece: Awaited<ReturnType<typeof reader.read>>;
      try {
        piece = await reader.read();
      } catch (error) {
        await flush();
        throw new BrokenConnection(`the connection broke: ${(error as Error).message}`);
      }
      if (piece.done) break;
      pending.push(piece.value);
      waiting += piece.value.length;
      if (waiting >= PIECE) await flush();
      const seen = at + waiting;
      if (total === null || seen < total) this.#bar?.update(seen, null, { finalize: false });
    }
    await flush();
    return at;
  }

  #unreachable(why: string): RuntimeError {
    return new RuntimeError(
      `getFile: URL fetch failure on ${this.#origin}: ${why}. ` +
        `Without a network, get the file by other means and put it at ${this.#target}: it is used from there.`,
    );
  }
}

/** What can be tried again. */
class BrokenConnection extends Error {}

/**
 * Download a file beside the place where it will stand.
 *
 * @param target Where the file will stand.
 * @returns The path of the file as it came: `target` and `.part`. Who called has it renamed once it has been looked at.
 * @throws {RuntimeError} It cannot be had. What came stays, and the next call goes on from there if the server can.
 */
export async function download(files: Files, origin: string, target: string): Promise<string> {
  if (!/^(https?|data|blob):/i.test(origin))
    throw new ValueError(
      `getFile: origin='${origin}' is no address on the web. Expected one that begins with https://.`,
    );
  return new Download(files, origin, target).run();
}
