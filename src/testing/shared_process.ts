/**
 * @file Runs before every test file of the rooms whose files share a process (vitest.config.ts): the library is loaded once for many
 * files. What a file changes for the whole process is put back when it ends, so that each begins as it would alone.
 */
import { afterAll } from 'vitest';
import './backends.js';
import { wasmBackend } from '../backend/wasm/index.js';
import { forgetAdvice } from '../core/advice.js';
import { epsilon, floatx, imageDataFormat, setEpsilon, setFloatx, setImageDataFormat } from '../core/config.js';
import { setDtypePolicy } from '../core/dtype_policy.js';
import { resetNames } from '../core/naming.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { getCustomObjects } from '../core/serialization.js';
import { backend, setBackend } from '../runtime/index.js';

const before = {
  platform: getPlatform(),
  backend: backend(),
  floatx: floatx(),
  epsilon: epsilon(),
  imageDataFormat: imageDataFormat(),
  customObjects: new Set(Object.keys(getCustomObjects())),
  folder: process.cwd(),
};
resetNames();
forgetAdvice();

afterAll(() => {
  setPlatform(before.platform);
  setBackend(before.backend);
  wasmBackend.setThreads!(2);
  setFloatx(before.floatx);
  setEpsilon(before.epsilon);
  setImageDataFormat(before.imageDataFormat);
  setDtypePolicy(null);
  const objects = getCustomObjects();
  for (const name of Object.keys(objects)) if (!before.customObjects.has(name)) delete objects[name];
  process.chdir(before.folder);
});
