/** @file `Operation`: what can be called on symbolic tensors and then stands in a functional model: every layer and every op. */
import { Callable } from '../core/callable.js';
import type { DType } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import { classNameOf } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import { KerasTensor } from './keras_tensor.js';
import { Tensor } from './tensor.js';
import { abstractly } from './trace.js';
import { Variable } from './variable.js';

/** Shape and dtype of a tensor to come. */
export interface Spec {
  readonly shape: PartialShape;
  readonly dtype: DType;
}

/** One call of an operation on symbolic tensors: an edge bundle of a functional model. */
export class FunctionalNode {
  /** The symbolic tensors among the arguments, in order. */
  readonly inputs: readonly KerasTensor[];

  /**
   * @param operation What was called.
   * @param args The arguments of the call, with KerasTensors in them. Empty for an input.
   * @param outputs What came out, in order.
   */
  constructor(
    readonly operation: Operation,
    readonly args: readonly unknown[],
    readonly outputs: readonly KerasTensor[],
  ) {
    this.inputs = symbolicLeaves(args);
    operation.inboundNodes.push(this);
    for (const input of this.inputs) input.history?.node.operation.outboundNodes.push(this);
    outputs.forEach((output, tensorIndex) => {
      output.history = { node: this, tensorIndex };
    });
  }

  /** Whether this node is an `Input`. */
  get isInput(): boolean {
    return this.inputs.length === 0;
  }
}

/** The KerasTensors in arguments. */
export function symbolicLeaves(args: unknown): KerasTensor[] {
  return flatten<unknown>(args).filter((x): x is KerasTensor => x instanceof KerasTensor);
}

/** Whether any argument, or anything in lists and dicts among them, is a KerasTensor. */
export function anySymbolic(args: readonly unknown[]): boolean {
  return args.some((x) => {
    if (x instanceof KerasTensor) return true;
    if (typeof x !== 'object' || x === null || x instanceof Tensor || x instanceof Variable || ArrayBuffer.isView(x))
      return false;
    if (Array.isArray(x)) return x.length > 0 && typeof x[0] !== 'number' && anySymbolic(x);
    return Object.getPrototypeOf(x) === Object.prototype && anySymbolic(Object.values(x));
  });
}

/** Two sizes to stand in for an open one: what differs between the two runs is open in the output as well. Both are rare primes. */
const FILLS = [83, 89] as const;

/** Whether a leaf is a spec (or a symbolic tensor, which has the same fields). */
export const isSpec = (x: unknown): boolean => typeof x === 'object' && x !== null && 'dtype' in x && 'shape' in x;

/**
 * The specs of what `fn` gives for symbolic arguments, found by running it on stand-ins, twice if a size is open.
 *
 * @param args Arguments with KerasTensors in them.
 * @returns The structure of the result with a Spec in each tensor's place.
 */
export function inferSpec(label: string, fn: (...args: unknown[]) => unknown, args: readonly unknown[]): Tree<Spec> {
  const symbols = symbolicLeaves(args);
  const open = symbols.some((s) => s.shape.includes(null));
  const runs = (open ? FILLS : [FILLS[0]]).map((fill) => {
    const types = symbols.map((s) => ({ dtype: s.dtype, shape: s.shape.map((dim) => dim ?? fill) }));
    return abstractly(label, types, (tensors) => {
      let next = 0;
      const replaced = mapTree<unknown, unknown>(args, (x) => (x instanceof KerasTensor ? tensors[next++] : x));
      return fn(...(replaced as unknown[]));
    });
  });
  const [first, second] = runs.map((result) => flatten<unknown>(result));
  let index = 0;
  return mapTree<unknown, Spec>(runs[0], (leaf) => {
    const other = (second ?? first)[index++];
    if (!(leaf instanceof Tensor) || !(other instanceof Tensor)) {
      throw new InternalError(`${label}: gave something that is no tensor for symbolic inputs`);
    }
    if (leaf.ndim !== other.ndim) return { dtype: leaf.dtype, shape: leaf.shape };
    return { dtype: leaf.dtype, shape: leaf.shape.map((dim, i) => (dim === other.shape[i] ? dim : null)) };
  });
}

/** The base of layers and of ops in functional models. */
export abstract class Operation extends Callable {
  readonly name: string;
  /** Calls of this operation on symbolic tensors. */
  readonly inboundNodes: FunctionalNode[] = [];
  /** Calls of other operations on this one's outputs. */
  readonly outboundNodes: FunctionalNode[] = [];

  constructor(name?: string | null) {
    super();
    this.name = name ?? autoName(classNameOf(this));
  }

  /** The computation, on tensors. Subclasses narrow the arguments' types. */
  abstract call(...args: never[]): unknown;

  /** Shapes and dtypes of the outputs for symbolic arguments. By default `call` is run on stand-ins. */
  computeOutputSpec(...args: unknown[]): Tree<Spec> {
    return inferSpec(this.name, (...tensors) => (this.call as (...args: unknown[]) => unknown)(...tensors), args);
  }

  /** Draw this call in the functional graph. */
  symbolicCall(...args: unknown[]): Tree<KerasTensor> {
    const specs = this.computeOutputSpec(...args);
    const outputs = mapTree(specs, (spec) => new KerasTensor(spec.shape, { dtype: spec.dtype }), isSpec);
    new FunctionalNode(this, args, flatten(outputs)); // registers itself with its operation and outputs
    return outputs;
  }
}
