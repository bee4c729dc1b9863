/** @file `RunBoard`: the runs that a dashboard shows, of this process and of others. */
import type { Command, Frame, RunFrame } from './run_state.js';
import { RunState, Versions } from './run_state.js';

/** Runs that are kept: beyond them the oldest that has ended goes. */
const MOST_RUNS = 12;

interface Entry {
  readonly state: RunState;
  /** Whether it runs in this process. */
  readonly own: boolean;
  /** Hands a command on to the run; null: it takes none any more. */
  command: ((command: Command) => void | Promise<void>) | null;
}

/** The runs, and who wants to hear of them. */
export class RunBoard {
  readonly #versions = new Versions();
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();

  /** Changes so far. */
  get version(): number {
    return this.#versions.current;
  }

  get runs(): RunState[] {
    return [...this.#entries.values()].map(({ state }) => state);
  }

  /** A run that begins in this process. */
  begin(id: string, command: (command: Command) => void): RunState {
    return this.#enter(id, { own: true, command });
  }

  #enter(id: string, entry: Pick<Entry, 'own' | 'command'>): RunState {
    const state = new RunState(id, this.#versions);
    this.#entries.set(id, { state, ...entry });
    for (const [old, { state: other }] of this.#entries) {
      if (this.#entries.size <= MOST_RUNS) break;
      if (other.get('info')?.status !== 'running' && old !== id) this.#entries.delete(old);
    }
    return state;
  }

  /** A run takes no commands any more. */
  end(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.command = null;
  }

  /** Take over what another board tells. */
  apply(frames: readonly RunFrame[], command: ((run: string, command: Command) => Promise<void>) | null = null): void {
    for (const frame of frames) {
      const known = this.#entries.get(frame.id);
      if (known?.own) continue;
      const take = command === null ? null : (each: Command) => command(frame.id, each);
      if (known !== undefined) known.command = take;
      (known?.state ?? this.#enter(frame.id, { own: false, command: take })).apply(frame);
    }
    if (frames.length > 0) this.changed();
  }

  /** The other process of some runs does not answer: those that have not ended are lost. */
  lose(ids: Iterable<string>): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      const info = entry?.state.get('info');
      if (entry === undefined || info === undefined) continue;
      entry.command = null;
      if (info.status === 'running')
        entry.state.set('info', { ...info, status: 'lost', reason: 'its process is gone' });
    }
    this.changed();
  }

  /** What a reader lacks who has seen a version (0: none). @param ownOnly Only of runs of this process. */
  since(version: number, ownOnly = false): Frame {
    const entries = [...this.#entries.values()].filter(({ own }) => own || !ownOnly);
    const runs = entries.flatMap(({ state }) => state.since(version) ?? []);
    return { version: this.version, runs };
  }

  /** Ask a run for something. @returns false: there is no such run that takes commands. */
  async command(id: string, command: Command): Promise<boolean> {
    const take = this.#entries.get(id)?.command ?? null;
    if (take === null) return false;
    await take(command);
    return true;
  }

  /** Tell the listeners that something is new. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** @returns Ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** What a stranger sends, if it is a command; otherwise null. */
export function parseCommand(value: unknown): { run: string; command: Command } | null {
  if (typeof value !== 'object' || value === null) return null;
  const { run, name, factor } = value as Readonly<Record<string, unknown>>;
  if (typeof run !== 'string') return null;
  if (name === 'stop') return { run, command: { name } };
  if (name !== 'scaleLearningRate' || typeof factor !== 'number' || !(factor > 0 && factor < 1)) return null;
  return { run, command: { name, factor } };
}
