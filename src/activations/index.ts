/** @file `keras.activations`: functions by which layers bend their outputs; what is exported here can be found by its id. */
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerFunctions, registrationOf } from '../core/serialization.js';
import { Callable } from '../core/callable.js';
import {
  celu,
  elu,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softShrink,
  softsign,
  sparsemax,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  tanh,
  tanhShrink,
  threshold,
} from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { exponential, gelu, hardSigmoidKeras2, linear, mish, relu } from './activations.js';

export {
  celu,
  elu,
  exponential,
  gelu,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardSilu as hardSwish,
  hardTanh,
  leakyRelu,
  linear,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  silu as swish,
  softmax,
  softplus,
  softShrink,
  softsign,
  sparsemax,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  tanh,
  tanhShrink,
  threshold,
};
export type { ReluOptions } from './activations.js';

const functions = {
  relu,
  leaky_relu: leakyRelu,
  relu6,
  softmax,
  celu,
  elu,
  selu,
  softplus,
  softsign,
  squareplus,
  soft_shrink: softShrink,
  sparse_plus: sparsePlus,
  silu,
  gelu,
  glu,
  tanh,
  tanh_shrink: tanhShrink,
  threshold,
  sigmoid,
  sparse_sigmoid: sparseSigmoid,
  exponential,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSilu,
  hard_tanh: hardTanh,
  hard_shrink: hardShrink,
  linear,
  mish,
  log_softmax: logSoftmax,
  log_sigmoid: logSigmoid,
  sparsemax,
};
/** Ids that are no function's first name, and the function that only models of Keras 1 and 2 name. */
const others = { swish: silu, hard_swish: hardSilu, hard_sigmoid_keras2: hardSigmoidKeras2 };
registerFunctions('keras.activations', { ...functions, ...others });

/** Ids of activation functions. */
export type ActivationId = keyof typeof functions | 'swish' | 'hard_swish';
/** A function of a tensor; layers without weights (LeakyReLU) serve too. */
export type ActivationFunction = (x: Tensor) => Tensor;
/** What an activation option takes: an id, a function, a layer, a config, or null for none. */
export type ActivationLike = ActivationId | ((x: never) => unknown) | Callable | Config | null;

const room = identifierRoom<ActivationFunction>({
  what: 'activation',
  module: 'keras.activations',
  ids: { ...functions, ...others },
  isInstance: (x): x is ActivationFunction => x instanceof Callable || isPlainFunction(x),
});

/**
 * The function that an identifier stands for; `linear` for null.
 *
 * @param identifier An id such as `'relu'`, a function, a layer, a config, or null.
 * @returns The function.
 * @throws {ValueError} It stands for none.
 * @see `keras.activations.get`
 * @example
 * activations.get('relu') === activations.relu // true
 */
export function get(identifier: unknown): ActivationFunction {
  return room.get(identifier) ?? linear;
}
/**
 * What stands for a function in JSON: the id of Keras's own functions.
 *
 * @param activation The function.
 * @returns An id, or a config.
 * @see `keras.activations.serialize`
 * @example
 * activations.serialize(activations.softmax) // 'softmax'
 */
export function serialize(activation: ActivationFunction): unknown {
  const entry = registrationOf(activation);
  return entry?.module === 'keras.activations' ? entry.name : room.serialize(activation);
}
/**
 * The function that an id or a config stands for.
 *
 * @param config The id, or a config as `serialize` gives it.
 * @param options `customObjects`: your own functions and classes by their names.
 * @returns The function.
 * @throws {ValueError} It stands for no function.
 * @see `keras.activations.deserialize`
 * @example
 * activations.deserialize('tanh') === activations.tanh // true
 */
export const deserialize = room.deserialize;
