/** @file Layers and models as functions of the values of their variables: the one mechanism of `statelessCall` and `statelessComputeLoss`. */
import { ValueError } from '../core/errors.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { withValues } from '../runtime/index.js';
import type { Layer } from './layer.js';

/** Values for the variables of a layer, by the names of the lists. */
export interface StateValues {
  readonly trainableVariables: readonly TensorLike[];
  readonly nonTrainableVariables: readonly TensorLike[];
  readonly metricsVariables?: readonly TensorLike[];
}

/** What the variables hold in the end. */
export interface StateAfter {
  readonly trainable: () => Tensor[];
  readonly nonTrainable: () => Tensor[];
  readonly metrics: () => Tensor[];
}

/**
 * Run `fn` while the variables of `layer` hold `state`. Afterwards the layer is what it was.
 *
 * @throws {ValueError} A list has the wrong length.
 */
export function stateless<R>(layer: Layer, method: string, state: StateValues, fn: (after: StateAfter) => R): R {
  const { trainableVariables, nonTrainableVariables, metricsVariables } = layer;
  const lists: readonly (readonly [
    name: string,
    own: readonly Variable[],
    values: readonly TensorLike[] | undefined,
  ])[] = [
    ['trainableVariables', trainableVariables, state.trainableVariables],
    ['nonTrainableVariables', nonTrainableVariables, state.nonTrainableVariables],
    ['metricsVariables', metricsVariables, state.metricsVariables],
  ];
  const variables: Variable[] = [];
  const values: TensorLike[] = [];
  for (const [name, own, given] of lists) {
    if (given === undefined) continue;
    if (!Array.isArray(given) || given.length !== own.length) {
      throw new ValueError(
        `Layer '${layer.name}' (${method}): ${name} must be a list with a value for each of the layer's ${own.length} ${name}, in ` +
          `their order. Got ${Array.isArray(given) ? `a list of ${given.length}` : 'no list'}.`,
      );
    }
    variables.push(...own);
    values.push(...(given as readonly TensorLike[]));
  }
  const read = (list: readonly Variable[]) => (): Tensor[] => list.map((variable) => variable.stored);
  return withValues(variables, values, () =>
    fn({
      trainable: read(trainableVariables),
      nonTrainable: read(nonTrainableVariables),
      metrics: read(metricsVariables),
    }),
  );
}
