/**
 * @file What tfjs has of Keras's layers: the arguments of each that it reads, and the values that mean the same there. A model that needs
 * more is refused, as its predictions would be others.
 */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

/** Initializer, regularizer and constraint of each of these weights. */
const weights = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`${name}_initializer`, `${name}_regularizer`, `${name}_constraint`]);

const BIASED = [...words('activation use_bias activity_regularizer'), ...weights('bias')];
const CONVOLUTION = [...words('kernel_size strides padding'), ...BIASED];
const KERNEL = [...words('filters data_format'), ...CONVOLUTION, ...weights('kernel')];
const POOL = words('pool_size strides padding');
const CELL = [...words('units dropout recurrent_dropout'), ...BIASED, ...weights('kernel', 'recurrent')];
const GATED = [...CELL, 'recurrent_activation'];
const SEQUENCE = words('return_sequences return_state go_backwards stateful unroll');
const NORMALIZATION = [...words('axis epsilon center scale'), ...weights('beta', 'gamma')];

/** The arguments that tfjs reads, by class. A class that is not here it does not have. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  Activation: ['activation'],
  Add: [],
  AlphaDropout: words('rate noise_shape'),
  Average: [],
  AveragePooling1D: POOL,
  AveragePooling2D: [...POOL, 'data_format'],
  AveragePooling3D: [...POOL, 'data_format'],
  BatchNormalization: [...NORMALIZATION, 'momentum', 'moving_mean_initializer', 'moving_variance_initializer'],
  Bidirectional: words('layer merge_mode'),
  Concatenate: ['axis'],
  Conv1D: [...KERNEL, 'dilation_rate'],
  Conv2D: [...KERNEL, 'dilation_rate'],
  Conv2DTranspose: KERNEL,
  Conv3D: [...KERNEL, 'dilation_rate'],
  Conv3DTranspose: KERNEL,
  Cropping2D: words('cropping data_format'),
  Dense: [...words('units'), ...BIASED, ...weights('kernel')],
  DepthwiseConv2D: [...words('depth_multiplier data_format dilation_rate'), ...CONVOLUTION, ...weights('depthwise')],
  Dot: words('axes normalize'),
  Dropout: words('rate noise_shape seed'),
  ELU: ['alpha'],
  Embedding: [...words('input_dim output_dim mask_zero activity_regularizer'), ...weights('embeddings')],
  Flatten: ['data_format'],
  GRU: [...GATED, ...SEQUENCE],
  GRUCell: GATED,
  GaussianDropout: ['rate'],
  GaussianNoise: ['stddev'],
  GlobalAveragePooling1D: [],
  GlobalAveragePooling2D: ['data_format'],
  GlobalMaxPooling1D: [],
  GlobalMaxPooling2D: ['data_format'],
  LSTM: [...GATED, ...SEQUENCE, 'unit_forget_bias'],
  LSTMCell: [...GATED, 'unit_forget_bias'],
  LayerNormalization: NORMALIZATION,
  LeakyReLU: ['alpha'],
  Masking: ['mask_value'],
  MaxPooling1D: POOL,
  MaxPooling2D: [...POOL, 'data_format'],
  MaxPooling3D: [...POOL, 'data_format'],
  Maximum: [],
  Minimum: [],
  Multiply: [],
  PReLU: [...weights('alpha'), 'shared_axes'],
  Permute: ['dims'],
  RNN: [...SEQUENCE, 'cell'],
  ReLU: ['max_value'],
  RepeatVector: ['n'],
  Rescaling: words('scale offset'),
  Reshape: ['target_shape'],
  SeparableConv2D: [
    ...words('filters depth_multiplier data_format dilation_rate'),
    ...CONVOLUTION,
    ...weights('depthwise', 'pointwise'),
  ],
  SimpleRNN: [...CELL, ...SEQUENCE],
  SimpleRNNCell: CELL,
  Softmax: ['axis'],
  SpatialDropout1D: ['rate'],
  StackedRNNCells: ['cells'],
  TimeDistributed: ['layer'],
  UpSampling2D: words('size data_format interpolation'),
  ZeroPadding2D: words('padding data_format'),
};

/** Arguments by the names that they have in tfjs. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  LeakyReLU: { negative_slope: 'alpha' },
};

/** Arguments that change nothing in a prediction, or that a value of another argument stands for. */
const SILENT: ReadonlySet<string> = new Set([
  ...words('name trainable dtype batch_shape seed use_cudnn backward_layer implementation unit_forget_bias'),
  ...words('zero_output_for_mask renorm_momentum'),
]);

const ones = (value: unknown): boolean => [value].flat(2).every((each) => each === 1);

/** The value at which an argument that tfjs lacks is as if it were not there. */
function isNeutral(key: string, value: unknown): boolean {
  if (value === null || value === undefined || value === false || SILENT.has(key)) return true;
  if (key === 'data_format') return value === 'channels_last';
  if (key === 'groups' || key === 'dilation_rate') return ones(value);
  return (key === 'negative_slope' || key === 'threshold') && value === 0;
}

/** Functions by their names in tfjs. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    words('elu selu relu relu6 linear sigmoid softplus softsign tanh softmax log_softmax mish gelu').map((id) => [
      id,
      id,
    ]),
  ),
  silu: 'swish',
  swish: 'swish',
  // What tfjs calls hard_sigmoid, and Keras did before 3.
  hard_sigmoid_keras2: 'hard_sigmoid',
};

const INITIALIZERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    words(
      'Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity Ones Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros',
    ).map((id) => [id, id]),
  ),
  LecunNormal: 'LeCunNormal',
  LecunUniform: 'LeCunUniform',
};

const CONSTRAINTS = words('MaxNorm MinMaxNorm NonNeg UnitNorm');

/** Complains that tfjs lacks something. */
type Refuse = (what: string) => ValueError;

const isObject = (value: unknown): value is Config & { readonly class_name: string; readonly config: Config } =>
  isDict(value) && typeof value['class_name'] === 'string' && isDict(value['config']);

/** A number, for what Keras has as a generator of seeds. */
const plainSeed = (config: Config): Config =>
  'seed' in config ? { ...config, seed: typeof config['seed'] === 'number' ? config['seed'] : null } : config;

function activation(value: unknown, refuse: Refuse): unknown {
  if (value === null || value === undefined) return 'linear';
  const name = isObject(value) ? value.config : value;
  const id = typeof name === 'string' ? name : isObject(value) ? value.class_name : '';
  if (Object.hasOwn(ACTIVATIONS, id)) return ACTIVATIONS[id];
  const old = id === 'hard_sigmoid' ? " (tfjs's hard_sigmoid is that of Keras 2, another function)" : '';
  throw refuse(`the activation '${id}'${old}`);
}

/** The weights are loaded: what they begin with matters for nothing but a layer that is made anew. */
function initializer(value: unknown): unknown {
  if (!isObject(value) || !Object.hasOwn(INITIALIZERS, value.class_name)) return { class_name: 'Zeros', config: {} };
  const { input_axes: _in, output_axes: _out, ...config } = value.config;
  return { class_name: INITIALIZERS[value.class_name], config: plainSeed(config) };
}

function regularizer(value: unknown, refuse: Refuse): unknown {
  if (value === null || value === undefined) return null;
  const { class_name: name, config } = value as { class_name: string; config: Config };
  if (!['L1', 'L2', 'L1L2'].includes(name)) throw refuse(`the regularizer ${name}`);
  const { l1 = 0, l2 = 0 } = config;
  return { class_name: 'L1L2', config: { l1, l2 } };
}

function constraint(value: unknown, refuse: Refuse): unknown {
  if (value === null || value === undefined) return null;
  const { class_name: name, config } = value as { class_name: string; config: Config };
  if (!CONSTRAINTS.includes(name)) throw refuse(`the constraint ${name}`);
  return { class_name: name, config };
}

/** The name of a dtype or of a policy. */
function dtypeOf(value: unknown): unknown {
  const inner = isObject(value) ? value.config['name'] : value;
  return inner ?? 'float32';
}

/** A layer of Keras, as tfjs writes layers. @param layer As Keras serializes it. */
export type LayerWriter = (layer: Config) => Config;

/** The config of an input: its numbers are float32 or int32 in tfjs, or bool. */
export function inputConfig({ name, batch_shape: shape, dtype: given, sparse }: Config): Config {
  if (sparse === true)
    throw new ValueError(`saveModel: the input '${String(name)}' is sparse, which TensorFlow.js does not have.`);
  const dtype = String(dtypeOf(given));
  const kept = dtype === 'bool' ? 'bool' : /int/.test(dtype) ? 'int32' : 'float32';
  return { class_name: 'InputLayer', config: { batch_input_shape: shape, dtype: kept, sparse: false, name } };
}

/**
 * A layer as tfjs writes it.
 *
 * @param className Keras's name of its class.
 * @param inputShape With the batch; null: not known.
 * @param inner Writes layers and models within the layer.
 * @throws {ValueError} tfjs has no such layer, or not this argument of it.
 */
export function layerConfig(className: string, config: Config, inputShape: unknown, inner: LayerWriter): Config {
  if (isIdle(className, inputShape)) return layerConfig('Activation', { ...config, activation: 'linear' }, null, inner);
  const owner = `saveModel: the layer '${String(config['name'])}' (${className})`;
  const refuse = (what: string): ValueError =>
    new ValueError(`${owner} has ${what}, which TensorFlow.js does not have. Save as .keras, or change the layer.`);
  if (!Object.hasOwn(ARGUMENTS, className))
    throw new ValueError(
      `${owner} is of a class that TensorFlow.js does not have. Save as .keras, or build the model without it.`,
    );
  const dtype = dtypeOf(config['dtype']);
  if (dtype !== 'float32') throw refuse(`the dtype '${String(dtype)}'`);
  checkSpecial(className, config, refuse);

  const known = ARGUMENTS[className];
  const made: Config = { name: config['name'], trainable: config['trainable'] ?? true, dtype: 'float32' };
  for (const [given, value] of Object.entries(config)) {
    const key = RENAMED[className]?.[given] ?? given;
    if (!known.includes(key)) {
      if (!isNeutral(given, value)) throw refuse(`${given}=${JSON.stringify(value)}`);
    } else if (key.endsWith('activation')) made[key] = activation(value, refuse);
    else if (key.endsWith('_initializer')) made[key] = initializer(value);
    else if (key.endsWith('_regularizer')) made[key] = regularizer(value, refuse);
    else if (key.endsWith('_constraint')) made[key] = constraint(value, refuse);
    else if (key === 'layer' || key === 'cell') made[key] = inner(innerLayer(className, value as Config));
    else if (key === 'cells') made[key] = (value as Config[]).map(inner);
    else if (key === 'target_shape') made[key] = targetShape(value, inputShape);
    else if (key === 'seed') made[key] = typeof value === 'number' ? value : null;
    else made[key] = value;
  }
  return { class_name: className, config: made };
}

/** Refuse what tfjs reads and computes otherwise, or reads and then refuses. */
function checkSpecial(className: string, config: Config, refuse: Refuse): void {
  if (config['padding'] === 'causal') throw refuse("padding='causal'");
  if (className.startsWith('GRU') && config['reset_after'] === true)
    throw refuse("reset_after=true (Keras's default; choose resetAfter: false)");
  if (className === 'UpSampling2D' && config['interpolation'] !== 'nearest')
    throw refuse(`interpolation=${JSON.stringify(config['interpolation'])} as Keras computes it`);
  if (className === 'ELU' && config['alpha'] !== 1) throw refuse(`alpha=${JSON.stringify(config['alpha'])}`);
  if (className === 'Bidirectional') checkMirror(config, refuse);
}

/** Whether a layer that only moves numbers leaves them where they are, which tfjs refuses to do with Flatten. */
const isIdle = (className: string, inputShape: unknown): boolean =>
  className === 'Flatten' && Array.isArray(inputShape) && inputShape.length === 2;

/** The shape that a Reshape makes, its open size computed where the input's tells it. */
function targetShape(given: unknown, inputShape: unknown): unknown {
  const target = given as readonly number[];
  const at = target.indexOf(-1);
  if (at < 0 || !Array.isArray(inputShape)) return target;
  const sizes = inputShape.slice(1) as (number | null)[];
  if (sizes.includes(null)) return target;
  const total = sizes.reduce<number>((a, b) => a * (b ?? 1), 1);
  return target.map((size, i) => (i === at ? total / target.reduce((a, b, k) => (k === at ? a : a * b), 1) : size));
}

/** The layer within a layer. Of a pair tfjs makes both from one, and puts `forward_` before its name itself. */
function innerLayer(className: string, layer: Config): Config {
  if (className !== 'Bidirectional') return layer;
  const config = layer['config'] as Config;
  return { ...layer, config: { ...config, name: String(config['name']).replace(/^forward_/, '') } };
}

/** tfjs makes the layer that goes backwards of the other one. */
function checkMirror({ layer, backward_layer: other }: Config, refuse: Refuse): void {
  if (!isObject(layer) || !isObject(other)) return;
  const facts = ({ class_name: name, config }: typeof layer, turn: boolean): string =>
    JSON.stringify([name, { ...config, name: null, go_backwards: (config['go_backwards'] === true) !== turn }]);
  if (facts(layer, true) !== facts(other, false))
    throw refuse('a backward layer that is no mirror of its forward layer');
}
