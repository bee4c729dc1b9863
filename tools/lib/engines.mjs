/** @file Other versions of Node, brought by the npm package `node`, for tests and measures on the engines that people have. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './command.mjs';

const home = fileURLToPath(new URL('../.engines', import.meta.url));

/**
 * The program of a Node of this major version: the one that runs, or one in `tools/.engines`, installed at first need.
 *
 * @param {number | string} major Such as 24.
 * @returns {Promise<string>} Its path.
 */
export async function nodeOf(major) {
  if (process.versions.node.split('.')[0] === String(major)) return process.execPath;
  const folder = join(home, String(major));
  const program = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  await mustRun('npm', ['install', '--prefix', folder, ...flags, `node@${major}`], { timeout: 180 });
  if (!existsSync(program)) throw new Error(`node@${major} is installed, but there is no ${program}`);
  return program;
}

/**
 * The version of a Node.
 *
 * @param {string} program Its path.
 * @returns {string} Such as `24.11.0`.
 */
export function versionOf(program) {
  if (program === process.execPath) return process.versions.node;
  return JSON.parse(readFileSync(join(program, '..', '..', 'package.json'), 'utf8')).version;
}
