/** @file The five-line program of README.md, so that what it shows is what runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './stamps.mjs';

/** The code block that follows the line `<!-- program -->`. */
export function readmeProgram() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, program] = /<!-- program -->\n(?:<!-- prettier-ignore -->\n)?```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  if (!program) throw new Error('README.md has no code block after the line <!-- program -->');
  return program;
}
