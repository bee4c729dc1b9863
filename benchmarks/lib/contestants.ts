/** @file Who is timed: keras-ts, and the peers that are installed. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeOf, versionOf } from '../../tools/lib/engines.mjs';
import { root } from './session.js';
import { quantile } from './statistics.js';

const run = promisify(execFile);

/** One that is timed. */
export interface Contestant {
  readonly name: string;
  /** Whether it is keras-ts. */
  readonly own: boolean;
  /** With the version, and the versions of what it runs on. */
  readonly version: string;
  /** Milliseconds that its import takes in a new process; the median of several. */
  readonly importTime: number;
  /** The command that times a workload, and answers as `Session` expects. */
  command(workload: string, threads: number): readonly string[];
}

/** Times of imports in new processes. */
const imports = 5;

/** The last line that a program prints. */
async function lastLine(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, [...args], { cwd: root });
  return stdout.trim().split('\n').at(-1)!;
}

/**
 * keras-ts in a version of Node.
 *
 * @param major Such as 24. Default: the Node that runs.
 */
export async function kerasTs(major?: string): Promise<Contestant> {
  const node = major === undefined ? process.execPath : await nodeOf(major);
  const program =
    "const start = performance.now(); await import('keras-ts'); console.log(performance.now() - start); process.exit();";
  const times: number[] = [];
  for (let time = 0; time < imports; time++)
    times.push(Number(await lastLine(node, ['--input-type=module', '--eval', program])));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const serve = fileURLToPath(new URL('../serve.ts', import.meta.url));
  return {
    name: major === undefined ? 'keras-ts' : `keras-ts, Node ${major}`,
    version: `keras-ts ${version}, Node ${versionOf(node)}`,
    own: true,
    importTime: quantile(times, 0.5),
    command: (workload, threads) => [node, ...process.execArgv, serve, workload, String(threads)],
  };
}

/** Names of the peers, as peers.py calls them and as tables show them. */
const peerNames: readonly (readonly [string, string])[] = [
  ['torch', 'PyTorch'],
  ['keras-jax', 'Keras-JAX'],
  ['keras-tensorflow', 'Keras-TF'],
];

/** The Python of the peers, or null where they are not installed. */
export function peerPython(): string | null {
  const folder = join(root, 'tools', '.venv-bench');
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  return existsSync(python) ? python : null;
}

/** The peers that can be imported by this Python. */
export async function peers(python: string): Promise<Contestant[]> {
  const script = join(root, 'tools', 'bench', 'peers.py');
  const found: Contestant[] = [];
  for (const [id, name] of peerNames) {
    const about: { version: string; import: number }[] = [];
    try {
      for (let time = 0; time < imports; time++)
        about.push(JSON.parse(await lastLine(python, [script, id, '--about'])) as (typeof about)[number]);
    } catch (error) {
      console.log(
        `${name} is left out: ${String((error as { stderr?: string }).stderr)
          .trim()
          .split('\n')
          .at(-1)}`,
      );
      continue;
    }
    found.push({
      name,
      own: false,
      version: about[0].version,
      importTime: quantile(about.map((each) => each.import), 0.5), // prettier-ignore
      command: (workload, threads) => [python, script, id, workload, '--serve', '--threads', String(threads)],
    });
  }
  return found;
}
