/** @file TensorBoard's files in a page: written into a folder by its handle. */
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/tensorboard.html';

/** Runs the page and counts what was found in the files. `label` names the way it ran. */
export async function checkTensorBoard(checks, browser, { label, module = '/dist/browser.js', files }) {
  const server = await serve({ isolated: false, files });
  const opened = await openPage(browser);
  try {
    await checks.run(`${label}: TensorBoard writes into the handle of a folder`, async () => {
      await opened.page.goto(`${server.address}${page}?module=${encodeURIComponent(module)}`);
      const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 60_000 });
      const { error, ...parts } = await handle.jsonValue();
      if (error) throw new Error([error, ...opened.errors].join('\n'));
      const bad = Object.keys(parts).filter((name) => !parts[name]);
      if (bad.length > 0) throw new Error(`not there: ${bad.join(', ')}`);
      return Object.keys(parts).join(', ');
    });
  } finally {
    await opened.page.close();
    await server.close();
  }
}
