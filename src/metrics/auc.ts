/** @file The area under a curve of right and wrong predictions at all thresholds. */
import { describe, quote } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { suggest, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { classNameOf, isSerializedObject } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { tensor, toTensor } from '../runtime/index.js';
import { areEven, innerThresholds, thresholdList, updateCounts } from './confusion.js';
import type { MetricOptions, UpdateOptions } from './metric.js';
import { Metric } from './metric.js';
import { sampleWeightOf } from './updates.js';

const CURVES = ['ROC', 'PR', 'PRGAIN'] as const;
const SUMMATIONS = ['interpolation', 'minoring', 'majoring'] as const;
/** Receiver operating characteristic (recall over false alarms), precision over recall, or precision gain over recall gain. */
export type AUCCurve = (typeof CURVES)[number];
/** Between two thresholds: the trapezoid, the lower or the upper height. */
export type AUCSummation = (typeof SUMMATIONS)[number];

/** Options of `AUC`. */
export interface AUCOptions extends MetricOptions {
  /** How many thresholds, evenly from 0 to 1. Default 200. */
  readonly numThresholds?: number;
  /** Default `'ROC'`. */
  readonly curve?: AUCCurve | 'roc' | 'pr' | 'prgain';
  /** Default `'interpolation'`. */
  readonly summationMethod?: AUCSummation | 'Interpolation' | 'Minoring' | 'Majoring';
  /** Thresholds between 0 and 1, in place of even ones. Default null. */
  readonly thresholds?: readonly number[] | null;
  /** Whether each label (column) has a curve of its own, of whose areas the mean is taken. Default false. */
  readonly multiLabel?: boolean;
  /** How many labels there are, for `multiLabel`. Default: seen at the first update. */
  readonly numLabels?: number | null;
  /** Weights of the labels. Default: all alike. */
  readonly labelWeights?: TensorLike | null;
  /** Whether predictions are scores rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
}

/** An option whose words Keras also takes with a capital (or small) initial. */
function word<W extends string>(given: string, words: readonly W[], name: string): W {
  const found = words.find((each) => each === given || (each.toLowerCase() === given && name === 'curve'));
  const capital = words.find((each) => each.charAt(0).toUpperCase() + each.slice(1) === given);
  const result = found ?? capital;
  if (result === undefined) throw new ValueError(`AUC: ${name}=${quote(given)}.${suggest(String(given), words)}`);
  return result;
}

/** Weights as numbers of a dtype. A config holds them as a tensor. */
function weightList(given: unknown, dtype: DType): readonly number[] | null {
  const value = isSerializedObject(given) ? (given.config as Config)['value'] : given;
  if (value === null || value === undefined) return null;
  return toTensor(value as TensorLike, dtype, 'AUC (labelWeights)').arraySync<number[]>();
}

/**
 * The area under the ROC curve (or precision over recall), approximated at many thresholds.
 *
 * @param options See {@link AUCOptions}.
 * @throws {ValueError} `curve` or `summationMethod` is unknown, or a number is out of its range.
 * @see `keras.metrics.AUC`; Davis & Goadrich 2006 for the interpolation of precision over recall
 * @example
 * new AUC({ numThresholds: 3 })([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])  // 0.75
 */
export class AUC extends Metric {
  override readonly direction = 'up';
  readonly numThresholds: number;
  readonly curve: AUCCurve;
  readonly summationMethod: AUCSummation;
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: readonly number[] | null;
  /** With ends a little below 0 and above 1. */
  readonly thresholds: readonly number[];
  truePositives!: Variable;
  falsePositives!: Variable;
  trueNegatives!: Variable;
  falseNegatives!: Variable;
  readonly #fromLogits: boolean;
  readonly #fromThresholds: boolean;
  readonly #even: boolean;
  #built = false;

  /** @throws {ValueError} An option is out of range. */
  constructor(options: AUCOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      numThresholds = 200,
      curve = 'ROC',
      summationMethod = 'interpolation',
      thresholds = null,
      multiLabel = false,
      numLabels = null,
      labelWeights = null,
      fromLogits = false,
      ...rest
    } = options;
    super(rest);
    if (thresholds === null && (!Number.isInteger(numThresholds) || numThresholds < 2))
      throw new ValueError(`AUC: numThresholds=${describe(numThresholds)}. Expected a whole number from 2.`);
    const inner =
      thresholds === null
        ? innerThresholds(numThresholds)
        : thresholdList(thresholds, 0.5, 'AUC').sort((a, b) => a - b);
    if (numLabels !== null && !multiLabel)
      throw new ValueError(
        `AUC: numLabels=${numLabels} without multiLabel. It is needed only where multiLabel is true.`,
      );
    this.numThresholds = inner.length + 2;
    this.curve = word(curve, CURVES, 'curve');
    this.summationMethod = word(summationMethod, SUMMATIONS, 'summationMethod');
    this.multiLabel = multiLabel;
    this.numLabels = numLabels;
    this.labelWeights = weightList(labelWeights, this.dtype);
    this.#fromLogits = fromLogits;
    this.#fromThresholds = thresholds !== null;
    this.#even = thresholds === null || areEven([0, ...inner, 1]);
    this.thresholds = [-epsilon(), ...inner, 1 + epsilon()];
    if (!multiLabel) this.#build([this.numThresholds]);
    else if (numLabels !== null) this.#build([this.numThresholds, numLabels]);
  }

  #build(shape: readonly number[]): void {
    this.truePositives = this.addVariable(shape, 'zeros', { name: 'true_positives' });
    this.falsePositives = this.addVariable(shape, 'zeros', { name: 'false_positives' });
    this.trueNegatives = this.addVariable(shape, 'zeros', { name: 'true_negatives' });
    this.falseNegatives = this.addVariable(shape, 'zeros', { name: 'false_negatives' });
    this.#built = true;
  }

  /** Add targets (0 and 1) and predictions in [0, 1] (or scores), of the same shape. @throws {ValueError} `multiLabel`, and they are no matrices. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions): void {
    const owner = `${classNameOf(this)} '${this.name}'`;
    const given = toTensor(yPred, null, `${owner} (yPred)`);
    if (this.multiLabel && (given.ndim !== 2 || given.shape[1] !== (this.numLabels ?? given.shape[1]))) {
      throw new ValueError(
        `${owner}: predictions of shape ${formatShape(given.shape)}. With multiLabel expected (batch, ${this.numLabels ?? 'labels'}).`,
      );
    }
    if (!this.#built) this.#build([this.numThresholds, given.shape[1]]);
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = this;
    updateCounts(
      { truePositives, falsePositives, trueNegatives, falseNegatives },
      yTrue,
      this.#fromLogits ? ops.sigmoid(given) : given,
      {
        thresholds: this.thresholds,
        even: this.#even,
        sampleWeight: sampleWeightOf(this, options),
        multiLabel: this.multiLabel,
        labelWeights: this.multiLabel ? null : this.labelWeights,
        owner,
      },
    );
  }

  /** A number, in [0, 1] but for precision gain. */
  override result(): Tensor {
    if (!this.#built) return tensor(0, null, this.dtype);
    if (this.curve === 'PR' && this.summationMethod === 'interpolation') return this.interpolatePrAuc();
    const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = this;
    const recall = ops.divideNoNan(tp, ops.add(tp, fn));
    let x: Tensor;
    let y: Tensor;
    if (this.curve === 'ROC') [x, y] = [ops.divideNoNan(fp, ops.add(fp, tn)), recall];
    else if (this.curve === 'PR') [x, y] = [recall, ops.divideNoNan(tp, ops.add(tp, fp))];
    else {
      const odds = ops.divideNoNan(ops.add(tp, fn), ops.add(tn, fp));
      const gain = (errors: Variable, without: number): Tensor =>
        ops.where(ops.equal(tp, 0), without, ops.subtract(1, ops.multiply(odds, ops.divideNoNan(errors, tp))));
      [x, y] = [ops.maximum(gain(fn, 0), 0), gain(fp, 1)];
    }
    const [y0, y1] = [start(y), end(y)];
    const heights = {
      interpolation: () => ops.divide(ops.add(y0, y1), 2),
      minoring: () => ops.minimum(y0, y1),
      majoring: () => ops.maximum(y0, y1),
    }[this.summationMethod]();
    return this.#combine(ops.multiply(ops.subtract(start(x), end(x)), heights));
  }

  /** The area under precision over recall, where true positives are interpolated linearly between thresholds, but precision is not. */
  interpolatePrAuc(): Tensor {
    const tp = this.truePositives.value;
    const p = ops.add(tp, this.falsePositives);
    const hits = ops.subtract(start(tp), end(tp));
    const slope = ops.divideNoNan(hits, ops.maximum(ops.subtract(start(p), end(p)), 0));
    const intercept = ops.subtract(end(tp), ops.multiply(slope, end(p)));
    const both = ops.logicalAnd(ops.greater(start(p), 0), ops.greater(end(p), 0));
    const ratio = ops.where(both, ops.divideNoNan(start(p), ops.maximum(end(p), 0)), 1);
    const part = ops.multiply(slope, ops.add(hits, ops.multiply(intercept, ops.log(ratio))));
    const positives = ops.add(end(tp), end(this.falseNegatives.value));
    return this.#combine(ops.divideNoNan(part, ops.maximum(positives, 0)));
  }

  /** Parts added up, and the labels' areas combined. */
  #combine(parts: Tensor): Tensor {
    if (!this.multiLabel) return ops.sum(parts);
    const areas = ops.sum(parts, { axis: 0 });
    if (this.labelWeights === null) return ops.mean(areas);
    const weights = tensor([...this.labelWeights], null, areas.dtype);
    return ops.divideNoNan(ops.sum(ops.multiply(areas, weights)), ops.sum(weights));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      num_thresholds: this.numThresholds,
      curve: this.curve,
      summation_method: this.summationMethod,
      multi_label: this.multiLabel,
      num_labels: this.numLabels,
      // Keras writes a tensor here.
      label_weights:
        this.labelWeights === null
          ? null
          : { class_name: '__tensor__', config: { value: [...this.labelWeights], dtype: this.dtype } },
      from_logits: this.#fromLogits,
      ...(this.#fromThresholds ? { thresholds: this.thresholds.slice(1, -1) } : {}),
    };
  }
}

/** All thresholds but the last. */
const start = (x: Tensor): Tensor => ops.getItem(x, [{ stop: -1 }]);
/** All thresholds but the first. */
const end = (x: Tensor): Tensor => ops.getItem(x, [{ start: 1 }]);
