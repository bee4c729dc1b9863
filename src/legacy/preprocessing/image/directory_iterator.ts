/** @file Batches of images in folders of classes. */
import { checkMethods } from '../../../core/methods.js';
import { checkedOptions, refuseOthers } from '../../../core/arguments.js';
import { ValueError } from '../../../core/errors.js';
import { getPlatform, requireFiles } from '../../../core/platform.js';
import type { Tensor } from '../../../runtime/index.js';
import { byText, filesIn, listFolder } from '../../../utils/directory_index.js';
import type { FlowFilesOptions, ImageListing } from './files_iterator.js';
import { FilesIterator, FLOW_FILES_OPTIONS, IMAGE_ENDINGS, partOf, requireClassMode } from './files_iterator.js';
import type { ImageDataGenerator } from './image_data_generator.js';
import { requireSaveFormat } from './saved_images.js';

/** Options of `flowFromDirectory`. */
export interface FlowFromDirectoryOptions extends FlowFilesOptions {
  /**
   * `'categorical'`: vectors with a one; `'binary'` and `'sparse'`: the number of the class; `'input'`: the images themselves; null: no
   * labels. Default `'categorical'`.
   */
  readonly classMode?: 'categorical' | 'binary' | 'sparse' | 'input' | null;
  /** Whether folders that are links are gone into. Default false. */
  readonly followLinks?: boolean;
}

/** The names of the options of `flowFromDirectory`. */
export const FLOW_FROM_DIRECTORY_OPTIONS = [...FLOW_FILES_OPTIONS, 'classMode', 'followLinks'] as const;

/** What batches of folders are. */
export type DirectoryBatch<O> = O extends { readonly classMode: null } ? Tensor : [x: Tensor, y: Tensor];

const OWNER = 'flowFromDirectory';

/** The images below a folder of folders. @throws {ValueError} It is not there. */
export async function listDirectory(
  directory: string,
  generator: ImageDataGenerator,
  { classes = null, followLinks = false, subset = null, saveFormat = 'png', classMode }: FlowFromDirectoryOptions,
): Promise<ImageListing> {
  requireClassMode(OWNER, classMode === undefined ? 'categorical' : classMode, MODES);
  requireSaveFormat(OWNER, saveFormat);
  const files = requireFiles(OWNER, 'there are no folders here.');
  if ((await files.stat(directory))?.isFolder !== true) throw new ValueError(`${OWNER}: there is no folder ${directory}.`);
  const isFolder = async (path: string): Promise<boolean> => (await files.stat(path))?.isFolder === true;
  let folders = classes === null || classes.length === 0 ? null : [...classes];
  if (folders === null) {
    folders = [];
    for (const name of (await listFolder(OWNER, files, directory)).sort(byText))
      if (await isFolder(files.join(directory, name))) folders.push(name);
  }
  const filenames: string[] = [];
  const filepaths: string[] = [];
  const numbers: number[] = [];
  for (const [label, folder] of folders.entries()) {
    const path = files.join(directory, folder);
    if (!(await isFolder(path))) {
      console.warn(`${OWNER}: there is no folder of the class '${folder}' in ${directory}: it has no images.`);
      continue;
    }
    const found = await filesIn(OWNER, files, path, IMAGE_ENDINGS, followLinks);
    const [from, to] = partOf(OWNER, subset, generator, found.length);
    for (const file of found.slice(from, to)) {
      filepaths.push(file);
      filenames.push(folder + file.slice(path.length));
      numbers.push(label);
    }
  }
  getPlatform().terminal.write(`Found ${filenames.length} images belonging to ${folders.length} classes.\n`);
  const classIndices = Object.fromEntries(folders.map((name, i) => [name, i]));
  return { filenames, filepaths, classes: numbers, classIndices, targets: [], sampleWeight: null };
} // prettier-ignore

const MODES = ['categorical', 'binary', 'sparse', 'input', null] as const;

/**
 * Batches of images in folders of classes: what `flowFromDirectory` gives.
 *
 * @param listing The images, and what is known of each.
 * @param generator Changes and normalizes the images.
 * @param options See {@link FlowFromDirectoryOptions}.
 * @returns Batches for `fit`, `evaluate` and `predict`, as {@link ImageIterator} gives them.
 * @throws {ValueError} A mode or a size that there is not.
 * @see `keras.preprocessing.image.DirectoryIterator` of Keras 2
 * @example
 * const count = async () => {
 *   const batches = await new preprocessing.image.ImageDataGenerator({ rescale: 1 / 255 }).flowFromDirectory('pets', { targetSize: [64, 64] });
 *   return batches instanceof preprocessing.image.DirectoryIterator ? batches.samples : 0;
 * };
 */
export class DirectoryIterator<B> extends FilesIterator<B> {
  static override readonly positional = ['listing', 'generator'];

  constructor(listing: ImageListing, generator: ImageDataGenerator, options: FlowFromDirectoryOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    refuseOthers(OWNER, options, FLOW_FROM_DIRECTORY_OPTIONS);
    const { classMode = 'categorical' } = options;
    super(OWNER, listing, generator, classMode, options);
  }
}
checkMethods(DirectoryIterator);
