/** @file Headless Chromium: found on this machine, started, and its pages watched for what they say. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts Chromium, with more arguments; `CHROMIUM` in the environment names another one. */
export function launch(more = []) {
  const executablePath = process.env.CHROMIUM ?? places.find((path) => existsSync(path));
  if (!executablePath) throw new Error(`no Chromium at ${places.join(', ')}: install it, or name it in CHROMIUM`);
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

/** Opens a page; `messages` fills with what its console says and `errors` with what goes wrong on it. */
export async function openPage(browser, options = {}) {
  const page = await browser.newPage(options);
  const messages = [];
  const errors = [];
  page.on('console', (message) => (message.type() === 'error' ? errors : messages).push(message.text()));
  page.on('pageerror', (error) => errors.push(error.stack ?? String(error)));
  page.on('requestfailed', (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  return { page, messages, errors };
}
