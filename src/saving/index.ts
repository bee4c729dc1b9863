/** @file `keras.saving`: objects to configs and back, models and weights to files and back. */
import { checkMethods } from '../core/methods.js';
import { checked } from '../core/arguments.js';
import * as serialization from '../core/serialization.js';

export {
  deserializeKerasObject,
  type DeserializeOptions,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  serializeKerasObject,
  type SerializedObject,
  withObjectSharing,
} from '../core/serialization.js';
export type { ReadLimits } from '../formats/hdf5/index.js';
export { type Comparison, KerasFileEditor, type WeightsTree } from './file_editor.js';
export type { FileHandleLike, FileSource, FileTarget, ProgressListener } from './places.js';
export {
  loadModel,
  type LoadModelOptions,
  loadWeights,
  type LoadWeightsOptions,
  saveModel,
  type SaveModelOptions,
  saveWeights,
  type SaveWeightsOptions,
} from './saving_api.js';
export { tfjsFiles, type TfjsFilesOptions } from './tfjs/place.js';

/**
 * Register a class or function of your own, so that configs and files that name it can be read.
 *
 * @param options `package` (default `'Custom'`) and `name` (default: its own).
 * @returns A function that registers its argument and gives it back; it works as a decorator too.
 * @throws {ValueError} A class without `getConfig`.
 * @see `keras.saving.register_keras_serializable`
 * @example registerKerasSerializable({ package: 'my' })(MyLayer);
 */
export const registerKerasSerializable = checked('registerKerasSerializable', serialization.registerKerasSerializable, [
  'package',
  'name',
]);

/**
 * Classes and functions of your own, known by name to all that is read from configs while `fn` runs.
 *
 * @param objects By the names that configs have for them: `{ MyLayer }`.
 * @param fn What is done in the scope.
 * @returns What `fn` gives.
 * @see `keras.saving.custom_object_scope`
 * @example
 * const model = customObjectScope({ MyLayer }, () => modelFromJson(json));
 */
export const customObjectScope = checked(
  'customObjectScope',
  <R>(objects: Readonly<Record<string, unknown>>, fn: () => R): R => {
    return serialization.withCustomObjects(objects, fn);
  },
  undefined,
  { callsBack: true },
);

/**
 * Classes and functions of your own for code that runs in the scope's `run`.
 *
 * @param customObjects By the names that configs have for them.
 * @see `keras.saving.CustomObjectScope`
 * @example
 * new CustomObjectScope({ MyLayer }).run(() => modelFromJson(json));
 */
export class CustomObjectScope {
  readonly customObjects: Readonly<Record<string, unknown>>;

  constructor(customObjects: Readonly<Record<string, unknown>>) {
    this.customObjects = customObjects;
  }

  /** Run `fn` with the objects known. */
  run<R>(fn: () => R): R {
    return customObjectScope(this.customObjects, fn);
  }
}
checkMethods(CustomObjectScope);
