import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PACKAGE_VERSION } from './core/keras_version.js';

const src = dirname(fileURLToPath(import.meta.url));
const manifest = JSON.parse(readFileSync(join(src, '..', 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly sideEffects: readonly string[];
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>> | string>>;
};
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing/'));

describe('package.json', () => {
  it('has the version that programs say', () => {
    expect(PACKAGE_VERSION).toBe(manifest.version);
  });
  it('keeps what bundlers must keep: all that is imported for its effect', () => {
    const patterns = manifest.sideEffects.map(
      (glob) => new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`),
    );
    const lost = sources
      .flatMap((path) => {
        const text = readFileSync(join(src, path), 'utf8');
        const imported = [...text.matchAll(/^import '(\.[^']*)';/gm)].map((m) => posix.join(posix.dirname(path), m[1]));
        const registers = /^(register|define|set)[A-Z]\w*(<.*>)?\(/m.test(text) && path.endsWith('index.ts');
        return registers ? [...imported, path.replace(/\.ts$/, '.js')] : imported;
      })
      .filter((path) => !patterns.some((pattern) => pattern.test(`./dist/modules/${path}`)));
    expect(lost).toEqual([]);
  });
  it('exports files that are built', () => {
    const targets = Object.values(manifest.exports).flatMap((e) => (typeof e === 'string' ? [] : Object.values(e)));
    const missing = targets.filter(
      (path) => !sources.includes(path.replace(/^\.\/dist\/(modules\/)?/, '').replace(/(\.d\.ts|\.js)$/, '.ts')),
    );
    expect(missing).toEqual([]);
  });
});
