/** @file `Operation`: what can be called on symbolic tensors and then stands in a functional model: every layer and every op. */
import { Callable } from '../core/callable.js';
import { autoName } from '../core/naming.js';
import { classNameOf } from '../core/serialization.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { Spec } from './infer_spec.js';
import { inferSpec, isSpec, symbolicLeaves } from './infer_spec.js';
import { KerasTensor } from './keras_tensor.js';
import { Tensor } from './tensor.js';
import { Variable } from './variable.js';

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

/**
 * The base of layers and of ops in functional models.
 *
 * @param name The name; null: made of the class's name.
 * @see `keras.Operation`
 * @example
 * new Dense(1) instanceof Operation // true
 */
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
