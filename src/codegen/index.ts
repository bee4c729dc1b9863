/** @file The kernel language and its emitters: what backends write programs with. */
export { FunctionBuilder } from './function_builder.js';
export {
  type Callee,
  constant,
  elementOf,
  Expr,
  type HostFunction,
  hostFunction,
  i32,
  isVector,
  type KernelFunction,
  type KernelType,
  Local,
  loadedType,
  MEMORY_BYTES,
  type MemoryType,
  type Target,
} from './ir.js';
export { emitModule, MAX_PAGES, ModuleBuilder, type ModuleParts } from './wasm/emit_module.js';
