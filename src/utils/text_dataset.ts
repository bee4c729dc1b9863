/** @file `textDatasetFromDirectory`: texts in folders of classes. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Tensor } from '../runtime/index.js';
import type { DirectoryDataset, DirectoryOptions, Parts } from './directory_index.js';
import { DIRECTORY_OPTIONS, directoryDatasets } from './directory_index.js';

/** Options of `textDatasetFromDirectory(directory, options)`. */
export interface TextDatasetOptions extends DirectoryOptions {
  /** Bytes of a text that are kept. Default null: all. */
  readonly maxLength?: number | null;
  /** Keras's choice of a library; there is one here. Default `'tf'`. */
  readonly format?: 'tf' | 'grain';
}

/** What the elements are: texts and labels, in batches or one by one. */
type TextElement<O> = O extends { readonly labels: null } | { readonly labelMode: null }
  ? O extends { readonly batchSize: null }
    ? string
    : string[]
  : O extends { readonly batchSize: null }
    ? [text: string, label: Tensor]
    : [texts: string[], labels: Tensor];

const NAMES = [...DIRECTORY_OPTIONS, 'maxLength', 'format'] as const satisfies readonly (keyof TextDatasetOptions)[];

/**
 * Texts, with labels by the folders in which they lie: `directory/class_a/*.txt`, `directory/class_b/*.txt` and so on.
 *
 * Texts are read as UTF-8; bytes that are none become U+FFFD (Keras keeps the bytes).
 *
 * @param directory Path of the folder with the folders of classes.
 * @param options See {@link TextDatasetOptions}.
 * @returns A data set of `[texts, labels]`, or of texts alone; with `classNames` and `filePaths`. With `subset: 'both'` two of them.
 * @throws {ValueError} The folder is not there, or holds no `.txt`; options do not fit each other.
 * @see `keras.utils.text_dataset_from_directory`
 * @example
 * const load = async () => {
 *   const [train, validation] = await textDatasetFromDirectory('reviews', { validationSplit: 0.2, subset: 'both', seed: 1 });
 *   return train.classNames;
 * };
 */
export const textDatasetFromDirectory = checked(
  'textDatasetFromDirectory',
  async <const O extends TextDatasetOptions = object>(
    directory: string,
    options?: O,
  ): Promise<Parts<O, DirectoryDataset<TextElement<O>>>> => {
    const { maxLength = null, format = 'tf', ...rest }: TextDatasetOptions = options ?? {};
    if (maxLength !== null && !(Number.isInteger(maxLength) && maxLength >= 0))
      throw new ValueError(
        `textDatasetFromDirectory: maxLength=${describe(maxLength)}. Expected a whole number, or null.`,
      );
    if (format !== 'tf' && format !== 'grain')
      throw new ValueError(`textDatasetFromDirectory: format=${describe(format)}. Expected 'tf' or 'grain'.`);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const datasets = await directoryDatasets('textDatasetFromDirectory', directory, rest, {
      formats: ['.txt'],
      options: { maxLength },
      load: async (files, path) => {
        const bytes = await files.read(path);
        return decoder.decode(maxLength === null ? bytes : bytes.subarray(0, maxLength));
      },
    });
    return (options?.subset === 'both' ? datasets : datasets[0]) as Parts<O, DirectoryDataset<TextElement<O>>>;
  },
  [...NAMES],
);
