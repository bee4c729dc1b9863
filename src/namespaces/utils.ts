/** @file `keras.utils`: the room of the same name, and what Keras lists there of other rooms. */
export * from '../utils/index.js';
export { Progbar, type ProgbarOptions } from '../callbacks/index.js';
export { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from './config.js';
