/** @file Brings @tensorflow/tfjs into a folder of its own, tools/.venv-tfjs: no dependency of keras-ts. `KERAS_TS_TFJS` names another. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TFJS_VERSION = '4.22.0';

/** The module of tfjs, on its plain backend. */
export async function loadTfjs() {
  const given = process.env['KERAS_TS_TFJS'];
  const folder = given ? given : fileURLToPath(new URL('../.venv-tfjs', import.meta.url));
  if (!existsSync(join(folder, 'node_modules', '@tensorflow', 'tfjs'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `@tensorflow/tfjs@${TFJS_VERSION}`];
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error('tfjs could not be installed');
  }
  const tf = createRequire(join(folder, 'x.js'))('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  return tf;
}
