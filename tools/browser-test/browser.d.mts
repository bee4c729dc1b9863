import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export function launch(): Promise<Browser>;
export function openPage(
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<{ readonly page: Page; readonly messages: string[]; readonly errors: string[] }>;
