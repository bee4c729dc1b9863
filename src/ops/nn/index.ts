/** @file `keras.ops.nn`: what networks are made of. */
export { polar } from '../complex/view.js';
export * from './activations.js';
export { dotProductAttention, type DotProductAttentionOptions } from './attention.js';
export {
  conv,
  type ConvOptions,
  convTranspose,
  type ConvTransposeOptions,
  depthwiseConv,
  type Padding,
  separableConv,
} from './convolution.js';
export { ctcDecode, type CtcDecodeOptions } from './ctc_decode.js';
export { ctcLoss } from './ctc.js';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  type CrossentropyOptions,
  sparseCategoricalCrossentropy,
} from './losses.js';
export {
  batchNormalization,
  type BatchNormalizationOptions,
  layerNormalization,
  type LayerNormalizationOptions,
  moments,
  type MomentsOptions,
  rmsNormalization,
  type RmsNormalizationOptions,
} from './normalization.js';
export { type BlockOptions, depthToSpace, fold, psnr, spaceToDepth, unfold, type UnfoldOptions } from './patches.js';
export { adaptiveAveragePool, adaptiveMaxPool, averagePool, maxPool, type PoolOptions } from './pooling.js';
export { multiHot, oneHot, type OneHotOptions } from '../numpy/indexing.js';
