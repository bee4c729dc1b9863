/** @file The kernel language: what kernels are written in. Emitters, one a machine, stand in folders of their own. */
export { FunctionBuilder } from './function_builder.js';
export {
  type Callee,
  constant,
  context,
  type ContextSlot,
  elementOf,
  Expr,
  type HostFunction,
  hostFunction,
  i32,
  inVectors,
  isVector,
  isWide,
  type KernelFunction,
  type KernelType,
  Local,
  loadedType,
  MEMORY_BYTES,
  type MemoryType,
  type Target,
  type Vectors,
  vectorPieces,
  vectorsOf,
} from './ir.js';
export { type MachineModel, type ProductForms, WASM_MACHINE } from './machine.js';
export type { ModuleWriter } from './module.js';
