/** @file `keras.models`: models, and how they are read from configs. */
import { registerClasses } from '../core/serialization.js';
import { Functional, Model } from './model.js';
import { Sequential } from './sequential.js';

export { cloneModel, type CloneOptions } from './cloning.js';
export { KerasFunction as Function } from './function.js';
export { modelFromConfig, modelFromJson, type ModelFromJsonOptions } from './model_from_json.js';
export {
  type Computed,
  type FlatOutputs,
  type FromConfigOptions,
  Functional,
  type FunctionalOptions,
  Model,
  type ModelOptions,
  type SymbolicTree,
} from './model.js';
export { Sequential } from './sequential.js';
export { loadModel, saveModel } from '../saving/index.js';
export type { StateTree } from './state_tree.js';
export { countParams, type SummaryOptions } from './summary.js';

// The first registration is the one that configs are written by; the others are names under which Keras wrote them before.
registerClasses('keras.src.models.functional', { Functional }, { internal: true });
registerClasses('keras', { Sequential, Model });
for (const module of [
  'keras',
  'keras.models',
  'keras.layers',
  'keras.engine.functional',
  'keras.src.engine.functional',
])
  registerClasses(module, { Functional, Model, Sequential });
registerClasses('keras.src.models.sequential', { Sequential });
