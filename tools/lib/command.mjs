/** @file Runs a command to its end and keeps what it printed. */
import { spawn } from 'node:child_process';
import { root } from './stamps.mjs';

/**
 * Runs `command` without a shell and without standard input.
 *
 * @param options.cwd Folder to run in; default the repository's root.
 * @param options.timeout Seconds after which it is ended; default 300.
 * @param options.env Variables on top of the present ones.
 * @returns Its exit code (1 when it was ended) and its output, both streams in order of arrival.
 */
export function runCommand(command, args, { cwd = root, timeout = 300, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeout * 1000,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: code === null ? `${output}(ended)\n` : output }));
  });
}

/** As `runCommand`, but throws with the output when the exit code is not 0; returns the output. */
export async function mustRun(command, args, options) {
  const { code, output } = await runCommand(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output}`);
  return output;
}
