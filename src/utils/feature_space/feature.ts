/** @file What a `FeatureSpace` is made of: features, each with the layer that prepares it, and crosses of features. */
import { quote } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { isDType } from '../../core/dtype.js';
import { TypeError, ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import { oneOf, positiveInteger } from '../../layers/arguments.js';
import { Layer } from '../../layers/index.js';

/** How a feature comes out: as a number of a category, as a vector with a place for each category, or as numbers. */
export type FeatureOutput = 'int' | 'one_hot' | 'float';

/** How a cross comes out. */
export type CrossOutput = 'int' | 'one_hot';

/** @throws {ValueError} An output mode that there is not. */
export const featureOutput = (owner: string, mode: unknown): FeatureOutput =>
  oneOf(owner, 'outputMode', mode, ['int', 'one_hot', 'float']);

/**
 * A feature: the dtype of its raw values, the layer that prepares them, and how they come out. `FeatureSpace.float()` and its like make one;
 * `FeatureSpace.feature(dtype, preprocessor, outputMode)` makes one with a layer of your own.
 *
 * @param dtype Of the raw values: `'string'`, or a dtype of numbers.
 * @param preprocessor The layer.
 * @param outputMode `'int'`, `'one_hot'` (of a layer that gives numbers of categories), or `'float'`.
 */
export class Feature {
  readonly dtype: DType;
  readonly preprocessor: Layer;
  readonly outputMode: FeatureOutput;

  /** @throws {ValueError} An unknown dtype or output mode. @throws {TypeError} The preprocessor is no layer. */
  constructor(dtype: DType, preprocessor: Layer, outputMode: FeatureOutput) {
    this.outputMode = featureOutput('Feature', outputMode);
    if (dtype !== 'string' && !isDType(dtype))
      throw new ValueError(
        `Feature: dtype=${quote(dtype)}. Expected 'string', or a dtype of numbers such as 'float32'.`,
      );
    this.dtype = dtype;
    if (!(preprocessor instanceof Layer))
      throw new TypeError(
        `Feature: preprocessor=${quote(preprocessor)}. Expected a layer, such as new layers.Normalization().`,
      );
    this.preprocessor = preprocessor;
  }

  /** What a file holds of the feature. */
  getConfig(): Config {
    const { dtype, preprocessor, outputMode } = this;
    return { dtype, preprocessor: serializeKerasObject(preprocessor), output_mode: outputMode };
  }

  /** A feature from its config. */
  static fromConfig(this: SerializableClass, config: Config): Feature {
    const { dtype, preprocessor, output_mode: outputMode } = config;
    return new Feature(dtype as DType, deserializeKerasObject(preprocessor) as Layer, outputMode as FeatureOutput);
  }
}

/**
 * Features that mean something together, spread over `crossingDim` places by their hash. `FeatureSpace.cross` makes one.
 *
 * @param featureNames Two or more names of features; their order counts.
 * @param crossingDim How many places there are.
 * @param options `outputMode`: `'one_hot'` (default) or `'int'`.
 */
export class Cross {
  readonly featureNames: readonly string[];
  readonly crossingDim: number;
  readonly outputMode: CrossOutput;

  /** @throws {ValueError} Fewer than two names, a number of places that is not positive, an unknown output mode. */
  constructor(
    featureNames: readonly string[],
    crossingDim: number,
    { outputMode = 'one_hot' }: { readonly outputMode?: CrossOutput } = {},
  ) {
    const names: unknown = featureNames;
    if (!Array.isArray(names) || names.length < 2 || !names.every((name) => typeof name === 'string'))
      throw new ValueError(
        `FeatureSpace.cross: featureNames=${quote(names)}. Expected a list of two or more names of features.`,
      );
    this.featureNames = [...featureNames];
    this.outputMode = oneOf(`FeatureSpace.cross '${this.name}'`, 'outputMode', outputMode, ['int', 'one_hot']);
    this.crossingDim = positiveInteger(`FeatureSpace.cross '${this.name}'`, 'crossingDim', crossingDim);
  }

  /** `sex_X_age`: by this name the cross stands among the outputs. */
  get name(): string {
    return this.featureNames.join('_X_');
  }

  /** What a file holds of the cross. */
  getConfig(): Config {
    const { featureNames, crossingDim, outputMode } = this;
    return { feature_names: [...featureNames], crossing_dim: crossingDim, output_mode: outputMode };
  }

  /** A cross from its config. */
  static fromConfig(this: SerializableClass, config: Config): Cross {
    const { feature_names: names, crossing_dim: dim, output_mode: outputMode } = config;
    return new Cross(names as string[], dim as number, { outputMode: outputMode as CrossOutput });
  }
}
