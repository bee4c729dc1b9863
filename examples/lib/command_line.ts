/** @file The command line of the examples: `--data`, `--epochs`, `--out`, `--help`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What an example takes. */
export interface Command {
  /** `"mnist"`: names the folder of the report, and stands in the help. */
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** What `--data` names, and where it is looked for when it is not given. */
  readonly data: { readonly what: string; readonly path: string };
  /** Passes over the data when `--epochs` is not given. */
  readonly epochs: number;
}

/** What a person wants. */
export interface Wishes {
  readonly data: string;
  readonly epochs: number;
  /** The folder for the report. */
  readonly out: string;
}

const help = ({ name, about, data, epochs }: Command): string => `${about}

usage: npm run ${name} -- [options]

  --data PATH    ${data.what} (default: ${data.path})
  --epochs N     passes over the data (default: ${epochs})
  --out FOLDER   where report.html is written (default: ${join('runs', name)})
  --help         this text`;

/** @returns What is asked for; a string: what is to be said instead, with the exit code. */
export function parse(
  command: Command,
  args: readonly string[],
): Wishes | { readonly text: string; readonly code: number } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', default: command.data.path },
        epochs: { type: 'string', default: String(command.epochs) },
        out: { type: 'string', default: join('runs', command.name) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { text: help(command), code: 0 };
    const epochs = Number(values.epochs);
    if (!Number.isInteger(epochs) || epochs < 1)
      return { text: `--epochs ${values.epochs}: expected a whole number from 1.`, code: 2 };
    return { data: values.data, epochs, out: values.out };
  } catch (error) {
    return { text: `${(error as Error).message}\n\n${help(command)}`, code: 2 };
  }
}

/** Say something and end: the data are absent, or the command line is wrong. */
export function leave(text: string, code = 1): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}

/** What `read` gives. Data that are not what they should be end the program, with what is wrong with them. */
export async function reading<T>(data: string, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    return leave(`The data at ${data} cannot be used. ${(error as Error).message}`);
  }
}

/** What the person who started this program wants; ends the program after `--help` and after mistakes. */
export function wishes(command: Command): Wishes {
  const wanted = parse(command, process.argv.slice(2));
  return 'code' in wanted ? leave(wanted.text, wanted.code) : wanted;
}
