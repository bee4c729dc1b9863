/** @file Where the public data sets are, and the sums by which their files are known: those of Keras, so that both find the same files. */
import type { Files } from '../core/platform.js';
import { requireFiles } from '../core/platform.js';
import type { GetFileOptions } from '../utils/get_file.js';
import { getFile } from '../utils/get_file.js';

/** A file of a data set. */
export interface Source {
  readonly origin: string;
  /** null: Keras checks none. */
  readonly hash: string | null;
}

const KERAS = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/';
const CIFAR = 'https://www.cs.toronto.edu/~kriz/';

/** The files, by the words that the loaders use. */
export const SOURCES = {
  mnist: {
    origin: `${KERAS}mnist.npz`,
    hash: '731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1',
  },
  fashionTrainLabels: { origin: `${KERAS}train-labels-idx1-ubyte.gz`, hash: null },
  fashionTrainImages: { origin: `${KERAS}train-images-idx3-ubyte.gz`, hash: null },
  fashionTestLabels: { origin: `${KERAS}t10k-labels-idx1-ubyte.gz`, hash: null },
  fashionTestImages: { origin: `${KERAS}t10k-images-idx3-ubyte.gz`, hash: null },
  cifar10: {
    origin: `${CIFAR}cifar-10-python.tar.gz`,
    hash: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce',
  },
  cifar100: {
    origin: `${CIFAR}cifar-100-python.tar.gz`,
    hash: '85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7',
  },
  imdb: {
    origin: `${KERAS}imdb.npz`,
    hash: '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f',
  },
  imdbWords: { origin: `${KERAS}imdb_word_index.json`, hash: 'bfafd718b763782e994055a2d397834f' },
  reuters: {
    origin: `${KERAS}reuters.npz`,
    hash: 'd6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916',
  },
  reutersWords: { origin: `${KERAS}reuters_word_index.json`, hash: '4d44cc38712099c9e383dc6e5f11a921' },
  bostonHousing: {
    origin: `${KERAS}boston_housing.npz`,
    hash: 'f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5',
  },
  californiaHousing: {
    origin: `${KERAS}california_housing.npz`,
    hash: '1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f',
  },
} satisfies Record<string, Source>;

/** The path of a file of a data set, which is downloaded if it is not there. */
export async function fetchSource(name: keyof typeof SOURCES, options: GetFileOptions): Promise<string> {
  const { origin, hash } = SOURCES[name];
  return getFile({ ...options, origin, fileHash: hash });
}

/** The files of the platform; `getFile` has found them before. */
export function platformFiles(): Files {
  return requireFiles('datasets');
}
