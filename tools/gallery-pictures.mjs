/** @file Makes the pictures of docs/pictures.md by the program that stands there, with the built library: `node tools/gallery-pictures.mjs`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import * as keras from '../dist/index.js';
import { root } from './lib/stamps.mjs';

const folder = join(root, 'docs', 'images');
const [, block] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'pictures.md'), 'utf8'));
const [head, ...lines] = block.split('\n');
const { code } = await esbuild.transform(lines.join('\n'), { loader: 'ts' });
const save = `
  const file = (name) => \`\${folder}/\${name}.png\`;
  const beside = (t) => ops.concatenate([0, 1].map((i) => ops.getItem(t, [i])), { axis: 1 });
  await utils.saveImg(file('boxes'), beside(drawn), { scale: false });
  await utils.saveImg(file('masks'), beside(painted), { scale: false });
`;
// The same calls again, this time into files on white.
const calls = code.replaceAll(
  /await visualization\.(plot\w+)\(([\s\S]*?)\}\);/g,
  (_, fn, rest) =>
    `await visualization.${fn}(${rest}, path: \`\${folder}/\${${JSON.stringify({
      plotImageGallery: 'gallery',
      plotBoundingBoxGallery: 'box-gallery',
      plotSegmentationMaskGallery: 'mask-gallery',
    })}['${fn}']}.png\`, transparent: false });`,
);
const names = /\{ (.*) \}/.exec(head)[1];
const Program = Object.getPrototypeOf(async () => undefined).constructor;
await new Program('keras', 'folder', `const { ${names} } = keras;\n${calls}\n${save}`)(keras, folder);
