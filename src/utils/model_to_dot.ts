/** @file Models as graphs of boxes and arrows: `keras.utils.model_to_dot`. How they become pictures stands in plot_model.ts. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { classNameOf, registrationOf } from '../core/serialization.js';
import type { Tree } from '../core/tree.js';
import { isDict, mapTree } from '../core/tree.js';
import { Layer } from '../layers/index.js';
import { Model, Sequential } from '../models/index.js';
import { KerasTensor, OpCall } from '../runtime/index.js';
import type { Operation } from '../runtime/index.js';
import type { DotEdge, DotGraph, DotNode, DotValue } from './dot.js';
import { escapeMarkup, formatDot, quote } from './dot.js';

/** What the boxes and arrows of a model's picture show. */
export interface ModelToDotOptions {
  /** Shapes of inputs and outputs. Default false. */
  readonly showShapes?: boolean;
  /** Dtypes of outputs. Default false. */
  readonly showDtype?: boolean;
  /** Names of layers beside their classes. Default true, and false in `plotModel`. */
  readonly showLayerNames?: boolean;
  /** Where the arrows lead: from top to bottom (`'TB'`, the default), left to right (`'LR'`), `'BT'` or `'RL'`. */
  readonly rankdir?: 'TB' | 'LR' | 'BT' | 'RL';
  /** Show the layers of inner models in a frame. Default false: an inner model is a box. */
  readonly expandNested?: boolean;
  /** Pixels an inch; 72 of them make Graphviz's units. Default 200. */
  readonly dpi?: number;
  /** Give a cluster for a larger graph in place of a graph. Default false. */
  readonly subgraph?: boolean;
  /** Names of the activations of layers that have one. Default false. */
  readonly showLayerActivations?: boolean;
  /** Whether layers with weights train. Default false. */
  readonly showTrainable?: boolean;
  /** How arrows are drawn: `'ortho'` (right angles, the default), `'curved'`, `'polyline'`, `'spline'` or `'line'`. */
  readonly splines?: 'ortho' | 'curved' | 'polyline' | 'spline' | 'line';
}

const DEFAULTS: Required<ModelToDotOptions> = {
  showShapes: false,
  showDtype: false,
  showLayerNames: true,
  rankdir: 'TB',
  expandNested: false,
  dpi: 200,
  subgraph: false,
  showLayerActivations: false,
  showTrainable: false,
  splines: 'ortho',
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  rankdir: ['TB', 'LR', 'BT', 'RL'],
  splines: ['ortho', 'curved', 'polyline', 'spline', 'line'],
};

/** The options with their defaults. @throws {ValueError} One is unknown or has a value that it cannot have. */
function complete(owner: string, options: ModelToDotOptions): Required<ModelToDotOptions> {
  for (const [name, value] of Object.entries(options as Readonly<Record<string, unknown>>)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new ValueError(`${owner}: unknown option '${name}'. The options are: ${Object.keys(DEFAULTS).join(', ')}.`);
    }
    if (value !== undefined && Object.hasOwn(CHOICES, name) && !CHOICES[name].some((choice) => choice === value)) {
      const expected = CHOICES[name].map((choice) => `'${choice}'`).join(', ');
      throw new ValueError(`${owner}: ${name}=${JSON.stringify(value)}. Expected one of ${expected}.`);
    }
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...DEFAULTS, ...given };
  if (!Number.isFinite(all.dpi) || all.dpi <= 0)
    throw new ValueError(`${owner}: dpi=${String(all.dpi)}. Expected a number of pixels an inch above 0.`);
  return all;
}

/** A tuple as Python prints it. */
function pythonTuple(shape: readonly (number | null)[]): string {
  const dims = shape.map((dim) => dim ?? 'None');
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
}

/** A structure as Python prints it, but without the braces of dicts. */
function pythonText(tree: Tree<string>): string {
  if (typeof tree === 'string') return tree;
  if (Array.isArray(tree)) return `[${(tree as readonly Tree<string>[]).map(pythonText).join(', ')}]`;
  return Object.entries(tree as object)
    .map(([key, value]) => `${key}: ${pythonText(value as Tree<string>)}`)
    .join(', ');
}

/** Tensors that go into an operation or come out of it when it is first called; for drawn models those they were drawn with. */
function tensorsOf(operation: Operation, side: 'input' | 'output'): Tree<KerasTensor> | null {
  if (operation instanceof Model && operation.graph !== null) return operation[side];
  const node = operation.inboundNodes.at(0);
  if (node === undefined) return null;
  const tensors = side === 'input' && !node.isInput ? node.inputs : node.outputs;
  return tensors.length === 1 ? tensors[0] : tensors;
}

function describe(operation: Operation, side: 'input' | 'output', of: (x: KerasTensor) => string): string {
  const tensors = tensorsOf(operation, side);
  return tensors === null ? '?' : pythonText(mapTree(tensors, of, (x) => x instanceof KerasTensor));
}

function dtypesOf(operation: Operation): string {
  const tensors = tensorsOf(operation, 'output');
  if (tensors === null) return '?';
  if (tensors instanceof KerasTensor) return tensors.dtype;
  return isDict(tensors)
    ? `{${Object.entries(tensors)
        .map(([key, x]) => `'${key}': '${(x as KerasTensor).dtype}'`)
        .join(', ')}}`
    : `[${(tensors as readonly KerasTensor[]).map((x) => `'${x.dtype}'`).join(', ')}]`;
}

/** The name of a layer's activation; null: it has none. */
function activationOf(operation: Operation): string | null {
  const { activation = null } = operation as unknown as { readonly activation?: unknown };
  if (activation === null) return null;
  if (activation instanceof Layer) return activation.name;
  return typeof activation === 'function'
    ? (registrationOf(activation as () => unknown)?.name ?? (activation.name || 'function'))
    : null;
}

/** A text in a cell of the table. Backslashes would be escapes of Graphviz's records. */
const text = (value: string): string => escapeMarkup(value).replaceAll('\\', '&#92;');

/** The table that is drawn as the box of an operation: its heading, and rows of what was asked for. */
function tableOf(operation: Operation, options: Required<ModelToDotOptions>): string {
  const className = operation instanceof OpCall ? operation.className : classNameOf(operation);
  const cell = (content: string, { span = 0, color = 'white', size = 14, font = '' } = {}): string =>
    `<td ${span > 0 ? `colspan="${span}" ` : ''}bgcolor="${color}">` +
    `<font point-size="${size}"${font === '' ? '' : ` color="${font}"`}>${content}</font></td>`;
  const labelled = (label: string, value: string): string => `${label}: <b>${text(value)}</b>`;

  const heading = options.showLayerNames
    ? `<b>${text(operation.name)}</b> (${text(className)})`
    : `<b>${text(className)}</b>`;
  const cells: string[] = [];
  if (options.showShapes) {
    const shape = (x: KerasTensor): string => pythonTuple(x.shape);
    if (className !== 'InputLayer') cells.push(cell(labelled('Input shape', describe(operation, 'input', shape))));
    cells.push(cell(labelled('Output shape', describe(operation, 'output', shape))));
  }
  if (options.showDtype) cells.push(cell(labelled('Output dtype', dtypesOf(operation))));
  if (options.showTrainable && operation instanceof Layer && operation.weights.length > 0) {
    cells.push(
      operation.trainable
        ? cell('<b>Trainable</b>', { color: 'forestgreen', font: 'white' })
        : cell('<b>Non-trainable</b>', { color: 'firebrick', font: 'white' }),
    );
  }
  // Keras: as wide as the widest of all boxes would be, which leaves a black strip beside the cells of the others.
  const span = Math.max(1, cells.length);
  const rows = [cell(heading, { span, color: 'black', size: 16, font: 'white' })];
  const activation = options.showLayerActivations ? activationOf(operation) : null;
  if (activation !== null) rows.push(cell(labelled('Activation', activation), { span }));
  if (cells.length > 0) rows.push(cells.join(''));
  const body = rows.map((row) => `<tr>${row}</tr>`).join('');
  return `<table border="0" cellborder="1" bgcolor="black" cellpadding="10">${body}</table>`;
}

/** Whether an operation is a model whose layers can be drawn. */
const isNested = (operation: Operation): operation is Model =>
  operation instanceof Model && (operation.graph !== null || operation instanceof Sequential);

/** Draws one model, and by itself again the models in it. Boxes have the numbers in which they were met as their ids. */
class Drawing {
  readonly #ids = new Map<Operation, string>();

  constructor(readonly options: Required<ModelToDotOptions>) {}

  #idOf(operation: Operation): string {
    const id = this.#ids.get(operation) ?? `n${this.#ids.size}`;
    this.#ids.set(operation, id);
    return id;
  }

  #node(operation: Operation): DotNode {
    const label: DotValue = { html: tableOf(operation, this.options) };
    return { id: this.#idOf(operation), attributes: { label, fontname: 'Helvetica', border: '0', margin: '0' } };
  }

  draw(model: Model, asCluster: boolean): DotGraph {
    const { rankdir, dpi, splines, expandNested } = this.options;
    const frame: Pick<DotGraph, 'heading' | 'attributes' | 'nodeDefaults'> = asCluster
      ? {
          heading: `subgraph ${quote(`cluster_${model.name}`)}`,
          attributes: { style: 'dashed', label: model.name, labeljust: 'l' },
          nodeDefaults: {},
        }
      : {
          heading: 'digraph G',
          attributes: { rankdir, concentrate: true, dpi, splines },
          nodeDefaults: { shape: 'record' },
        };
    const drawn = model.graph !== null;
    if (!drawn && !(model instanceof Sequential))
      return { ...frame, nodes: [this.#node(model)], clusters: [], edges: [] };
    const operations = drawn ? model.graph.operations : model.layers;
    const expands = (operation: Operation): operation is Model => expandNested && isNested(operation);
    const clusters: DotGraph[] = [];
    const nodes: DotNode[] = [];
    for (const operation of operations) {
      if (expands(operation)) clusters.push(this.draw(operation, true));
      else nodes.push(this.#node(operation));
    }
    return { ...frame, nodes, clusters, edges: this.#edges(model, operations) };
  }

  #edges(model: Model, operations: readonly Operation[]): DotEdge[] {
    const edges = new Map<string, DotEdge>();
    const connect = (source: Operation, target: Operation): void => {
      const [from, to] = [this.#idOf(source), this.#idOf(target)];
      if (!edges.has(`${from}>${to}`)) edges.set(`${from}>${to}`, { from, to, attributes: { penwidth: '2' } });
    };
    const { graph } = model;
    const { expandNested } = this.options;
    if (graph === null && !(expandNested && operations.some((operation) => operation.inboundNodes.length > 0))) {
      operations.slice(1).forEach((operation, i) => connect(operations[i], operation));
      return [...edges.values()];
    }
    // The `InputLayer` of a stack is not shown, so nothing leads to its first layer but what leads to the stack.
    for (const operation of graph === null ? operations.slice(1) : operations) {
      for (const node of operation.inboundNodes) {
        if (graph !== null && !graph.nodes.has(node)) continue;
        node.inputs.forEach((input, index) => {
          if (input.history === null) return;
          const { node: from, tensorIndex } = input.history;
          if (!expandNested) connect(from.operation, operation);
          else connect(lastBox(from.operation, tensorIndex), firstBox(operation, index));
        });
      }
    }
    return [...edges.values()];
  }
}

/** The box in a nested model, however deep, that makes its output number `index`. */
function lastBox(operation: Operation, index: number): Operation {
  let [box, output] = [operation, index];
  while (isNested(box)) {
    const { node, tensorIndex } = box.outputs[output].history!;
    [box, output] = [node.operation, tensorIndex];
  }
  return box;
}

/** The box in a nested model, however deep, that takes its input number `index`. */
function firstBox(operation: Operation, index: number): Operation {
  let box = operation;
  while (isNested(box)) box = box.graph !== null ? box.inputs[index].history!.node.operation : box.layers[0];
  return box;
}

/** The graph of a model as a value. `owner` is for messages. */
export function drawModel(owner: string, model: Model, options: ModelToDotOptions = {}): DotGraph {
  const all = complete(owner, options);
  if (!(model instanceof Model)) throw new ValueError(`${owner}: expected a model. Received: ${String(model)}.`);
  if (!model.built) {
    throw new ValueError(
      `${owner}: this model has not yet been built. Build the model '${model.name}' first by calling \`build()\` or by calling the ` +
        'model on a batch of data.',
    );
  }
  return new Drawing(all).draw(model, all.subgraph);
}

/** The options of all drawings of models. */
export const DRAWING_OPTIONS = [
  'showShapes',
  'showDtype',
  'showLayerNames',
  'rankdir',
  'expandNested',
  'dpi',
  'showLayerActivations',
  'showTrainable',
  'splines',
] as const satisfies readonly (keyof ModelToDotOptions)[];

/**
 * A model as a graph in Graphviz's language: layers are boxes, tensors are arrows.
 *
 * A model of a class with its own `call` is one box.
 *
 * @param model A built model.
 * @param options See {@link ModelToDotOptions}.
 * @returns The text, `digraph G { … }`, or with `subgraph` a cluster.
 * @throws {ValueError} The model is not built, or an option is unknown.
 * @see `keras.utils.model_to_dot`
 * @example
 * modelToDot(model, { showShapes: true, rankdir: 'LR' });
 */
export const modelToDot = checked(
  'modelToDot',
  (model: Model, options: ModelToDotOptions = {}): string => {
    return formatDot(drawModel('modelToDot', model, options));
  },
  [...DRAWING_OPTIONS, 'subgraph'],
);
