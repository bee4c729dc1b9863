/** @file `keras.callbacks`. */
export { BackupAndRestore, type BackupAndRestoreOptions } from './backup_and_restore.js';
export {
  type BeginLogs,
  Callback,
  type CallbackParams,
  type CallbackState,
  type HookResult,
  type Logs,
} from './callback.js';
export { CallbackList, type CallbackListOptions, type Callbacks } from './callback_list.js';
export { CSVLogger, type CSVLoggerOptions } from './csv_logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
export { History } from './history.js';
export { LambdaCallback, type LambdaCallbackOptions } from './lambda_callback.js';
export { LearningRateScheduler, type LearningRateSchedulerOptions } from './learning_rate_scheduler.js';
export {
  type DashboardSample,
  LiveDashboard,
  type LiveDashboardOptions,
  type SampleFunction,
} from './live_dashboard/index.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './model_checkpoint.js';
export type { MonitorMode, MonitorOptions } from './monitor.js';
export { OrbaxCheckpoint } from './orbax_checkpoint.js';
export { Progbar, type ProgbarOptions } from './progbar.js';
export { ProgbarLogger } from './progbar_logger.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce_lr_on_plateau.js';
export { RemoteMonitor, type RemoteMonitorOptions } from './remote_monitor.js';
export { SwapEMAWeights, type SwapEMAWeightsOptions } from './swap_ema_weights.js';
export { TerminateOnNaN, type TerminateOnNaNOptions } from './terminate_on_nan.js';
export { TensorBoard, type TensorBoardOptions } from './tensorboard/tensorboard.js';
