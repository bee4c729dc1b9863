/** @file Rematerialization asked for by name: `remat`, and `RematScope` for the layers that are made in it. */
import { checkMethods } from '../core/methods.js';
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { isFloat } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { Scope } from '../core/scope.js';
import { flatten, mapTree, type Tree } from '../core/tree.js';
import * as lax from '../graph/lax.js';
import { getKerasMask, setKerasMask } from './mask.js';
import { isSpec, type Spec } from './infer_spec.js';
import { Tensor } from './tensor.js';
import { isTracing, traceFunction } from './trace.js';

const tensorsIn = (x: unknown): Tensor[] => flatten<unknown>(x).filter((leaf) => leaf instanceof Tensor);
const maskOf = (x: Tensor): Tensor | null => {
  const mask = getKerasMask(x);
  return mask instanceof Tensor ? mask : null;
};

/** The structure with its tensors replaced, one after the other, along with their masks. */
function withTensors<T>(x: T, tensors: readonly Tensor[]): T {
  let next = 0;
  return mapTree<unknown, unknown>(x, (leaf) => (leaf instanceof Tensor ? tensors[next++] : leaf)) as T;
}

/** Tensors, and behind them those masks that there are. */
const withMasks = (tensors: readonly Tensor[]): Tensor[] => [
  ...tensors,
  ...tensors.map(maskOf).filter((mask) => mask !== null),
];

/** Give new tensors the masks that stand behind them, where the old ones had some. */
function passMasks(old: readonly Tensor[], all: readonly Tensor[]): Tensor[] {
  const tensors = all.slice(0, old.length);
  let next = old.length;
  old.forEach((x, i) => {
    if (maskOf(x) !== null) setKerasMask(tensors[i], all[next++]);
  });
  return tensors;
}

/**
 * The same function, but its inner values are not kept for the gradient: they are computed once more when the gradient is. That takes the
 * time of one more run, and saves the memory between the two.
 *
 * Works in programs that are traced (`fit`, `jit`, `grad`); where ops compute at once, the function is called as it is. What it returns
 * is the same (sums of large arrays may be taken in another order). Variables that it assigns are assigned once. Losses that layers add (`addLoss`) do not get out of it.
 *
 * @param fn Takes tensors, structures of them and other values; gives a tensor or a structure of them.
 * @returns A function of the same arguments.
 * @see `keras.remat`; Chen et al. 2016, "Training deep nets with sublinear memory cost"
 * @example
 * const block = remat((x: Tensor) => ops.relu(ops.matmul(ops.relu(ops.matmul(x, a)), b)));
 */
export const remat = checked(
  'remat',
  function remat<Args extends readonly unknown[], R>(fn: (...args: Args) => R): (...args: Args) => R {
    if (typeof fn !== 'function') throw new ValueError(`remat: expected a function, got ${describe(fn)}.`);
    return (...args) => {
      if (!isTracing()) return fn(...args);
      const given = tensorsIn(args);
      const operands = withMasks(given);
      const traced = traceFunction(
        'a rematerialized function',
        operands.map(({ dtype, shape }) => ({ dtype, shape })),
        (inner) => fn(...withTensors(args, passMasks(given, inner))),
        (result) => withMasks(tensorsIn(result)),
      );
      const { graph, variables, captured, assigned } = traced;
      // Weights are in memory anyhow.
      const ordered = [
        ...operands.map(() => true),
        ...variables.map(({ dtype }) => !isFloat(dtype)),
        ...captured.map(() => true),
      ];
      const found = lax.remat<Tensor>([...operands, ...variables.map((variable) => variable.stored), ...captured], {
        body: graph,
        ordered,
      });
      assigned.forEach((variable, i) => variable.assign(found[found.length - assigned.length + i]));
      const inner = tensorsIn(traced.result);
      return withTensors(traced.result, passMasks(inner, found));
    };
  },
  undefined,
  { callsBack: true },
);

const MODES = ['full', 'activations', 'larger_than', 'list_of_layers', null] as const;
/** What of a layer is rematerialized. */
export type RematMode = (typeof MODES)[number];

/** Options of `new RematScope(options)`. */
export interface RematScopeOptions {
  /**
   * `'full'`: the whole call of each layer. `'activations'`: activation functions of layers alone. `'larger_than'`: layers whose outputs
   * have more than `outputSizeThreshold` elements. `'list_of_layers'`: the layers named in `layerNames`. null: nothing. Default `'full'`.
   */
  readonly mode?: RematMode;
  /** Elements of all outputs of a call. Default 1024. */
  readonly outputSizeThreshold?: number;
  /** Default none. */
  readonly layerNames?: readonly string[] | null;
}

const innermost = new Scope<RematScope | null>(null);

/** The innermost scope that is open, or null. */
export const currentRematScope = (): RematScope | null => innermost.current;

/**
 * Layers that are made while the scope is open are rematerialized whenever they are called: their inner values are computed once more for
 * the gradient rather than kept. Scopes may lie in each other; the innermost counts.
 *
 * @param options See {@link RematScopeOptions}.
 * @throws {ValueError} Another mode than those of `RematScopeOptions`.
 * @see `keras.RematScope`, with which Python code is written as `with RematScope(mode='full'):`
 * @example
 * const hidden = new RematScope({ mode: 'full' }).run(() => new layers.Dense(512, { activation: 'gelu' }));
 */
export class RematScope {
  readonly mode: RematMode;
  readonly outputSizeThreshold: number;
  readonly layerNames: readonly string[];

  constructor(options: RematScopeOptions = {}) {
    const {
      mode = 'full',
      outputSizeThreshold = 1024,
      layerNames,
      ...rest
    } = checkedOptions<RematScopeOptions>(new.target, options, arguments, 0);
    refuseUnknownOptions('RematScope', rest, ['mode', 'outputSizeThreshold', 'layerNames']);
    if (!MODES.includes(mode)) {
      const known = MODES.map((one) => (one === null ? 'null' : `'${one}'`)).join(', ');
      throw new ValueError(`RematScope: mode=${describe(mode)}. Expected one of ${known}.`);
    }
    this.mode = mode;
    this.outputSizeThreshold = outputSizeThreshold;
    this.layerNames = layerNames ?? [];
  }

  /** Run `fn` with the scope open. It closes when `fn` returns, not when a promise that it returns is fulfilled. */
  run<R>(fn: () => R): R {
    return within(this, fn);
  }
}
checkMethods(RematScope);

function within<R>(scope: RematScope, fn: () => R): R {
  return innermost.run(scope, fn);
}

/**
 * Run `fn` with a `RematScope` of these options open.
 *
 * @param options See {@link RematScopeOptions}.
 * @param fn What is done in the scope.
 * @returns What `fn` gives.
 * @throws {ValueError} Another mode than those of `RematScopeOptions`.
 * @see `keras.RematScope`
 * @example
 * rematScope({ mode: 'larger_than', outputSizeThreshold: 2048 }, () => new layers.Dense(4096))
 */
export const rematScope = checked(
  'rematScope',
  function rematScope<R>(options: RematScopeOptions, fn: () => R): R {
    return new RematScope(options).run(fn);
  },
  undefined,
  { callsBack: true },
);

/** A layer, as far as it matters here. */
export interface Rematerializable {
  readonly name: string;
  activation?: unknown;
  computeOutputSpec(...args: unknown[]): Tree<Spec>;
}

/** Elements of all of some tensors. */
function elementsOf(specs: Tree<Spec>): number {
  let elements = 0;
  const count = ({ shape }: Spec): void => {
    elements += shape.reduce<number>((product, dim) => product * (dim ?? 1), 1);
  };
  mapTree<Spec, unknown>(specs, count, isSpec);
  return elements;
}

/** A layer's call as the scope in which the layer was made wants it. */
export function rematerialized<R>(
  scope: RematScope | null,
  layer: Rematerializable,
  call: (...args: unknown[]) => R,
): (...args: unknown[]) => R {
  switch (scope?.mode) {
    case 'full':
      return remat(call);
    case 'larger_than':
      return (...args) => {
        const large = elementsOf(layer.computeOutputSpec(...args)) > scope.outputSizeThreshold;
        return (large ? remat(call) : call)(...args);
      };
    case 'list_of_layers':
      return scope.layerNames.includes(layer.name) ? remat(call) : call;
    case 'activations': {
      const { activation } = layer;
      if (typeof activation !== 'function') return call;
      return (...args) => {
        layer.activation = remat(activation as (...args: unknown[]) => unknown);
        try {
          return call(...args);
        } finally {
          layer.activation = activation;
        }
      };
    }
    default:
      return call;
  }
}
