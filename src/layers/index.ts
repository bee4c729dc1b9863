/** @file `keras.layers`: what is exported here can be made from a config. One file per layer, in Keras's folders. */
import type { Config } from '../core/serialization.js';
import { deserializeKerasObject, registerClasses, serializeKerasObject } from '../core/serialization.js';
import { ValueError } from '../core/errors.js';
import { Dense } from './core/dense.js';
import { EinsumDense } from './core/einsum_dense.js';
import { Embedding } from './core/embedding.js';
import { Identity } from './core/identity.js';
import { Input, InputLayer } from './core/input_layer.js';
import { Lambda } from './core/lambda_layer.js';
import { Masking } from './core/masking.js';
import { Wrapper } from './core/wrapper.js';
import { Conv1D } from './convolutional/conv1d.js';
import { Conv1DTranspose } from './convolutional/conv1d_transpose.js';
import { Conv2D } from './convolutional/conv2d.js';
import { Conv2DTranspose } from './convolutional/conv2d_transpose.js';
import { Conv3D } from './convolutional/conv3d.js';
import { Conv3DTranspose } from './convolutional/conv3d_transpose.js';
import { DepthwiseConv1D } from './convolutional/depthwise_conv1d.js';
import { DepthwiseConv2D } from './convolutional/depthwise_conv2d.js';
import { SeparableConv1D } from './convolutional/separable_conv1d.js';
import { SeparableConv2D } from './convolutional/separable_conv2d.js';
import { AdaptiveAveragePooling1D } from './pooling/adaptive_average_pooling1d.js';
import { AdaptiveAveragePooling2D } from './pooling/adaptive_average_pooling2d.js';
import { AdaptiveAveragePooling3D } from './pooling/adaptive_average_pooling3d.js';
import { AdaptiveMaxPooling1D } from './pooling/adaptive_max_pooling1d.js';
import { AdaptiveMaxPooling2D } from './pooling/adaptive_max_pooling2d.js';
import { AdaptiveMaxPooling3D } from './pooling/adaptive_max_pooling3d.js';
import { AveragePooling1D } from './pooling/average_pooling1d.js';
import { AveragePooling2D } from './pooling/average_pooling2d.js';
import { AveragePooling3D } from './pooling/average_pooling3d.js';
import { GlobalAveragePooling1D } from './pooling/global_average_pooling1d.js';
import { GlobalAveragePooling2D } from './pooling/global_average_pooling2d.js';
import { GlobalAveragePooling3D } from './pooling/global_average_pooling3d.js';
import { GlobalMaxPooling1D } from './pooling/global_max_pooling1d.js';
import { GlobalMaxPooling2D } from './pooling/global_max_pooling2d.js';
import { GlobalMaxPooling3D } from './pooling/global_max_pooling3d.js';
import { MaxPooling1D } from './pooling/max_pooling1d.js';
import { MaxPooling2D } from './pooling/max_pooling2d.js';
import { MaxPooling3D } from './pooling/max_pooling3d.js';
import { Cropping1D } from './reshaping/cropping1d.js';
import { Cropping2D } from './reshaping/cropping2d.js';
import { Cropping3D } from './reshaping/cropping3d.js';
import { Flatten } from './reshaping/flatten.js';
import { Permute } from './reshaping/permute.js';
import { RepeatVector } from './reshaping/repeat_vector.js';
import { Reshape } from './reshaping/reshape.js';
import { UpSampling1D } from './reshaping/up_sampling1d.js';
import { UpSampling2D } from './reshaping/up_sampling2d.js';
import { UpSampling3D } from './reshaping/up_sampling3d.js';
import { ZeroPadding1D } from './reshaping/zero_padding1d.js';
import { ZeroPadding2D } from './reshaping/zero_padding2d.js';
import { ZeroPadding3D } from './reshaping/zero_padding3d.js';
import { ActivityRegularization } from './regularization/activity_regularization.js';
import { AlphaDropout } from './regularization/alpha_dropout.js';
import { Dropout } from './regularization/dropout.js';
import { GaussianDropout } from './regularization/gaussian_dropout.js';
import { GaussianNoise } from './regularization/gaussian_noise.js';
import { SpatialDropout1D } from './regularization/spatial_dropout1d.js';
import { SpatialDropout2D } from './regularization/spatial_dropout2d.js';
import { SpatialDropout3D } from './regularization/spatial_dropout3d.js';
import { BatchNormalization } from './normalization/batch_normalization.js';
import { GroupNormalization } from './normalization/group_normalization.js';
import { LayerNormalization } from './normalization/layer_normalization.js';
import { RMSNormalization } from './normalization/rms_normalization.js';
import { UnitNormalization } from './normalization/unit_normalization.js';
import { Add, add } from './merging/add.js';
import { Average, average } from './merging/average.js';
import { Concatenate, concatenate } from './merging/concatenate.js';
import { Dot, dot } from './merging/dot.js';
import { Maximum, maximum } from './merging/maximum.js';
import { Minimum, minimum } from './merging/minimum.js';
import { Multiply, multiply } from './merging/multiply.js';
import { Subtract, subtract } from './merging/subtract.js';
import { Activation } from './activations/activation.js';
import { ELU } from './activations/elu.js';
import { LeakyReLU } from './activations/leaky_relu.js';
import { PReLU } from './activations/prelu.js';
import { ReLU } from './activations/relu.js';
import { Softmax } from './activations/softmax.js';
import { AdditiveAttention } from './attention/additive_attention.js';
import { Attention } from './attention/attention.js';
import { GroupedQueryAttention } from './attention/grouped_query_attention.js';
import { MultiHeadAttention } from './attention/multi_head_attention.js';
import { Bidirectional } from './rnn/bidirectional.js';
import { GRU } from './rnn/gru.js';
import { GRUCell } from './rnn/gru_cell.js';
import { LSTM } from './rnn/lstm.js';
import { LSTMCell } from './rnn/lstm_cell.js';
import { RNN } from './rnn/rnn.js';
import { SimpleRNN } from './rnn/simple_rnn.js';
import { SimpleRNNCell } from './rnn/simple_rnn_cell.js';
import { StackedRNNCells } from './rnn/stacked_rnn_cells.js';
import { TimeDistributed } from './rnn/time_distributed.js';
import { Rescaling } from './preprocessing/rescaling.js';
import { InputSpec } from './input_spec.js';
import { Layer } from './layer.js';

export {
  InputSpec,
  Layer,
  Dense,
  EinsumDense,
  Embedding,
  Identity,
  InputLayer,
  Lambda,
  Masking,
  Wrapper,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Conv3DTranspose,
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv2D,
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  Cropping1D,
  Cropping2D,
  Cropping3D,
  Flatten,
  Permute,
  RepeatVector,
  Reshape,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
  ActivityRegularization,
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
  Add,
  Average,
  Concatenate,
  Dot,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
  Activation,
  ELU,
  LeakyReLU,
  PReLU,
  ReLU,
  Softmax,
  AdditiveAttention,
  Attention,
  GroupedQueryAttention,
  MultiHeadAttention,
  Bidirectional,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
  Rescaling,
  Input,
  add,
  average,
  concatenate,
  dot,
  maximum,
  minimum,
  multiply,
  subtract,
};
export {
  AveragePooling1D as AvgPool1D,
  AveragePooling2D as AvgPool2D,
  AveragePooling3D as AvgPool3D,
  MaxPooling1D as MaxPool1D,
  MaxPooling2D as MaxPool2D,
  MaxPooling3D as MaxPool3D,
  GlobalAveragePooling1D as GlobalAvgPool1D,
  GlobalMaxPooling1D as GlobalMaxPool1D,
  Conv1D as Convolution1D,
  Conv1DTranspose as Convolution1DTranspose,
  SeparableConv1D as SeparableConvolution1D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
  GlobalMaxPooling2D as GlobalMaxPool2D,
  Conv2D as Convolution2D,
  Conv2DTranspose as Convolution2DTranspose,
  SeparableConv2D as SeparableConvolution2D,
  GlobalAveragePooling3D as GlobalAvgPool3D,
  GlobalMaxPooling3D as GlobalMaxPool3D,
  Conv3D as Convolution3D,
  Conv3DTranspose as Convolution3DTranspose,
  GroupedQueryAttention as GroupQueryAttention,
};
export type { DenseOptions } from './core/dense.js';
export type { EinsumDenseOptions } from './core/einsum_dense.js';
export type { EmbeddingOptions } from './core/embedding.js';
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
export type { BatchNormalizationOptions } from './normalization/batch_normalization.js';
export type { GroupNormalizationOptions } from './normalization/group_normalization.js';
export type { LayerNormalizationOptions } from './normalization/layer_normalization.js';
export type { RMSNormalizationOptions } from './normalization/rms_normalization.js';
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
export type { BidirectionalOptions, MergeMode } from './rnn/bidirectional.js';
export type { RecurrentCell, StateSize, StateTree } from './rnn/cell.js';
export type { GRUOptions } from './rnn/gru.js';
export type { GRUCellOptions } from './rnn/gru_cell.js';
export type { LSTMOptions } from './rnn/lstm.js';
export type { LSTMCellOptions } from './rnn/lstm_cell.js';
export type { RNNCallOptions, RNNOptions } from './rnn/rnn.js';
export type { RescalingOptions } from './preprocessing/rescaling.js';
export type { InputSpecOptions } from './input_spec.js';
export type {
  CallOptions,
  ConcreteInputs,
  LayerCall,
  LayerOptions,
  MaskTree,
  ShapeTree,
  SymbolicInputs,
  WeightOptions,
} from './layer_types.js';

registerClasses('keras.layers', {
  Layer,
  Dense,
  EinsumDense,
  Embedding,
  Identity,
  InputLayer,
  Lambda,
  Masking,
  Wrapper,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Conv3DTranspose,
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv2D,
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  Cropping1D,
  Cropping2D,
  Cropping3D,
  Flatten,
  Permute,
  RepeatVector,
  Reshape,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
  ActivityRegularization,
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
  Add,
  Average,
  Concatenate,
  Dot,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
  Activation,
  ELU,
  LeakyReLU,
  PReLU,
  ReLU,
  Softmax,
  AdditiveAttention,
  Attention,
  GroupQueryAttention: GroupedQueryAttention,
  MultiHeadAttention,
  Bidirectional,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
  Rescaling,
  AvgPool1D: AveragePooling1D,
  AvgPool2D: AveragePooling2D,
  AvgPool3D: AveragePooling3D,
  MaxPool1D: MaxPooling1D,
  MaxPool2D: MaxPooling2D,
  MaxPool3D: MaxPooling3D,
  GlobalAvgPool1D: GlobalAveragePooling1D,
  GlobalMaxPool1D: GlobalMaxPooling1D,
  Convolution1D: Conv1D,
  Convolution1DTranspose: Conv1DTranspose,
  SeparableConvolution1D: SeparableConv1D,
  GlobalAvgPool2D: GlobalAveragePooling2D,
  GlobalMaxPool2D: GlobalMaxPooling2D,
  Convolution2D: Conv2D,
  Convolution2DTranspose: Conv2DTranspose,
  SeparableConvolution2D: SeparableConv2D,
  GlobalAvgPool3D: GlobalAveragePooling3D,
  GlobalMaxPool3D: GlobalMaxPooling3D,
  Convolution3D: Conv3D,
  Convolution3DTranspose: Conv3DTranspose,
});

/** A layer as JSON: `{ module, class_name, config, registered_name }`. @see `keras.layers.serialize` */
export function serialize(layer: Layer): Config {
  return serializeKerasObject(layer) as Config;
}
/**
 * A layer from JSON, unbuilt unless the JSON says how.
 *
 * @param options `customObjects`: classes and functions by name, besides those that are registered.
 * @throws {ValueError} The class is not known or is no layer; the config does not fit it.
 * @see `keras.layers.deserialize`
 */
export function deserialize(
  config: unknown,
  { customObjects }: { readonly customObjects?: Readonly<Record<string, unknown>> | null } = {},
): Layer {
  const layer = deserializeKerasObject(config, { customObjects, defaultModule: 'keras.layers' });
  if (!(layer instanceof Layer))
    throw new ValueError(`layers.deserialize: ${JSON.stringify(config)} gives no layer. Expected a serialized layer.`);
  return layer;
}
