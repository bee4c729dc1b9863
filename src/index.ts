/** @file keras-ts in Node: Keras's names, the wasm backend on all threads, the settings of ~/.keras/keras.json. */
import { interpreterBackend } from './backend/interpreter/index.js';
import { wasmBackend } from './backend/wasm/index.js';
import { applyConfigFile } from './core/config.js';
import { setPlatform } from './core/platform.js';
import { prepareEngine, nodePlatform, readConfigFile } from './platform/node/index.js';
import { registerBackend } from './runtime/index.js';

prepareEngine();
setPlatform(nodePlatform);
applyConfigFile(readConfigFile());
registerBackend(wasmBackend);
registerBackend(interpreterBackend);

export * from './keras.js';
