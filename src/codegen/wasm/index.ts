/** @file The emitter of WebAssembly. */
export { emitModule, MAX_PAGES, type ModuleParts, WasmModuleWriter } from './emit_module.js';
