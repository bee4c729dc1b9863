/** @file The programs of README.md and of the guides in docs/, so that what they show is what runs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './stamps.mjs';

/** The code block that follows the line `<!-- program -->`. */
export function readmeProgram() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, program] = /<!-- program -->\n(?:<!-- prettier-ignore -->\n)?```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  if (!program) throw new Error('README.md has no code block after the line <!-- program -->');
  return program;
}

/** The guides in docs/ whose blocks are one whole program: names and programs. */
export function guidePrograms() {
  return readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => {
      const text = readFileSync(join(root, 'docs', name), 'utf8');
      const blocks = [...text.matchAll(/<!-- program -->\n+```ts\n([\s\S]*?)```/g)].map(([, block]) => block);
      return [name.replace('.md', ''), blocks.join('\n')];
    })
    .filter(([, program]) => program.startsWith('import '));
}
