/** @file The program of LiveDashboard's page as one text. */
import { build } from 'esbuild';
import { join } from 'node:path';

/** @param root The repository's folder. @returns The program, as it stands in a script element. */
export async function pageScript(root) {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/callbacks/live_dashboard/page/main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    // The text stands in a script element of a page in UTF-8, and in a module.
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].text.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}
