/** @file `npm run test:browser`: the built library and the example's report in headless Chromium. */
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checks } from '../lib/checks.mjs';
import { root } from '../lib/stamps.mjs';
import { launch } from './browser.mjs';
import { checkDashboard, checkDashboardInPage } from './dashboard.mjs';
import { checkDrop } from './drop.mjs';
import { checkFiles } from './files.mjs';
import { checkPictures } from './pictures.mjs';
import { checkReport } from './report.mjs';
import { checkTensorBoard } from './tensorboard.mjs';
import { checkTraining } from './train.mjs';
import { checkWide } from './wide.mjs';
import { checkWorkers } from './workers.mjs';

/** A module of the library with all that it imports in one file, as a bundler delivers it: nothing lies beside it. */
async function bundle(module, folder = join(root, 'dist', 'modules')) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, module)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

/** The pages of files as they are beside a bundle: without the map that tells where packages lie. */
const plainPages = Object.fromEntries(
  ['files', 'drop', 'tensorboard'].map((name) => {
    const path = `/tools/browser-test/pages/${name}.html`;
    return [path, readFileSync(join(root, path), 'utf8').replace(/<script type="importmap">.*?<\/script>/s, '')];
  }),
);

const checks = new Checks();
let browser;
if (await checks.run('Chromium starts', async () => void (browser = await launch()))) {
  await checkTraining(checks, browser, { label: 'isolated page', isolated: true });
  await checkTraining(checks, browser, { label: 'ordinary page', isolated: false });
  await checkWorkers(checks, browser, { label: 'isolated page', isolated: true });
  await checkWorkers(checks, browser, { label: 'ordinary page', isolated: false });
  await checkWide(checks, { label: 'isolated page', isolated: true });
  await checkWide(checks, { label: 'ordinary page', isolated: false });
  await checkFiles(checks, browser, { label: 'ordinary page', isolated: false });
  await checkDrop(checks, browser, { label: 'ordinary page', packed: true });
  await checkTensorBoard(checks, browser, { label: 'ordinary page' });
  const png = await bundle('index.js', join(root, 'node_modules', 'fast-png', 'lib'));
  await checkPictures(checks, browser, { label: 'ordinary page', png });
  await checkDashboard(checks, browser);
  await checkDashboardInPage(checks, browser, { label: 'ordinary page' });
  let file = '';
  if (await checks.run('esbuild bundles the library', async () => void (file = await bundle('browser.js')))) {
    await checkTraining(checks, browser, {
      label: 'bundled, isolated page',
      isolated: true,
      module: '/bundle/keras.js',
      files: { '/bundle/keras.js': file },
    });
    await checkDashboardInPage(checks, browser, {
      label: 'bundled page',
      module: '/bundle/keras.js',
      files: { '/bundle/keras.js': file },
    });
    await checkPictures(checks, browser, {
      label: 'bundled page',
      png,
      module: '/bundle/keras.js',
      files: { '/bundle/keras.js': file },
    });
    await checkTensorBoard(checks, browser, {
      label: 'bundled page',
      module: '/bundle/keras.js',
      files: { ...plainPages, '/bundle/keras.js': file },
    });
    await checkFiles(checks, browser, {
      label: 'bundled page',
      isolated: false,
      module: '/bundle/keras.js',
      files: { ...plainPages, '/bundle/keras.js': file },
    });
    await checkDrop(checks, browser, {
      label: 'bundled page',
      module: '/bundle/keras.js',
      files: { ...plainPages, '/bundle/keras.js': file },
      packed: false,
    });
    // Where bundlers that know `new Worker(new URL(…))` put the worker, esbuild leaves the name as it is.
    const worker = await bundle('formats/hdf5/worker.js');
    await checkDrop(checks, browser, {
      label: 'bundled page, with its worker',
      module: '/bundle/keras.js',
      files: { ...plainPages, '/bundle/keras.js': file, '/formats/hdf5/worker.js': worker },
      packed: true,
    });
  }
  await checkReport(checks, browser);
  await browser.close();
}
checks.close();
