/** @file `keras.metrics`: what is exported here can be found by its id and made from a config. */
export { Metric, type MetricOptions, type MetricResult, type UpdateOptions } from './metric.js';
