/** @file `summary`: values of your own for TensorBoard. */
export {
  createFileWriter,
  type CustomScalars,
  type HistogramOptions,
  type ImageOptions,
  type SummaryOptions,
  type SummaryWriter,
} from '../callbacks/tensorboard/summary_writer.js';
