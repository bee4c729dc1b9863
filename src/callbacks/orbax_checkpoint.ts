/** @file `OrbaxCheckpoint`, which is known by name and says what to use. */
import { NotImplementedError } from '../core/errors.js';

/**
 * Not portable: Orbax checkpoints are folders of JAX's own library (OCDBT and Zarr), which exists for Python only.
 *
 * Use `BackupAndRestore` to go on after an interruption, `ModelCheckpoint` to keep models.
 *
 * @param _args Nothing is taken.
 * @throws {NotImplementedError} Always.
 * @see `keras.callbacks.OrbaxCheckpoint`
 * @example
 * let caught: unknown;
 * try {
 *   new callbacks.OrbaxCheckpoint();
 * } catch (error) {
 *   caught = error;
 * }
 * caught instanceof NotImplementedError; // true
 */
export class OrbaxCheckpoint {
  constructor(..._args: readonly unknown[]) {
    throw new NotImplementedError(
      'OrbaxCheckpoint: Orbax is a library of JAX for Python, and its checkpoints cannot be written here. Use BackupAndRestore to go on after an interruption, or ModelCheckpoint to keep models.',
    );
  }
}
