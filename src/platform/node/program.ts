/** @file A program of the command line: its arguments, what it writes, and how it ends. */

/** The program that runs. */
export const program = {
  args: process.argv.slice(2),
  out: (text: string): void => void process.stdout.write(`${text}\n`),
  err: (text: string): void => void process.stderr.write(`${text}\n`),
  showsProgress: process.stderr.isTTY === true,
  /** End with this code when all that is written has gone out. */
  end: (code: number): void => {
    process.exitCode = code;
  },
};
