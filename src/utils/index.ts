/** @file `keras.utils`: small helpers around models and data. */
import { checked } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { standardizeInputDType } from '../core/dtype.js';
import { setDtypePolicy } from '../core/dtype_policy.js';
import { resetNames } from '../core/naming.js';
import { registerClasses } from '../core/serialization.js';
import { Cross, Feature } from './feature_space/feature.js';
import { FeatureSpace } from './feature_space/feature_space.js';
import { TFDConcat, TFDIdentity } from './feature_space/tfd_layers.js';

export { Progbar, type ProgbarOptions } from '../callbacks/index.js';
export { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from '../core/logging.js';
export { PyDataset, type PyDatasetOptions, Sequence, WorkerDataset, type WorkerDatasetOptions } from '../data/index.js';
export * as boundingBoxes from '../layers/preprocessing/image_preprocessing/bounding_boxes/index.js';
export { countParams } from '../models/index.js';
export { setRandomSeed } from '../random/index.js';
export { isKerasTensor } from '../runtime/index.js';
export {
  customObjectScope,
  CustomObjectScope,
  deserializeKerasObject,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  serializeKerasObject,
} from '../saving/index.js';
export { audioDatasetFromDirectory, type AudioDatasetOptions } from './audio_dataset.js';
export { imageDatasetFromDirectory, type ImageDatasetOptions } from './image_dataset.js';
export {
  arrayToImg,
  type ArrayToImgOptions,
  type ColorMode,
  type ImgLike,
  imgToArray,
  type ImgToArrayOptions,
  loadImg,
  type LoadImgOptions,
  saveImg,
  type SaveImgOptions,
} from './image_utils.js';
export { Img, type ImgData, type ImgMode } from './images/img.js';
export { Config, type ConfigValues } from './config.js';
export { packXYSampleWeight, unpackXYSampleWeight } from './batch_parts.js';
export { type Cross, type CrossOutput, type Feature, type FeatureOutput } from './feature_space/feature.js';
export {
  type Encoded,
  type EncodedMode,
  type FeatureData,
  type FeatureRows,
  FeatureSpace,
  type FeatureSpaceOptions,
  type FeatureType,
} from './feature_space/feature_space.js';
export { getFile, type GetFileOptions } from './get_file.js';
export { getSourceInputs } from './graph.js';
export { modelToDot, type ModelToDotOptions } from './model_to_dot.js';
export { normalize, type NormalizeOptions, toCategorical, type ToCategoricalOptions } from './numerical.js';
export { loadNpy, loadNpz, NpyFile, openNpy, saveNpy, saveNpz } from './npy.js';
export { padSequences, type PadSequencesOptions } from './pad_sequences.js';
export { splitDataset, type SplitDatasetOptions } from './split_dataset.js';
export type { DirectoryDataset, DirectoryOptions } from './directory_index.js';
export { textDatasetFromDirectory, type TextDatasetOptions } from './text_dataset.js';
export { timeseriesDatasetFromArray, type TimeseriesDatasetOptions } from './timeseries_dataset.js';
export { modelToSvg, type ModelToSvgOptions, plotModel, type PlotModelOptions } from './plot_model.js';

registerClasses('keras.utils', { FeatureSpace });
registerClasses(
  'keras.src.layers.preprocessing.feature_space',
  { Feature, Cross, TFDConcat, TFDIdentity },
  { internal: true },
);

/**
 * Start anew: automatic names count from the beginning, and the global dtype policy is that of `floatx()`. Memory needs no help.
 *
 * @param _options Kept for programs that give it: memory is collected by itself.
 * @see `keras.utils.clear_session`
 * @example
 * utils.clearSession();
 * new Dense(1).name; // 'dense'
 */
export const clearSession = checked(
  'clearSession',
  (_options: { readonly freeMemory?: boolean } = {}): void => {
    resetNames();
    setDtypePolicy(null);
  },
  ['freeMemory'],
);

/**
 * A dtype's name, checked.
 *
 * @param dtype A name, such as `'float'` or `'torch.float16'` too.
 * @returns The name of a dtype here.
 * @throws {ValueError} There is no such dtype.
 * @see `keras.utils.standardize_dtype`
 * @example
 * backend.standardizeDtype('float16') // 'float16'
 */
export const standardizeDtype = checked('standardizeDtype', function standardizeDtype(dtype: string): DType {
  return standardizeInputDType(dtype, 'standardizeDtype');
});
