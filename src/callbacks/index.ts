/** @file `keras.callbacks`. */
export { Callback, type CallbackParams, type HookResult, type Logs } from './callback.js';
export { CallbackList, type CallbackListOptions, type Callbacks } from './callback_list.js';
export { History } from './history.js';
export { LambdaCallback, type LambdaCallbackOptions } from './lambda_callback.js';
export { Progbar, type ProgbarOptions } from './progbar.js';
export { ProgbarLogger } from './progbar_logger.js';
