/** @file `PReLU`: a rectified linear unit whose slope below zero is learned. */
import { checkedOptions } from '../../core/arguments.js';
import { relu } from '../../activations/index.js';
import type { ConstraintFunction, ConstraintLike } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { range } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { RegularizerFunction, RegularizerLike } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { rulesOf } from '../weight_rules.js';

/** Options of `new PReLU(options)`. */
export interface PReLUOptions extends LayerOptions {
  /** Default `'zeros'`. */
  readonly alphaInitializer?: InitializerLike | 'Zeros';
  /** Adds a loss of the size of the slopes. Default null: none. */
  readonly alphaRegularizer?: RegularizerLike;
  /** Applied to the slopes after each update. Default null: none. */
  readonly alphaConstraint?: ConstraintLike;
  /** Axes (from 1) along which one slope serves: `[1, 2]` for one slope per channel of an image. Default null: none. */
  readonly sharedAxes?: number | readonly number[] | null;
}

/**
 * x for x ≥ 0, alpha · x below. Weight: `alpha`, of the shape of a sample.
 *
 * @param options See {@link PReLUOptions}.
 * @see `keras.layers.PReLU`; He et al. 2015
 * @example
 * new layers.PReLU({ alphaInitializer: 'ones' })([[-1, 2]]) // [[-1, 2]]
 */
export class PReLU extends Layer {
  protected override readonly takesOneTensor = true;
  readonly alphaInitializer: InitializerFunction | null;
  readonly alphaRegularizer: RegularizerFunction | null;
  readonly alphaConstraint: ConstraintFunction | null;
  readonly sharedAxes: readonly number[] | null;
  alpha!: Variable;

  constructor(options: PReLUOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      alphaInitializer = 'zeros',
      alphaRegularizer = null,
      alphaConstraint = null,
      sharedAxes = null,
      ...rest
    } = options;
    super(rest);
    this.supportsMasking = true;
    this.alphaInitializer = initializers.get(alphaInitializer);
    this.alphaRegularizer = regularizers.get(alphaRegularizer);
    this.alphaConstraint = constraints.get(alphaConstraint);
    this.sharedAxes = typeof sharedAxes === 'number' ? [sharedAxes] : sharedAxes;
  }

  override build(inputShape: PartialShape): void {
    const shared = (axis: number): boolean => this.sharedAxes?.includes(axis) ?? false;
    this.alpha = this.addWeight({
      name: 'alpha',
      shape: inputShape.slice(1).map((dim, i) => (shared(i + 1) ? 1 : dim)),
      ...rulesOf(this, 'alpha'),
    });
    const axes = this.sharedAxes === null ? [] : range(inputShape.length).filter((i) => i > 0 && !shared(i));
    this.inputSpec = new InputSpec({
      ndim: inputShape.length,
      axes: Object.fromEntries(axes.map((i) => [i, inputShape[i]])),
    });
  }

  override call(inputs: Tensor): Tensor {
    const below = ops.multiply(ops.negative(this.alpha), relu(ops.negative(inputs)));
    return ops.add(relu(inputs), below);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      alpha_initializer: initializers.serialize(this.alphaInitializer),
      alpha_regularizer: regularizers.serialize(this.alphaRegularizer),
      alpha_constraint: constraints.serialize(this.alphaConstraint),
      shared_axes: this.sharedAxes,
    };
  }
}
