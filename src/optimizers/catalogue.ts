/** @file The optimizers that ids and configs can name: each line exports a class, which registers it. */
export { Adadelta } from './adadelta.js';
export { Adafactor } from './adafactor.js';
export { Adagrad } from './adagrad.js';
export { Adam } from './adam.js';
export { Adamax } from './adamax.js';
export { AdamW } from './adamw.js';
export { Ftrl } from './ftrl.js';
export { Lamb } from './lamb.js';
export { Lion } from './lion.js';
export { LossScaleOptimizer } from './loss_scale_optimizer.js';
export { MultiOptimizer, OptimizerMap } from './multi_optimizer.js';
export { Muon } from './muon.js';
export { Nadam } from './nadam.js';
export { Optimizer } from './optimizer.js';
export { RMSprop } from './rmsprop.js';
export { ScheduleFreeAdamW } from './schedule_free_adamw.js';
export { SGD } from './sgd.js';
