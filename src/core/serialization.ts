/**
 * @file Objects to configs and back, as `keras.saving.serialize_keras_object` writes them, and the registry by which classes and
 * functions are found. Each subject has its file in serialization/.
 */
export { constructFromConfig, deserializeKerasObject, type DeserializeOptions } from './serialization/deserialize.js';
export {
  getByIdentifier,
  identifierRoom,
  type IdentifierRoom,
  type IdentifierTable,
} from './serialization/identifiers.js';
export {
  classNameOf,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  registerClasses,
  registerFunctions,
  registerKerasSerializable,
  type RegisterOptions,
  registrationOf,
  withCustomObjects,
} from './serialization/registry.js';
export { serializeKerasObject } from './serialization/serialize.js';
export { withObjectSharing } from './serialization/sharing.js';
export { registerSpecialForm, type SpecialForm } from './serialization/special_forms.js';
export {
  type Config,
  isPlainFunction,
  isSerializedObject,
  type Serializable,
  type SerializableClass,
  type SerializedObject,
} from './serialization/types.js';
