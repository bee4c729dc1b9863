/** @file `keras.preprocessing`: Keras 2's names of what is in `keras.utils` now. */
import { padSequences } from '../utils/index.js';

export { textDatasetFromDirectory, timeseriesDatasetFromArray } from '../utils/index.js';

/** `keras.preprocessing.sequence`. */
export const sequence = { padSequences };
