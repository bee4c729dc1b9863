/**
 * @file Runs of other processes. Each process with a dashboard listens on a port of its own, one of a few that follow each other; a server
 * with readers asks the other ports, and shows what they have.
 */
import type { RunBoard } from './run_board.js';
import type { Command, Frame } from './run_state.js';

interface Peer {
  readonly address: string;
  readonly token: string;
  /** Id of the server; versions count for it alone. */
  readonly server: string;
  version: number;
  readonly runs: Set<string>;
  failures: number;
}

/** Milliseconds after which another process is taken to be busy. */
const PATIENCE = 1500;
/** Looks after which an unanswered peer is given up: one in the middle of a long step may be slow. */
const MOST_FAILURES = 20;
/** Every which look is one for new peers. */
const SEARCH = 4;

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(PATIENCE) });
}

/** Whether nobody listens there: its process has ended. */
function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === 'ECONNREFUSED' || cause?.code === 'ECONNRESET';
}

/** The other processes that serve dashboards. */
export class Peers {
  readonly #board: RunBoard;
  readonly #peers = new Map<number, Peer>();
  readonly #ports: readonly number[];
  #looks = 0;
  #looking = false;

  /** @param ports Where others may be. */
  constructor(board: RunBoard, ports: readonly number[]) {
    this.#board = board;
    this.#ports = ports;
  }

  /** Ask the others for what is new. @param own The port of this process. */
  async look(own: number): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const others = this.#ports.filter((port) => port !== own && port !== 0);
      const searches = this.#looks++ % SEARCH === 0;
      const asked = others.filter((port) => searches || this.#peers.has(port));
      await Promise.all(asked.map((port) => this.#visit(port)));
    } finally {
      this.#looking = false;
    }
  }

  async #visit(port: number): Promise<void> {
    const address = `http://127.0.0.1:${port}`;
    let peer = this.#peers.get(port) ?? null;
    try {
      peer ??= await this.#meet(port, address);
      if (peer === null) return;
      const response = await ask(`${address}/frame?own&since=${peer.server}.${peer.version}`);
      const { server, version, runs } = (await response.json()) as Frame & { readonly server: string };
      if (server !== peer.server) {
        this.#part(port, peer); // the port has passed on to another process
        return;
      }
      const { token } = peer;
      peer.failures = 0;
      peer.version = version;
      for (const { id } of runs) peer.runs.add(id);
      this.#board.apply(runs, (run, command) => send(address, token, run, command));
    } catch (error) {
      if (peer !== null && (isRefused(error) || ++peer.failures > MOST_FAILURES)) this.#part(port, peer);
    }
  }

  async #meet(port: number, address: string): Promise<Peer | null> {
    const response = await ask(`${address}/hello`);
    if (!response.ok) return null;
    const { dashboard, server, token } = (await response.json()) as Readonly<Record<string, unknown>>;
    if (dashboard !== 'keras-ts' || typeof server !== 'string' || typeof token !== 'string') return null;
    const peer = { address, token, server, version: 0, runs: new Set<string>(), failures: 0 };
    this.#peers.set(port, peer);
    return peer;
  }

  #part(port: number, peer: Peer): void {
    this.#peers.delete(port);
    this.#board.lose(peer.runs);
  }
}

async function send(address: string, token: string, run: string, command: Command): Promise<void> {
  await ask(`${address}/command`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Token': token },
    body: JSON.stringify({ run, ...command }),
  });
}
