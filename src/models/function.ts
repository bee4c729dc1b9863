/** @file `Function`: a graph of operations that can be called, without weights of its own and without what layers can do. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { INVOKE } from '../core/callable.js';
import { ValueError } from '../core/errors.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { ConcreteInputs, ShapeTree, SymbolicInputs } from '../layers/layer_types.js';
import { mapShapes } from '../layers/layer_types.js';
import type { Operation, Spec } from '../runtime/index.js';
import {
  anySymbolic,
  isSpec,
  KerasTensor,
  Operation as OperationBase,
  toTensorOrTexts,
  type TensorLike,
} from '../runtime/index.js';
import type { CallOperation } from './function_graph.js';
import type { Computed } from './model.js';
import { FunctionGraph } from './function_graph.js';

/** Call an operation as a person does: on numbers it computes, on symbols it draws. */
export const callOperation: CallOperation = (operation, args) =>
  (operation as unknown as (...args: readonly unknown[]) => unknown)(...args);

/**
 * Shapes and dtypes of a graph's outputs for symbolic inputs. Known ones are looked up; others are found by going through the graph.
 *
 * @param inputs One per input of the graph.
 */
export function graphOutputSpec(graph: FunctionGraph, inputs: readonly (Spec | null)[]): Tree<Spec> {
  const same = graph.inputs.every((own, i) => {
    const given = inputs[i];
    return (
      given === null || (given.shape.length === own.shape.length && given.shape.every((d, k) => d === own.shape[k]))
    );
  });
  if (same) return mapTree(graph.outputsStruct, ({ shape, dtype }): Spec => ({ shape, dtype }));
  const symbolic = (tree: Tree<Spec>): Tree<KerasTensor> =>
    mapTree(tree, ({ shape, dtype }) => new KerasTensor(shape, { dtype }), isSpec);
  const outputs = graph.run(
    inputs.map((spec) => (spec === null ? null : symbolic(spec))),
    (operation, args) => symbolic(operation.computeOutputSpec(...args)),
  );
  return mapTree(outputs as Tree<KerasTensor>, ({ shape, dtype }): Spec => ({ shape, dtype }));
}

/** KerasTensors of these shapes, each of the dtype of the graph's input in its place. */
export function symbolsFor(graph: FunctionGraph, shapes: ShapeTree): KerasTensor[] {
  let next = 0;
  return flatten(
    mapShapes(shapes, (shape) => {
      const own = graph.inputs[next++] as KerasTensor | undefined;
      return new KerasTensor(shape, { dtype: own?.dtype, sparse: own?.sparse });
    }),
  );
}

/**
 * A graph of operations between symbolic inputs and outputs that can be called again on other inputs.
 *
 * @param inputs What `Input()` gave: one, or a list or dict of them.
 * @param outputs What ops and layers called on them gave.
 * @param options `name`: of the function.
 * @see `keras.Function`
 * @example
 * const a = new KerasTensor([null, 2]);
 * const double = new Function(a, ops.add(a, a));
 * double(tensor([[1, 2]]))  // [[2 4]]
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class KerasFunction<const Out extends Tree<KerasTensor> = Tree<KerasTensor>> extends OperationBase {
  readonly #graph: FunctionGraph;

  /**
   * @param inputs A KerasTensor, or a list or dict of them.
   * @param outputs What can be computed from them, in any structure.
   * @throws {ValueError} One of them is no KerasTensor, or the outputs depend on more than the inputs.
   */
  constructor(inputs: Tree<KerasTensor>, outputs: Out, options: { readonly name?: string | null } = {}) {
    const { name } = checkedOptions<{ readonly name?: string | null }>(new.target, options, arguments, 2);
    super(name ?? null);
    this.#graph = new FunctionGraph(inputs, outputs, `Function '${this.name}'`);
  }

  get operations(): Operation[] {
    return [...this.#graph.operations];
  }

  /** The symbolic inputs, flat. */
  get inputs(): readonly KerasTensor[] {
    return this.#graph.inputs;
  }

  /** The symbolic outputs, flat. */
  get outputs(): readonly KerasTensor[] {
    return this.#graph.outputs;
  }

  /** @throws {ValueError} Too many or too few inputs, or one of another shape. */
  override call(inputs: unknown): unknown {
    const flat = flatten<unknown>(inputs).map((x) =>
      x === null || x instanceof KerasTensor ? x : toTensorOrTexts(x as TensorLike, `Function '${this.name}'`),
    );
    this.#check(flat);
    return this.#graph.run(flat, callOperation);
  }

  override computeOutputSpec(inputs: unknown): Tree<Spec> {
    const flat = flatten<unknown>(inputs) as (Spec | null)[];
    this.#check(flat);
    return graphOutputSpec(this.#graph, flat);
  }

  /** The shape of each output for shapes of the inputs. */
  computeOutputShape(inputShape: ShapeTree): ShapeTree {
    const specs = graphOutputSpec(this.#graph, symbolsFor(this.#graph, inputShape));
    return mapTree(specs, (spec) => spec.shape, isSpec);
  }

  #check(given: readonly (Spec | null)[]): void {
    const { inputs } = this.#graph;
    if (given.length !== inputs.length)
      throw new ValueError(`Function '${this.name}' has ${inputs.length} input(s), but received ${given.length}.`);
    const fits = (own: PartialShape, shape: PartialShape): boolean =>
      own.length === shape.length && own.every((d, k) => d === null || shape[k] === null || d === shape[k]);
    inputs.forEach((own, i) => {
      const shape = given[i]?.shape;
      if (shape !== undefined && !fits(own.shape, shape)) {
        throw new ValueError(
          `Function '${this.name}' was passed incompatible inputs. For input '${own.name}', expected shape ${formatShape(own.shape)}, ` +
            `but received instead a tensor with shape ${formatShape(shape)}.`,
        );
      }
    });
  }

  protected override [INVOKE](...args: unknown[]): unknown {
    return anySymbolic(args) ? this.symbolicCall(...args) : this.call(args[0]);
  }
}
checkMethods(KerasFunction);

export interface KerasFunction<Out> {
  (inputs: ConcreteInputs): Computed<Out>;
  (inputs: SymbolicInputs): Out;
}
