/**
 * @file The options that users of Keras always give by position, `Adam(1e-3)` and `LeakyReLU(0.2)`: they may stand before the options
 * here as well. All others go by name. `docs/arguments.md` shows this table.
 */

/** An option that may come by position, and the kinds of values by which it is known there. */
export interface PositionalOption {
  readonly name: string;
  /** As `typeof` says, and `'list'`. */
  readonly accepts: readonly string[];
}

const number = (name: string): PositionalOption => ({ name, accepts: ['number'] });
const string = (name: string): PositionalOption => ({ name, accepts: ['string'] });
/** A number, or one for each axis. */
const sizes = (name: string): PositionalOption => ({ name, accepts: ['number', 'list'] });
/** A number, a schedule (schedules are functions), or a function. */
const rate: PositionalOption = { name: 'learningRate', accepts: ['number', 'function'] };

const each = (
  names: string,
  ...options: readonly PositionalOption[]
): Readonly<Record<string, readonly PositionalOption[]>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, options]));

/** Keras's class → the options that come first there, in Keras's order. */
export const BY_POSITION: Readonly<Record<string, readonly PositionalOption[]>> = {
  // optimizers
  ...each('Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion Muon Nadam RMSprop ScheduleFreeAdamW', rate),
  SGD: [rate, number('momentum')],
  // regularizers
  L1: [number('l1')],
  L2: [number('l2')],
  L1L2: [number('l1'), number('l2')],
  // initializers
  ...each('RandomNormal TruncatedNormal', number('mean'), number('stddev')),
  RandomUniform: [number('minval'), number('maxval')],
  Orthogonal: [number('gain')],
  Constant: [{ name: 'value', accepts: ['number', 'boolean', 'list', 'object'] }],
  // constraints
  MaxNorm: [number('maxValue')],
  MinMaxNorm: [number('minValue'), number('maxValue')],
  // random
  SeedGenerator: [number('seed')],
  // layers
  LeakyReLU: [number('negativeSlope')],
  ELU: [number('alpha')],
  ReLU: [number('maxValue')],
  Softmax: [sizes('axis')],
  Masking: [number('maskValue')],
  Concatenate: [number('axis')],
  ...each(
    'MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D',
    sizes('poolSize'),
    sizes('strides'),
  ),
  ...each('UpSampling1D UpSampling2D UpSampling3D', sizes('size')),
  ...each('ZeroPadding1D ZeroPadding2D ZeroPadding3D', sizes('padding')),
  ...each('Cropping1D Cropping2D Cropping3D', sizes('cropping')),
  RandomFlip: [string('mode')],
  // losses and metrics
  Huber: [number('delta')],
  ...each('TopKCategoricalAccuracy SparseTopKCategoricalAccuracy', number('k')),
  ...each('Mean Sum Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy', string('name')),
  // callbacks
  ...each('EarlyStopping ReduceLROnPlateau', string('monitor')),
  TensorBoard: [{ name: 'logDir', accepts: ['string', 'object'] }],
};
