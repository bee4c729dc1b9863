/** @file `Muon`. */
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { correctedRate, nextStep } from './adam.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `Muon`. */
export interface MuonOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRateLike;
  /** Adam's β₁, for what Muon does not train. Default 0.9. */
  readonly adamBeta1?: number;
  /** Adam's β₂. Default 0.999. */
  readonly adamBeta2?: number;
  /** The weight decay of what Adam trains; null: none. Default 0.004. */
  readonly adamWeightDecay?: number | null;
  /** Adam's ε. Default 1e-7. */
  readonly epsilon?: number;
  /** The weight decay of what Muon trains; null: none. Default 0.004. */
  readonly weightDecay?: number | null;
  /** Regular expressions; variables in whose path one is found are Adam's. Default null. */
  readonly excludeLayers?: readonly string[] | null;
  /** Whether variables with `embedding` in their path are Adam's. Default true. */
  readonly excludeEmbeddings?: boolean;
  /** Coefficients of the iteration that makes a step orthogonal: a X + b (XXᵀ) X + c (XXᵀ)² X. Default 3.4445. */
  readonly muonA?: number;
  /** Default −4.775. */
  readonly muonB?: number;
  /** Default 2.0315. */
  readonly muonC?: number;
  /** Adam's learning rate, as a multiple of Muon's. Default 1. */
  readonly adamLrRatio?: number;
  /** The part of the last movement that goes on. Default 0.95. */
  readonly momentum?: number;
  /** Iterations. Default 5. */
  readonly nsSteps?: number;
  /** Default true. */
  readonly nesterov?: boolean;
  /** The root mean square that a step has, as Adam's would; null: it is not scaled. Default 0.2. */
  readonly rmsRate?: number | null;
}

/**
 * Steps of matrices made orthogonal by Newton and Schulz's iteration; everything but matrices (and embeddings) is Adam's.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link MuonOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Muon`; Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"; Liu et al. 2025, "Muon is
 *   Scalable for LLM Training"
 * @example
 * model.compile({ optimizer: new optimizers.Muon({ learningRate: 0.02, adamBeta1: 0.9 }), loss: 'mse' });
 */
export class Muon extends Optimizer {
  static override readonly positional = [];
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  readonly adamWeightDecay: number | null;
  readonly epsilon: number;
  readonly excludeLayers: readonly string[];
  readonly excludeEmbeddings: boolean;
  readonly muonA: number;
  readonly muonB: number;
  readonly muonC: number;
  readonly adamLrRatio: number;
  readonly momentum: number;
  readonly nsSteps: number;
  readonly nesterov: boolean;
  readonly rmsRate: number | null;
  readonly #momentums: (Variable | null)[] = [];
  /** Of what Adam trains; null for what Muon trains. */
  readonly #velocities: (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: MuonOptions);
  constructor(options?: MuonOptions);
  constructor(first?: MuonOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<MuonOptions>(new.target, first, arguments, 0);
    const {
      learningRate = 0.001,
      adamBeta1 = 0.9,
      adamBeta2 = 0.999,
      adamWeightDecay = 0.004,
      epsilon = 1e-7,
      weightDecay = 0.004,
      excludeLayers = null,
      excludeEmbeddings = true,
      muonA = 3.4445,
      muonB = -4.775,
      muonC = 2.0315,
      adamLrRatio = 1,
      momentum = 0.95,
      nsSteps = 5,
      nesterov = true,
      rmsRate = 0.2,
      ...rest
    } = options;
    super(learningRate, { weightDecay, ...rest });
    this.adamBeta1 = adamBeta1;
    this.adamBeta2 = adamBeta2;
    this.adamWeightDecay = adamWeightDecay;
    this.epsilon = epsilon;
    this.excludeLayers = excludeLayers ?? [];
    this.excludeEmbeddings = excludeEmbeddings;
    this.muonA = muonA;
    this.muonB = muonB;
    this.muonC = muonC;
    this.adamLrRatio = adamLrRatio;
    this.momentum = momentum;
    this.nsSteps = nsSteps;
    this.nesterov = nesterov;
    this.rmsRate = rmsRate;
  }

  /** Whether a variable is Adam's. */
  #isAdams({ shape, path }: Variable): boolean {
    if (shape.length !== 2) return true;
    if (this.excludeEmbeddings && path.toLowerCase().includes('embedding')) return true;
    return this.excludeLayers.some((pattern) => new RegExp(pattern).test(path));
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    for (const variable of variables) {
      const plain = !variable.overwriteWithGradient;
      this.#momentums.push(plain ? this.addVariableFromReference(variable, { name: 'momentum' }) : null);
      const adams = plain && this.#isAdams(variable);
      this.#velocities.push(adams ? this.addVariableFromReference(variable, { name: 'velocity' }) : null);
    }
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const momentum = this.slot(this.#momentums, variable);
    const velocity = this.#velocities[this._getVariableIndex(variable)];
    if (velocity !== null) {
      const { adamBeta1, adamBeta2 } = this;
      const rate = ops.multiply(learningRate, this.adamLrRatio);
      const alpha = correctedRate(rate, nextStep(this, variable), adamBeta1, adamBeta2);
      this.assignAdd(momentum, ops.multiply(ops.subtract(gradient, momentum), 1 - adamBeta1));
      this.assignAdd(velocity, ops.multiply(ops.subtract(ops.square(gradient), velocity), 1 - adamBeta2));
      this.assignSub(variable, ops.divide(ops.multiply(momentum, alpha), ops.add(ops.sqrt(velocity), this.epsilon)));
      return;
    }
    this.assignAdd(momentum, ops.add(gradient, ops.multiply(momentum, this.momentum - 1)));
    const direction = this.nesterov ? ops.add(gradient, ops.multiply(this.momentum, momentum)) : momentum.value;
    const step = this.zeropowerViaNewtonschulz5(direction, this.nsSteps);
    this.assignSub(variable, this.lrAdjust(ops.multiply(learningRate, step)));
  }

  /** The last two axes exchanged. */
  transposeLastAxis(x: TensorLike): Tensor {
    return ops.swapaxes(x, -2, -1);
  }

  /** A step scaled so that its elements are as large as Adam's would be. */
  lrAdjust(x: TensorLike): Tensor {
    const step = toTensor(x);
    if (this.rmsRate === null) return step;
    return ops.multiply(ops.multiply(step, Math.sqrt(Math.max(step.shape[0], step.shape[1]))), this.rmsRate);
  }

  /**
   * The nearest matrix to `x`, but for its scale, whose singular values are all about 1.
   *
   * @param x At least two axes; the last two are the matrix.
   * @param steps Iterations.
   * @throws {ValueError} `x` is no matrix.
   */
  zeropowerViaNewtonschulz5(x: TensorLike, steps: number): Tensor {
    const given = toTensor(x);
    if (given.ndim < 2) {
      throw new ValueError(
        `Muon: expected gradient or momentum to have at least 2 dimensions. Received: shape=${formatShape(given.shape)}`,
      );
    }
    const [height, width] = given.shape.slice(-2);
    const wide = height > width ? this.transposeLastAxis(given) : given;
    // Singular values of at most 1, where the iteration converges.
    const norm = ops.sqrt(ops.sum(ops.square(wide), { axis: [-2, -1], keepdims: true }));
    let matrix = ops.divide(wide, ops.add(norm, 1e-7));
    for (let i = 0; i < steps; i++) {
      const square = ops.matmul(matrix, this.transposeLastAxis(matrix));
      const polynomial = ops.add(
        ops.multiply(this.muonB, square),
        ops.matmul(ops.multiply(this.muonC, square), square),
      );
      matrix = ops.add(ops.multiply(this.muonA, matrix), ops.matmul(polynomial, matrix));
    }
    return height > width ? this.transposeLastAxis(matrix) : matrix;
  }

  protected override weightDecayOf(variable: Variable): number | null {
    return this.#isAdams(variable) ? this.adamWeightDecay : this.weightDecay;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      adam_beta_1: this.adamBeta1,
      adam_beta_2: this.adamBeta2,
      epsilon: this.epsilon,
      exclude_layers: this.excludeLayers,
      muon_a: this.muonA,
      muon_b: this.muonB,
      muon_c: this.muonC,
      adam_lr_ratio: this.adamLrRatio,
      momentum: this.momentum,
      ns_steps: this.nsSteps,
      nesterov: this.nesterov,
      exclude_embeddings: this.excludeEmbeddings,
      adam_weight_decay: this.adamWeightDecay,
      rms_rate: this.rmsRate,
    };
  }
}
