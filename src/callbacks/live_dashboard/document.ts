/** @file The dashboard's page as one HTML text: what the server sends, and what is saved as a file. */
import type { Frame } from './run_state.js';

/** What the page is told at its start. */
export interface Boot {
  /** Words that show that a command comes from the page; null: a saved page, which nobody hears. */
  readonly token: string | null;
  /** What a saved page shows; null: a page at work asks its server. */
  readonly frame: Frame | null;
}

/** Text that can stand in a script element. */
const inScript = (text: string): string => text.replaceAll('<', '\\u003c');

/** Nothing is asked of any other machine. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'";

/** The page. @param script The page's program. */
export function dashboardHtml(script: string, boot: Boot): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>Training · keras-ts</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 2q3 11 14 11' fill='none' stroke='%232a78d6' stroke-width='2.5'/%3E%3C/svg%3E">
</head>
<body style="margin:0">
<noscript>This page draws by a script, which is part of it.</noscript>
<div id="dashboard"></div>
<script type="application/json" id="boot">${inScript(JSON.stringify(boot))}</script>
<script id="program">${script}</script>
</body>
</html>
`;
}
