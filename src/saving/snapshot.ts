/**
 * @file A file of a model as the model is now, written later: what goes into the file is taken at once, so that the model may train on
 * while a disk is at work.
 */
import type { Hdf5Sink } from '../formats/hdf5/index.js';
import type { Layer } from '../layers/layer.js';
import { archiveContent, writeKerasArchive } from './keras_archive.js';
import type { LegacyModel } from './legacy/hdf5.js';
import { writeLegacyModel } from './legacy_writer.js';
import type { FileTarget } from './places.js';
import { writeAtomically, writeHdf5 } from './saving_api.js';
import { writeWeights } from './weights.js';
import { Hdf5WeightsWriter } from './weights_store.js';

/** Writes what was taken. The file is there as a whole or not at all. */
export type WriteSnapshot = (place: FileTarget) => Promise<void>;

/**
 * Keeps what is written to it. Arrays need no copy: a variable's array is replaced when the variable changes, or is a copy of what lies in
 * the heap.
 */
class Hdf5Recorder implements Hdf5Sink {
  readonly #calls: ((file: Hdf5Sink) => Promise<void>)[] = [];

  group(...call: Parameters<Hdf5Sink['group']>): Promise<void> {
    this.#calls.push((file) => file.group(...call));
    return Promise.resolve();
  }

  array(...call: Parameters<Hdf5Sink['array']>): Promise<void> {
    this.#calls.push((file) => file.array(...call));
    return Promise.resolve();
  }

  /** Write what was kept. */
  async replay(file: Hdf5Sink): Promise<void> {
    for (const call of this.#calls) await call(file);
  }
}

async function recorded(work: (file: Hdf5Sink) => Promise<void>): Promise<(file: Hdf5Sink) => Promise<void>> {
  const recorder = new Hdf5Recorder();
  await work(recorder);
  return (file) => recorder.replay(file);
}

/**
 * Take the weights and the state of training, for a `.weights.h5` file.
 *
 * @param owner Names the caller in messages.
 * @param more Writes what else the file holds.
 */
export async function snapshotWeights(
  model: Layer,
  owner: string,
  more?: (file: Hdf5Sink) => Promise<void>,
): Promise<WriteSnapshot> {
  const weights = await recorded(async (file) => {
    await writeWeights(model, new Hdf5WeightsWriter(file));
    await more?.(file);
  });
  return (place) => writeHdf5(place, owner, weights);
}

/** Take a whole model. @param owner Names the caller in messages. @param name The file's name: `.keras`, else the format of `.h5`. */
export async function snapshotModel(model: Layer, owner: string, name: string): Promise<WriteSnapshot> {
  if (!name.endsWith('.keras')) {
    const whole = await recorded((file) => writeLegacyModel(file, model as LegacyModel, true));
    return (place) => writeHdf5(place, owner, whole);
  }
  const content = await archiveContent(model);
  const weights = await recorded((file) => content.weights(file));
  return (place) =>
    writeAtomically(place, owner, (file, path) =>
      writeKerasArchive({ ...content, weights }, (bytes) => file.write(bytes), path),
    );
}
