/** @file LiveDashboard: its page beside a process of Node, as a saved file, and in an element of a page. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../lib/stamps.mjs';
import { openPage } from './browser.mjs';
import { serve } from './server.mjs';

const program = join(root, 'tools', 'browser-test', 'pages', 'dashboard-run.mjs');
const folder = join(root, 'runs', 'dashboard');
const page = '/tools/browser-test/pages/dashboard.html';

/** Of this run of the tests alone: the processes of one find each other. */
const port = 20_000 + (process.pid % 20_000);

function fail(message) {
  throw new Error(message);
}

/**
 * Starts training; comes back when the dashboard has said its address.
 *
 * @returns The process, the address, and what came of it when it has ended.
 */
export function train(name, epochs = 10_000) {
  const child = spawn(process.execPath, [program, String(port), name, String(epochs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const address = /http:\S+/.exec(text)?.[0];
      if (address) resolve({ child, address, ended });
    });
    void ended.then(() => reject(new Error(`training ended: ${text}`)));
  });
}

/** In the page: whether the chart of this title has as many curves. */
function enoughCurves([title, count]) {
  const { shadowRoot } = document.querySelector('#dashboard > div, #board > div') ?? {};
  const charts = [...(shadowRoot?.querySelectorAll('.chart') ?? [])];
  const chart = charts.find((each) => each.querySelector('h3').textContent === title);
  const lines = [...(chart?.querySelectorAll('path.line') ?? [])];
  return lines.filter((line) => line.getAttribute('d').includes('L')).length >= count;
}

const hasCurves = (opened, title, count) =>
  opened.page.waitForFunction(enoughCurves, [title, count], { timeout: 30_000 });

/** A page whose requests are listened to. */
async function open(browser, address, options) {
  const opened = await openPage(browser, options);
  const requests = [];
  opened.page.on('request', (request) => requests.push(request.url()));
  await opened.page.goto(address);
  return { ...opened, requests };
}

const shot = (opened, name) => opened.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });

/** What a page asks of others than its server. */
const elsewhere = ({ requests }, address) =>
  requests.filter((url) => !url.startsWith(address) && !/^(data|blob):/.test(url));

async function checkServed(checks, browser) {
  let run;
  if (!(await checks.run('dashboard: training says its address', async () => void (run = await train('first')))))
    return;
  const { address, ended } = run;
  const opened = await open(browser, address, { viewport: { width: 1200, height: 900 }, acceptDownloads: true });
  const { page: view } = opened;
  await checks.run('dashboard: the page draws curves of training and validation, and what was asked for', async () => {
    await hasCurves(opened, 'loss', 2);
    await hasCurves(opened, 'accuracy', 2);
    await hasCurves(opened, 'all weights', 1);
    for (const part of ['.matrix td', '.samples canvas', '.ridge']) await view.locator(part).first().waitFor();
    await shot(opened, 'training');
  });
  await checks.run('dashboard: arrow keys read single values', async () => {
    await view.locator('.plot').first().focus();
    await view.keyboard.press('ArrowLeft');
    const said = await view.locator('.tip:visible').innerText();
    if (!/^epoch/.test(said) || !/(training|steps) [\d.]+/.test(said)) fail(said);
    return said.replaceAll('\n', ', ');
  });
  await checks.run('dashboard: nothing is wider than a narrow window', async () => {
    await view.setViewportSize({ width: 360, height: 800 });
    const excess = () => view.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    // Charts are drawn anew when the page has learned its width, some frames later.
    await view.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, null, { timeout: 10_000 })
      .catch(async () => fail(`${await excess()} pixels too wide`)); // prettier-ignore
    await view.waitForTimeout(300);
    await shot(opened, 'narrow');
    const wide = await excess();
    await view.setViewportSize({ width: 1200, height: 900 });
    if (wide > 0) fail(`${wide} pixels too wide`);
  });
  await checks.run('dashboard: a page of another site reads nothing and presses nothing', async () => {
    const site = await serve({ isolated: false });
    const other = await openPage(browser);
    try {
      await other.page.goto(`${site.address}${page}?module=/none`);
      const came = await other.page.evaluate(async (target) => {
        const tries = [
          window.fetch(`${target}/hello`).then((response) => response.text()),
          window.fetch(`${target}/hello`, { mode: 'no-cors' }).then((response) => response.text()),
          window
            .fetch(`${target}/command`, { method: 'POST', headers: { 'X-Token': 'x' }, body: '{}' })
            .then((r) => r.status),
        ];
        return (await Promise.allSettled(tries)).map(({ value }) => value ?? '');
      }, address);
      if (came.some((each) => each !== '')) fail(JSON.stringify(came));
    } finally {
      await other.page.close();
      await site.close();
    }
  });
  await checks.run('dashboard: a run of another process stands beside, on one page', async () => {
    const second = await train('second');
    if (second.address === address) fail('both have one address');
    await view.getByRole('region', { name: 'Run second' }).waitFor({ timeout: 30_000 });
    await hasCurves(opened, 'loss', 5);
    await shot(opened, 'two-runs');
    await view.getByRole('region', { name: 'Run second' }).getByText('Stop after this epoch').click();
    const { code, text } = await second.ended;
    if (code !== 0 || !text.includes('stopped after')) fail(text);
    await view.getByRole('region', { name: 'Run second' }).getByText('stopped', { exact: true }).waitFor();
    await view.getByRole('checkbox', { name: 'second' }).uncheck();
  });
  const card = view.getByRole('region', { name: 'Run first' });
  await checks.run('dashboard: a button lowers the learning rate', async () => {
    await card.getByText('Learning rate ÷ 2').click();
    await card.getByText('5e−4', { exact: true }).waitFor();
    await view.getByText('The learning rate is lowered from 0.001 to 0.0005.').waitFor();
  });
  await checks.run('dashboard: a button stops training after the epoch; the process ends, the page stays', async () => {
    await card.getByText('Stop after this epoch').click();
    const { code, text } = await ended;
    if (code !== 0 || !/rate 0\.000(5|4999)/.test(text)) fail(text);
    await card.getByText('stopped', { exact: true }).waitFor();
    await view.getByText('the process has ended').waitFor();
    await shot(opened, 'finished');
    return text.trim().split('\n').at(-1);
  });
  const file = join(folder, 'run.html');
  await checks.run('dashboard: the page saves itself as one file, without its server', async () => {
    const [download] = await Promise.all([view.waitForEvent('download'), view.getByText('Save this page').click()]);
    await download.saveAs(file);
  });
  const far = elsewhere(opened, address);
  checks.record('dashboard: no request goes elsewhere', far.length === 0, far.join(', ') || `${opened.requests.length} to its server`); // prettier-ignore
  // A server that has ended is asked for again and again: that alone may be said.
  const bad = opened.errors.filter((text) => !/events|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text));
  checks.record('dashboard: no error in the console', bad.length === 0, bad.join(' | '));
  await view.close();
  await checkSaved(checks, browser, file);
}

async function checkSaved(checks, browser, file) {
  const opened = await open(browser, pathToFileURL(file).href, { viewport: { width: 1200, height: 900 }, colorScheme: 'dark' }); // prettier-ignore
  await checks.run('dashboard: the saved file shows both runs, and has no buttons for them', async () => {
    await hasCurves(opened, 'loss', 5);
    for (const part of ['.matrix td', '.samples canvas', '.ridge']) await opened.page.locator(part).first().waitFor();
    const buttons = await opened.page.getByRole('button').allInnerTexts();
    if (buttons.join() !== 'Save this page') fail(buttons.join());
    await shot(opened, 'saved');
  });
  const { requests, errors } = opened;
  checks.record('dashboard: the saved file asks nobody', requests.length === 1 && errors.length === 0, [...requests.slice(1), ...errors].join(' | ')); // prettier-ignore
  await opened.page.close();
}

/** The dashboard in an element of a page. */
export async function checkDashboardInPage(checks, browser, { label, module = '/dist/browser.js', files }) {
  const server = await serve({ isolated: false, files });
  const opened = await open(browser, `${server.address}${page}?module=${encodeURIComponent(module)}`);
  try {
    await checks.run(`${label}: a dashboard draws into an element, and its buttons work`, async () => {
      await hasCurves(opened, 'loss', 2);
      await opened.page.getByText('Stop after this epoch').click();
      const handle = await opened.page.waitForFunction(() => window.report, null, { timeout: 60_000 });
      const { error, epochs, saved, left } = await handle.jsonValue();
      if (error) fail(error);
      if (!saved.includes('"status":"stopped"') || left !== 0) fail(`left ${left}`);
      return `${epochs} epochs`;
    });
    const far = elsewhere(opened, server.address);
    checks.record(`${label}: the dashboard asks nobody`, far.length + opened.errors.length === 0, [...far, ...opened.errors].join(' | ')); // prettier-ignore
  } finally {
    await opened.page.close();
    await server.close();
  }
}

/** `LiveDashboard` in Node. Pictures of its page lie in runs/dashboard. */
export async function checkDashboard(checks, browser) {
  mkdirSync(folder, { recursive: true });
  await checkServed(checks, browser);
}
