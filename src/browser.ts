/** @file keras-ts in browsers: Keras's names, the wasm backend on as many threads as the page may have. */
import { interpreterBackend } from './backend/interpreter/index.js';
import { wasmBackend } from './backend/wasm/index.js';
import { setPlatform } from './core/platform.js';
import { browserPlatform, reportSingleThread } from './platform/browser/index.js';
import { registerBackend } from './runtime/index.js';

setPlatform(browserPlatform);
reportSingleThread();
registerBackend(wasmBackend);
registerBackend(interpreterBackend);

export * from './keras.js';
