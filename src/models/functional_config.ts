/** @file Configs of drawn models, equal to Keras's: layers with their calls (`inbound_nodes`), inputs and outputs. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { toCamelCase, toSnakeCase } from '../core/naming.js';
import type { Config } from '../core/serialization.js';
import { deserializeKerasObject, isSerializedObject, serializeKerasObject } from '../core/serialization.js';
import type { Tree } from '../core/tree.js';
import { mapTree } from '../core/tree.js';
import { Layer } from '../layers/layer.js';
import { splitCall } from '../layers/layer_types.js';
import type { FunctionalNode, Operation } from '../runtime/index.js';
import { KerasTensor, OpCall } from '../runtime/index.js';
import type { FunctionGraph } from './function_graph.js';
import { ConfiguredOp, toKerasCall } from './operations.js';

/** What of a model its config needs. */
interface Named {
  readonly name: string;
  readonly trainable: boolean;
}

/** Whether an operation is a drawn model: Keras counts the calls of those from 1, as if making them had been one. */
const isDrawn = (operation: Operation): boolean => (operation as { graph?: unknown }).graph instanceof Object;

/** `{name, trainable, layers, input_layers, output_layers}`. */
export function functionalConfig(model: Named, graph: FunctionGraph): Config {
  const layers = graph.operations.map((operation) => {
    const nodes = operation.inboundNodes.filter((node) => graph.nodes.has(node) && !node.isInput);
    const serialized =
      operation instanceof OpCall
        ? serializeOp(operation, nodes[0].args)
        : (serializeKerasObject(operation) as Record<string, unknown>);
    const inboundNodes = nodes.map((node) => serializeNode(graph, node));
    return { ...serialized, name: operation.name, inbound_nodes: inboundNodes };
  });
  const place = (x: KerasTensor): [string, number, number] => {
    const { node, tensorIndex } = x.history!;
    return [node.operation.name, graph.indexOf(node) + (isDrawn(node.operation) ? 1 : 0), tensorIndex];
  };
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: mapTree(graph.inputsStruct, place),
    output_layers: mapTree(graph.outputsStruct, place),
  };
}

function serializeOp(operation: OpCall, args: readonly unknown[]): Config {
  const { module, className, config } = toKerasCall(operation, args);
  return { module, class_name: className, config: serializeKerasObject(config), registered_name: className };
}

function serializeNode(graph: FunctionGraph, { operation, args }: FunctionalNode): Config {
  let positional: readonly unknown[];
  let kwargs: Config = {};
  if (operation instanceof OpCall) {
    positional = toKerasCall(operation, args).args;
  } else {
    const call = splitCall(args);
    positional = call.positional;
    kwargs = Object.fromEntries(Object.entries(call.options).map(([key, value]) => [toSnakeCase(key), value]));
  }
  const leaf = (x: unknown): unknown => {
    if (!(x instanceof KerasTensor)) return serializeKerasObject(x);
    const { history } = x;
    const place =
      history === null ? null : [history.node.operation.name, graph.indexOf(history.node), history.tensorIndex];
    return { class_name: '__keras_tensor__', config: { shape: x.shape, dtype: x.dtype, keras_history: place } };
  };
  return {
    args: mapTree<unknown, unknown>(positional, leaf),
    kwargs: mapTree<unknown, unknown>(kwargs, leaf),
  };
}

/** Whether a config holds a graph. */
export function isFunctionalConfig(config: Config): boolean {
  return ['layers', 'input_layers', 'output_layers'].every((key) => key in config);
}

/** A layer or op of a config, with the calls of it that are still to be drawn. */
interface Pending {
  readonly operation: Operation;
  readonly op: ConfiguredOp | null;
  readonly nodes: unknown[];
}

/** A call that needs a tensor which is not there yet. */
class NotYet extends Error {}

function makeOperation(data: Config): Pending {
  const nodes = Array.isArray(data['inbound_nodes']) ? [...(data['inbound_nodes'] as unknown[])] : [];
  const { module } = data;
  if (typeof module === 'string' && module.startsWith('keras.src.ops.')) {
    const op = new ConfiguredOp(module, String(data['class_name']), (data['config'] ?? {}) as Config);
    return { operation: op.operation, op, nodes };
  }
  const layer = deserializeKerasObject(data, { defaultModule: 'keras.layers' });
  if (!(layer instanceof Layer))
    throw new ValueError(`A model's config holds '${String(data['class_name'])}' among its layers, which is no layer.`);
  return { operation: layer, op: null, nodes };
}

/**
 * A model from the config of a graph.
 *
 * @param make Makes the model of its inputs, outputs and options.
 * @throws {ValueError} The config names layers that it does not hold, or its calls lead in a circle.
 */
export function functionalFromConfig<M>(
  config: Config,
  make: (inputs: Tree<KerasTensor>, outputs: Tree<KerasTensor>, options: Record<string, unknown>) => M,
): M {
  const { layers, input_layers: inputs, output_layers: outputs, trainable, ...rest } = config;
  if (!Array.isArray(layers)) throw new ValueError("A model's config holds no list of layers.");
  const pending = new Map<string, Pending>();
  for (const data of layers as Config[]) {
    const made = makeOperation(data);
    pending.set(typeof data['name'] === 'string' ? data['name'] : made.operation.name, made);
  }

  const tensorAt = (name: unknown, nodeIndex: unknown, tensorIndex: unknown, shift = false): KerasTensor => {
    const found = pending.get(String(name));
    if (found === undefined)
      throw new ValueError(`A model's config refers to a layer ${describe(name)}, which it does not hold.`);
    const index = Number(nodeIndex) - (shift && isDrawn(found.operation) ? 1 : 0);
    const node = found.operation.inboundNodes[index] as FunctionalNode | undefined;
    if (node === undefined) throw new NotYet();
    return node.outputs[Number(tensorIndex)];
  };
  drawCalls(pending, tensorAt);

  const structure = (tree: unknown): Tree<KerasTensor> => {
    if (Array.isArray(tree) && tree.length === 3 && typeof tree[0] === 'string')
      return tensorAt(tree[0], tree[1], tree[2], true);
    if (Array.isArray(tree)) return tree.map(structure);
    return Object.fromEntries(Object.entries(tree as object).map(([key, value]) => [key, structure(value)]));
  };
  const options = Object.fromEntries(
    Object.entries({ trainable, ...rest })
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [toCamelCase(key), value]),
  );
  return make(structure(inputs), structure(outputs), options);
}

type TensorAt = (name: unknown, nodeIndex: unknown, tensorIndex: unknown) => KerasTensor;

/** Draw all calls, as soon as the tensors are there that they need. */
function drawCalls(pending: ReadonlyMap<string, Pending>, tensorAt: TensorAt): void {
  for (;;) {
    let progress = false;
    let left = 0;
    for (const each of pending.values()) {
      while (each.nodes.length > 0) {
        try {
          drawCall(each, each.nodes[0], tensorAt);
        } catch (error) {
          if (!(error instanceof NotYet)) throw error;
          break;
        }
        each.nodes.shift();
        progress = true;
      }
      left += each.nodes.length;
    }
    if (left === 0) return;
    if (!progress) {
      const names = [...pending].filter(([, { nodes }]) => nodes.length > 0).map(([name]) => name);
      throw new ValueError(
        `Invalid model config: the graph has loops or disconnected nodes. Calls of these layers cannot be drawn: ${names.join(', ')}.`,
      );
    }
  }
}

function drawCall({ operation, op }: Pending, node: unknown, tensorAt: TensorAt): void {
  const { args, kwargs } = readNode(node, tensorAt);
  if (op !== null) {
    operation.symbolicCall(...op.argumentsOf(args, kwargs));
    return;
  }
  (operation as unknown as (...call: readonly unknown[]) => unknown)(...layerArguments(operation, args, kwargs));
}

function readNode(node: unknown, tensorAt: TensorAt): { args: unknown[]; kwargs: Config } {
  if (Array.isArray(node)) {
    // Keras 2: [[layer, node, tensor, kwargs], …], perhaps one level less deep.
    const list = (typeof node[0] === 'string' ? [node] : node) as [string, number, number, Config?][];
    const tensors = list.map(([name, nodeIndex, tensorIndex]) => tensorAt(name, nodeIndex, tensorIndex));
    return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: list[0]?.[3] ?? {} };
  }
  const { args = [], kwargs = {} } = node as { args?: unknown[]; kwargs?: Config };
  const leaf = (x: unknown): unknown => {
    if (!isSerializedObject(x)) return x;
    const config = x.config as Config;
    const history = config['keras_history'];
    return x.class_name === '__keras_tensor__' && Array.isArray(history)
      ? tensorAt(history[0], history[1], history[2])
      : deserializeKerasObject(x);
  };
  const read = (tree: unknown): unknown => mapTree<unknown, unknown>(tree, leaf, isSerializedObject);
  return { args: read(args) as unknown[], kwargs: read(kwargs) as Config };
}

/**
 * The arguments of a layer's call here for those of Python, where any may be given by position or by name. Here those come by
 * position that `call` has before its options.
 */
function layerArguments(operation: Operation, args: readonly unknown[], kwargs: Config): unknown[] {
  const cls = operation.constructor as typeof Layer;
  const names = cls.callArguments;
  const count = Math.max(1, Math.min((operation.call as (...rest: unknown[]) => unknown).length, names.length));
  const byName: Config = { ...kwargs };
  args.slice(count).forEach((value, i) => {
    const name = names[count + i] as string | undefined;
    if (name !== undefined) byName[name] = value;
  });
  const positional = args.slice(0, count);
  while (positional.length < count && Object.hasOwn(byName, names[positional.length])) {
    const name = names[positional.length];
    positional.push(byName[name]);
    Reflect.deleteProperty(byName, name);
  }
  const options = Object.fromEntries(Object.entries(byName).map(([key, value]) => [toCamelCase(key), value]));
  return Object.keys(options).length > 0 ? [...positional, options] : positional;
}
