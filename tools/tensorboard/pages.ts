/** @file TensorBoard's pages of the run `digits`, drawn by headless Chromium. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launch, openPage } from '../browser-test/browser.mjs';

/** Show only tags that fit a regular expression. */
const filter = (page: Page, tags: string): Promise<void> =>
  page
    .locator('tb-filter-input input[placeholder^="Filter tags"], paper-input[label^="Filter tags"] input')
    .first()
    .fill(tags);

/** Open a node of a graph. */
const open = (page: Page, name: string): Promise<void> =>
  page.locator('g.node:visible', { hasText: name }).locator('rect, text').first().dblclick({ force: true });

/** Pages by name: the part of TensorBoard, and what is done there before the picture is taken. */
const PAGES: Readonly<Record<string, { readonly hash: string; readonly act?: (page: Page) => Promise<void> }>> = {
  scalars: {
    hash: '#timeseries',
    act: async (page) => {
      await filter(page, '^epoch_(loss|accuracy)$');
      await page.getByRole('button', { name: 'Settings' }).click();
    },
  },
  histograms: {
    hash: '#histograms',
    act: (page) => filter(page, 'kernel_grad|kernel/histogram|features_out'),
  },
  distributions: {
    hash: '#distributions',
    act: (page) => filter(page, 'kernel/histogram'),
  },
  images: {
    hash: '#images',
    act: (page) => filter(page, 'kernel'),
  },
  graphs: { hash: '#graphs&run=train' },
  conceptual: {
    hash: '#graphs&run=train',
    act: async (page) => {
      await page.locator('paper-dropdown-menu:visible').nth(1).click();
      await page.locator('paper-item:visible', { hasText: /^\s*keras\s*$/ }).click();
      await page.getByText('Conceptual graph').first().click();
      await page.waitForTimeout(2000);
      await open(page, 'digits');
    },
  },
  projector: { hash: '#projector' },
};

/** Draw all pages into a folder. @returns What was drawn. @throws {Error} A page says an error. */
export async function drawPages(address: string, folder: string): Promise<string> {
  const browser = await launch();
  const drawn: string[] = [];
  try {
    for (const [name, { hash, act }] of Object.entries(PAGES)) {
      const { page, errors } = await openPage(browser, { viewport: { width: 1100, height: 640 } });
      page.setDefaultTimeout(15_000);
      await page.goto(`${address}/${hash}`);
      await page.waitForTimeout(3000);
      await act?.(page);
      await page.waitForTimeout(3000); // things move into place
      await page.screenshot({ path: join(folder, `${name}.png`) });
      // What the page itself lacks where it has no network and no graphics card is not ours.
      const wrong = errors.filter((text) => !/favicon|fonts|WebGL|GPU|404|ERR_ABORTED/.test(text));
      if (wrong.length > 0) throw new Error(`${name}: ${wrong[0]}`);
      drawn.push(`${name}.png (${statSync(join(folder, `${name}.png`)).size} bytes)`);
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return `in runs/tensorboard: ${drawn.join(', ')}`;
}
