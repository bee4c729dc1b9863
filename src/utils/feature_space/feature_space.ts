/** @file `FeatureSpace`: tables of numbers and texts, prepared column by column, as one vector for each row. */
import { checkedOptions } from '../../core/arguments.js';
import { checkExcess } from '../../core/checked.js';
import { INVOKE } from '../../core/callable.js';
import { describe, quote } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { dtypeInfo } from '../../core/dtype.js';
import { suggest, TypeError, ValueError } from '../../core/errors.js';
import { setOwn } from '../../core/lookup.js';
import { autoName } from '../../core/naming.js';
import type { Config } from '../../core/serialization.js';
import { deserializeKerasObject, isSerializedObject, serializeKerasObject } from '../../core/serialization.js';
import { formatShape } from '../../core/shape.js';
import type { SavedChildren } from '../../core/tracking.js';
import { isDict } from '../../core/tree.js';
import * as layers from '../../layers/index.js';
import { CompiledCalls } from '../../layers/preprocessing/compiled_calls.js';
import type { AdaptData, Layer } from '../../layers/index.js';
import { Input, Layer as LayerBase } from '../../layers/index.js';
import { oneOf, ownerOf, positiveInteger } from '../../layers/arguments.js';
import { compareTexts } from '../../layers/preprocessing/tokens.js';
import * as ops from '../../ops/index.js';
import type { TensorLike } from '../../runtime/index.js';
import { isTracing, KerasTensor, StringTensor, Tensor } from '../../runtime/index.js';
import type { FileTarget } from '../../saving/index.js';
import { saveModel } from '../../saving/index.js';
import type { Adaptable } from './adapt_features.js';
import { adaptTogether, featureTensor } from './adapt_features.js';
import type { CrossOutput, FeatureOutput } from './feature.js';
import { Cross, Feature, featureOutput } from './feature.js';
import { TFDConcat, TFDIdentity } from './tfd_layers.js';

/** Features that are made by their names, with the defaults of `FeatureSpace.float()` and its like. */
export type FeatureType =
  | 'float'
  | 'float_rescaled'
  | 'float_normalized'
  | 'float_discretized'
  | 'integer_categorical'
  | 'string_categorical'
  | 'integer_hashed'
  | 'string_hashed';

const TYPES: readonly FeatureType[] = [
  'float',
  'float_rescaled',
  'float_normalized',
  'float_discretized',
  'integer_categorical',
  'string_categorical',
  'integer_hashed',
  'string_hashed',
];

/** Options of `new FeatureSpace(features, options)`. */
export interface FeatureSpaceOptions<Mode extends EncodedMode = EncodedMode> {
  /** `'concat'`: one vector of all features, in the order of their names; `'dict'`: a dict of encoded features. Default `'concat'`. */
  readonly outputMode?: Mode;
  /** Features that are crossed: lists of names, or what `FeatureSpace.cross` gives. Default null: none. */
  readonly crosses?: readonly (readonly string[] | Cross)[] | null;
  /** How many places crosses have that are given as lists. Default 32. */
  readonly crossingDim?: number;
  /** How many places features `'integer_hashed'` and `'string_hashed'` have. Default 32. */
  readonly hashingDim?: number;
  /** How many ranges features `'float_discretized'` have. Default 32. */
  readonly numDiscretizationBins?: number;
  readonly name?: string | null;
}

/** How features come out: side by side, or each under its name. */
export type EncodedMode = 'concat' | 'dict';

/** What a `FeatureSpace` gives: a tensor, or a dict of tensors. */
export type Encoded<Mode extends EncodedMode, T> = 'dict' extends Mode
  ? 'concat' extends Mode
    ? T | Record<string, T>
    : Record<string, T>
  : T;

/** Rows of a table: a value, or an array of values, for each feature. */
export type FeatureRows = Readonly<
  Record<string, TensorLike | string | readonly string[] | readonly (readonly string[])[]>
>;

/** What `adapt` takes: a dict of columns; or a `Dataset`, a generator, a list of dicts, which hold single rows or batches of rows. */
export type FeatureData = FeatureRows | Exclude<AdaptData, TensorLike>;

interface Named {
  /** Names the layer that prepares the feature: `name_preprocessor`. Default: made from the kind of feature. */
  readonly name?: string | null;
}
interface Categorical extends Named {
  /** How a category comes out: `'one_hot'` (default) as a vector, `'int'` as its number. */
  readonly outputMode?: FeatureOutput;
}
/** Options of features that are looked up in a vocabulary. */
interface Lookup extends Categorical {
  /** How large the vocabulary may be. Default null: of any size. */
  readonly maxTokens?: number | null;
  /** How many places there are for values that it does not hold. Default 1. */
  readonly numOovIndices?: number;
}
interface Rescaled extends Named {
  /** Default 1. */
  readonly scale?: number;
  /** Default 0. */
  readonly offset?: number;
}
interface Discretized extends Categorical {
  /** The boundaries of the ranges, if they are known. `numBins` is null then. Default null: `adapt` finds them. */
  readonly binBoundaries?: readonly number[] | null;
}

const preprocessorName = (name: string | null | undefined, kind: FeatureType): string =>
  `${name ?? autoName(kind)}_preprocessor`;

/**
 * Prepares tables: each column by a layer of its own, crosses of columns by their hash, and all of them as one vector for each row.
 *
 * `features` says by name what each column is: one of the words `'float'`, `'float_normalized'`, `'float_rescaled'`, `'float_discretized'`,
 * `'integer_categorical'`, `'string_categorical'`, `'integer_hashed'`, `'string_hashed'`; or what `FeatureSpace.floatNormalized()` and its like
 * give, which take options; or `FeatureSpace.feature(dtype, layer, outputMode)`.
 *
 * Means, ranges and vocabularies are found by `await space.adapt(data)`. Then `space(rows)` prepares a dict of columns of shape (rows) or (rows, 1),
 * or one row of plain values. It is made for `Dataset.map`. As part of a model: `space.getInputs()` and `space.getEncodedFeatures()` give the
 * symbolic tensors before and behind it.
 *
 * @param features The columns by name.
 * @param options See {@link FeatureSpaceOptions}.
 * @returns The space. Called on rows it gives a float tensor (rows, places) of all features in the order of their names, then of all crosses; in mode
 *   `'dict'` a dict of tensors.
 * @throws {ValueError} No features, an unknown kind of feature, a cross of features that there are not, an unknown output mode. At a call: `adapt`
 *   has not been called, a feature is missing, or one is not known.
 * @throws {TypeError} At a call: texts where a feature holds numbers, or the other way round.
 * @see `keras.utils.FeatureSpace`
 * @example
 * const space = new utils.FeatureSpace({ age: 'float_normalized', job: 'string_categorical' }, { crosses: [] });
 * await space.adapt({ age: [20, 40], job: ['cook', 'smith'] });
 * space({ age: [20, 40], job: ['cook', 'judge'] }); // [[-1, 0, 0, 1], [1, 1, 0, 0]]
 */
// The names of the methods that make features are those of Keras.
export class FeatureSpace<const Mode extends EncodedMode = 'concat'> extends LayerBase {
  static readonly positional = ['features'];
  readonly features: Readonly<Record<string, Feature>>;
  readonly crosses: readonly Cross[];
  readonly outputMode: Mode;
  readonly crossingDim: number;
  readonly hashingDim: number;
  readonly numDiscretizationBins: number;
  /** The symbolic tensors of the raw features, of shape (rows, 1). */
  readonly inputs: Readonly<Record<string, KerasTensor>>;
  /** The layer that prepares each feature. */
  readonly preprocessors: Readonly<Record<string, Layer>>;
  /** The layer that hashes each cross, by the name of the cross: `a_X_b`. */
  readonly crossers: Readonly<Record<string, layers.HashedCrossing>>;
  /** The layer that makes a vector of each feature and cross that comes out as one. There are none before `adapt`. */
  oneHotEncoders: Readonly<Record<string, layers.CategoryEncoding>> = {};
  /** The layer that puts features side by side. Null before `adapt`, and in mode `'dict'`. */
  concat: Layer | null = null;
  #encoded: Encoded<Mode, KerasTensor> | null = null;
  #adapted = false;
  /** Programs for batches, and for which vocabularies they were made. null: none yet. */
  #programs: { readonly versions: string; readonly calls: CompiledCalls } | null = null;
  #isTraceable = true;

  constructor(features: Readonly<Record<string, FeatureType | Feature>>, options: FeatureSpaceOptions<Mode> = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      outputMode = 'concat',
      crosses = null,
      crossingDim = 32,
      hashingDim = 32,
      numDiscretizationBins = 32,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    const given: unknown = features;
    if (!isDict(given) || Object.keys(given).length === 0)
      throw new ValueError(
        `${owner}: features=${describe(given)}. Expected a dict with at least one feature: { age: 'float_normalized' }.`,
      );
    this.outputMode = oneOf(owner, 'outputMode', outputMode, ['concat', 'dict']) as Mode;
    this.crossingDim = positiveInteger(owner, 'crossingDim', crossingDim);
    this.hashingDim = positiveInteger(owner, 'hashingDim', hashingDim);
    this.numDiscretizationBins = positiveInteger(owner, 'numDiscretizationBins', numDiscretizationBins);
    this.features = mapDict(given, (feature, key) => this.#featureOf(key, feature));
    this.crosses = this.#crossesOf(crosses);
    this.inputs = mapDict(this.features, ({ dtype }, key) => Input({ shape: [1], dtype, name: key }));
    this.preprocessors = mapDict(this.features, ({ preprocessor }) => preprocessor);
    this.crossers = Object.fromEntries(
      this.crosses.map((cross) => [cross.name, new layers.HashedCrossing(cross.crossingDim, { name: cross.name })]),
    );
  }

  // ---- features ----

  /** A cross of features: `featureNames` together, spread over `crossingDim` places. See {@link Cross}. */
  static cross(
    featureNames: readonly string[],
    crossingDim: number,
    options: { readonly outputMode?: CrossOutput } = {},
  ): Cross {
    const { outputMode } = checkedOptions<{ readonly outputMode?: CrossOutput }>(
      'FeatureSpace.cross',
      options,
      arguments,
      2,
      ['outputMode'],
    );
    return new Cross(featureNames, crossingDim, { outputMode });
  }

  /** A feature that a layer of your own prepares. See {@link Feature}. */
  static feature(dtype: DType, preprocessor: Layer, outputMode: FeatureOutput): Feature {
    checkExcess('FeatureSpace.feature', arguments, 3, 'feature(dtype, preprocessor, outputMode)');
    return new Feature(dtype, preprocessor, outputMode);
  }

  /** Numbers as they are. @returns The feature. */
  static float(options: Named = {}): Feature {
    const { name } = checkedOptions<Named>('FeatureSpace.float', options, arguments, 0, ['name']);
    return new Feature(
      'float32',
      new TFDIdentity({ dtype: 'float32', name: preprocessorName(name, 'float') }),
      'float',
    );
  }

  /** x · scale + offset (`Rescaling`). @returns The feature. */
  static floatRescaled(options: Rescaled = {}): Feature {
    const { scale = 1, offset = 0, name } = checkedOptions<Rescaled>('FeatureSpace.floatRescaled', options, arguments, 0, ['scale', 'offset', 'name']); // prettier-ignore
    return new Feature('float32', new layers.Rescaling(scale, { offset, name: preprocessorName(name, 'float_rescaled') }), 'float'); // prettier-ignore
  }

  /** (x − mean) / √variance, which `adapt` finds (`Normalization`). */
  static floatNormalized(options: Named = {}): Feature {
    const { name } = checkedOptions<Named>('FeatureSpace.floatNormalized', options, arguments, 0, ['name']);
    return new Feature('float32', new layers.Normalization({ axis: -1, name: preprocessorName(name, 'float_normalized') }), 'float'); // prettier-ignore
  }

  /**
   * The range in which a number lies (`Discretization`).
   *
   * @param numBins How many ranges `adapt` finds; null: `binBoundaries` are given.
   */
  static floatDiscretized(numBins: number | null, options: Discretized = {}): Feature {
    const { binBoundaries = null, outputMode = 'one_hot', name } = checkedOptions<Discretized>('FeatureSpace.floatDiscretized', options, arguments, 1, ['binBoundaries', 'outputMode', 'name']); // prettier-ignore
    featureOutput('FeatureSpace.floatDiscretized', outputMode);
    return new Feature('float32', new layers.Discretization({ numBins, binBoundaries, name: preprocessorName(name, 'float_discretized') }), outputMode); // prettier-ignore
  }

  /** The place of a whole number in a vocabulary, which `adapt` finds (`IntegerLookup`). */
  static integerCategorical(options: Lookup = {}): Feature {
    const { maxTokens = null, numOovIndices = 1, outputMode = 'one_hot', name } = checkedOptions<Lookup>('FeatureSpace.integerCategorical', options, arguments, 0, LOOKUP); // prettier-ignore
    return new Feature('int32', new layers.IntegerLookup({ maxTokens, numOovIndices, name: preprocessorName(name, 'integer_categorical') }), outputMode); // prettier-ignore
  }

  /** The place of a text in a vocabulary, which `adapt` finds (`StringLookup`). */
  static stringCategorical(options: Lookup = {}): Feature {
    const { maxTokens = null, numOovIndices = 1, outputMode = 'one_hot', name } = checkedOptions<Lookup>('FeatureSpace.stringCategorical', options, arguments, 0, LOOKUP); // prettier-ignore
    return new Feature('string', new layers.StringLookup({ maxTokens, numOovIndices, name: preprocessorName(name, 'string_categorical') }), outputMode); // prettier-ignore
  }

  /** The place of a text among `numBins`, by its hash (`Hashing`). */
  static stringHashed(numBins: number, options: Categorical = {}): Feature {
    const { outputMode = 'one_hot', name } = checkedOptions<Categorical>('FeatureSpace.stringHashed', options, arguments, 1, ['outputMode', 'name']); // prettier-ignore
    return new Feature('string', new layers.Hashing(numBins, { name: preprocessorName(name, 'string_hashed') }), outputMode); // prettier-ignore
  }

  /** The place of a whole number among `numBins`, by its hash (`Hashing`). */
  static integerHashed(numBins: number, options: Categorical = {}): Feature {
    const { outputMode = 'one_hot', name } = checkedOptions<Categorical>('FeatureSpace.integerHashed', options, arguments, 1, ['outputMode', 'name']); // prettier-ignore
    return new Feature('int32', new layers.Hashing(numBins, { name: preprocessorName(name, 'integer_hashed') }), outputMode); // prettier-ignore
  }

  #featureOf(name: string, feature: unknown): Feature {
    const made = isSerializedObject(feature) ? deserializeKerasObject(feature) : feature;
    if (made instanceof Feature) return made;
    const { hashingDim, numDiscretizationBins } = this;
    switch (made as FeatureType) {
      case 'float':
        return FeatureSpace.float({ name });
      case 'float_rescaled':
        return FeatureSpace.floatRescaled({ name });
      case 'float_normalized':
        return FeatureSpace.floatNormalized({ name });
      case 'float_discretized':
        return FeatureSpace.floatDiscretized(numDiscretizationBins, { name });
      case 'integer_categorical':
        return FeatureSpace.integerCategorical({ name });
      case 'string_categorical':
        return FeatureSpace.stringCategorical({ name });
      case 'integer_hashed':
        return FeatureSpace.integerHashed(hashingDim, { name });
      case 'string_hashed':
        return FeatureSpace.stringHashed(hashingDim, { name });
    }
    throw new ValueError(
      `${ownerOf(this)}: feature '${name}' is ${quote(made)}.${suggest(typeof made === 'string' ? made : describe(made), TYPES)} Expected one of these words, or what ` +
        `FeatureSpace.floatNormalized() and its like give.`,
    );
  }

  #crossesOf(crosses: unknown): readonly Cross[] {
    const owner = ownerOf(this);
    if (crosses === null) return [];
    if (!Array.isArray(crosses))
      throw new ValueError(
        `${owner}: crosses=${describe(crosses)}. Expected a list: [['age', 'job'], ['age', 'town']].`,
      );
    const made = crosses.map((each: unknown): Cross => {
      const cross = isSerializedObject(each) ? deserializeKerasObject(each) : each;
      return cross instanceof Cross ? cross : new Cross(cross as string[], this.crossingDim);
    });
    for (const { name, featureNames } of made) {
      const unknown = featureNames.find((each) => !Object.hasOwn(this.features, each));
      if (unknown !== undefined)
        throw new ValueError(
          `${owner}: the cross ${name} has the feature '${unknown}', which there is not.` +
            `${suggest(unknown, Object.keys(this.features))} Cross features that it has.`,
        );
      if (Object.hasOwn(this.features, name) || made.filter((each) => each.name === name).length > 1)
        throw new ValueError(`${owner}: there are two of the name ${name} among features and crosses. Leave one out.`);
    }
    return made;
  }

  // ---- adapt ----

  /** The features whose layers find something in data, with these layers. */
  #adaptable(): Map<string, Adaptable> {
    return new Map(Object.entries(this.preprocessors).filter((entry): entry is [string, Layer & Adaptable] => findsSomething(entry[1]))); // prettier-ignore
  }

  /**
   * Find means, ranges and vocabularies. The data are read once.
   *
   * @param dataset A dict of columns; or a `Dataset`, a generator, a list of dicts, which hold single rows or batches of rows. Of pairs
   *   `[features, labels]` the features are taken, and of features those that are needed.
   * @throws {ValueError} A feature is missing, columns have different lengths, or there are no data.
   * @throws {TypeError} The data are of no known form.
   */
  async adapt(dataset: FeatureData): Promise<void> {
    await adaptTogether(ownerOf(this), this.#adaptable(), dataset);
    this.#adapted = true;
    this.#forget();
    void this.getEncodedFeatures();
  }

  /** Vocabularies may have changed their sizes. */
  #forget(): void {
    this.#encoded = null;
    this.#programs = null;
    this.oneHotEncoders = {};
    this.concat = null;
  }

  #requireAdapted(): void {
    if (this.#adapted) return;
    const names = [...this.#adaptable().keys()];
    if (names.length > 0)
      throw new ValueError(
        `${ownerOf(this)}: call await adapt(data) before you use it: ${names.map((name) => `'${name}'`).join(', ')} must see data first.`,
      );
    this.#adapted = true;
  }

  // ---- drawn ----

  /** The symbolic tensors of the raw features, for the inputs of a model. @throws {ValueError} `adapt` has not been called. */
  getInputs(): Record<string, KerasTensor> {
    this.#requireAdapted();
    return { ...this.inputs };
  }

  /**
   * The symbolic tensors of the encoded features, drawn from `getInputs()`: one, or a dict of them in mode `'dict'`.
   *
   * @throws {ValueError} `adapt` has not been called; a feature without a known number of places is to be a vector; a feature that is no vector
   *   is to be put beside others.
   */
  getEncodedFeatures(): Encoded<Mode, KerasTensor> {
    this.#requireAdapted();
    if (this.#encoded !== null) return this.#encoded;
    const prepared = this.#prepare(this.inputs);
    const encoders = new Map<string, layers.CategoryEncoding>();
    for (const [name, x] of prepared) {
      const encoder = this.#encoderFor(name, x as KerasTensor);
      if (encoder !== null) encoders.set(name, encoder);
    }
    this.oneHotEncoders = Object.fromEntries(encoders);
    this.concat = this.outputMode === 'concat' ? new TFDConcat(-1) : null;
    this.#encoded = this.#merge(prepared) as Encoded<Mode, KerasTensor>;
    this.built = true;
    return this.#encoded;
  }

  /** The feature or cross of a name. */
  #specOf(name: string): Feature | Cross {
    return Object.hasOwn(this.features, name)
      ? this.features[name]
      : this.crosses.find((cross) => cross.name === name)!;
  }

  /** What makes a vector of a feature, or null: it needs none. */
  #encoderFor(name: string, x: KerasTensor): layers.CategoryEncoding | null {
    const { outputMode } = this.#specOf(name);
    const { dtype } = x;
    const whole = dtypeInfo(dtype).kind === 'int';
    if (outputMode === 'one_hot') {
      if (!whole)
        throw new ValueError(
          `${ownerOf(this)}: feature '${name}' has outputMode='one_hot', but its layer gives ${dtype}. Expected one that gives whole numbers; use ` +
            `outputMode='float' for this one.`,
        );
      const layer = Object.hasOwn(this.preprocessors, name) ? this.preprocessors[name] : this.crossers[name];
      const places = placesOf(layer);
      if (places === null)
        throw new ValueError(
          `${ownerOf(this)}: feature '${name}' has outputMode='one_hot', but how many numbers its layer '${layer.name}' gives is not known. Use ` +
            `outputMode='int', or a lookup, Discretization, Hashing or CategoryEncoding.`,
        );
      return new layers.CategoryEncoding({ numTokens: places, outputMode: 'multi_hot' });
    }
    if (this.outputMode === 'concat' && (whole || dtype === 'string'))
      throw new ValueError(
        `${ownerOf(this)}: feature '${name}' cannot stand beside others, as it is no vector (its dtype is ${dtype}). Use outputMode='one_hot' for it, or ` +
          `outputMode: 'dict' for all.`,
      );
    return null;
  }

  /** Prepared features, then crosses, each in the order of their names. */
  #prepare(raw: Readonly<Record<string, unknown>>): (readonly [name: string, value: unknown])[] {
    const sorted = (names: readonly string[]): string[] => [...names].sort(compareTexts);
    const call = (layer: Layer, x: unknown): unknown => layer(x as Tensor);
    const prepared = mapDict(raw, (x, name) => call(this.preprocessors[name], x));
    return [
      ...sorted(Object.keys(prepared)).map((name) => [name, prepared[name]] as const),
      ...sorted(this.crosses.map(({ name }) => name)).map((name) => {
        const { featureNames } = this.#specOf(name) as Cross;
        return [name, call(this.crossers[name], featureNames.map((each) => prepared[each]))] as const; // prettier-ignore
      }),
    ];
  }

  #merge(prepared: readonly (readonly [name: string, value: unknown])[]): unknown {
    const encoded = prepared.map(([name, x]) => {
      const encoder = Object.hasOwn(this.oneHotEncoders, name) ? this.oneHotEncoders[name] : null;
      return [name, encoder === null ? x : encoder(x as Tensor)] as const;
    });
    if (this.concat !== null) return this.concat(encoded.map(([, x]) => x as Tensor));
    return mapDict(Object.fromEntries(encoded), (x) => x);
  }

  // ---- calls ----

  /**
   * Prepare rows.
   *
   * @param rows A dict with a column for each feature, of shape (rows) or (rows, 1); or with a plain value for each, which is one row and comes back
   *   without the axis of rows.
   */
  override call(rows: FeatureRows): Encoded<Mode, Tensor> {
    void this.getEncodedFeatures();
    const raw = this.#rawFeatures(rows);
    const single = Object.values(raw).some((x) => x.ndim === 0);
    const columns = mapDict(raw, (x) =>
      x.ndim === 0 ? ops.reshape(x, [1, 1]) : x.ndim === 1 ? ops.expandDims(x, -1) : x,
    );
    this.#requireOneLength(raw, columns);
    const merged = this.#encode(columns);
    if (!single) return merged as Encoded<Mode, Tensor>;
    const first = (x: Tensor): Tensor => (x.ndim === 2 && x.shape[0] === 1 ? ops.squeeze(x, { axis: 0 }) : x);
    return (merged instanceof Tensor ? first(merged) : mapDict(merged as Record<string, Tensor>, first)) as Encoded<Mode, Tensor>; // prettier-ignore
  }

  /** All at once, by a program from the second batch of a form on. */
  #encode(columns: Readonly<Record<string, Tensor>>): unknown {
    if (isTracing() || !this.#isTraceable) return this.#merge(this.#prepare(columns));
    const versions = Object.values(this.preprocessors).map((layer) => layer.constantsVersion).join(); // prettier-ignore
    if (this.#programs?.versions !== versions) this.#programs = { versions, calls: this.#newCalls() };
    try {
      return this.#programs.calls.run(columns, false);
    } catch {
      // What is wrong with the rows is said op by op. If nothing is, a layer of the person's is none that can be part of a program.
      const merged = this.#merge(this.#prepare(columns));
      this.#isTraceable = false;
      return merged;
    }
  }

  #newCalls(): CompiledCalls {
    return new CompiledCalls((columns) => this.#merge(this.#prepare(columns as Readonly<Record<string, unknown>>)));
  }

  /** @throws {ValueError} Columns have different numbers of rows. */
  #requireOneLength(raw: Readonly<Record<string, Tensor>>, columns: Readonly<Record<string, Tensor>>): void {
    const [[first, x], ...others] = Object.entries(columns);
    const other = others.find(([, y]) => y.shape[0] !== x.shape[0]);
    if (other === undefined) return;
    const [name] = other;
    throw new ValueError(
      `${ownerOf(this)}: got columns of different lengths: '${first}' is ${formatShape(raw[first].shape)}, '${name}' is ${formatShape(raw[name].shape)}. ` +
        `Expected one value for each row in every column, or a plain value for every feature.`,
    );
  }

  protected override [INVOKE](...given: unknown[]): unknown {
    return this.call(given[0] as FeatureRows);
  }

  #rawFeatures(rows: unknown): Record<string, Tensor> {
    const owner = ownerOf(this);
    if (!isDict(rows))
      throw new ValueError(
        `${owner}: got ${describe(rows)}. Expected a dict with the features ${Object.keys(this.features).join(', ')}.`,
      );
    const names = Object.keys(this.features);
    if (Object.values(rows).some((x) => x instanceof KerasTensor))
      throw new ValueError(
        `${owner}: is not called on symbolic tensors. getInputs() and getEncodedFeatures() give its own.`,
      );
    for (const name of Object.keys(rows))
      if (!names.includes(name))
        throw new ValueError(
          `${owner}: got '${name}', which is no feature.${suggest(name, names)} Leave out what is none, such as labels.`,
        );
    const missing = names.filter((name) => !Object.hasOwn(rows, name));
    if (missing.length > 0)
      throw new ValueError(
        `${owner}: got no ${missing.map((name) => `'${name}'`).join(', ')}. Expected all features: ${names.join(', ')}.`,
      );
    return mapDict(this.features, ({ dtype }, name) => {
      const x = featureTensor(owner, name, rows[name]);
      if (x instanceof StringTensor === (dtype === 'string')) return x;
      throw new TypeError(
        dtype === 'string'
          ? `${owner}: feature '${name}' holds texts, got ${x.dtype}. Write numbers as texts, by String(x), or make it one of numbers.`
          : `${owner}: feature '${name}' holds numbers (${dtype}), got texts. Turn them into numbers, by Number(x), or make it one of texts.`,
      );
    });
  }

  // ---- configs and files ----

  override getConfig(): Config {
    return {
      features: serializeKerasObject(this.features),
      output_mode: this.outputMode,
      crosses: serializeKerasObject(this.crosses),
      crossing_dim: this.crossingDim,
      hashing_dim: this.hashingDim,
      num_discretization_bins: this.numDiscretizationBins,
    };
  }

  /** With what each feature's layer was built. Null before `adapt`. */
  override getBuildConfig(): Config | null {
    return this.#adapted ? mapDict(this.preprocessors, (layer) => layer.getBuildConfig() ?? {}) : null;
  }

  override buildFromConfig(config: Config | null): void {
    if (config === null) return;
    for (const [name, layer] of Object.entries(this.preprocessors)) {
      const own = Object.hasOwn(config, name) ? config[name] : null;
      if (!layer.built && isDict(own)) layer.buildFromConfig(own);
    }
    this.#adapted = true;
  }

  override savedChildren(): SavedChildren {
    // Features and crosses hold the same layers once more, and are not gone through.
    return [
      ['concat', this.concat],
      ['crossers', this.crossers],
      ['one_hot_encoders', this.oneHotEncoders],
      ['preprocessors', this.preprocessors],
    ];
  }

  /**
   * Save the space, with all that `adapt` has found. `loadModel` gives it back.
   *
   * @param filepath A path or handle of a file that ends in `.keras`. Left out: the bytes are returned.
   */
  async save(filepath: FileTarget): Promise<void>;
  async save(): Promise<Uint8Array<ArrayBuffer>>;
  async save(filepath?: FileTarget): Promise<Uint8Array<ArrayBuffer> | void> {
    if (filepath === undefined) return saveModel(this);
    const name = filepath instanceof URL ? filepath.pathname : filepath;
    if (typeof name === 'string' && !name.endsWith('.keras'))
      throw new ValueError(`${ownerOf(this)}: the name of its file '${name}' should end in '.keras'.`);
    await saveModel(this, filepath);
  }
}

const LOOKUP = ['maxTokens', 'numOovIndices', 'outputMode', 'name'] as const;

/** A dict with what a function makes of each value. */
function mapDict<T, R>(dict: Readonly<Record<string, T>>, fn: (value: T, key: string) => R): Record<string, R> {
  const result: Record<string, R> = {};
  for (const [key, value] of Object.entries(dict)) setOwn(result, key, fn(value, key));
  return result;
}

/** Whether a layer has something to find in data: not if it was given what it would find. */
function findsSomething(layer: Layer): layer is Layer & Adaptable {
  if (layer instanceof layers.Normalization) return layer.inputMean === null;
  if (layer instanceof layers.Discretization) return layer.numBins !== null;
  // TextVectorization looks its tokens up by a layer inside.
  const lookup: unknown = 'lookupLayer' in layer ? layer.lookupLayer : layer;
  if (lookup instanceof layers.StringLookup || lookup instanceof layers.IntegerLookup)
    return !lookup.hasInputVocabulary;
  return 'adapt' in layer && typeof layer.adapt === 'function';
}

/** How many whole numbers a layer gives, or null: that is not known. */
function placesOf(layer: Layer): number | null {
  if (layer instanceof layers.StringLookup || layer instanceof layers.IntegerLookup) return layer.vocabularySize();
  if (layer instanceof layers.CategoryEncoding) return layer.numTokens;
  if (layer instanceof layers.Discretization) return layer.numBins ?? layer.binBoundaries!.length + 1;
  return layer instanceof layers.Hashing || layer instanceof layers.HashedCrossing ? layer.numBins : null;
}
