/**
 * @file `keras-ts` on the command line: commands, help, exit codes. 0: all is well; 1: a file is not as it should be, or files differ;
 * 2: the command line is wrong.
 */
import { suggest } from '../core/errors.js';
import { version } from '../namespaces/version.js';
import type { OptionSpecs } from './arguments.js';
import { parseArguments, UsageError } from './arguments.js';
import type { Command } from './command.js';
import { columns } from './command.js';
import { convert } from './convert.js';
import { diff } from './diff.js';
import { inspect } from './inspect.js';
import { plot } from './plot.js';
import { predict } from './predict.js';
import { verify } from './verify.js';

const COMMANDS: Readonly<Record<string, Command>> = { inspect, convert, plot, predict, verify, diff };

const COMMON: OptionSpecs = {
  json: { value: null, help: 'print JSON, for programs' },
  quiet: { value: null, short: 'q', help: 'say nothing of progress' },
  help: { value: null, short: 'h', help: 'show this' },
};

/** Where the command line writes. */
export interface CliOutput {
  /** What was asked for. */
  out(text: string): void;
  /** Progress and mistakes. */
  err(text: string): void;
  /** Whether progress is shown to a person. */
  readonly showsProgress: boolean;
}

function optionLines(specs: OptionSpecs): string[] {
  return columns(
    Object.entries(specs).map(([name, { value, short, help }]) => [
      `  ${short === undefined ? '    ' : `-${short}, `}--${name}${value === null ? '' : ` ${value}`}`,
      help,
    ]),
  );
}

function commandHelp(name: string, command: Command): string {
  return [
    `keras-ts ${name} ${command.usage}`,
    '',
    command.summary,
    '',
    ...optionLines({ ...command.options, ...COMMON }),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

function help(): string {
  return [
    `keras-ts: models of Keras ${version()} in files, without Python.`,
    '',
    'keras-ts COMMAND …',
    '',
    ...columns(Object.entries(COMMANDS).map(([name, { summary }]) => [`  ${name}`, summary])),
    '',
    ...optionLines({ ...COMMON, version: { value: null, help: 'show which Keras this is' } }),
    '',
    'keras-ts COMMAND --help shows the options of a command and examples.',
    'Exit codes: 0 all is well; 1 a file is not as it should be, or files differ; 2 the command line is wrong.',
  ].join('\n');
}

async function runCommand(name: string, args: readonly string[], output: CliOutput): Promise<number> {
  const command = COMMANDS[name];
  const parsed = parseArguments(args, { ...command.options, ...COMMON });
  if (parsed.flags.has('help')) {
    output.out(commandHelp(name, command));
    return 0;
  }
  if (parsed.positional.length !== command.arity)
    throw new UsageError(
      `keras-ts ${name} ${command.usage}: ${parsed.positional.length} arguments are given, ${command.arity} needed.`,
    );
  const note = (text: string): void => {
    if (output.showsProgress && !parsed.flags.has('quiet')) output.err(`${text} …`);
  };
  const outcome = await command.run(parsed, note);
  output.out(parsed.flags.has('json') ? JSON.stringify(outcome.json, null, 2) : outcome.text);
  return outcome.code;
}

/**
 * Run a command.
 *
 * @param args What stands behind `keras-ts`.
 * @returns The exit code.
 */
export async function runCli(args: readonly string[], output: CliOutput): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      output.out(help());
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      output.out(`keras-ts, as Keras ${version()}`);
      return 0;
    }
    if (!Object.hasOwn(COMMANDS, name))
      throw new UsageError(`There is no command '${name}'.${suggest(name, Object.keys(COMMANDS))}`);
    return await runCommand(name, rest, output);
  } catch (error) {
    const usage = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    if (rest.includes('--json')) output.out(JSON.stringify({ error: message }, null, 2));
    else output.err(`keras-ts: ${message}${usage ? '\nkeras-ts --help shows what there is.' : ''}`);
    return usage ? 2 : 1;
  }
}
