/** @file The losses that ids and configs can name: each line exports a class and its function, which registers them. */
export { Circle, circle } from './circle.js';
export {
  BinaryCrossentropy,
  binaryCrossentropy,
  BinaryFocalCrossentropy,
  binaryFocalCrossentropy,
  CategoricalCrossentropy,
  categoricalCrossentropy,
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossentropy.js';
export { CTC, ctc } from './ctc.js';
export { KLDivergence, klDivergence, Poisson, poisson } from './divergence.js';
export { CategoricalHinge, categoricalHinge, Hinge, hinge, SquaredHinge, squaredHinge } from './hinge.js';
export { Loss, LossFunctionWrapper } from './loss.js';
export {
  CosineSimilarity,
  cosineSimilarity,
  Huber,
  huber,
  LogCosh,
  logCosh,
  MeanAbsoluteError,
  meanAbsoluteError,
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
  MeanSquaredError,
  meanSquaredError,
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
} from './regression.js';
export { Dice, dice, Tversky, tversky } from './segmentation.js';
