/** @file What there is to say about a model: inputs, outputs, numbers of parameters, what it was compiled with. */
import { classNameOf } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import type { Model } from '../models/index.js';
import { countParams } from '../models/index.js';
import type { KerasTensor } from '../runtime/index.js';

/** A symbolic tensor for people and programs. */
export interface TensorFacts {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
}

/** What is said about a model. */
export interface ModelFacts {
  readonly name: string;
  readonly className: string;
  readonly layers: number;
  /** null: the model is of a class with its own `call`, and says nothing of them. */
  readonly inputs: readonly TensorFacts[] | null;
  readonly outputs: readonly TensorFacts[] | null;
  readonly parameters: { readonly total: number; readonly trainable: number; readonly nonTrainable: number };
  readonly optimizer: string | null;
}

const factsOf = (tensors: readonly KerasTensor[]): TensorFacts[] =>
  tensors.map((x) => ({ name: x.history?.node.operation.name ?? x.name, shape: x.shape, dtype: x.dtype }));

function endsOf(read: () => readonly KerasTensor[]): TensorFacts[] | null {
  try {
    return factsOf(read());
  } catch {
    return null;
  }
}

/** The facts of a model. */
export function modelFacts(model: Model): ModelFacts {
  return {
    name: model.name,
    className: classNameOf(model),
    layers: model.layers.length,
    inputs: endsOf(() => model.inputs),
    outputs: endsOf(() => model.outputs),
    parameters: {
      total: countParams(model.weights),
      trainable: countParams(model.trainableWeights),
      nonTrainable: countParams(model.nonTrainableWeights),
    },
    optimizer: model.compiled ? classNameOf(model.optimizer) : null,
  };
}

/** `x (None, 28, 28, 1) float32`. */
export const formatTensor = ({ name, shape, dtype }: TensorFacts): string => `${name} ${formatShape(shape)} ${dtype}`;
