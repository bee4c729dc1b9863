/** @file `npm run test:browser`: the built library and the example's report in headless Chromium. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { Checks } from '../lib/checks.mjs';
import { root } from '../lib/stamps.mjs';
import { launch } from './browser.mjs';
import { checkFiles } from './files.mjs';
import { checkReport } from './report.mjs';
import { checkTraining } from './train.mjs';

/** The library in one file, as a bundler delivers it: nothing lies beside it. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'dist', 'modules', 'browser.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

const checks = new Checks();
let browser;
if (await checks.run('Chromium starts', async () => void (browser = await launch()))) {
  await checkTraining(checks, browser, { label: 'isolated page', isolated: true });
  await checkTraining(checks, browser, { label: 'ordinary page', isolated: false });
  await checkFiles(checks, browser, { label: 'ordinary page', isolated: false });
  let file = '';
  if (await checks.run('esbuild bundles the library', async () => void (file = await bundle()))) {
    await checkTraining(checks, browser, {
      label: 'bundled, isolated page',
      isolated: true,
      module: '/bundle/keras.js',
      files: { '/bundle/keras.js': file },
    });
    await checkFiles(checks, browser, {
      label: 'bundled page',
      isolated: false,
      module: '/bundle/keras.js',
      files: { '/bundle/keras.js': file },
    });
  }
  await checkReport(checks, browser);
  await browser.close();
}
checks.close();
