/** @file In a page: batches that workers make, and elements that a file of the browser keeps. */
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/workers.html';

/** Trains on batches of workers and counts what must hold. `label` names the way it ran. */
export async function checkWorkers(checks, browser, { label, isolated, module = '/dist/browser.js', files }) {
  const server = await serve({ isolated, files });
  const opened = await openPage(browser);
  let report;
  const trained = await checks.run(`${label}: trains on batches that workers make`, async () => {
    await opened.page.goto(`${server.address}${page}?module=${encodeURIComponent(module)}`);
    const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 120_000 });
    report = await handle.jsonValue();
    if (report.error) throw new Error([report.error, ...opened.errors].join('\n'));
  });
  const threads = trained ? opened.page.workers().length : 0;
  await opened.page.close();
  await server.close();
  if (!trained) return;
  const { losses, expected, message, squares, made } = report;
  checks.record(
    `${label}: the workers' batches come in order, each once an epoch`,
    losses.length === 2 && losses.join() === expected.join(),
    `${losses.join()} and ${expected.join()}`,
  );
  checks.record(
    `${label}: an error of a worker names the batch`,
    /item 2: RangeError: no file 2/.test(message),
    message,
  );
  checks.record(
    `${label}: a data set's cache is a file of the browser`,
    squares.join(' ') === '0,1,4,9 0,1,4,9' && made.join() === '0,1,2,3',
    `${squares.join(' ')}; made ${made.join()}`,
  );
  // In an isolated page threads of the library itself may be left.
  if (!isolated) checks.record(`${label}: the workers have ended`, threads === 0, `${threads} workers`);
}
