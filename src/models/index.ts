/** @file `keras.models`: models, and how they are read from configs. */
import type { SerializableClass } from '../core/serialization.js';
import { registerClasses } from '../core/serialization.js';
import { Functional, Model } from './model.js';
import { Sequential } from './sequential.js';

export { cloneModel, type CloneOptions } from './cloning.js';
export { KerasFunction as Function } from './function.js';
export { modelFromConfig, modelFromJson } from './model_from_json.js';
export { Functional, type FunctionalOptions, Model, type ModelOptions, type SymbolicTree } from './model.js';
export { Sequential } from './sequential.js';
export { countParams, readableMemorySize, type SummaryOptions } from './summary.js';

registerClasses('keras', { Sequential: Sequential as SerializableClass, Model: Model as SerializableClass });
registerClasses('keras.src.models.functional', { Functional: Functional as SerializableClass }, { internal: true });
registerClasses('keras.models', { Sequential: Sequential as SerializableClass, Model: Model as SerializableClass });
// Keras 2 configs name no module, or one of these.
for (const module of ['keras.layers', 'keras.engine.functional', 'keras.src.engine.functional'])
  registerClasses(module, { Functional: Functional as SerializableClass, Model: Functional as SerializableClass });
registerClasses('keras.layers', { Sequential: Sequential as SerializableClass });
registerClasses('keras.src.models.sequential', { Sequential: Sequential as SerializableClass });
