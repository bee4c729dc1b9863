/** @file The runs of the same process, for a dashboard that draws into an element. */
import type { RunBoard } from '../run_board.js';
import type { PageSource } from './source.js';

/** Milliseconds between two drawings. */
const TICK = 250;

export function localSource(board: RunBoard, save: () => Promise<string>): PageSource {
  return {
    subscribe(onFrame, onConnection) {
      let version = 0;
      let timer: ReturnType<typeof setTimeout> | null = null;
      const tell = (): void => {
        timer = null;
        const frame = board.since(version);
        version = frame.version;
        onFrame(frame);
      };
      const end = board.listen(() => (timer ??= setTimeout(tell, TICK)));
      onConnection('open');
      tell();
      return () => {
        end();
        if (timer !== null) clearTimeout(timer);
      };
    },
    command: async (run, command) => {
      if (!(await board.command(run, command))) throw new Error('this run has ended');
    },
    save,
  };
}
