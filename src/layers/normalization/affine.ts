/** @file Scale (gamma) and shift (beta), which the normalisations share: options, weights, configs. */
import type { ConstraintFunction, ConstraintLike } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import type { RegularizerFunction, RegularizerLike } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Variable } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { constraintsConfig, initializersConfig, regularizersConfig, rulesOf } from '../weight_rules.js';

/** Options of gamma and beta. */
export interface AffineOptions extends LayerOptions {
  /** Whether beta is added. Default true. */
  readonly center?: boolean;
  /** Whether the result is multiplied by gamma. Default true. */
  readonly scale?: boolean;
  /** Default `'zeros'`. */
  readonly betaInitializer?: InitializerLike;
  /** Default `'ones'`. */
  readonly gammaInitializer?: InitializerLike;
  /** Adds a loss of the size of beta. Default null: none. */
  readonly betaRegularizer?: RegularizerLike;
  /** Adds a loss of the size of gamma. Default null: none. */
  readonly gammaRegularizer?: RegularizerLike;
  /** Applied to beta after each update. Default null: none. */
  readonly betaConstraint?: ConstraintLike;
  /** Applied to gamma after each update. Default null: none. */
  readonly gammaConstraint?: ConstraintLike;
}

/** The base of the normalisations with gamma and beta, which stay in the variables' dtype whatever the layer computes in. */
export abstract class AffineNormalization extends Layer {
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: InitializerFunction | null;
  readonly gammaInitializer: InitializerFunction | null;
  readonly betaRegularizer: RegularizerFunction | null;
  readonly gammaRegularizer: RegularizerFunction | null;
  readonly betaConstraint: ConstraintFunction | null;
  readonly gammaConstraint: ConstraintFunction | null;
  gamma: Variable | null = null;
  beta: Variable | null = null;

  constructor(options: AffineOptions) {
    const {
      center = true,
      scale = true,
      betaInitializer = 'zeros',
      gammaInitializer = 'ones',
      betaRegularizer = null,
      gammaRegularizer = null,
      betaConstraint = null,
      gammaConstraint = null,
      ...rest
    } = options;
    super(rest);
    this.center = center;
    this.scale = scale;
    this.betaInitializer = initializers.get(betaInitializer);
    this.gammaInitializer = initializers.get(gammaInitializer);
    this.betaRegularizer = regularizers.get(betaRegularizer);
    this.gammaRegularizer = regularizers.get(gammaRegularizer);
    this.betaConstraint = constraints.get(betaConstraint);
    this.gammaConstraint = constraints.get(gammaConstraint);
    this.supportsMasking = true;
  }

  protected addGammaAndBeta(shape: PartialShape): void {
    if (this.scale) {
      this.gamma = this.addWeight({
        name: 'gamma',
        shape,
        ...rulesOf(this, 'gamma'),
        autocast: false,
      });
    }
    if (this.center) {
      this.beta = this.addWeight({
        name: 'beta',
        shape,
        ...rulesOf(this, 'beta'),
        autocast: false,
      });
    }
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  protected initializersConfig(): Config {
    return initializersConfig(this, ['beta', 'gamma']);
  }

  protected rulesConfig(): Config {
    return { ...regularizersConfig(this, ['beta', 'gamma']), ...constraintsConfig(this, ['beta', 'gamma']) };
  }
}
