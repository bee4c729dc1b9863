/**
 * @file Functions of TensorFlow in the graphs of Keras 2 (`x + 1`, `tf.reduce_mean(x)`), which stand there as layers of the classes
 * `TFOpLambda` and `SlicingOpLambda`. Those that Keras has as ops become these.
 */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import type { OldObject } from './values.js';
import { textOr } from './values.js';

const CLASSES = [
  'TFOpLambda',
  'SlicingOpLambda',
  'ClassMethod',
  'InstanceMethod',
  'InstanceProperty',
  'TensorFlowOpLayer',
];

/**
 * Pairs of Keras's op as its configs name it, with the arguments of the call first and those of the op (after a point) behind, and the
 * functions of TensorFlow that it is. `old>new`: TensorFlow's name of an argument and Keras's.
 */
const TABLE: readonly (readonly [op: string, functions: string])[] = [
  ['numpy.Add x>x1 y>x2', 'math.add __operators__.add add'],
  ['numpy.Subtract x>x1 y>x2', 'math.subtract __operators__.sub subtract'],
  ['numpy.Multiply x>x1 y>x2', 'math.multiply __operators__.mul multiply'],
  ['numpy.TrueDivide x>x1 y>x2', 'math.truediv math.divide __operators__.truediv divide realdiv'],
  ['numpy.Power x>x1 y>x2', 'math.pow pow'],
  ['numpy.Maximum x>x1 y>x2', 'math.maximum maximum'],
  ['numpy.Minimum x>x1 y>x2', 'math.minimum minimum'],
  ['numpy.Matmul a>x1 b>x2', 'linalg.matmul matmul'],
  ['numpy.Absolute x', 'math.abs abs'],
  ['numpy.Exp x', 'math.exp exp'],
  ['numpy.Log x', 'math.log'],
  ['numpy.Sqrt x', 'math.sqrt sqrt'],
  ['numpy.Square x', 'math.square square'],
  ['numpy.Negative x', 'math.negative negative __operators__.neg'],
  ['numpy.Sin x', 'math.sin sin'],
  ['numpy.Cos x', 'math.cos cos'],
  ['numpy.Tanh x', 'math.tanh tanh nn.tanh'],
  ['math.Rsqrt x', 'math.rsqrt'],
  ['nn.Sigmoid x', 'math.sigmoid sigmoid nn.sigmoid'],
  ['nn.Relu features>x', 'nn.relu'],
  ['nn.Relu6 features>x', 'nn.relu6'],
  ['nn.Softplus features>x', 'math.softplus nn.softplus'],
  ['nn.Silu features>x', 'nn.silu nn.swish'],
  ['nn.Softmax logits>x .axis', 'nn.softmax'],
  ['numpy.Mean input_tensor>x .axis .keepdims', 'math.reduce_mean reduce_mean'],
  ['numpy.Sum input_tensor>x .axis .keepdims', 'math.reduce_sum reduce_sum'],
  ['numpy.Max input_tensor>x .axis .keepdims', 'math.reduce_max reduce_max'],
  ['numpy.Min input_tensor>x .axis .keepdims', 'math.reduce_min reduce_min'],
  ['numpy.Concatenate values>xs .axis', 'concat'],
  ['numpy.Stack values>x .axis', 'stack'],
  ['numpy.ExpandDims input>x .axis', 'expand_dims'],
  ['numpy.Squeeze input>x .axis', 'squeeze'],
  ['numpy.Reshape tensor>x .shape>newshape', 'reshape'],
  ['numpy.Transpose a>x .perm>axes', 'transpose'],
  ['numpy.Clip t>x .clip_value_min>x_min .clip_value_max>x_max', 'clip_by_value'],
  ['core.Cast x .dtype', 'cast'],
];

interface OpRule {
  readonly module: string;
  readonly className: string;
  /** TensorFlow's names in order, with Keras's. */
  readonly called: readonly (readonly [string, string])[];
  readonly own: readonly (readonly [string, string])[];
}

let rules: ReadonlyMap<string, OpRule> | null = null;

function parseRules(): ReadonlyMap<string, OpRule> {
  const pair = (text: string): readonly [string, string] => {
    const [before, after = before] = text.split('>');
    return [before, after];
  };
  const parsed = new Map<string, OpRule>();
  for (const [op, functions] of TABLE) {
    const [path, ...parameters] = op.split(' ');
    const [module, className] = path.split('.');
    const called = parameters.filter((each) => !each.startsWith('.')).map(pair);
    const own = parameters.filter((each) => each.startsWith('.')).map((each) => pair(each.slice(1)));
    for (const name of functions.split(' '))
      parsed.set(name, { module: `keras.src.ops.${module}`, className, called, own });
  }
  return parsed;
}

function ruleOf(config: Config, name: string): OpRule {
  rules ??= parseRules();
  const fn = textOr(config['function'], '?').replace(/^compat\.v[12]\./, '');
  const rule = rules.get(fn);
  if (rule === undefined) {
    throw new ValueError(
      `The layer '${name}' calls TensorFlow's function tf.${fn}, which is not known here. Functions that can be read: ${[...rules.keys()].join(', ')}.`,
    );
  }
  return rule;
}

/** A call of TensorFlow as the op of Keras, without its own arguments; null: the layer is another. */
export function opLayerOf(className: string, config: Config, name: string): Config | null {
  if (!CLASSES.includes(className)) return null;
  if (className === 'SlicingOpLambda' || config['function'] === '__operators__.getitem')
    return { module: 'keras.src.ops.numpy', class_name: 'GetItem', config: { name }, registered_name: 'GetItem' };
  const { module, className: op } = ruleOf(config, name);
  return { module, class_name: op, config: { name }, registered_name: op };
}

interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Config;
}

/** A slice as TensorFlow's layer writes it: `{start, stop, step}`. */
function sliceKey(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(sliceKey);
  if (!isDict(spec)) return spec;
  if (spec['class_name'] === '__ellipsis__') return { class_name: '__ellipsis__', config: {} };
  const { start = null, stop = null, step = null } = spec;
  return { class_name: '__slice__', config: { start, stop, step } };
}

/** The call of a layer that is an op, and what of it belongs to the op's config; null: the layer is another. */
export function opCall(layer: OldObject & Config, { args, kwargs }: Call): { node: Call; own: Config } | null {
  if (!CLASSES.includes(layer.class_name)) return null;
  const config = layer.config as Config;
  if (layer.class_name === 'SlicingOpLambda' || config['function'] === '__operators__.getitem')
    return { node: { args: [args[0], sliceKey(kwargs['slice_spec'] ?? kwargs['key'])], kwargs: {} }, own: {} };
  const { called, own } = ruleOf(config, String(config['name']));
  const names = called.map(([before]) => before);
  // The first of the arguments stands before the others, which have names.
  const values = called.map(([before], i) => (i < args.length ? args[i] : kwargs[before]));
  const rest = Object.fromEntries(
    own
      .filter(([before]) => before in kwargs && !names.includes(before))
      .map(([before, after]) => [after, kwargs[before]]),
  );
  return { node: { args: values, kwargs: {} }, own: rest };
}
