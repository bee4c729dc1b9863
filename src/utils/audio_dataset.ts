/** @file `audioDatasetFromDirectory`: sounds in folders of classes. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import { readWav } from '../formats/wav.js';
import type { Sound } from '../formats/wav.js';
import { Tensor } from '../runtime/index.js';
import type { DirectoryDataset, DirectoryOptions, Parts, TensorElement } from './directory_index.js';
import { DIRECTORY_OPTIONS, directoryDatasets } from './directory_index.js';
import { resample } from './resample.js';

/** Options of `audioDatasetFromDirectory(directory, options)`. */
export interface AudioDatasetOptions extends DirectoryOptions {
  /** Samples a second that all sounds are brought to. Default null: those of the file. */
  readonly samplingRate?: number | null;
  /**
   * Samples of all sounds: longer ones are cut off, shorter ones end in silence. Default null: as many as the longest of the batch has.
   */
  readonly outputSequenceLength?: number | null;
  /** Whether sounds keep their lengths: a batch is a list of tensors then. Default false. */
  readonly ragged?: boolean;
  /**
   * Whether files that are no sounds that can be read are left out, with a warning for each; the number of batches is not known then. Ours.
   * Default false: such a file is an error.
   */
  readonly skip?: boolean;
}

/** What the elements are. */
type AudioElement<O> = O extends { readonly ragged: true }
  ? O extends { readonly batchSize: null }
    ? TensorElement<O>
    : O extends { readonly labels: null } | { readonly labelMode: null }
      ? Tensor[]
      : [sounds: Tensor[], labels: Tensor]
  : TensorElement<O>;

const OWNER = 'audioDatasetFromDirectory';
const NAMES = [...DIRECTORY_OPTIONS, 'samplingRate', 'outputSequenceLength', 'ragged', 'skip'] as const satisfies readonly (keyof AudioDatasetOptions)[]; // prettier-ignore

/** Samples of a wanted number, at a wanted rate. (Keras 3.15.1 cuts before it changes the rate, and mends that in its next version.) */
function toTensor(sound: Sound, rate: number | null, length: number | null): Tensor {
  const { channels } = sound;
  const data = rate === null ? sound.data : resample(sound, rate);
  if (length === null) return Tensor.fromArray(ndarray('float32', [data.length / channels, channels], data));
  const cut = new Float32Array(length * channels);
  cut.set(data.subarray(0, cut.length));
  return Tensor.fromArray(ndarray('float32', [length, channels], cut));
}

/**
 * Sounds, with labels by the folders in which they lie: `directory/class_a/1.wav`, `directory/class_b/2.wav` and so on. WAV of 8, 16, 24 and
 * 32 bits and of floats (Keras: of 16 bits alone).
 *
 * @param directory Path of the folder with the folders of classes.
 * @returns A data set of `[sounds, labels]`, or of sounds alone; with `classNames` and `filePaths`. Sounds are float32 from -1 to 1, of shape
 *   (batch, samples, channels). With `subset: 'both'` two of them.
 * @throws {ValueError} The folder is not there, cannot be read, or holds no `.wav`; options do not fit each other. When it is read: a file is
 *   no sound.
 * @see `keras.utils.audio_dataset_from_directory`
 * @example
 * const load = async () => {
 *   const commands = await audioDatasetFromDirectory('commands', { outputSequenceLength: 16000 });
 *   return commands.classNames;
 * };
 */
export const audioDatasetFromDirectory = checked(
  OWNER,
  async <const O extends AudioDatasetOptions = object>(
    directory: string,
    options?: O,
  ): Promise<Parts<O, DirectoryDataset<AudioElement<O>>>> => {
    const given: AudioDatasetOptions = options ?? {};
    const { samplingRate = null, outputSequenceLength = null, ragged = false, skip = false } = given;
    for (const [name, value] of Object.entries({ samplingRate, outputSequenceLength }))
      if (value !== null && !(Number.isInteger(value) && value > 0))
        throw new ValueError(`${OWNER}: ${name}=${describe(value)}. Expected a whole number from 1, or null.`);
    if (ragged && outputSequenceLength !== null)
      throw new ValueError(`${OWNER}: Cannot set both \`ragged\` and \`outputSequenceLength\`.`);
    const warned = new Set<string>();
    const rest = Object.fromEntries(DIRECTORY_OPTIONS.map((name) => [name, given[name]])) as DirectoryOptions;
    const datasets = await directoryDatasets(OWNER, directory, rest, {
      formats: ['.wav'],
      options: { samplingRate, outputSequenceLength },
      skips: skip,
      batches: ragged ? 'lists' : outputSequenceLength === null ? 'padded' : 'alike',
      load: async (files, path) => {
        const bytes = await files.read(path);
        try {
          return toTensor(readWav(bytes), samplingRate, outputSequenceLength);
        } catch (error) {
          const why = `${path} is no sound that can be read: ${(error as Error).message}.`;
          if (!skip) throw new ValueError(`${OWNER}: ${why} Mend or remove it, or leave such files out by skip: true.`);
          if (!warned.has(path)) console.warn(`${OWNER}: ${why} It is left out.`);
          warned.add(path);
          return null;
        }
      },
    });
    return (given.subset === 'both' ? datasets : datasets[0]) as Parts<O, DirectoryDataset<AudioElement<O>>>;
  },
  [...NAMES],
);
