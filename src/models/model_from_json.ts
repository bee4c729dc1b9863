/** @file Models from their architecture as JSON. Weights and files: src/saving. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { deserializeKerasObject } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import { Model } from './model.js';

/** Options of `modelFromJson`. */
export interface ModelFromJsonOptions {
  /** Classes and functions of your own, by name. */
  readonly customObjects?: Readonly<Record<string, unknown>> | null;
}

/**
 * A model from what `serializeKerasObject(model)` gave.
 *
 * @param config The config.
 * @param options See {@link ModelFromJsonOptions}.
 * @returns A model with new weights.
 * @throws {ValueError} It describes no model.
 * @see `keras.saving.deserialize_keras_object`
 * @example
 * const copy = models.modelFromConfig(saving.serializeKerasObject(model));
 */
export const modelFromConfig = checked(
  'modelFromConfig',
  (config: unknown, options: ModelFromJsonOptions = {}): Model => {
    if (!isDict(config) || !('class_name' in config))
      throw new ValueError(
        'modelFromConfig: expected a dict with the keys class_name and config, as model.toJson() writes.',
      );
    const model = deserializeKerasObject(config, { ...options, defaultModule: 'keras' });
    if (!(model instanceof Model))
      throw new ValueError(
        `modelFromConfig: the config describes a ${String(config['class_name'])}, which is no model.`,
      );
    return model;
  },
  ['customObjects'],
  { callsBack: true },
);

/**
 * A model, with new weights, from the JSON text of its architecture.
 *
 * @param json What `model.toJson()` gave, here or in Python. An object that was parsed from it will do as well.
 * @param options See {@link ModelFromJsonOptions}.
 * @returns A model with new weights.
 * @throws {ValueError} It is no JSON, describes no model, or names classes that are not known.
 * @see `keras.models.model_from_json`
 * @example
 * const copy = models.modelFromJson(model.toJson());
 */
export const modelFromJson = checked(
  'modelFromJson',
  (json: string | Readonly<Record<string, unknown>>, options: ModelFromJsonOptions = {}): Model => {
    return modelFromConfig(typeof json === 'string' ? parseJson(json, 'modelFromJson') : json, options);
  },
  ['customObjects'],
  { callsBack: true },
);
