/** @file `model.summary()`: the table of layers, output shapes and numbers of parameters, as Keras prints it. */
import { quote } from '../core/describe.js';
import { checked } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { dtypeInfo } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { getPlatform } from '../core/platform.js';
import { classNameOf } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { isDict } from '../core/tree.js';
import { Layer } from '../layers/layer.js';
import type { ShapeTree } from '../layers/layer_types.js';
import { isShape, mapShapes } from '../layers/layer_types.js';
import type { FunctionalNode, Operation, Variable } from '../runtime/index.js';
import { OpCall } from '../runtime/index.js';
import type { FunctionGraph } from './function_graph.js';
import type { TextColumn } from './text_table.js';
import { renderTable, wrapLine } from './text_table.js';

/** Options of `model.summary(options)`. */
export interface SummaryOptions {
  /** Characters a line. Default: 88, or 108 with the column "Connected to"; less on a narrow terminal. */
  readonly lineLength?: number | null;
  /** Where the columns end, as parts of the line: `[0.45, 0.8, 1]`. */
  readonly positions?: readonly number[] | null;
  /** Gets the whole text, once. Default: it is written to the terminal. */
  readonly printFn?: ((text: string) => void) | null;
  /** Show the layers of inner models as well. Default false. */
  readonly expandNested?: boolean;
  /** Show which layers train. Default false. */
  readonly showTrainable?: boolean;
  /** First and last layer to show, by name or by a regular expression for the start of the name. Default: all. */
  readonly layerRange?: readonly [string, string] | null;
}

/** What of a model its summary needs. */
interface Summarized extends Layer {
  readonly graph: FunctionGraph | null;
  readonly layers: Layer[];
}

interface MaybeCompiled {
  readonly compiled?: boolean;
  readonly optimizer?: { readonly built?: boolean; readonly variables?: readonly Variable[] } | null;
}

/**
 * Number of scalars in weights.
 *
 * @param weights Variables, such as `model.weights`.
 * @returns A whole number.
 * @see `keras.src.utils.summary_utils.count_params`
 * @example
 * utils.countParams(model.weights) // 4
 */
export const countParams = checked('countParams', (weights: Iterable<Variable>): number => {
  return [...weights].reduce((total, variable) => total + variable.size, 0);
});

const bitsOf = (dtype: DType): number => (dtype === 'bool' ? 1 : dtypeInfo(dtype).bits);

function memoryOf(weights: Iterable<Variable>): number {
  return [...new Set(weights)].reduce((bits, variable) => bits + variable.size * bitsOf(variable.dtype), 0) / 8;
}

/** Two digits behind the point, halves to the even neighbour, as Python formats. */
function twoDigits(x: number): string {
  const floor = Math.floor(x * 100);
  return x * 100 - floor === 0.5 && floor % 2 === 0 ? (floor / 100).toFixed(2) : x.toFixed(2);
}

/**
 * A size in bytes as it is shown in summaries.
 *
 * @param bytes A size in bytes.
 * @returns A number and its unit.
 * @see `keras.src.utils.summary_utils.readable_memory_size`
 */
export function readableMemorySize(bytes: number): string {
  let size = bytes;
  for (const unit of ['B', 'KB', 'MB', 'GB', 'TB']) {
    if (size < 1024) return `${twoDigits(size)} ${unit}`;
    size /= 1024;
  }
  return `${twoDigits(size)} PB`;
}

const grouped = (n: number): string => n.toLocaleString('en-US');

/** Whether a drawn model is a plain chain, which needs no column for the connections. */
function isChain(model: Summarized, graph: FunctionGraph): boolean {
  const levels = [...graph.nodesByDepth.values()];
  if (levels.some((level) => level.length > 1 || level[0].inputs.length > 1)) return false;
  return model.layers.every((layer) => layer.inboundNodes.filter((node) => graph.nodes.has(node)).length <= 1);
}

const formatShape = (shape: PartialShape): string => `(${shape.map((dim) => dim ?? 'None').join(', ')})`;

/** As Python prints a structure of shapes. */
function formatShapes(shapes: Tree<string>): string {
  if (typeof shapes === 'string') return shapes;
  if (Array.isArray(shapes)) {
    const list = shapes as readonly Tree<string>[];
    return list.length === 1 && typeof list[0] === 'string' ? list[0] : `[${list.map(formatShapes).join(', ')}]`;
  }
  if (!isDict(shapes)) return '?';
  return `{${Object.entries(shapes)
    .map(([key, value]) => `${key}: ${formatShapes(value)}`)
    .join(', ')}}`;
}

/** The shape of what an operation gave when it was last called, or would give. */
function outputShapeOf(operation: Operation): string {
  const node = operation.inboundNodes.at(-1);
  if (node !== undefined) return formatShapes(node.outputs.map((x) => formatShape(x.shape)));
  const built = operation instanceof Layer ? operation.getBuildConfig() : null;
  if (!(operation instanceof Layer) || built === null) return '?';
  const own = (operation as unknown as { outputShape?: unknown }).outputShape;
  if (isShape(own)) return formatShape(own);
  const shapes = (built['shapes_dict'] ?? { input_shape: built['input_shape'] }) as Record<string, ShapeTree>;
  const [first, ...others] = Object.values(shapes);
  try {
    return formatShapes(mapShapes(operation.computeOutputShape(first, ...others), formatShape));
  } catch {
    return '?';
  }
}

function paramsOf(operation: Operation): string {
  if (!(operation instanceof Layer)) return '0';
  return operation.built ? grouped(operation.countParams()) : '0 (unbuilt)';
}

function connectionsOf(operation: Operation, graph: FunctionGraph): string {
  const inputs = operation.inboundNodes.filter((node) => graph.nodes.has(node)).flatMap((node) => node.inputs);
  const names = inputs.map(({ history }) => {
    const node: FunctionalNode = history!.node;
    return `${node.operation.name}[${node.operation.inboundNodes.indexOf(node)}][${history!.tensorIndex}]`;
  });
  return names.length > 0 ? names.join(', ') : '-';
}

function trainableOf(operation: Operation): string {
  if (!(operation instanceof Layer) || operation.weights.length === 0) return '-';
  return operation.trainable ? 'Y' : 'N';
}

/** The first and one past the last of the operations to show. */
function rangeOf(operations: readonly Operation[], range: readonly [string, string] | null): [number, number] {
  if (range === null) return [0, operations.length];
  const parts: readonly unknown[] = range;
  if (!Array.isArray(range) || parts.length !== 2 || parts.some((part) => typeof part !== 'string'))
    throw new ValueError(`summary: layerRange=${quote(range)}. Expected a list of two strings.`);
  const matching = (pattern: string): number[] => {
    const start = new RegExp(`^(?:${pattern})`, 'u');
    return operations.flatMap(({ name }, i) => (start.test(name) ? [i] : []));
  };
  const [lower, upper] = [matching(range[0]), matching(range[1])];
  if (lower.length === 0 || upper.length === 0) {
    throw new ValueError(
      `summary: layerRange=${quote(range)} does not match the layers' names: ${operations.map((o) => o.name).join(', ')}.`,
    );
  }
  const [first, last] = [Math.min(...lower), Math.max(...upper)];
  return first > last ? [Math.min(...upper), Math.max(...lower) + 1] : [first, last + 1];
}

/** Print a model's summary. */
export function printSummary(model: Summarized, options: SummaryOptions = {}): void {
  const { positions = null, printFn = null, expandNested = false, showTrainable = false, layerRange = null } = options;
  const { graph } = model;
  const chain = graph === null || isChain(model, graph);
  const operations: readonly Operation[] = graph === null ? model.layers : graph.operations;
  const { terminal } = getPlatform();

  const headers = ['Layer (type)', 'Output Shape', 'Param #'];
  const justify: TextColumn['justify'][] = ['left', 'left', 'right'];
  let ends: readonly number[] = positions ?? (chain ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]);
  let defaultLength = chain ? 88 : 108;
  if (!chain) {
    headers.push('Connected to');
    justify.push('left');
  }
  if (showTrainable) {
    headers.push('Trainable');
    justify.push('center');
    ends = [...ends.map((end) => end * 0.9), 1];
    defaultLength += 12;
  }
  const lineLength = options.lineLength ?? Math.min(defaultLength, terminal.columns - 4);
  let start = 0;
  const columns = headers.map((header, i): TextColumn => {
    const width = Math.trunc((ends[i] ?? 1) * lineLength) - start;
    if (width < 4) throw new ValueError('summary: insufficient console width to print the summary.');
    start += width;
    return { header, justify: justify[i], width };
  });

  const fieldsOf = (operation: Operation, prefix: string): string[] => {
    const className = operation instanceof OpCall ? operation.className : classNameOf(operation);
    const fields = [`${prefix}${operation.name} (${className})`, outputShapeOf(operation), paramsOf(operation)];
    if (!chain) fields.push(connectionsOf(operation, graph));
    if (showTrainable) fields.push(trainableOf(operation));
    return fields;
  };
  const rowsOf = (operation: Operation, level: number): string[][] => {
    const row = fieldsOf(operation, level > 0 ? `${'   '.repeat(level)}└ ` : '');
    const inner = expandNested ? (operation as { layers?: readonly Layer[] }).layers : undefined;
    return [row, ...(inner ?? []).flatMap((layer) => rowsOf(layer, level + 1))];
  };
  const [first, last] = rangeOf(operations, layerRange);
  const rows = operations.slice(first, last).flatMap((operation) => rowsOf(operation, 0));
  const table = renderTable(columns, rows, lineLength).map((line) => line.slice(0, terminal.columns));
  const text = [...wrapLine(`Model: "${model.name}"`, terminal.columns), ...table, ...totals(model, terminal.columns)];
  const print = printFn ?? ((whole: string): void => terminal.write(whole));
  print(`${text.join('\n')}\n`);
}

function totals(model: Summarized, width: number): string[] {
  const optimizer = (model as MaybeCompiled).compiled ? (model as MaybeCompiled).optimizer : null;
  const optimized = optimizer?.built ? (optimizer.variables ?? []) : null;
  const line = (label: string, count: number, bytes: number): string[] =>
    wrapLine(` ${label} params: ${grouped(count)} (${readableMemorySize(bytes)})`, width);
  const groups = [model.trainableWeights, model.nonTrainableWeights, optimized ?? []];
  const counts = groups.map((each) => countParams(each));
  const bytes = groups.map(memoryOf);
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  return [
    ...line('Total', sum(counts), sum(bytes)),
    ...line('Trainable', counts[0], bytes[0]),
    ...line('Non-trainable', counts[1], bytes[1]),
    ...(optimized === null ? [] : line('Optimizer', counts[2], bytes[2])),
  ];
}
