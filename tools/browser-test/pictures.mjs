/** @file In a page: the galleries of docs/pictures.md as drawings and as images, with names that can be read. */
import { transform } from 'esbuild';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/stamps.mjs';
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/pictures.html';
const folder = join(root, 'runs', 'pictures');

/** The program of the guide as a module that gives its galleries, and makes each again as a file. */
async function programOf(module) {
  const [, block] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'pictures.md'), 'utf8'));
  const text = block.replace("'keras-ts'", JSON.stringify(module));
  const again = [...text.matchAll(/const (\w+) = await (visualization\.plot\w+)\(([\s\S]*?)\}\);/g)].map(
    ([, name, fn, rest]) => `${name}: (path) => ${fn}(${rest.trimEnd().replace(/,$/, '')}, path, transparent: false })`,
  );
  const names = again.map((line) => line.slice(0, line.indexOf(':')));
  const source = `${text}\nexport const galleries = { ${names.join(', ')} };\nexport const again = { ${again.join(',\n')} };`;
  const { code } = await transform(source, { loader: 'ts', format: 'esm' });
  return { code, names };
}

/** Draws the galleries and counts what must hold. `label` names the way it ran. */
export async function checkPictures(checks, browser, { label, png, module = '/dist/browser.js', files = {} }) {
  const { code, names } = await programOf(module);
  const server = await serve({
    isolated: false,
    files: { ...files, '/bundle/fast-png.js': png, '/bundle/program.js': code },
  });
  const opened = await openPage(browser, { viewport: { width: 1500, height: 1100 } });
  try {
    await checks.run(`${label}: galleries are drawn, as SVG and as PNG`, async () => {
      const address = `${server.address}${page}?module=${encodeURIComponent(module)}&program=/bundle/program.js`;
      await opened.page.goto(address);
      const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 60_000 });
      const { error, galleries } = await handle.jsonValue();
      if (error) throw new Error([error, ...opened.errors].join('\n'));
      mkdirSync(folder, { recursive: true });
      await opened.page.screenshot({ path: join(folder, 'galleries.png'), fullPage: true });
      const said = Object.values(galleries).flatMap(({ words }) => words);
      if (names.length !== 3 || said.length < 12) throw new Error(`${names.length} galleries say ${said.join(', ')}`);
      for (const [name, { small, outside, covered, size, png: image, kept, colours }] of Object.entries(galleries)) {
        const bad = Object.entries({ small, outside, covered }).filter(([, words]) => words.length > 0);
        if (bad.length > 0)
          throw new Error(`${name}: ${bad.map(([what, words]) => `${what}: ${words.join(', ')}`).join('; ')}`);
        if (image.join() !== size.join() || kept.join() !== size.join())
          throw new Error(
            `${name}: a drawing of ${size.join(' x ')}, an image of ${image.join(' x ')}, a file of ${kept.join(' x ')}`,
          );
        if (colours < 20) throw new Error(`${name}: an image of ${colours} colours`);
      }
      return 'runs/pictures/galleries.png shows them';
    });
    checks.record(
      `${label}: the galleries say nothing in the console`,
      opened.errors.length === 0,
      opened.errors.join(' | '),
    );
  } finally {
    await opened.page.close();
    await server.close();
  }
}
