/** @file Models in files, in a page: opened, trained, kept in the page's stores. */
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/files.html';

/** Runs the page and counts what came back as it was. `label` names the way it ran. */
export async function checkFiles(checks, browser, { label, isolated, module = '/dist/browser.js', files }) {
  const server = await serve({ isolated, files });
  const opened = await openPage(browser);
  try {
    await checks.run(`${label}: models are opened, trained and kept`, async () => {
      await opened.page.goto(`${server.address}${page}?module=${encodeURIComponent(module)}`);
      const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 60_000 });
      const { error, ...parts } = await handle.jsonValue();
      if (error) throw new Error([error, ...opened.errors].join('\n'));
      const bad = Object.keys(parts).filter((name) => !parts[name]);
      if (bad.length > 0) throw new Error(`not as it was: ${bad.join(', ')}`);
      return Object.keys(parts).join(', ');
    });
  } finally {
    await opened.page.close();
    await server.close();
  }
}
