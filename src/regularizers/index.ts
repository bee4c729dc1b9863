/** @file `keras.regularizers`: what is exported here can be found by its id and made from a config. */
import type { Config, SerializableClass } from '../core/serialization.js';
import { identifierRoom, isPlainFunction, registerClasses } from '../core/serialization.js';
import type { Tensor } from '../runtime/index.js';
import { L1, L1L2, L2 } from './norms.js';
import { OrthogonalRegularizer } from './orthogonal.js';
import { Regularizer } from './regularizer.js';

export { L1, L1L2, L2, OrthogonalRegularizer, Regularizer };
export { L1 as l1, L1L2 as l1L2, L2 as l2, OrthogonalRegularizer as orthogonalRegularizer };
export type { OrthogonalRegularizerOptions } from './orthogonal.js';

/** Ids of regularizers. */
export type RegularizerId =
  'l1' | 'L1' | 'l2' | 'L2' | 'l1_l2' | 'l1l2' | 'L1L2' | 'orthogonal_regularizer' | 'OrthogonalRegularizer';
/** A function of a tensor that gives a scalar penalty. */
export type RegularizerFunction = (x: Tensor) => Tensor;
/** What a regularizer option takes. */
export type RegularizerLike = RegularizerId | Regularizer | RegularizerFunction | Config | null;

registerClasses('keras.regularizers', { L1, L2, L1L2, OrthogonalRegularizer });

const ids: Record<RegularizerId, SerializableClass> = {
  l1: L1,
  L1,
  l2: L2,
  L2,
  l1_l2: L1L2,
  l1l2: L1L2,
  L1L2,
  orthogonal_regularizer: OrthogonalRegularizer,
  OrthogonalRegularizer,
};

const room = identifierRoom<RegularizerFunction>({
  what: 'regularizer',
  module: 'keras.regularizers',
  ids,
  isInstance: (x): x is RegularizerFunction => x instanceof Regularizer || isPlainFunction(x),
});
/** The regularizer that an identifier stands for; null for null. @throws {ValueError} It stands for none. @see `keras.regularizers.get` */
export const get = room.get;
/** A regularizer as JSON. @see `keras.regularizers.serialize` */
export const serialize = room.serialize;
/** A regularizer from JSON. @see `keras.regularizers.deserialize` */
export const deserialize = room.deserialize;
