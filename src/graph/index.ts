/** @file The graph room's public face for the rooms above. Importing it loads all primitives. */
import './primitives/index.js';

export type {
  Backend,
  Bindings,
  Executable,
  Heap,
  HeapBuffer,
  KernelTime,
  ProgramStats,
  SyncBackend,
  SyncExecutable,
} from './backend.js';
export type { Graph, Node } from './graph.js';
export { constantOf, GraphBuilder, isInput, makeGraph, rebuild, Value } from './graph.js';
export { gradients, pullback } from './autodiff.js';
export { evaluatePrimitive, interpret } from './interpret.js';
export type { Applier, Operand } from './operand.js';
export type { Primitive } from './primitive.js';
export { allPrimitives, definePrimitive, primitiveByName } from './primitive.js';
