/** @file Where the page has its runs from: a server, the same process, or the page itself where it was saved. */
import type { Command, Frame } from '../run_state.js';

/** How the page stands to what it shows. */
export type Connection = 'connecting' | 'open' | 'renewed' | 'lost' | 'saved';

export interface PageSource {
  /**
   * Hear of what is new.
   *
   * @param onFrame Called with what the page lacks.
   * @param onConnection Called when the connection changes; `'renewed'`: another process answers now.
   * @returns Ends it.
   */
  subscribe(onFrame: (frame: Frame) => void, onConnection: (connection: Connection) => void): () => void;
  /** Ask a run for something; null: nobody hears. @throws {Error} It was refused, or nobody answers. */
  readonly command: ((run: string, command: Command) => Promise<void>) | null;
  /** The page with what it shows, as HTML that opens without a server. */
  save(frame: Frame): Promise<string>;
}
