/**
 * @file `keras.layers`: what is exported here can be made from a config. One file per layer, in Keras's folders; each class has one line in
 * catalogue.ts.
 */
import { quote } from '../core/describe.js';
import { checked } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import { deserializeKerasObject, registerClasses, serializeKerasObject } from '../core/serialization.js';
import { ValueError } from '../core/errors.js';
import * as aliases from './aliases.js';
import * as catalogue from './catalogue.js';
import { Layer } from './layer.js';

export * from './aliases.js';
export * from './catalogue.js';
export * from './removed.js';
export { InputSpec } from './input_spec.js';
export { Input } from './core/input_layer.js';
export { add } from './merging/add.js';
export { average } from './merging/average.js';
export { concatenate } from './merging/concatenate.js';
export { dot } from './merging/dot.js';
export { maximum } from './merging/maximum.js';
export { minimum } from './merging/minimum.js';
export { multiply } from './merging/multiply.js';
export { subtract } from './merging/subtract.js';
export type { DenseOptions } from './core/dense.js';
export type { EinsumDenseOptions } from './core/einsum_dense.js';
export type { EmbeddingOptions } from './core/embedding.js';
export type { ReversibleEmbeddingOptions } from './core/reversible_embedding.js';
export type { InputLayerOptions, InputOptions } from './core/input_layer.js';
export type { LambdaFunction, LambdaOptions } from './core/lambda_layer.js';
export type { MaskingOptions } from './core/masking.js';
export type { ConvOptions } from './convolutional/base_conv.js';
export type { ConvTransposeOptions } from './convolutional/base_conv_transpose.js';
export type { DepthwiseConvOptions } from './convolutional/base_depthwise_conv.js';
export type { SeparableConvOptions } from './convolutional/base_separable_conv.js';
export type { Conv1DOptions } from './convolutional/conv1d.js';
export type { WindowLayerOptions } from './convolutional/window_layer.js';
export type { AdaptivePoolingOptions } from './pooling/base_adaptive_pooling.js';
export type { GlobalPoolingOptions } from './pooling/base_global_pooling.js';
export type { MaxPoolingOptions, PoolingOptions } from './pooling/base_pooling.js';
export type { Cropping1DOptions } from './reshaping/cropping1d.js';
export type { Cropping2DOptions } from './reshaping/cropping2d.js';
export type { Cropping3DOptions } from './reshaping/cropping3d.js';
export type { EdgeOptions, EdgesLike } from './reshaping/edges.js';
export type { FlattenOptions } from './reshaping/flatten.js';
export type { UpSampling1DOptions } from './reshaping/up_sampling1d.js';
export type { UpSampling2DOptions } from './reshaping/up_sampling2d.js';
export type { UpSampling3DOptions } from './reshaping/up_sampling3d.js';
export type { ZeroPadding1DOptions } from './reshaping/zero_padding1d.js';
export type { ZeroPadding2DOptions } from './reshaping/zero_padding2d.js';
export type { ZeroPadding3DOptions } from './reshaping/zero_padding3d.js';
export type { ActivityRegularizationOptions } from './regularization/activity_regularization.js';
export type { SpatialDropout1DOptions, SpatialDropoutOptions } from './regularization/base_spatial_dropout.js';
export type { DropoutOptions } from './regularization/dropout.js';
export type { NoiseOptions } from './regularization/gaussian_noise.js';
export type { AffineOptions } from './normalization/affine.js';
export type { BatchNormalizationOptions, RenormClipping } from './normalization/batch_normalization.js';
export type { GroupNormalizationOptions } from './normalization/group_normalization.js';
export type { LayerNormalizationOptions } from './normalization/layer_normalization.js';
export type { RMSNormalizationOptions } from './normalization/rms_normalization.js';
export type { SpectralNormalizationOptions } from './normalization/spectral_normalization.js';
export type { UnitNormalizationOptions } from './normalization/unit_normalization.js';
export type { ConcatenateOptions } from './merging/concatenate.js';
export type { DotOptions } from './merging/dot.js';
export type { ELUOptions } from './activations/elu.js';
export type { LeakyReLUOptions } from './activations/leaky_relu.js';
export type { PReLUOptions } from './activations/prelu.js';
export type { ReLUOptions } from './activations/relu.js';
export type { SoftmaxLayerOptions } from './activations/softmax.js';
export type { AdditiveAttentionOptions } from './attention/additive_attention.js';
export type { AttentionCallOptions, AttentionOptions } from './attention/attention.js';
export type { MultiHeadAttentionOptions } from './attention/multi_head_attention.js';
export type { HeadsCallOptions, HeadsOptions } from './attention/projections.js';
export type { CellLayerOptions, CudnnChoice } from './rnn/cell_layer.js';
export type { GatedOptions, RecurrentOptions } from './rnn/base_recurrent_cell.js';
export type { BidirectionalOptions, BidirectionalOutput, MergeMode } from './rnn/bidirectional.js';
export type { ConvLSTMOptions } from './rnn/conv_lstm.js';
export type { ConvLSTMCellOptions, ConvLSTMWindowOptions } from './rnn/conv_lstm_cell.js';
export type { RecurrentCell, StateSize, StateTree } from './rnn/cell.js';
export type { GRUOptions } from './rnn/gru.js';
export type { GRUCellOptions } from './rnn/gru_cell.js';
export type { LSTMOptions } from './rnn/lstm.js';
export type { LSTMCellOptions } from './rnn/lstm_cell.js';
export type { RNNCallOptions, RNNOptions, RNNOutput } from './rnn/rnn.js';
export type { MelMatrixOptions, MelSpectrogramOptions } from './preprocessing/mel_spectrogram.js';
export type { AdaptData, AdaptOptions } from './preprocessing/adapt.js';
export type { CategoryEncodingOptions } from './preprocessing/category_encoding.js';
export type { DiscretizationOptions } from './preprocessing/discretization.js';
export type { IntegerLookupOptions } from './preprocessing/integer_lookup.js';
export type {
  IndexLookupOptions,
  LookupOutput,
  OlderLookupOutput,
  VocabularyLike,
} from './preprocessing/index_lookup.js';
export type { StringLookupOptions } from './preprocessing/string_lookup.js';
export type { TextVectorizationOptions } from './preprocessing/text_vectorization.js';
export type { Split, Standardize } from './preprocessing/split_texts.js';
export type { HashingOptions } from './preprocessing/hashing.js';
export type { HashedCrossingOptions } from './preprocessing/hashed_crossing.js';
export type { NormalizationOptions } from './preprocessing/normalization.js';
export type { RescalingOptions } from './preprocessing/rescaling.js';
export type { STFTSpectrogramOptions } from './preprocessing/stft_spectrogram.js';
export type { ColorOptions } from './preprocessing/image_preprocessing/auto_contrast.js';
export type {
  ImageData,
  ImagePreprocessingOptions,
  ImagesAndTargets,
  RandomImageOptions,
  RandomTransformationOptions,
  Transformed,
  TransformOptions,
} from './preprocessing/image_preprocessing/base_image_preprocessing_layer.js';
export type { BoundingBoxes } from './preprocessing/image_preprocessing/boxes.js';
export type { FromShape } from './preprocessing/image_preprocessing/center_crop.js';
export type { ContrastLimitedOptions } from './preprocessing/image_preprocessing/clahe.js';
export type { EqualizationOptions } from './preprocessing/image_preprocessing/equalization.js';
export type { Factor } from './preprocessing/image_preprocessing/factors.js';
export type { MaxNumBoundingBoxesOptions } from './preprocessing/image_preprocessing/max_num_bounding_box.js';
export type { PipelineOptions } from './preprocessing/pipeline.js';
export type { RandomColorOptions } from './preprocessing/image_preprocessing/base_random_color_layer.js';
export type { BrightnessChange } from './preprocessing/image_preprocessing/random_brightness.js';
export type { RandomColorJitterOptions } from './preprocessing/image_preprocessing/random_color_jitter.js';
export type { ContrastChange } from './preprocessing/image_preprocessing/random_contrast.js';
export type { CropWindow } from './preprocessing/image_preprocessing/random_crop.js';
export type { Erasing, RandomErasingOptions } from './preprocessing/image_preprocessing/random_erasing.js';
export type { Flips, RandomFlipOptions } from './preprocessing/image_preprocessing/random_flip.js';
export type { RandomGrayscaleOptions } from './preprocessing/image_preprocessing/random_grayscale.js';
export type { FactorPerImage } from './preprocessing/image_preprocessing/random_hue.js';
export type { Inversions, RandomInvertOptions } from './preprocessing/image_preprocessing/random_invert.js';
export type { Posterization } from './preprocessing/image_preprocessing/random_posterization.js';
export type { ResizingOptions } from './preprocessing/image_preprocessing/resizing.js';
export type { AugMixOptions, Chains, Link } from './preprocessing/image_preprocessing/aug_mix.js';
export type { CutAndPaste, CutMixOptions } from './preprocessing/image_preprocessing/cut_mix.js';
export type { Blend, MixUpOptions } from './preprocessing/image_preprocessing/mix_up.js';
export type { ChosenChanges, RandAugmentOptions } from './preprocessing/image_preprocessing/rand_augment.js';
export type {
  Elastic,
  RandomElasticTransformOptions,
} from './preprocessing/image_preprocessing/random_elastic_transform.js';
export type { Blur, RandomGaussianBlurOptions } from './preprocessing/image_preprocessing/random_gaussian_blur.js';
export type { Perspective, RandomPerspectiveOptions } from './preprocessing/image_preprocessing/random_perspective.js';
export type { Rotation } from './preprocessing/image_preprocessing/random_rotation.js';
export type { RandomShearOptions, Shear } from './preprocessing/image_preprocessing/random_shear.js';
export type { Translation } from './preprocessing/image_preprocessing/random_translation.js';
export type { RandomZoomOptions, Zoom } from './preprocessing/image_preprocessing/random_zoom.js';
export type { SampledImageOptions } from './preprocessing/image_preprocessing/base_affine_layer.js';
export type { Step } from './preprocessing/image_preprocessing/policies.js';
export type { SolarizationChange, SolarizationOptions } from './preprocessing/image_preprocessing/solarization.js';
export type { InputSpecOptions } from './input_spec.js';
export type {
  CallOptions,
  ConcreteInputs,
  Drawn,
  LayerOptions,
  MaskTree,
  Returned,
  ScoresWanted,
  ShapeTree,
  SymbolicInputs,
  WeightOptions,
} from './layer_types.js';

registerClasses('keras.layers', catalogue);
registerClasses('keras.layers', aliases);

/**
 * A layer as JSON: `{ module, class_name, config, registered_name }`.
 *
 * @param layer The layer.
 * @returns What `deserialize` takes.
 * @see `keras.layers.serialize`
 * @example
 * layers.serialize(new layers.Dense(3)).class_name // 'Dense'
 */
export const serialize = checked('layers.serialize', function serialize(layer: Layer): Config {
  return serializeKerasObject(layer) as Config;
});
/**
 * A layer from JSON, unbuilt unless the JSON says how.
 *
 * @param config What `serialize` gave.
 * @param options `customObjects`: classes and functions by name, besides those that are registered.
 * @returns The layer, with new weights.
 * @throws {ValueError} The class is not known or is no layer; the config does not fit it.
 * @see `keras.layers.deserialize`
 * @example
 * const layer = layers.deserialize(layers.serialize(new layers.Dense(3)));
 */
export const deserialize = checked(
  'deserialize',
  (
    config: unknown,
    { customObjects }: { readonly customObjects?: Readonly<Record<string, unknown>> | null } = {},
  ): Layer => {
    const layer = deserializeKerasObject(config, { customObjects, defaultModule: 'keras.layers' });
    if (!(layer instanceof Layer))
      throw new ValueError(`layers.deserialize: ${quote(config)} gives no layer. Expected a serialized layer.`);
    return layer;
  },
);
