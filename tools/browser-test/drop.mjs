/** @file A `.keras` file of Keras, dropped onto a page, trained there and downloaded: Keras opens it again. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';
import { root } from '../lib/stamps.mjs';
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/drop.html';

/** Numbers of an array in fixtures, as lists in lists. */
function listsOf({ shape, data }) {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  const cut = (numbers, [, ...rest]) =>
    rest.length === 0
      ? numbers
      : Array.from({ length: shape.at(-1 - rest.length) }, (_, i) => {
          const size = numbers.length / shape.at(-1 - rest.length);
          return cut(numbers.slice(i * size, (i + 1) * size), rest);
        });
  return cut([...new Float32Array(bytes.buffer)], shape);
}

/** A file that Keras wrote, with what it is trained on and what Keras predicts (tools/fixtures/saving.py). */
function recorded(id) {
  const lines = gunzipSync(readFileSync(join(root, 'fixtures', 'saving.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  const { files, x, y, before } = lines.map((line) => JSON.parse(line)).find((each) => each.id === id);
  return { file: files['m.keras'], x: listsOf(x), y: listsOf(y), before: listsOf(before) };
}

const farthest = (a, b) => Math.max(...a.flat(9).map((value, i) => Math.abs(value - b.flat(9)[i])));

/** A Python with Keras: the one that KERAS_TS_PYTHON names, or that of npm run test:interop; null: there is none. */
function pythonWithKeras() {
  const own = join(root, 'tools', '.venv-interop', 'bin', 'python');
  return process.env.KERAS_TS_PYTHON || (existsSync(own) ? own : null);
}

async function dropInPage(browser, { module, files, sample }) {
  const server = await serve({ isolated: false, files });
  const opened = await openPage(browser, { acceptDownloads: true });
  try {
    await opened.page.goto(`${server.address}${page}?module=${encodeURIComponent(module)}`);
    await opened.page.waitForFunction(() => window.ready);
    const { file, x, y } = sample;
    await opened.page.evaluate((samples) => void (window.samples = samples), { x, y });
    // What a browser hands to a page when a person lets go of a file above it.
    const dataTransfer = await opened.page.evaluateHandle((base64) => {
      const bytes = Uint8Array.from(window.atob(base64), (char) => char.charCodeAt(0));
      const transfer = new window.DataTransfer();
      transfer.items.add(new window.File([bytes], 'dropped.keras'));
      return transfer;
    }, file);
    const coming = opened.page.waitForEvent('download', { timeout: 60_000 }).catch(() => null);
    await opened.page.dispatchEvent('#drop', 'drop', { dataTransfer });
    const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 60_000 });
    const report = await handle.jsonValue();
    if (report.error) throw new Error([report.error, ...opened.errors].join('\n'));
    const download = await coming;
    if (download === null) throw new Error('nothing was downloaded');
    return { report, name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  } finally {
    await opened.page.close();
    await server.close();
  }
}

/** Opens the download in this process, by the built library. */
async function opensHere(checks, label, bytes, x, after) {
  await checks.run(`${label}: Node opens the download, and predicts as the page did`, async () => {
    const { saving, tensor } = await import(pathToFileURL(join(root, 'dist', 'index.js')).href);
    const model = await saving.loadModel(new Uint8Array(bytes));
    const off = farthest((await model.predict(tensor(x), { verbose: 0 })).arraySync(), after);
    if (!(off <= 1e-5)) throw new Error(`off by ${off}`);
    return `off by ${off.toExponential(1)}`;
  });
}

/** Opens the download in Keras. */
function opensInPython(checks, label, python, bytes, x, after) {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-drop-'));
  try {
    writeFileSync(join(folder, 'dropped.keras'), bytes);
    writeFileSync(join(folder, 'dropped.json'), JSON.stringify({ x, y: after }));
    const { status, stdout, stderr } = spawnSync(python, [join(root, 'tools', 'interop', 'check_written.py'), folder], {
      encoding: 'utf8',
    });
    const said = stdout.trim().split('\n').at(-1) || stderr.trim().split('\n').at(-1);
    checks.record(`${label}: Keras opens the download, and predicts as the page did`, status === 0, said);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs the page and counts what must hold. `packed`: a worker can load h5wasm. */
export async function checkDrop(checks, browser, { label, module = '/dist/browser.js', files, packed }) {
  const sample = recorded('convnet');
  let found;
  const ok = await checks.run(`${label}: a dropped .keras file is opened, trained and downloaded`, async () => {
    found = await dropInPage(browser, { module, files, sample });
    return `${found.name}, ${found.bytes.length} bytes`;
  });
  if (!ok) return;
  const { report, bytes } = found;
  const off = farthest(report.before, sample.before);
  checks.record(`${label}: it predicts as Keras does, to 1e-5`, off <= 1e-5, `off by ${off.toExponential(1)}`);
  checks.record(`${label}: an epoch changes it`, farthest(report.before, report.after) > 1e-4 && report.loss[0] > 0);
  const sizes = [report.svg, report.png].map(({ width, height }) => `${width} x ${height}`).join(', ');
  checks.record(`${label}: SVG and PNG of it are drawn`, report.svg.width > 50 && report.png.width > 50, sizes);
  const said = `${report.workers} workers asked for; with a limit of no time: ${report.hurried}`;
  if (packed)
    // Two limits of time, two workers.
    checks.record(
      `${label}: HDF5 is read in a worker that is ended at the limit`,
      report.workers >= 2 && /took longer/.test(report.hurried),
      said,
    );
  else checks.record(`${label}: HDF5 is read on the page's own thread`, report.hurried === 'loaded', said);
  await opensHere(checks, label, bytes, sample.x, report.after);
  const python = pythonWithKeras();
  if (python === null)
    console.log(`skip ${label}: Keras opens the download: no Python with Keras here (KERAS_TS_PYTHON names one)`);
  else opensInPython(checks, label, python, bytes, sample.x, report.after);
}
