/** @file `CompileMetrics`: the metrics that `compile` was given, for each output. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { own } from '../core/lookup.js';
import { registrationOf } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import type { TensorTree } from '../data/index.js';
import * as metricsRoom from '../metrics/index.js';
import { MeanMetricWrapper, Metric } from '../metrics/index.js';
import type { Tensor } from '../runtime/index.js';
import { targetKind } from './target_kind.js';
import { entryAt, formatStructure, isNested, leavesOf, sameNames } from './trees.js';

/** The metrics of one output. */
interface OutputMetrics {
  readonly metrics: readonly Metric[];
  /** Put before the names in logs; null when there is a single output. */
  readonly outputName: string | null;
}

type YTrue = Tensor | null;

const ACCURACIES = {
  binary: () => metricsRoom.BinaryAccuracy,
  sparse: () => metricsRoom.SparseCategoricalAccuracy,
  categorical: () => metricsRoom.CategoricalAccuracy,
};
const CROSSENTROPIES = {
  binary: () => metricsRoom.BinaryCrossentropy,
  sparse: () => metricsRoom.SparseCategoricalCrossentropy,
  categorical: () => metricsRoom.CategoricalCrossentropy,
};

function functionName(fn: unknown): string {
  return registrationOf(fn as () => unknown)?.name ?? ((fn as { name?: string }).name || 'metric');
}

/** The metric that an entry of `metrics` stands for, with the name that it has in logs. */
function getMetric(identifier: unknown, yTrue: YTrue, yPred: Tensor): Metric {
  if (identifier === null || identifier === undefined)
    throw new ValueError('metrics: got null in a list of metrics. Expected metrics, their ids, or functions.');
  const id = typeof identifier === 'string' ? identifier.toLowerCase() : null;
  if (id === 'accuracy' || id === 'acc')
    return new (ACCURACIES[targetKind(yTrue, yPred)]())({ name: identifier as string });
  if (id === 'crossentropy' || id === 'ce')
    return new (CROSSENTROPIES[targetKind(yTrue, yPred)]())({ name: identifier as string });
  const found: unknown = metricsRoom.get(identifier);
  if (!(found instanceof Metric)) {
    return new MeanMetricWrapper(found as ConstructorParameters<typeof MeanMetricWrapper>[0], {
      name: typeof identifier === 'string' ? identifier : functionName(found),
    });
  }
  if (typeof identifier === 'string') (found as { name: string }).name = identifier;
  return found;
}

/** Metrics of all outputs, as one metric whose result is a dict. */
export class CompileMetrics extends Metric {
  readonly #given: unknown;
  readonly #givenWeighted: unknown;
  readonly #outputNames: readonly string[] | null;
  /** The outputs by name, in order, when `yPred` is one list or dict of several. */
  #resolvedNames: readonly string[] | null = null;
  #plain: readonly (OutputMetrics | null)[] = [];
  #weighted: readonly (OutputMetrics | null)[] = [];
  built = false;

  constructor(metrics: unknown, weightedMetrics: unknown, outputNames: readonly string[] | null) {
    super({ name: 'compile_metrics' });
    for (const [name, value] of [
      ['metrics', metrics],
      ['weightedMetrics', weightedMetrics],
    ] as const) {
      if (value !== null && value !== undefined && !isNested(value)) {
        throw new ValueError(
          `compile: ${name}=${describe(value)}. Expected a list of metrics, or a dict by output name.`,
        );
      }
    }
    this.#given = metrics ?? null;
    this.#givenWeighted = weightedMetrics ?? null;
    this.#outputNames = outputNames;
  }

  /** The metrics themselves, those without weights first. */
  get metrics(): Metric[] {
    return [...this.#plain, ...this.#weighted].flatMap((each) => each?.metrics ?? []);
  }

  override get variables() {
    return this.metrics.flatMap((metric) => metric.variables);
  }

  /** Make the metrics, now that the shapes are known. */
  build(yTrue: TensorTree, yPred: TensorTree): void {
    const count = leavesOf(yPred).length;
    const flat = isNested(yPred) && Object.keys(yPred).length === count;
    let names = this.#outputNames;
    // For a dict of outputs its own keys, in their sorted order unless they are the model's output names.
    if (flat && isDict(yPred) && !(names !== null && sameNames(names, Object.keys(yPred))))
      names = Object.keys(yPred).sort();
    this.#resolvedNames = count > 1 && flat ? names : null;
    const make = (given: unknown, what: string): (OutputMetrics | null)[] =>
      this.#makeSet(given, what, count, flat, names, yTrue, yPred);
    this.#plain = make(this.#given, 'metrics');
    this.#weighted = make(this.#givenWeighted, 'weightedMetrics');
    this.built = true;
  }

  #makeSet(
    given: unknown,
    what: string,
    count: number,
    flat: boolean,
    names: readonly string[] | null,
    yTrue: TensorTree,
    yPred: TensorTree,
  ): (OutputMetrics | null)[] {
    if (given === null || (isNested(given) && Object.keys(given).length === 0))
      return Array.from({ length: count }, () => null);
    const one = (entry: unknown, y: unknown, p: unknown, outputName: string | null): OutputMetrics | null => {
      if (entry === null || entry === undefined) return null;
      if (y === null || y === undefined)
        throw new ValueError(`compile: ${what} are given for an output that has no targets (y).`);
      const list = Array.isArray(entry) ? entry : [entry];
      return { metrics: list.map((each) => getMetric(each, y as Tensor, p as Tensor)), outputName };
    };
    if (count === 1) {
      this.#checkNames(given, what, names);
      return [one(leavesOf(given), leavesOf(yTrue)[0], leavesOf(yPred)[0], null)];
    }

    let entries: readonly unknown[] | null = null;
    if (flat && Array.isArray(given) && given.length === count) entries = given;
    else if (flat && names !== null && isDict(given) && Object.keys(given).every((name) => names.includes(name)))
      entries = names.map((name) => own(given, name) ?? null);
    if (entries !== null) {
      const [ys, ps] = [this.#flattenY(yTrue), this.#flattenY(yPred)];
      return entries.map((entry, i) => one(entry, ys[i], ps[i], names?.[i] ?? null));
    }
    // Deeper structures: metrics of the structure of the outputs.
    const made: (OutputMetrics | null)[] = [];
    let position = 0;
    const visit = (path: readonly (string | number)[], node: unknown): void => {
      const here = entryAt(given, path);
      if (!isNested(node)) {
        made.push(one(here, entryAt(yTrue, path), node, this.#outputNames?.[position] ?? null));
        position++;
        return;
      }
      const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node).sort();
      const fits =
        isNested(here) && Array.isArray(here) === Array.isArray(node) && Object.keys(here).length === keys.length;
      if (!fits || keys.some((key) => !Object.hasOwn(here, key)))
        throw new ValueError(this.#mismatch(what, given, yPred));
      for (const key of keys) visit([...path, key], (node as Record<string | number, unknown>)[key]);
    };
    visit([], yPred);
    return made;
  }

  /** A dict for a single output must name it. */
  #checkNames(given: unknown, what: string, names: readonly string[] | null): void {
    if (!isDict(given) || names === null) return;
    const unknown = Object.keys(given).filter((name) => !names.includes(name));
    if (unknown.length > 0 && names.length > 0 && names.every((name) => !Object.hasOwn(given, name)))
      throw new ValueError(
        `compile: ${what} names the output '${unknown[0]}'. The model's outputs: ${names.join(', ')}.`,
      );
  }

  #mismatch(what: string, given: unknown, yPred: TensorTree): string {
    const outputs =
      this.#outputNames === null
        ? formatStructure(yPred)
        : `${this.#outputNames.join(', ')} (${formatStructure(yPred)})`;
    return (
      `compile: ${what} do not fit the outputs of the model. Expected a dict by output name, a list with one entry (a metric, a list of ` +
      `metrics or null) per output, or the structure of the outputs: ${outputs}. Got ${formatStructure(given)}.`
    );
  }

  #flattenY(y: TensorTree): unknown[] {
    if (isDict(y) && this.#resolvedNames !== null) return this.#resolvedNames.map((name) => own(y, name));
    return leavesOf(y);
  }

  override updateState(yTrue: TensorTree, yPred: TensorTree, sampleWeight: TensorTree = null): void {
    if (!this.built) this.build(yTrue, yPred);
    const [ys, ps] = [this.#flattenY(yTrue), this.#flattenY(yPred)];
    this.#plain.forEach((each, i) => each?.metrics.forEach((metric) => metric.updateState(ys[i], ps[i])));
    let weights: unknown[] = sampleWeight === null ? [] : this.#flattenY(sampleWeight);
    if (weights.length > 0 && weights.length < ys.length) weights = ys.map(() => weights[0]);
    this.#weighted.forEach((each, i) =>
      each?.metrics.forEach((metric) => metric.updateState(ys[i], ps[i], { sampleWeight: weights[i] ?? null })),
    );
  }

  override resetState(): void {
    for (const metric of this.metrics) metric.resetState();
  }

  /** Each metric with its name in logs. */
  get named(): [name: string, metric: Metric][] {
    const uses = new Map<string, number>();
    /** The name, or `name_1`, `name_2`, … when it is taken. */
    const place = (name: string): string => {
      const used = uses.get(name) ?? 0;
      uses.set(name, used + 1);
      return used === 0 ? name : `${name}_${used}`;
    };
    const full = (name: string, { outputName }: OutputMetrics): string =>
      outputName === null ? name : `${outputName}_${name}`;
    const list: [string, Metric][] = [];
    for (const each of this.#plain) {
      for (const metric of each?.metrics ?? []) list.push([place(full(metric.name, each!)), metric]);
    }
    for (const each of this.#weighted) {
      for (const metric of each?.metrics ?? []) {
        const name = full(metric.name, each!);
        list.push([place(uses.has(name) ? full(`weighted_${metric.name}`, each!) : name), metric]);
      }
    }
    return list;
  }

  override result(): Record<string, Tensor> {
    if (!this.built) throw new ValueError('The metrics of compile() have no result before the first batch.');
    return Object.fromEntries(this.named.map(([name, metric]) => [name, metric.result() as Tensor]));
  }
}
