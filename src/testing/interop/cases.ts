/**
 * @file The models of the interop bench: one for every layer and every optimizer that configs can name. A model is its inputs, the layers
 * that follow one another (the first takes all inputs), then Flatten and Dense(2). Python reads the same descriptions (keras_side.py).
 */

/** A serialized object, as Keras writes it. */
export interface Spec {
  readonly module: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly registered_name: string | null;
}

/** An input of a model. */
export interface InputSpec {
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  /** For integers: all are below. */
  readonly high: number;
}

/** One row of the matrix. */
export interface Case {
  readonly id: string;
  readonly kind: 'layer' | 'optimizer' | 'schedule' | 'model';
  readonly inputs: readonly InputSpec[];
  /** How the first layer takes several inputs: as a list, or as arguments. */
  readonly call: 'list' | 'arguments';
  readonly layers: readonly Spec[];
  readonly optimizer: Spec;
}

/** A class that has no row of its own, and why. */
export interface Excused {
  readonly id: string;
  readonly why: string;
}

type Config = Readonly<Record<string, unknown>>;
const inModule =
  (module: string) =>
  (class_name: string, config: Config = {}): Spec => ({ module, class_name, config, registered_name: null });
const layer = inModule('keras.layers');
const optimizer = inModule('keras.optimizers');
const schedule = inModule('keras.optimizers.schedules');
const floats = (...shape: number[]): InputSpec => ({ shape, dtype: 'float32', high: 0 });
const ids = (high: number, ...shape: number[]): InputSpec => ({ shape, dtype: 'int32', high });

const usual = optimizer('SGD', { learning_rate: 0.02, momentum: 0.9 });

/** The layers that take one input: class, shape of a sample, config. */
const single: readonly (readonly [name: string, shape: readonly number[], config?: Config])[] = [
  ['Dense', [5], { units: 4, activation: 'tanh' }],
  ['EinsumDense', [3, 4], { equation: 'abc,cd->abd', output_shape: [3, 5], bias_axes: 'd', activation: 'relu' }],
  ['Identity', [4]],
  ['Masking', [4, 3], { mask_value: 0 }],
  ['Conv1D', [7, 3], { filters: 4, kernel_size: 3, strides: 2, activation: 'relu' }],
  ['Conv1DTranspose', [4, 3], { filters: 2, kernel_size: 3, strides: 2 }],
  ['Conv2D', [6, 5, 2], { filters: 3, kernel_size: [3, 2], padding: 'same', kernel_regularizer: 'l2' }],
  ['Conv2DTranspose', [3, 4, 2], { filters: 3, kernel_size: 3, strides: 2, padding: 'same' }],
  ['Conv3D', [4, 5, 4, 2], { filters: 2, kernel_size: 2, dilation_rate: 2 }],
  ['Conv3DTranspose', [2, 3, 2, 2], { filters: 2, kernel_size: 2, strides: 2 }],
  ['DepthwiseConv1D', [6, 3], { kernel_size: 3, depth_multiplier: 2 }],
  ['DepthwiseConv2D', [5, 6, 2], { kernel_size: 3, depth_multiplier: 2, use_bias: false }],
  ['SeparableConv1D', [6, 3], { filters: 4, kernel_size: 3 }],
  ['SeparableConv2D', [5, 6, 2], { filters: 4, kernel_size: 3, padding: 'same' }],
  ['AdaptiveAveragePooling1D', [7, 3], { output_size: 3 }],
  ['AdaptiveAveragePooling2D', [5, 6, 2], { output_size: [2, 3] }],
  ['AdaptiveAveragePooling3D', [4, 5, 3, 2], { output_size: 2 }],
  ['AdaptiveMaxPooling1D', [7, 3], { output_size: 3 }],
  ['AdaptiveMaxPooling2D', [5, 6, 2], { output_size: [2, 3] }],
  ['AdaptiveMaxPooling3D', [4, 5, 3, 2], { output_size: 2 }],
  ['AveragePooling1D', [7, 3], { pool_size: 2 }],
  ['AveragePooling2D', [5, 6, 2], { pool_size: 2, padding: 'same' }],
  ['AveragePooling3D', [4, 5, 3, 2], { pool_size: 2 }],
  ['GlobalAveragePooling1D', [5, 3]],
  ['GlobalAveragePooling2D', [4, 3, 2]],
  ['GlobalAveragePooling3D', [2, 3, 4, 2]],
  ['GlobalMaxPooling1D', [5, 3]],
  ['GlobalMaxPooling2D', [4, 3, 2], { keepdims: true }],
  ['GlobalMaxPooling3D', [2, 3, 4, 2]],
  ['MaxPooling1D', [7, 3], { pool_size: 3, strides: 2 }],
  ['MaxPooling2D', [5, 6, 2], { pool_size: [2, 3], padding: 'same' }],
  ['MaxPooling3D', [4, 5, 3, 2], { pool_size: 2 }],
  ['Cropping1D', [5, 2], { cropping: [1, 2] }],
  ['Cropping2D', [5, 6, 2], { cropping: [[1, 2], [2, 1]] }], // prettier-ignore
  ['Cropping3D', [4, 4, 4, 1], { cropping: 1 }],
  ['Flatten', [3, 4]],
  ['Permute', [3, 4], { dims: [2, 1] }],
  ['RepeatVector', [3], { n: 4 }],
  ['Reshape', [12], { target_shape: [3, -1] }],
  ['UpSampling1D', [3, 2], { size: 2 }],
  ['UpSampling2D', [3, 4, 2], { size: [2, 3], interpolation: 'bilinear' }],
  ['UpSampling3D', [2, 2, 3, 1], { size: 2 }],
  ['ZeroPadding1D', [3, 2], { padding: [1, 2] }],
  ['ZeroPadding2D', [2, 3, 2], { padding: [[1, 0], [0, 2]] }], // prettier-ignore
  ['ZeroPadding3D', [2, 2, 2, 1], { padding: 1 }],
  ['ActivityRegularization', [4], { l2: 0.1 }],
  ['AlphaDropout', [6], { rate: 0.3, seed: 1 }],
  ['Dropout', [6], { rate: 0.3, seed: 1 }],
  ['GaussianDropout', [6], { rate: 0.3, seed: 1 }],
  ['GaussianNoise', [6], { stddev: 0.3, seed: 1 }],
  ['SpatialDropout1D', [3, 6], { rate: 0.3, seed: 1 }],
  ['SpatialDropout2D', [2, 3, 6], { rate: 0.3, seed: 1 }],
  ['SpatialDropout3D', [2, 2, 2, 6], { rate: 0.3, seed: 1 }],
  ['BatchNormalization', [4, 3], { momentum: 0.8 }],
  ['GroupNormalization', [4, 6], { groups: 3 }],
  ['LayerNormalization', [3, 5]],
  ['RMSNormalization', [3, 4]],
  ['UnitNormalization', [3, 4]],
  ['Activation', [5], { activation: 'softplus' }],
  ['ELU', [5], { alpha: 0.7 }],
  ['LeakyReLU', [5], { negative_slope: 0.2 }],
  ['PReLU', [3, 5], { shared_axes: [1] }],
  ['ReLU', [5], { max_value: 1.5, negative_slope: 0.1 }],
  ['Softmax', [3, 5]],
  ['Rescaling', [4], { scale: 0.5, offset: 0.1 }],
  ['Normalization', [4], { mean: [0.5, -1, 0, 2], variance: [1, 2, 0.5, 4] }],
  ['Discretization', [4], { bin_boundaries: [-0.5, 0, 0.8], output_mode: 'one_hot' }],
  ['MelSpectrogram', [64], { fft_length: 16, sequence_stride: 8, sampling_rate: 100, num_mel_bins: 4, min_freq: 1 }],
  ['STFTSpectrogram', [40, 1], { mode: 'magnitude', frame_length: 16, frame_step: 8, fft_length: 16 }],
  ['AutoContrast', [5, 6, 3], { value_range: [-3, 3] }],
  ['CenterCrop', [5, 6, 3], { height: 3, width: 4 }],
  ['ContrastLimitedAdaptiveHistogramEqualization', [6, 6, 3], { value_range: [-3, 3], tile_grid_size: [2, 3] }],
  ['CutMix', [5, 6, 3], { seed: 1 }],
  ['MixUp', [5, 6, 3], { alpha: 0.4, seed: 1 }],
  ['RandAugment', [5, 6, 3], { value_range: [-3, 3], num_ops: 1, seed: 1 }],
  ['RandomBrightness', [5, 6, 3], { factor: 0.2, value_range: [-3, 3], seed: 1 }],
  ['RandomColorDegeneration', [5, 6, 3], { factor: 0.5, value_range: [-3, 3], seed: 1 }],
  ['RandomColorJitter', [5, 6, 3], { value_range: [-3, 3], brightness_factor: 0.2, contrast_factor: 0.3, seed: 1 }],
  ['RandomContrast', [5, 6, 3], { factor: 0.3, value_range: [-3, 3], seed: 1 }],
  ['RandomCrop', [5, 6, 3], { height: 5, width: 6, seed: 1 }],
  ['RandomErasing', [5, 6, 3], { value_range: [-3, 3], seed: 1 }],
  ['RandomFlip', [5, 6, 3], { mode: 'horizontal', seed: 1 }],
  ['RandomGaussianBlur', [5, 6, 3], { value_range: [-3, 3], seed: 1 }],
  ['RandomHue', [5, 6, 3], { factor: 0.3, value_range: [-3, 3], seed: 1 }],
  ['RandomInvert', [5, 6, 3], { value_range: [-3, 3], seed: 1 }],
  ['RandomPerspective', [5, 6, 3], { scale: 0.3, seed: 1 }],
  ['RandomPosterization', [5, 6, 3], { factor: 4, value_range: [-3, 3], seed: 1 }],
  ['RandomRotation', [5, 6, 3], { factor: 0.2, seed: 1 }],
  ['RandomSaturation', [5, 6, 3], { factor: 0.3, value_range: [0, 1], seed: 1 }],
  ['RandomSharpness', [5, 6, 3], { factor: 0.7, value_range: [-3, 3], seed: 1 }],
  ['RandomShear', [5, 6, 3], { x_factor: [0.1, 0.3], y_factor: [0, 0.1], seed: 1 }],
  ['RandomTranslation', [5, 6, 3], { height_factor: 0.2, width_factor: 0.3, seed: 1 }],
  ['RandomZoom', [5, 6, 3], { height_factor: 0.2, seed: 1 }],
  ['Resizing', [5, 6, 3], { height: 3, width: 4 }],
  ['Solarization', [5, 6, 3], { threshold_factor: 0.5, value_range: [-3, 3], seed: 1 }],
  ['GRU', [5, 3], { units: 4, return_sequences: true }],
  ['LSTM', [5, 3], { units: 4, go_backwards: true }],
  ['SimpleRNN', [5, 3], { units: 4 }],
  ['ConvLSTM1D', [3, 6, 2], { filters: 3, kernel_size: 2, return_sequences: true }],
  ['ConvLSTM2D', [3, 5, 4, 2], { filters: 2, kernel_size: [2, 3], padding: 'same' }],
  ['ConvLSTM3D', [2, 3, 4, 3, 2], { filters: 2, kernel_size: 2, go_backwards: true }],
  ['Lambda', [5], { function: { class_name: 'function', config: 'half_square', module: 'builtins', registered_name: 'function' } }], // prettier-ignore
];

/** Layers that take the sum, or another function, of several inputs of one shape. */
const merging = ['Add', 'Average', 'Concatenate', 'Maximum', 'Minimum', 'Multiply', 'Subtract'] as const;

function layerCases(): Case[] {
  const row = (id: string, inputs: InputSpec[], layers: Spec[], call: Case['call'] = 'list'): Case => ({
    id,
    kind: 'layer',
    inputs,
    call,
    layers,
    optimizer: usual,
  });
  const inRnn = (cell: Spec | Spec[]): Spec => layer('RNN', { cell, return_sequences: true });
  const cell = (name: string, units: number): Spec => layer(name, { units });
  return [
    ...single.map(([name, shape, config]) => row(name, [floats(...shape)], [layer(name, config)])),
    ...merging.map((name) => row(name, [floats(3, 4), floats(3, 4)], [layer(name)])),
    row('InputLayer', [floats(4)], []),
    row('CategoryEncoding', [ids(7, 4)], [layer('CategoryEncoding', { num_tokens: 7, output_mode: 'count' })]),
    row('Embedding', [ids(7, 4)], [layer('Embedding', { input_dim: 7, output_dim: 3 })]),
    row('Dot', [floats(3, 4), floats(2, 4)], [layer('Dot', { axes: 2, normalize: true })]),
    row('AdditiveAttention', [floats(3, 4), floats(5, 4)], [layer('AdditiveAttention')]),
    row('Attention', [floats(3, 4), floats(5, 4)], [layer('Attention', { use_scale: true })]),
    row(
      'MultiHeadAttention',
      [floats(3, 4), floats(5, 4)],
      [layer('MultiHeadAttention', { num_heads: 2, key_dim: 3 })],
      'arguments',
    ),
    row(
      'GroupQueryAttention',
      [floats(3, 4), floats(5, 4)],
      [layer('GroupQueryAttention', { head_dim: 3, num_query_heads: 4, num_key_value_heads: 2 })],
      'arguments',
    ),
    row('RNN', [floats(5, 3)], [layer('RNN', { cell: cell('GRUCell', 3), go_backwards: true })]),
    row('GRUCell', [floats(5, 3)], [inRnn(cell('GRUCell', 3))]),
    row('LSTMCell', [floats(5, 3)], [inRnn(cell('LSTMCell', 3))]),
    row('SimpleRNNCell', [floats(5, 3)], [inRnn(cell('SimpleRNNCell', 3))]),
    row(
      'StackedRNNCells',
      [floats(5, 3)],
      [inRnn(layer('StackedRNNCells', { cells: [cell('LSTMCell', 3), cell('GRUCell', 2)] }))],
    ),
    row(
      'Bidirectional',
      [floats(5, 3)],
      [layer('Bidirectional', { layer: layer('LSTM', { units: 3, return_sequences: true }), merge_mode: 'sum' })],
    ),
    row(
      'ReversibleEmbedding',
      [ids(7, 4)],
      [layer('ReversibleEmbedding', { input_dim: 7, output_dim: 3, tie_weights: false })],
    ),
    row(
      'SpectralNormalization',
      [floats(5)],
      [layer('SpectralNormalization', { layer: layer('Dense', { units: 4 }) })],
    ),
    row('TimeDistributed', [floats(5, 3)], [layer('TimeDistributed', { layer: layer('Dense', { units: 4 }) })]),
  ];
}

/** A small network for all optimizers: kernels, biases, and weights that are not trained. */
const network: Pick<Case, 'inputs' | 'call' | 'layers'> = {
  inputs: [floats(4)],
  call: 'list',
  layers: [layer('Dense', { units: 3, activation: 'tanh' }), layer('BatchNormalization')],
};

function optimizerCases(): Case[] {
  const row = (id: string, spec: Spec): Case => ({ id, kind: 'optimizer', ...network, optimizer: spec });
  const plain = ['Adadelta', 'Adafactor', 'Adagrad', 'Adam', 'Adamax', 'AdamW', 'Ftrl', 'Lamb', 'Lion', 'Muon'];
  const adam = optimizer('Adam', { learning_rate: 0.01 });
  return [
    ...[...plain, 'Nadam', 'RMSprop', 'ScheduleFreeAdamW', 'SGD'].map((name) =>
      row(name, optimizer(name, { learning_rate: 0.01 })),
    ),
    row('SGD, Nesterov, clipnorm', optimizer('SGD', { learning_rate: 0.05, momentum: 0.9, nesterov: true, clipnorm: 1 })), // prettier-ignore
    row('Adam, amsgrad', optimizer('Adam', { learning_rate: 0.01, amsgrad: true })),
    row('Adadelta, rate 1', optimizer('Adadelta', { learning_rate: 1 })),
    row('Adam, every second step', optimizer('Adam', { learning_rate: 0.01, gradient_accumulation_steps: 2 })),
    row('RMSprop, centered', optimizer('RMSprop', { learning_rate: 0.01, momentum: 0.5, centered: true })),
    row('LossScaleOptimizer', optimizer('LossScaleOptimizer', { inner_optimizer: adam, initial_scale: 64 })),
    row('MultiOptimizer', optimizer('MultiOptimizer', { optimizer_map: optimizer('OptimizerMap', { default_optimizer: adam, optimizer_map: { '.*bias': optimizer('SGD', { learning_rate: 0.01 }) } }) })), // prettier-ignore
  ];
}

function scheduleCases(): Case[] {
  const schedules: readonly (readonly [string, Config])[] = [
    ['ExponentialDecay', { initial_learning_rate: 0.05, decay_steps: 3, decay_rate: 0.8 }],
    ['InverseTimeDecay', { initial_learning_rate: 0.05, decay_steps: 3, decay_rate: 0.8 }],
    ['PiecewiseConstantDecay', { boundaries: [2, 5], values: [0.05, 0.02, 0.01] }],
    ['PolynomialDecay', { initial_learning_rate: 0.05, decay_steps: 8 }],
    ['CosineDecay', { initial_learning_rate: 0.05, decay_steps: 8, warmup_target: 0.08, warmup_steps: 3 }],
    ['CosineDecayRestarts', { initial_learning_rate: 0.05, first_decay_steps: 3 }],
  ];
  return schedules.map(([name, config]) => ({
    id: name,
    kind: 'schedule',
    ...network,
    optimizer: optimizer('SGD', { learning_rate: schedule(name, config), momentum: 0.9 }),
  }));
}

function modelCases(): Case[] {
  const inner = inModule('keras')('Sequential', {
    name: 'inner',
    layers: [layer('InputLayer', { batch_shape: [null, 4] }), layer('Dense', { units: 3 }), layer('PReLU')],
  });
  const row = (id: string, inputs: InputSpec[], layers: Spec[]): Case => ({
    id,
    kind: 'model',
    inputs,
    call: 'list',
    layers,
    optimizer: usual,
  });
  return [
    row('a model in a model', [floats(4)], [layer('Dense', { units: 4 }), inner, layer('Dense', { units: 3 })]),
    row('frozen layer', [floats(4)], [layer('Dense', { units: 4, trainable: false }), layer('Dense', { units: 3 })]),
    row('constraints', [floats(4)], [layer('Dense', { units: 4, kernel_constraint: 'max_norm', bias_regularizer: 'l1' })]), // prettier-ignore
  ];
}

export const cases: readonly Case[] = [...layerCases(), ...optimizerCases(), ...scheduleCases(), ...modelCases()];

/** Classes that stand for none that can be used. */
export const excused: readonly Excused[] = [
  { id: 'Layer', why: 'base class: computes nothing' },
  { id: 'Wrapper', why: 'base class: computes nothing' },
  { id: 'Optimizer', why: 'base class: updates nothing' },
  { id: 'OptimizerMap', why: "a part of MultiOptimizer's config" },
  { id: 'IntegerLookup', why: 'Keras computes it in TensorFlow alone' },
  { id: 'StringLookup', why: 'Keras computes it in TensorFlow alone' },
  { id: 'TextVectorization', why: 'Keras computes it in TensorFlow alone' },
  { id: 'Hashing', why: 'Keras computes it in TensorFlow alone' },
  { id: 'HashedCrossing', why: 'Keras computes it in TensorFlow alone' },
  { id: 'Equalization', why: 'Keras 3.15.1 drops it from functional models: its symbolic call returns its argument' },
  { id: 'RandomElasticTransform', why: 'Keras 3.15.1 on JAX cannot compile it for fit' },
  { id: 'AugMix', why: "chooses its changes by Python's own generator, once for a compiled step" },
  { id: 'MaxNumBoundingBoxes', why: 'changes boxes alone, which models have not among their arrays' },
  { id: 'Pipeline', why: 'its seeds are no part of files in Keras 3.15.1' },
  { id: 'RandomGrayscale', why: 'its seed is not saved in Keras 3.15.1' },
  { id: 'LearningRateSchedule', why: 'base class: has no rate' },
];
