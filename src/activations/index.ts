/** @file `keras.activations`: functions by which layers bend their outputs; what is exported here can be found by its id. */
import { functionsOf } from '../core/catalogue.js';
import { checked } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerFunctions, registrationOf } from '../core/serialization.js';
import { Callable } from '../core/callable.js';
import type { Tensor } from '../runtime/index.js';
import { hardSigmoidKeras2, linear } from './activations.js';
import * as catalogue from './catalogue.js';

export * from './catalogue.js';
export { hardSilu as hardSwish, silu as swish } from './catalogue.js';
export type { ReluOptions } from './activations.js';

const functions = functionsOf(catalogue);
/** Ids that are no function's first name, and the function that only models of Keras 1 and 2 name. */
const others = { swish: catalogue.silu, hard_swish: catalogue.hardSilu, hard_sigmoid_keras2: hardSigmoidKeras2 };
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
export const get = checked(
  'activations.get',
  function get(identifier: unknown): ActivationFunction {
    return room.get(identifier) ?? linear;
  },
  undefined,
  { callsBack: true },
);
/**
 * What stands for a function in JSON: the id of Keras's own functions.
 *
 * @param activation The function.
 * @returns An id, or a config.
 * @see `keras.activations.serialize`
 * @example
 * activations.serialize(activations.softmax) // 'softmax'
 */
export const serialize = checked('activations.serialize', function serialize(activation: ActivationFunction): unknown {
  const entry = registrationOf(activation);
  return entry?.module === 'keras.activations' ? entry.name : room.serialize(activation);
});
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
