/** @file The page that `npm start` writes, opened as a person would open it: from the file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mustRun } from '../lib/command.mjs';
import { root } from '../lib/stamps.mjs';
import { openPage } from './browser.mjs';

const folder = join(root, 'runs', 'digits');
const report = join(folder, 'report.html');

/** In the page: how many pictures it has, and how many of its canvases are blank. */
function countPictures() {
  const canvases = [...document.querySelectorAll('canvas')];
  const blank = canvases.filter((canvas) => {
    if (canvas.width === 0 || canvas.height === 0) return true;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.every((value, index) => value === data[index % 4]);
  });
  const svgs = [...document.querySelectorAll('svg')].filter((svg) =>
    svg.querySelector('path, rect, circle, line, polyline'),
  );
  return {
    canvases: canvases.length,
    blank: blank.length,
    svgs: svgs.length,
    text: document.body.innerText.trim().length,
  };
}

/** Checks that the report draws; makes it first where there is none. */
export async function checkReport(checks, browser) {
  const there = await checks.run('npm start writes runs/digits/report.html', async () => {
    if (!existsSync(report)) await mustRun('npm', ['start'], { timeout: 180 });
    if (!existsSync(report)) throw new Error('there is none');
  });
  if (!there) return;
  const { page, messages, errors } = await openPage(browser, { viewport: { width: 1100, height: 900 } });
  await checks.run('the report draws its pictures', async () => {
    await page.goto(pathToFileURL(report).href, { waitUntil: 'load' });
    await page.waitForTimeout(500);
    const { canvases, blank, svgs, text } = await page.evaluate(countPictures);
    await page.screenshot({ path: join(folder, 'report.png'), fullPage: true });
    if (canvases + svgs === 0) throw new Error('it has neither canvas nor svg');
    if (blank > 0) throw new Error(`${blank} of its ${canvases} canvases are blank`);
    if (text < 20) throw new Error('it has no text');
    return `${canvases} canvases, ${svgs} svgs; runs/digits/report.png shows it`;
  });
  checks.record(
    'the report says nothing in the console',
    errors.length + messages.length === 0,
    [...errors, ...messages].join(' | '),
  );
  await page.close();
}
