/** @file Arguments of layers: their names and values in Keras 1 and 2, and what became of them in Keras 3. */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import { bareName } from './values.js';

/** Classes by the names that they had before. */
const CLASSES: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  AtrousConv1D: 'Conv1D',
  AtrousConv2D: 'Conv2D',
  Deconvolution2D: 'Conv2DTranspose',
  Deconvolution3D: 'Conv3DTranspose',
  Deconv2D: 'Conv2DTranspose',
  Deconv3D: 'Conv3DTranspose',
  Convolution2DTranspose: 'Conv2DTranspose',
  Convolution3DTranspose: 'Conv3DTranspose',
  SeparableConvolution1D: 'SeparableConv1D',
  SeparableConvolution2D: 'SeparableConv2D',
  DepthwiseConvolution2D: 'DepthwiseConv2D',
  CuDNNLSTM: 'LSTM',
  CuDNNGRU: 'GRU',
  LSTMV1: 'LSTM',
  LSTMV2: 'LSTM',
  GRUV1: 'GRU',
  GRUV2: 'GRU',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  DenseV2: 'Dense',
  ThresholdedReLU: 'ReLU',
};

/** The name of a layer's class now. */
export function currentClass(className: string): string {
  const bare = bareName(className);
  return Object.hasOwn(CLASSES, bare) ? CLASSES[bare] : bare;
}

/** Arguments by the names that they had in Keras 1, whatever the layer. */
const RENAMED: Readonly<Record<string, string>> = {
  border_mode: 'padding',
  dim_ordering: 'data_format',
  nb_filter: 'filters',
  filter_length: 'kernel_size',
  subsample: 'strides',
  subsample_length: 'strides',
  atrous_rate: 'dilation_rate',
  init: 'kernel_initializer',
  inner_init: 'recurrent_initializer',
  inner_activation: 'recurrent_activation',
  W_regularizer: 'kernel_regularizer',
  b_regularizer: 'bias_regularizer',
  U_regularizer: 'recurrent_regularizer',
  W_constraint: 'kernel_constraint',
  b_constraint: 'bias_constraint',
  bias: 'use_bias',
  p: 'rate',
  sigma: 'stddev',
  pool_length: 'pool_size',
  stride: 'strides',
  length: 'size',
  dropout_W: 'dropout',
  dropout_U: 'recurrent_dropout',
  beta_init: 'beta_initializer',
  gamma_init: 'gamma_initializer',
  gamma_init_value: 'gamma_initializer',
};

/** Names that mean something else in some layers. */
const RENAMED_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Embedding: {
    init: 'embeddings_initializer',
    W_regularizer: 'embeddings_regularizer',
    W_constraint: 'embeddings_constraint',
  },
  PReLU: { init: 'alpha_initializer', weights: '' },
  LeakyReLU: { alpha: 'negative_slope' },
  ReLU: { theta: 'threshold' },
};

const DATA_FORMATS: Readonly<Record<string, string | null>> = {
  tf: 'channels_last',
  th: 'channels_first',
  default: null,
};

/** Arguments that say how Keras 1 and 2 computed and what they had to be told of shapes. They change no number. */
const DROPPED = [
  'batch_input_shape',
  'input_dim',
  'input_length',
  'input_dtype',
  'consume_less',
  'forget_bias_init',
  'ragged',
  'fused',
  'virtual_batch_size',
  'adjustment',
  'node_indices',
  'tensor_indices',
  'weights',
];

/** Arguments that Keras 3 has no more, by class; `{argument: the values that may be dropped}`, all if null. */
const DROPPED_IN: Readonly<Record<string, Readonly<Record<string, readonly unknown[] | null>>>> = {
  BatchNormalization: { mode: [0], renorm: [false], renorm_clipping: null, renorm_momentum: null },
  Conv1DTranspose: { groups: [1] },
  Conv2DTranspose: { groups: [1], output_shape: null },
  Conv3DTranspose: { groups: [1], output_shape: null },
  DepthwiseConv1D: {
    groups: null,
    filters: null,
    kernel_initializer: null,
    kernel_regularizer: null,
    kernel_constraint: null,
  },
  DepthwiseConv2D: {
    groups: null,
    filters: null,
    kernel_initializer: null,
    kernel_regularizer: null,
    kernel_constraint: null,
  },
  SeparableConv1D: { groups: null, kernel_initializer: null, kernel_regularizer: null, kernel_constraint: null },
  SeparableConv2D: { groups: null, kernel_initializer: null, kernel_regularizer: null, kernel_constraint: null },
  SpatialDropout1D: { noise_shape: [null] },
  SpatialDropout2D: { noise_shape: [null] },
  SpatialDropout3D: { noise_shape: [null] },
  RNN: { time_major: [false], implementation: null },
  SimpleRNN: { time_major: [false], implementation: null },
  GRU: { time_major: [false], implementation: null },
  LSTM: { time_major: [false], implementation: null },
  ConvLSTM1D: { time_major: [false] },
  ConvLSTM2D: { time_major: [false] },
  ConvLSTM3D: { time_major: [false] },
  GRUCell: { implementation: null },
  LSTMCell: { implementation: null },
  SimpleRNNCell: { implementation: null },
  MultiHeadAttention: { query_shape: null, key_shape: null, value_shape: null },
  Embedding: { dropout: [0, null] },
  Attention: { causal: [false] },
  AdditiveAttention: { causal: [false] },
  Lambda: { function_type: null, module: null, output_shape_type: null, output_shape_module: null },
};

/** Names in one dict by others, in place; what is there under the new name already stays. */
function rename(config: Config, className: string): void {
  const own = Object.hasOwn(RENAMED_IN, className) ? RENAMED_IN[className] : {};
  for (const [before, after] of Object.entries({ ...RENAMED, ...own })) {
    if (!(before in config)) continue;
    const value = config[before];
    Reflect.deleteProperty(config, before);
    if (after !== '' && !(after in config)) config[after] = value;
  }
  // Embeddings had an output_dim from the beginning, and still have it.
  if ('output_dim' in config && className !== 'Embedding') {
    config['units'] ??= config['output_dim'];
    Reflect.deleteProperty(config, 'output_dim');
  }
  if (className === 'RepeatVector' || className === 'Permute') return;
  const sizes = ['nb_row', 'nb_col', 'kernel_dim1', 'kernel_dim2', 'kernel_dim3'].filter((key) => key in config);
  if (sizes.length > 0) config['kernel_size'] = sizes.map((key) => config[key]);
  for (const key of sizes) Reflect.deleteProperty(config, key);
}

/** Padding of Keras 1: `{top_pad, bottom_pad, left_pad, right_pad}`, or for sequences `{left_pad, right_pad}`. */
function upgradePadding(padding: unknown): unknown {
  if (!isDict(padding)) return padding;
  const { top_pad: top = 0, bottom_pad: bottom = 0, left_pad: left = 0, right_pad: right = 0 } = padding;
  return 'top_pad' in padding || 'bottom_pad' in padding
    ? [
        [top, bottom],
        [left, right],
      ]
    : [left, right];
}

/** Arguments whose defaults, or whose values, were others. */
function adjust(config: Config, className: string, before: string): void {
  const format = config['data_format'];
  if (typeof format === 'string' && Object.hasOwn(DATA_FORMATS, format)) config['data_format'] = DATA_FORMATS[format];
  if (config['padding'] === 'full')
    throw new ValueError(`${before} '${String(config['name'])}': border_mode='full' of Keras 1 has no successor.`);
  if (className.startsWith('ZeroPadding')) config['padding'] = upgradePadding(config['padding']);
  const { axis } = config;
  if (className.endsWith('BatchNormalization') && Array.isArray(axis) && axis.length === 1) config['axis'] = axis[0];
  if (className === 'GRU' || className === 'GRUCell') config['reset_after'] ??= before === 'CuDNNGRU';
  if (before.startsWith('CuDNN')) {
    config['recurrent_activation'] = 'sigmoid';
    config['activation'] = 'tanh';
  }
  if (config['unit_forget_bias'] === null) Reflect.deleteProperty(config, 'unit_forget_bias'); // tfjs
  if (config['sparse'] === false) Reflect.deleteProperty(config, 'sparse');
  if (config['noise_shape'] === null) Reflect.deleteProperty(config, 'noise_shape');
}

function drop(config: Config, className: string, before: string): void {
  const own = Object.hasOwn(DROPPED_IN, className) ? DROPPED_IN[className] : {};
  for (const key of DROPPED) {
    if (key === 'input_dim' && className === 'Embedding') continue;
    Reflect.deleteProperty(config, key);
  }
  for (const [key, allowed] of Object.entries(own)) {
    if (!(key in config)) continue;
    const value = config[key];
    if (allowed !== null && !allowed.includes(value)) {
      throw new ValueError(
        `${before} '${String(config['name'])}': ${key}=${JSON.stringify(value)} is something that Keras 3 has no more. ` +
          `It can be read with ${key}=${JSON.stringify(allowed[0])} only.`,
      );
    }
    Reflect.deleteProperty(config, key);
  }
}

/**
 * The arguments of a layer under their names of today. What they hold (initializers, inner layers) is left as it is.
 *
 * @param before The class as the file names it.
 * @throws {ValueError} An argument has a value that Keras 3 cannot do.
 */
export function upgradeArguments(config: Config, before: string): Config {
  const className = currentClass(before);
  const upgraded = { ...config };
  rename(upgraded, className);
  adjust(upgraded, className, bareName(before));
  drop(upgraded, className, bareName(before));
  return upgraded;
}
