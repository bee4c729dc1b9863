/** @file The examples of the documentation: in comments of the sources, and blocks of code in README and docs. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(src);

/** An example and the file in which it stands, from the root of the repository. */
export interface Example {
  readonly path: string;
  readonly text: string;
}

/** The examples in comments of the sources. */
export function commentExamples(): Example[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing/'))
    .sort()
    .flatMap((path) =>
      [...readFileSync(join(src, path), 'utf8').matchAll(/@example\b([\s\S]*?)(?=\n\s*\*\s*@|\*\/)/g)].map(
        ([, comment]) => ({ path: `src/${path}`, text: comment.replaceAll(/^\s*\* ?/gm, '').trim() }),
      ),
    );
}

/** The blocks of TypeScript in README.md and docs. */
export function codeBlocks(): Example[] {
  const files = [
    'README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map(
      (path) => `docs/${path.replaceAll('\\', '/')}`,
    ),
  ];
  return files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => {
      const blocks = [
        ...readFileSync(join(root, path), 'utf8').matchAll(
          /(<!-- program -->\s+)?```(?:ts|typescript)\n([\s\S]*?)```/g,
        ),
      ];
      const parts = blocks.filter(([, mark]) => mark !== undefined).map(([, , text]) => text);
      const alone = blocks.filter(([, mark]) => mark === undefined).map(([, , text]) => ({ path, text }));
      // The marked blocks of a page are one program.
      return parts.length === 0 ? alone : [{ path, text: parts.join('\n') }, ...alone];
    });
}
