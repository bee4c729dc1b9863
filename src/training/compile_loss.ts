/** @file `CompileLoss`: the losses that `compile` was given, for each output, and their weighted sum. */
import { describe } from '../core/describe.js';
import { floatx } from '../core/config.js';
import { TypeError, ValueError } from '../core/errors.js';
import { own } from '../core/lookup.js';
import { registrationOf } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import type { TensorTree } from '../data/index.js';
import * as lossesRoom from '../losses/index.js';
import { Loss, LossFunctionWrapper } from '../losses/index.js';
import { Mean, type Metric } from '../metrics/index.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { StringTensor } from '../runtime/index.js';
import { targetKind } from './target_kind.js';
import { entryAt, formatStructure, isNested, leavesOf, sameNames, sameStructure } from './trees.js';

type Path = readonly (string | number)[];

/** One loss, and which output it is for. */
interface OutputLoss {
  readonly path: Path;
  readonly loss: Loss;
  readonly weight: number | null;
  /** Name of the output, or of the loss where outputs have no names. */
  readonly name: string;
}

/** A loss with its weight, before it is known which output it is for. */
class WeightedLoss {
  constructor(
    readonly loss: unknown,
    readonly weight: number | null,
  ) {}
}

const CROSSENTROPIES = {
  binary: () => lossesRoom.binaryCrossentropy,
  sparse: () => lossesRoom.sparseCategoricalCrossentropy,
  categorical: () => lossesRoom.categoricalCrossentropy,
};

function getLoss(identifier: unknown, yTrue: unknown, yPred: Tensor): Loss {
  const id = typeof identifier === 'string' ? identifier.toLowerCase() : null;
  const byShape = id === 'crossentropy' || id === 'ce';
  const found: unknown = byShape
    ? CROSSENTROPIES[targetKind(yTrue as Tensor | null, yPred)]()
    : lossesRoom.get(identifier);
  if (found instanceof Loss) return found;
  const fn = found as ConstructorParameters<typeof LossFunctionWrapper>[0];
  const name =
    typeof identifier === 'string' ? identifier : (registrationOf(fn)?.name ?? (fn as { name: string }).name);
  return new LossFunctionWrapper(fn, { name: name || 'loss' });
}

/** Pair losses with weights, leaf by leaf. */
function pair(loss: unknown, weights: unknown): unknown {
  if (Array.isArray(loss)) return loss.map((each, i) => pair(each, (weights as unknown[] | null)?.[i] ?? null));
  if (isNested(loss)) {
    return Object.fromEntries(
      Object.entries(loss).map(([key, each]) => [
        key,
        pair(each, isNested(weights) ? (own(weights, key) ?? null) : null),
      ]),
    );
  }
  return loss === null || loss === undefined ? null : new WeightedLoss(loss, weights as number | null);
}

function packLike(structure: unknown, leaves: readonly unknown[]): unknown {
  let next = 0;
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (!isNested(node)) return leaves[next++];
    const filled = new Map(
      Object.keys(node)
        .sort()
        .map((key) => [key, visit((node as Record<string, unknown>)[key])]),
    );
    return Object.fromEntries(Object.keys(node).map((key) => [key, filled.get(key)]));
  };
  return visit(structure);
}

/** Losses of all outputs. Called like a loss, it gives their weighted sum. */
export class CompileLoss {
  readonly #given: unknown;
  readonly #givenWeights: unknown;
  readonly #outputNames: readonly string[] | null;
  #losses: readonly OutputLoss[] = [];
  #trackers: readonly Mean[] = [];
  built = false;

  constructor(loss: unknown, lossWeights: unknown, outputNames: readonly string[] | null) {
    if (
      lossWeights !== null &&
      lossWeights !== undefined &&
      typeof lossWeights !== 'number' &&
      !isNested(lossWeights)
    ) {
      throw new ValueError(
        `compile: lossWeights=${describe(lossWeights)}. Expected a number (for a single output), a list with one number per output, or a dict by output name.`,
      );
    }
    for (const weight of leavesOf(lossWeights ?? null)) {
      if (weight !== null && typeof weight !== 'number')
        throw new ValueError(`compile: lossWeights holds ${describe(weight)}. Expected numbers.`);
    }
    for (const each of leavesOf(loss)) lossesRoom.get(isByShape(each) ? null : each); // refuses unknown ids at once
    this.#given = loss;
    this.#givenWeights = lossWeights ?? null;
    this.#outputNames = outputNames;
  }

  /** The mean of each output's own loss, when there are several. */
  get metrics(): Metric[] {
    return [...this.#trackers];
  }

  /** Find the loss of each output, now that the shapes are known. */
  build(yTrue: TensorTree, yPred: TensorTree): void {
    this.#buildFor(this.#arrangeTargets(yTrue, yPred), yPred);
  }

  /** As `build`, for targets in the structure of the outputs. */
  #buildFor(yTrue: TensorTree, yPred: TensorTree): void {
    const names = this.#outputNames;
    let [loss, weights] = [this.#given, this.#givenWeights];
    if (names !== null && isDict(loss) && !isDict(yPred)) {
      if (!sameNames(names, Object.keys(loss))) {
        throw new ValueError(
          `compile: loss has entries for ${Object.keys(loss).join(', ')}, but the outputs are ${names.join(', ')}. Give one entry per output; null for one without a loss.`,
        );
      }
      const byName = loss;
      loss = names.map((name) => byName[name]);
    }
    // Keras 3: one weight for one loss, so that this is an error; here, as in Keras 2, each output has that loss and a weight of its own.
    if (!isNested(loss) && isNested(weights) && isNested(yPred))
      loss = packLike(yPred, Array(leavesOf(yPred).length).fill(loss));
    if (isDict(weights) && isDict(loss) && !sameNames(Object.keys(loss), Object.keys(weights)))
      throw new ValueError(
        `compile: lossWeights has entries for ${Object.keys(weights).join(', ')}, but the losses are of ${Object.keys(loss).join(', ')}. Give one number per output.`,
      );
    if (isDict(weights) && Array.isArray(loss) && names !== null) {
      const byName = weights;
      const unknown = Object.keys(byName).filter((name) => !names.includes(name));
      if (unknown.length > 0 || Object.keys(byName).length !== names.length) {
        throw new ValueError(
          `compile: lossWeights has entries for ${Object.keys(byName).join(', ')}, but the outputs are ${names.join(', ')}. Give one number per output.`,
        );
      }
      weights = names.map((name) => byName[name]);
    }
    if (weights !== null && !sameStructure(loss, weights)) {
      const [losses, flat] = [leavesOf(loss), leavesOf(weights)];
      if (losses.length !== flat.length) {
        throw new ValueError(
          `compile: lossWeights must match the losses one by one: got ${losses.length} losses and ${flat.length} weights.`,
        );
      }
      weights = packLike(loss, flat);
    }
    let entries = pair(loss, weights);
    const count = leavesOf(yPred).length;
    const outputNames = packLike(yPred, names !== null && names.length === count ? names : Array(count).fill(null));
    if (!isNested(entries)) {
      const one = entries;
      entries = packLike(yPred, Array(count).fill(one));
    }
    const found: OutputLoss[] = [];
    this.#collect(found, yTrue, yPred, entries, outputNames, []);
    this.#losses = found;
    this.#trackers = found.length > 1 ? found.map(({ name }) => new Mean({ name: `${name}_loss` })) : [];
    this.built = true;
  }

  #collect(found: OutputLoss[], yTrue: unknown, yPred: unknown, given: unknown, names: unknown, path: Path): void {
    let entries = given;
    if (Array.isArray(entries) && entries.every((each) => !isNested(each)) && entries.length === leavesOf(yPred).length)
      entries = packLike(yPred, entries);
    if (entries === null || entries === undefined) return;
    if (entries instanceof WeightedLoss) {
      if (isNested(yPred)) {
        throw new ValueError(
          `compile: loss has one entry for the outputs at '${path.join('/')}', which are several: ${formatStructure(yPred)}.`,
        );
      }
      if (yTrue === null || yTrue === undefined) {
        throw new ValueError(
          `The loss of output '${String(typeof names === 'string' ? names : path.join('/'))}' needs targets, but y is not given for it.`,
        );
      }
      if (yTrue instanceof StringTensor || yPred instanceof StringTensor)
        throw new TypeError(
          `compile: the ${yTrue instanceof StringTensor ? 'targets' : 'predictions'} of output '${String(typeof names === 'string' ? names : path.join('/'))}' are texts, ` +
            'and losses are of numbers. Look labels up before: new layers.StringLookup({ vocabulary, numOovIndices: 0 })(labels).',
        );
      const loss = getLoss(entries.loss, yTrue, yPred as Tensor);
      const outputName = typeof names === 'string' ? names : loss.name;
      const last = path.at(-1);
      const parts =
        path.length === 0 ? [outputName] : typeof last === 'number' ? [...path.slice(0, -1), outputName] : path;
      found.push({ path, loss, weight: entries.weight, name: parts.join('/') });
      return;
    }
    const misplaced = (where: Path): ValueError =>
      new ValueError(
        `compile: loss has an entry at '${where.join('/')}', which is no output of the model, or has no targets. Outputs: ${
          this.#outputNames?.join(', ') ?? formatStructure(yPred)
        }; loss: ${formatStructure(this.#given)}.`,
      );
    if (!isNested(yPred) || Array.isArray(entries) !== Array.isArray(yPred)) throw misplaced(path);
    for (const key of Array.isArray(entries) ? entries.keys() : Object.keys(entries)) {
      const each = own(entries, key);
      if (each === null || each === undefined) continue;
      const output = entryAt(yPred, [key]);
      if (output === undefined) throw misplaced([...path, key]);
      this.#collect(found, entryAt(yTrue, [key]) ?? null, output, each, entryAt(names, [key]), [...path, key]);
    }
  }

  /** Targets in the structure of the predictions. @throws {ValueError} They do not fit. */
  #arrange(yTrue: TensorTree, yPred: TensorTree): TensorTree {
    if (sameStructure(yTrue, yPred)) return yTrue;
    if (!isNested(yTrue) && isNested(yPred) && Object.keys(yPred).length === 1)
      return packLike(yPred, [yTrue]) as TensorTree;
    const names = this.#outputNames;
    if (!isNested(yPred) && isNested(yTrue)) {
      const leaves = leavesOf(yTrue);
      const isNamed = !isDict(yTrue) || names === null || Object.hasOwn(yTrue, names[0]);
      if (leaves.length === 1 && isNamed) return leaves[0] as TensorTree;
    }
    if (Array.isArray(yPred) && isDict(yTrue) && names !== null && sameNames(names, Object.keys(yTrue))) {
      const list = names.map((name) => yTrue[name]);
      if (sameStructure(list, yPred)) return list;
    }
    const keys = isDict(yPred) ? Object.keys(yPred) : names;
    const flat = leavesOf(yTrue);
    if (Array.isArray(yTrue) && flat.length === leavesOf(yPred).length) return packLike(yPred, flat) as TensorTree;
    // Targets for the outputs that have a loss only.
    const losses = leavesOf(this.#given);
    const isLoss = losses.map((each) => each !== null && each !== undefined);
    const wanted = isLoss.filter(Boolean).length;
    const isNamed = !isDict(yTrue) || keys === null || keys.every((key, i) => !isLoss[i] || Object.hasOwn(yTrue, key));
    if (flat.length === wanted && losses.length === leavesOf(yPred).length && isNamed) {
      let next = 0;
      const target = (i: number): unknown => (isDict(yTrue) && keys !== null ? yTrue[keys[i]] : flat[next++]);
      return packLike(
        yPred,
        isLoss.map((has, i) => (has ? target(i) : null)),
      ) as TensorTree;
    }
    throw new ValueError(
      `The targets (y) and the outputs of the model have different structures.${wrongKeys(yTrue, keys)} y: ${formatStructure(yTrue)}; ` +
        `outputs: ${formatStructure(yPred)}${names === null ? '' : ` (${names.join(', ')})`}.`,
    );
  }

  #arrangeTargets(yTrue: TensorTree, yPred: TensorTree): TensorTree {
    if (yTrue === null) throw new ValueError('The losses of compile() need targets, but y is not given.');
    return this.#arrange(yTrue, yPred);
  }

  /**
   * The total loss; the trackers of the outputs' losses are updated.
   *
   * @returns A scalar, or null when no output has a loss.
   */
  call(yTrue: TensorTree, yPred: TensorTree, sampleWeight: TensorTree = null): Tensor | null {
    const target = this.#arrangeTargets(yTrue, yPred);
    const weights = isNested(sampleWeight) ? this.#arrange(sampleWeight, yPred) : sampleWeight;
    if (!this.built) this.#buildFor(target, yPred);
    let total: Tensor | null = null;
    this.#losses.forEach(({ path, loss, weight: factor }, i) => {
      const prediction = entryAt(yPred, path) as Tensor;
      const own = (isNested(weights) ? entryAt(weights, path) : weights) as Tensor | null | undefined;
      let value = ops.cast(loss(entryAt(target, path) as Tensor, prediction, { sampleWeight: own ?? null }), floatx());
      this.#trackers[i]?.updateState(value, { sampleWeight: prediction.shape[0] });
      if (factor !== null) value = ops.multiply(value, factor);
      total = total === null ? value : ops.add(total, value);
    });
    return total;
  }
}

const isByShape = (id: unknown): boolean => typeof id === 'string' && ['crossentropy', 'ce'].includes(id.toLowerCase());

/** The keys of targets that are missing, or that name no output, in words. */
function wrongKeys(yTrue: TensorTree, wanted: readonly string[] | null): string {
  if (!isDict(yTrue) || wanted === null) return '';
  const given = Object.keys(yTrue);
  const missing = wanted.filter((key) => !given.includes(key));
  const others = given.filter((key) => !wanted.includes(key));
  const list = (keys: readonly string[]): string => keys.map((key) => `'${key}'`).join(', ');
  return (
    (missing.length > 0 ? ` There are no targets for ${list(missing)}.` : '') +
    (others.length > 0
      ? ` ${list(others)} ${others.length === 1 ? 'is no output' : 'are no outputs'} of the model.`
      : '')
  );
}
