/** @file Whether a page finds out that the browser joins neighbouring vectors, and computes the same bits either way. */
import { existsSync, readFileSync } from 'node:fs';
import { launch, openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/wide.html';
/** What the pass of V8 is called, now and in Chromium before it was thought finished. */
const flags = ['--wasm-revectorize', '--experimental-wasm-revectorize'];
const cpus = '/proc/cpuinfo';
/** Whether the processor has vectors of 256 bits; where nothing says so it is left open. */
const hasWide = existsSync(cpus) && /\bavx2\b/.test(readFileSync(cpus, 'utf8'));

async function reportOf({ jsFlag, isolated, module = '/dist/browser.js', files }) {
  const browser = await launch(jsFlag === null ? [] : [`--js-flags=${jsFlag}`]);
  const server = await serve({ isolated, files });
  try {
    const opened = await openPage(browser);
    await opened.page.goto(`${server.address}${page}?module=${encodeURIComponent(module)}`);
    const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 120_000 });
    const report = await handle.jsonValue();
    if (report.error) throw new Error([report.error, ...opened.errors].join('\n'));
    return report;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Whether `config.backendInfo()` ends in so many threads and bits: before them it has the package and its version. */
const says = (info, threads, bits) => info.endsWith(`, wasm, ${threads} × ${bits}-bit`);

/** Counts what must hold. `label` names the way it ran. */
export async function checkWide(checks, { label, ...way }) {
  let plain;
  await checks.run(`${label}: vectors of 128 bits where the browser does not join them`, async () => {
    plain = await reportOf({ ...way, jsFlag: null });
    const { info, wide, threads, without, withThem } = plain;
    if (wide || !says(info, threads, 128)) throw new Error(info);
    if (without !== info || !says(withThem, threads, 256)) throw new Error(`${without}; ${withThem}`);
    return info;
  });
  if (!hasWide) {
    checks.record(`${label}: no vectors of 256 bits, as this processor has none`, true);
    return;
  }
  await checks.run(`${label}: vectors of 256 bits where it does, to the same bits`, async () => {
    const said = [];
    for (const jsFlag of flags) {
      const { info, weights, without, threads } = await reportOf({ ...way, jsFlag });
      said.push(`${jsFlag}: ${info}`);
      if (!says(info, threads, 256)) continue;
      if (!says(without, threads, 128)) throw new Error(`disableWideVectors: ${without}`);
      if (weights.join() !== plain?.weights.join()) throw new Error('the weights are not those of narrow vectors');
      return said.at(-1);
    }
    throw new Error(said.join('; '));
  });
}
