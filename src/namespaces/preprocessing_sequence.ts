/** @file `keras.preprocessing.sequence`. */
export { padSequences } from '../utils/index.js';
export {
  makeSamplingTable,
  skipgrams,
  type SkipgramsOptions,
  TimeseriesGenerator,
  type TimeseriesGeneratorOptions,
} from '../legacy/preprocessing/sequence.js';
