/**
 * @file Writes `src/callbacks/live_dashboard/page_script.ts`: the program of LiveDashboard's page, from `page/main.ts`, as one text.
 * `node tools/dashboard-page.mjs` after a change there; a test compares.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageScript } from './lib/dashboard_page.mjs';
import { root } from './lib/stamps.mjs';

const head = '/** @file The program of the page, made from page/ by tools/dashboard-page.mjs. */';
const text = `${head}\nexport const PAGE_SCRIPT = ${JSON.stringify(await pageScript(root))};\n`;
writeFileSync(join(root, 'src/callbacks/live_dashboard/page_script.ts'), text);
