/** @file `cloneModel`: a model of the same layers with weights of its own. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, deserializeKerasObject, serializeKerasObject, withCustomObjects } from '../core/serialization.js';
import { flatten, mapTree } from '../core/tree.js';
import { Input, InputLayer } from '../layers/core/input_layer.js';
import type { Layer } from '../layers/layer.js';
import type { Operation } from '../runtime/index.js';
import { KerasTensor, OpCall } from '../runtime/index.js';
import { callOperation } from './function.js';
import { Functional, Model, type SymbolicTree } from './model.js';
import { Sequential } from './sequential.js';

/** Options of `cloneModel(model, options)`. */
export interface CloneOptions {
  /** Build the copy upon these symbolic tensors. Default: new inputs. */
  readonly inputTensors?: SymbolicTree | null;
  /** Gives the copy of a layer. Inputs are always copied. Default: from its config. */
  readonly cloneFunction?: ((layer: Layer) => Layer) | null;
  /** Calls a copied layer with the arguments of the original's call. Default: simply so. For drawn models only. */
  readonly callFunction?: ((layer: Operation, ...args: readonly unknown[]) => unknown) | null;
  /** Copy the layers of inner models one by one as well. Default false. */
  readonly recursive?: boolean;
}

type Cache = Map<Operation, Operation>;

const cloneByConfig = (layer: Layer): Layer => {
  const cls = layer.constructor as unknown as { fromConfig: (config: Config) => Layer };
  return cls.fromConfig(layer.getConfig());
};

/**
 * A model with the same layers and new weights.
 *
 * @param model A `Sequential` or a drawn model, or one of a class with `getConfig`.
 * @param options See {@link CloneOptions}.
 * @returns A model of the same kind; its weights are drawn anew.
 * @throws {ValueError} Options that do not fit the kind of model, or input tensors that do not fit its inputs.
 * @see `keras.models.clone_model`
 * @example
 * const copy = models.cloneModel(model);
 * copy.setWeights(model.getWeights());
 */
export const cloneModel = checked(
  'cloneModel',
  <M extends Model>(model: M, options: CloneOptions = {}): M => {
    if (!((model as unknown) instanceof Model))
      throw new ValueError(`cloneModel: got ${describe(model)}. Expected a model.`);
    const { inputTensors, cloneFunction, callFunction, recursive } = options;
    return clone(model, { inputTensors, cloneFunction, callFunction, recursive }, new Map()) as M;
  },
  ['inputTensors', 'cloneFunction', 'callFunction', 'recursive'],
  { callsBack: true },
);

function clone(model: Model, options: CloneOptions, cache: Cache): Model {
  const { inputTensors = null, cloneFunction = null, callFunction = null, recursive = false } = options;
  const inner = (layer: Layer): Layer => {
    if (recursive && layer instanceof Sequential) return clone(layer, { cloneFunction, recursive }, cache);
    if (recursive && layer instanceof Model && layer.graph !== null)
      return clone(layer, { cloneFunction, callFunction, recursive }, cache);
    return (cloneFunction ?? cloneByConfig)(layer);
  };
  const copyOf = (operation: Operation): Operation => {
    let copy = cache.get(operation);
    if (copy === undefined) {
      copy =
        operation instanceof OpCall
          ? new OpCall(operation.opName, operation.fn, operation.name)
          : inner(operation as Layer);
      cache.set(operation, copy);
    }
    return copy;
  };
  if (model instanceof Sequential) {
    if (callFunction !== null) {
      throw new ValueError(
        `cloneModel: callFunction is for drawn models only, as the layers of a Sequential are not called but listed. ` +
          `Received the Sequential model '${model.name}'.`,
      );
    }
    return keepCompiled(
      model,
      cloneSequential(model, (layer) => copyOf(layer) as Layer, inputTensors),
    );
  }
  if (model.graph !== null) return keepCompiled(model, cloneDrawn(model, copyOf, inputTensors, callFunction));
  for (const [name, value] of Object.entries({ cloneFunction, inputTensors, callFunction })) {
    if (value !== null) {
      throw new ValueError(
        `cloneModel: ${name} is for Sequential and drawn models only. Received a model of class ${classNameOf(model)}.`,
      );
    }
  }
  return withCustomObjects(
    { [classNameOf(model)]: model.constructor },
    () => deserializeKerasObject(serializeKerasObject(model)) as Model,
  );
}

interface Compilable {
  readonly compiled?: boolean;
  getCompileConfig?(): Config | null;
  compileFromConfig?(config: Config): void;
}

/** A compiled model's copy is compiled in the same way. */
function keepCompiled(model: Model, copy: Model): Model {
  const [from, to] = [model as Compilable, copy as Compilable];
  const config = from.compiled ? (from.getCompileConfig?.() ?? null) : null;
  if (config !== null) to.compileFromConfig?.(serializeKerasObject(config) as Config);
  return copy;
}

function cloneSequential(model: Sequential, copyOf: (layer: Layer) => Layer, given: SymbolicTree | null): Sequential {
  const layers: (Layer | KerasTensor)[] = model.layers.map(copyOf);
  const first = model.ownLayers.at(0);
  const own = first instanceof InputLayer ? first : null;
  if (given !== null) {
    const tensors = flatten<unknown>(given);
    if (tensors.length !== 1 || !(tensors[0] instanceof KerasTensor))
      throw new ValueError('cloneModel: inputTensors of a Sequential model must be one KerasTensor.');
    layers.unshift(Input({ tensor: tensors[0], name: own?.name, optional: own?.optional }));
  } else if (own !== null) {
    const { batchShape, dtype, name, optional } = own;
    layers.unshift(Input({ batchShape, dtype, name, optional }));
  }
  return new Sequential(layers, { name: model.name, trainable: model.trainable });
}

function cloneDrawn(
  model: Model,
  copyOf: (operation: Operation) => Operation,
  given: SymbolicTree | null,
  callFunction: CloneOptions['callFunction'],
): Model {
  const graph = model.graph!;
  if (given !== null) {
    const tensors = flatten<unknown>(given);
    if (tensors.some((x) => !(x instanceof KerasTensor)))
      throw new ValueError('cloneModel: all inputTensors must be KerasTensors.');
    if (tensors.length !== graph.inputs.length) {
      throw new ValueError(
        `cloneModel: inputTensors must have the structure of the model's inputs. Expected ${graph.inputs.length} tensors, got ${tensors.length}.`,
      );
    }
  }
  const inputs =
    given ??
    mapTree(graph.inputsStruct, (x) => {
      const layer = x.history?.node.operation;
      const optional = layer instanceof InputLayer && layer.optional;
      return Input({ batchShape: x.shape, dtype: x.dtype, name: layer?.name ?? x.name, optional });
    });
  const outputs = graph.run(flatten(inputs), (operation, args) => {
    const copy = copyOf(operation);
    if (callFunction) return callFunction(copy, ...args);
    return copy instanceof OpCall ? copy.symbolicCall(...args) : callOperation(copy, args);
  });
  const cls = model.constructor as SerializableClass<Model>;
  const made = model.constructor === Functional ? Functional : cls.length >= 2 ? cls : Functional;
  return new made(inputs, outputs, { name: model.name, trainable: model.trainable });
}
