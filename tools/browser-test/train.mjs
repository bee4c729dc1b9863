/** @file The built library trains the digits in a page, and the page stays alive. */
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const page = '/tools/browser-test/pages/train.html';

/** Trains in a page that loads the library from the path `module`; comes back with its report and the console's words. */
async function trainInPage(browser, { isolated, module, files }) {
  const server = await serve({ isolated, files });
  const opened = await openPage(browser);
  try {
    await opened.page.goto(`${server.address}${page}?module=${encodeURIComponent(module)}`);
    const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 120_000 });
    const report = await handle.jsonValue();
    return { ...report, messages: opened.messages, errors: opened.errors };
  } finally {
    await opened.page.close();
    await server.close();
  }
}

/** Trains and counts what must hold. `label` names the way it ran. */
export async function checkTraining(checks, browser, { label, isolated, module = '/dist/browser.js', files }) {
  let report;
  const trained = await checks.run(`${label}: trains the digits`, async () => {
    report = await trainInPage(browser, { isolated, module, files });
    if (report.error) throw new Error([report.error, ...report.errors].join('\n'));
    if (report.isolated !== isolated) throw new Error(`crossOriginIsolated is ${report.isolated}`);
    return `${report.threads} threads, ${report.seconds.toFixed(1)} s`;
  });
  if (!trained) return;
  checks.record(`${label}: test accuracy at least 0.96`, report.accuracy >= 0.96, report.accuracy.toFixed(4));
  // An order of events, no measure of speed: how long a page waits depends on what else the machine does.
  const { order, longest } = report.timers;
  checks.record(
    `${label}: timers that are set one after the other as training begins all go off before it ends`,
    order.join() === 'first timer,second timer,third timer,training ends',
    `${order.join(', ')}; the longest pause was ${longest.toFixed(0)} ms`,
  );
  const said = report.messages.filter((message) => /thread/i.test(message));
  if (isolated) {
    checks.record(
      `${label}: uses threads`,
      report.threads > 1 || report.cores === 1,
      `${report.threads} on ${report.cores} cores`,
    );
    checks.record(`${label}: the console stays silent`, report.messages.length === 0, report.messages.join(' | '));
  } else {
    checks.record(`${label}: uses one thread`, report.threads === 1, `${report.threads}`);
    checks.record(`${label}: says so once`, said.length === 1, said.join(' | ') || 'it said nothing');
  }
  checks.record(`${label}: no error in the console`, report.errors.length === 0, report.errors.join(' | '));
}
