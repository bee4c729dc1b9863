/** @file `keras.preprocessing.text` of Keras 2. */
export {
  hashingTrick,
  type HashingTrickOptions,
  oneHot,
  textToWordSequence,
  type WordOptions,
} from '../legacy/preprocessing/text.js';
export {
  type MatrixMode,
  Tokenizer,
  tokenizerFromJson,
  type TokenizerOptions,
} from '../legacy/preprocessing/tokenizer.js';
