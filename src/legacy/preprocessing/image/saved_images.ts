/** @file Copies of the images of batches in a folder, to be looked at. */
import { describe } from '../../../core/describe.js';
import type { DataFormat } from '../../../core/config.js';
import { ValueError } from '../../../core/errors.js';
import { requireFiles } from '../../../core/platform.js';
import type { Tensor } from '../../../runtime/index.js';
import { toTensor } from '../../../runtime/index.js';
import { arrayToImg, saveImg } from '../../../utils/image_utils.js';
import type { Draws } from './iterator.js';

/** Where the images of batches are saved too. */
export interface SaveOptions {
  /** A folder for copies of the images as they are given, to be looked at. Default null: none. */
  readonly saveToDir?: string | null;
  /** How their names begin. Default empty. */
  readonly savePrefix?: string;
  /** Default `'png'`. */
  readonly saveFormat?: 'png' | 'jpg' | 'jpeg';
}

/** @throws {ValueError} Such files are not written. */
export function requireSaveFormat(owner: string, format: unknown): void {
  if (format !== 'png' && format !== 'jpg' && format !== 'jpeg')
    throw new ValueError(`${owner}: saveFormat=${describe(format)}. Expected 'png', 'jpg' or 'jpeg'.`);
}

/** The ends of the names of images: their numbers, and a random one. */
export function hashes(indexArray: Int32Array, below: number, draws: Draws): string[] {
  return Array.from(indexArray, (index) => `${index}_${draws.below(below)}`);
}

/** @param names One for each image of the batch. */
export async function saveImages(
  batch: Tensor,
  names: readonly string[],
  { saveToDir, savePrefix = '', saveFormat = 'png' }: SaveOptions & { readonly saveToDir: string },
  dataFormat: DataFormat,
): Promise<void> {
  const files = requireFiles('saveToDir');
  for (const [i, name] of names.entries()) {
    const img = arrayToImg(toTensor(batch).at(i), { dataFormat, scale: true });
    await saveImg(files.join(saveToDir, `${savePrefix}_${name}.${saveFormat}`), img, { fileFormat: saveFormat });
  }
}
