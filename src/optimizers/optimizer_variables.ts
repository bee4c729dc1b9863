/** @file The variables of optimizers: how they are made, named, ordered, set, saved and loaded. */
import { checkedOptions } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { SavedChildren } from '../core/tracking.js';
import { savedFields } from '../core/tracking.js';
import type { InitializerLike } from '../initializers/index.js';
import * as initializers from '../initializers/index.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor, Variable, withTrace } from '../runtime/index.js';

/** Options of `addVariable`. */
export interface OptimizerVariableOptions {
  /** Default `'zeros'`. */
  readonly initializer?: InitializerLike;
  /** Default: `floatx()`. */
  readonly dtype?: DType | null;
  readonly aggregation?: 'none' | 'mean' | 'sum' | 'only_first_replica' | null;
  readonly name?: string | null;
}

/**
 * The part of `Optimizer` that owns its variables: averages of gradients, the count of steps.
 *
 * @param name The name after which variables are called.
 * @see `keras.optimizers.Optimizer`
 * @example
 * new optimizers.Adam() instanceof optimizers.OptimizerVariables // true
 */
export class OptimizerVariables {
  readonly name: string;
  /** Whether the slots are there. */
  built = false;
  #variables: Variable[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** The state, in Keras's order: the count of steps, the learning rate (if it is a number), then the slots as they were made. */
  get variables(): Variable[] {
    return [...this.#variables];
  }

  /**
   * Make a variable and own it.
   *
   * @param shape Its shape.
   */
  addVariable(shape: Shape, options: OptimizerVariableOptions = {}): Variable {
    options = checkedOptions('addVariable', options, arguments, 1, ['initializer', 'dtype', 'aggregation', 'name']);
    return this.makeVariable(shape, options);
  }

  /**
   * Make a slot: a variable of the shape and dtype of another, named after it.
   *
   * @param options `name` (default `'var'`): what the slot holds; `initializer` (default `'zeros'`).
   */
  addVariableFromReference(
    reference: Variable,
    options: { readonly name?: string | null; readonly initializer?: InitializerLike } = {},
  ): Variable {
    const { name, initializer } = checkedOptions<{
      readonly name?: string | null;
      readonly initializer?: InitializerLike;
    }>('addVariableFromReference', options, arguments, 1, ['name', 'initializer']);
    const { shape, dtype } = reference;
    const slot = `${reference.path.replaceAll('/', '_')}_${name ?? 'var'}`;
    return this.addVariable(shape, { name: slot, dtype, initializer });
  }

  /**
   * Make slots for all variables; null for those that their gradients overwrite.
   *
   * @param name What the slots hold; or several names, which give a list for each.
   * @param options `initializer`: one, or one for each name. Default `'zeros'`.
   * @throws {ValueError} Another number of initializers than of names.
   */
  addOptimizerVariables(
    variables: readonly Variable[],
    name: string,
    options?: { readonly initializer?: InitializerLike },
  ): (Variable | null)[];
  addOptimizerVariables(
    variables: readonly Variable[],
    name: readonly string[],
    options?: { readonly initializer?: InitializerLike | readonly InitializerLike[] },
  ): (Variable | null)[][];
  addOptimizerVariables(
    variables: readonly Variable[],
    name: string | readonly string[],
    options: { readonly initializer?: InitializerLike | readonly InitializerLike[] } = {},
  ): (Variable | null)[] | (Variable | null)[][] {
    const { initializer = 'zeros' } = checkedOptions<{
      readonly initializer?: InitializerLike | readonly InitializerLike[];
    }>('addOptimizerVariables', options, arguments, 2, ['initializer']);
    const names = typeof name === 'string' ? [name] : name;
    const starts: readonly InitializerLike[] = Array.isArray(initializer)
      ? (initializer as readonly InitializerLike[])
      : names.map(() => initializer as InitializerLike);
    if (starts.length !== names.length) {
      throw new ValueError(
        `addOptimizerVariables: the number of provided names must match the number of provided initializers. ` +
          `Received ${names.length} names and ${starts.length} initializers.`,
      );
    }
    // All slots of a variable stand together.
    const rows = variables.map((variable) =>
      names.map((each, i) =>
        variable.overwriteWithGradient
          ? null
          : this.addVariableFromReference(variable, { name: each, initializer: starts[i] }),
      ),
    );
    const columns = names.map((_, i) => rows.map((row) => row[i]));
    return typeof name === 'string' ? columns[0] : columns;
  }

  /** Make a variable that belongs to the optimizer under a path of its own. */
  protected trackVariable(variable: Variable): Variable {
    this.#variables.push(variable);
    return variable;
  }

  /** Own a variable no longer. */
  protected untrackVariable(variable: Variable): void {
    this.#variables = this.#variables.filter((each) => each !== variable);
  }

  /** `addVariable`, for the constructor: what subclasses override is not called before they exist. */
  protected makeVariable(shape: Shape, options: OptimizerVariableOptions): Variable {
    const { initializer = 'zeros', dtype, aggregation = 'none', name } = options;
    const variable = withTrace(
      null,
      () =>
        new Variable(initializers.get(initializer)!, {
          shape,
          dtype: dtype ?? floatx(),
          trainable: false,
          aggregation,
          name,
        }),
    );
    variable.path = `${this.name}/${variable.name}`;
    return this.trackVariable(variable);
  }

  /**
   * Set the values of all of the optimizer's variables.
   *
   * @param weights One per variable, in the order of `variables`.
   * @throws {ValueError} The optimizer is not built; too many or too few values, or one of another shape. Nothing has changed then.
   */
  setWeights(weights: readonly TensorLike[]): void {
    if (!this.built) {
      throw new ValueError(
        `You are calling \`setWeights()\` on optimizer '${this.name}', which has not yet been built. Please call ` +
          '`optimizer.build(trainableVariables)` to create the optimizer weights before calling `setWeights()`.',
      );
    }
    const { variables } = this;
    if (weights.length !== variables.length)
      throw new ValueError(
        `Optimizer '${this.name}': setWeights got ${weights.length} values for ${variables.length} variables.`,
      );
    const values = weights.map((value, i) =>
      toTensor(value, variables[i].dtype, `Optimizer '${this.name}' (setWeights)`),
    );
    variables.forEach((variable, i) => {
      if (!sameShape(variable.shape, values[i].shape)) {
        throw new ValueError(
          `Optimizer variable '${variable.path}' has shape ${formatShape(variable.shape)} not compatible with provided weight ` +
            `shape ${formatShape(values[i].shape)}.`,
        );
      }
    });
    variables.forEach((variable, i) => variable.assign(values[i]));
  }

  /** The variables that files hold, which are those of Keras. */
  get savedVariables(): Variable[] {
    return this.variables;
  }

  /** What saving looks through for optimizers inside. */
  savedChildren(): SavedChildren {
    return savedFields(this, {});
  }

  /** Put the state into a store, under `'0'`, `'1'`, … */
  saveOwnVariables(store: Record<string, TensorLike>): void {
    this.savedVariables.forEach((variable, i) => {
      store[String(i)] = Tensor.fromArray(variable.read());
    });
  }

  /** Take the state from a store. If it holds more or fewer variables there is a warning, and nothing changes. */
  loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void {
    const variables = this.savedVariables;
    const count = Object.keys(store).length;
    if (count !== variables.length) {
      console.warn(
        `Skipping variable loading for optimizer '${this.name}', because it has ${variables.length} variables whereas the saved ` +
          `optimizer has ${count} variables.`,
      );
      return;
    }
    variables.forEach((variable, i) => variable.assign(store[String(i)]));
  }
}
