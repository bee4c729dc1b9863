/** @file The schedules that configs can name: each line exports a class, which registers it. */
export { CosineDecay } from './cosine_decay.js';
export { CosineDecayRestarts } from './cosine_decay_restarts.js';
export { ExponentialDecay } from './exponential_decay.js';
export { InverseTimeDecay } from './inverse_time_decay.js';
export { LearningRateSchedule } from './learning_rate_schedule.js';
export { PiecewiseConstantDecay } from './piecewise_constant_decay.js';
export { PolynomialDecay } from './polynomial_decay.js';
