/** @file TensorBoard's event files: bytes in, bytes out. Loaded when one is written or read, for it needs a protobuf library. */
export { eventFileName, fileHead, type GraphDef, graphEvent, readEvents, summaryEvent } from './events.js';
export { BUCKETS, histogramOf } from './histogram.js';
export {
  type CustomChart,
  histogramSummary,
  imageSummary,
  kerasModelSummary,
  layoutSummary,
  scalarSummary,
  type SummaryValue,
  textSummary,
} from './summaries.js';
