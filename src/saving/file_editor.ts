/** @file `KerasFileEditor`: looks into files of weights, changes them, and writes them anew. */
import { checkMethods } from '../core/methods.js';
import { ValueError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import type { NDArray } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { formatShape, sameShape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { ByteSource } from '../formats/byte_source.js';
import type { ReadLimits } from '../formats/hdf5/index.js';
import { openHdf5 } from '../formats/hdf5/index.js';
import { openZip } from '../formats/zip/index.js';
import type { TensorLike } from '../runtime/index.js';
import { Tensor, toTensor } from '../runtime/index.js';
import { WEIGHTS } from './keras_archive.js';
import type { FileSource, FileTarget } from './places.js';
import { nameOf, openSource } from './places.js';
import { writeHdf5 } from './saving_api.js';
import type { Saveable } from './state.js';
import { placesOf } from './state.js';

/** Objects by name, down to their weights by name (`'0'`, `'1'`, …). */
export interface WeightsTree {
  [name: string]: WeightsTree | Tensor;
}

/** What `compare` found. */
export interface Comparison {
  readonly status: 'success' | 'error';
  readonly errorCount: number;
  readonly matchCount: number;
}

type Edit = (tree: WeightsTree, name: string) => void;

/** A tree whose names may be any, those that objects inherit included. */
const newTree = (): WeightsTree => Object.create(null) as WeightsTree;

/**
 * Looks into a `.keras` or `.weights.h5` file, and changes it: for weights of an architecture that has changed since.
 *
 * @see `keras.saving.KerasFileEditor`
 * @example
 * await model.saveWeights('model.weights.h5');
 * const editor = await KerasFileEditor.open('model.weights.h5');
 * editor.summary();
 * editor.renameObject('layers/dense', 'dense_1');
 * await editor.save('edited.weights.h5');
 */
export class KerasFileEditor {
  /** The objects and their weights. */
  readonly weightsDict: WeightsTree;
  /** The names of objects, by path. */
  readonly objectMetadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The config of the model, if the file is a `.keras` file. */
  readonly config: unknown;
  /** Who saved the file and when, if it is a `.keras` file. */
  readonly metadata: unknown;

  private constructor(
    weights: WeightsTree,
    objects: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    config: unknown,
    metadata: unknown,
  ) {
    this.weightsDict = weights;
    this.objectMetadata = objects;
    this.config = config;
    this.metadata = metadata;
  }

  /**
   * Open a file. Its weights are read into memory.
   *
   * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file.
   * @throws {ValueError} It is no such file, or is broken.
   */
  static async open(place: FileSource, limits: ReadLimits = {}): Promise<KerasFileEditor> {
    const source = await openSource(place, 'KerasFileEditor');
    try {
      const start = await source.read(0, Math.min(2, source.size));
      if (start[0] !== 0x50 || start[1] !== 0x4b) return await KerasFileEditor.#read(source, null, null, limits);
      const archive = await openZip(source);
      const json = async (name: string): Promise<unknown> =>
        archive.has(name) ? parseJson(await archive.readText(name), `${source.name}/${name}`) : null;
      const [config, metadata] = [await json('config.json'), await json('metadata.json')];
      return await KerasFileEditor.#read(await archive.member(WEIGHTS), config, metadata, limits);
    } finally {
      await source.close();
    }
  }

  static async #read(
    source: ByteSource,
    config: unknown,
    metadata: unknown,
    limits: ReadLimits,
  ): Promise<KerasFileEditor> {
    const file = await openHdf5(source, limits);
    try {
      const tree = newTree();
      const objects: Record<string, Readonly<Record<string, unknown>>> = {};
      const treeAt = (path: string): WeightsTree =>
        path
          .split('/')
          .filter((part) => part !== '' && part !== 'vars')
          .reduce((at, part) => (at[part] ??= newTree()) as WeightsTree, tree);
      for (const group of file.groups) {
        const attributes = file.attributes(group);
        treeAt(group);
        if (Object.keys(attributes).length > 0) objects[group.replace(/\/?vars$/, '')] = attributes;
      }
      for (const path of file.datasets) {
        const at = path.lastIndexOf('/');
        treeAt(path.slice(0, Math.max(at, 0)))[path.slice(at + 1)] = Tensor.fromArray(await file.read(path));
      }
      return new KerasFileEditor(tree, objects, config, metadata);
    } finally {
      await file.close();
    }
  }

  /** Print the objects and the shapes of their weights. */
  summary(): void {
    const { terminal } = getPlatform();
    const show = (tree: WeightsTree, depth: number): void => {
      for (const [name, value] of Object.entries(tree)) {
        const indent = '  '.repeat(depth);
        if (value instanceof Tensor)
          terminal.write(`${indent}${name}: shape=${formatShape(value.shape)}, dtype=${value.dtype}\n`);
        else {
          terminal.write(`${indent}${name}/\n`);
          show(value, depth + 1);
        }
      }
    };
    terminal.write('Weights structure\n');
    show(this.weightsDict, 0);
  }

  /** Compare the file with a model: which weights are missing, too many or of another shape. What differs is printed. */
  compare(referenceModel: Saveable): Comparison {
    const { terminal } = getPlatform();
    const here = new Map(this.#weights());
    const wanted = new Map<string, readonly number[]>();
    for (const { saveable, path } of placesOf(referenceModel)) {
      const own: Record<string, TensorLike> = {};
      saveable.saveOwnVariables(own);
      for (const [key, value] of Object.entries(own))
        wanted.set(path === '' ? key : `${path}/${key}`, toTensor(value, null, 'compare').shape);
    }
    let [errors, matches] = [0, 0];
    const report = (text: string): void => {
      errors++;
      terminal.write(`...${text}\n`);
    };
    for (const [path, shape] of wanted) {
      const found = here.get(path);
      if (found === undefined) report(`Weight ${path} present in the model, missing from the file`);
      else if (!sameShape(found.shape, shape))
        report(
          `Weight shape mismatch for ${path}: ${formatShape(found.shape)} in the file, ${formatShape(shape)} in the model`,
        );
      else matches++;
    }
    for (const path of here.keys())
      if (!wanted.has(path)) report(`Weight ${path} present in the file, missing from the model`);
    const status = errors === 0 ? 'success' : 'error';
    terminal.write(
      status === 'success' ? `Comparison successful: ${matches} matching weights\n` : `Found ${errors} errors\n`,
    );
    return { status, errorCount: errors, matchCount: matches };
  }

  #weights(tree: WeightsTree = this.weightsDict, path = ''): (readonly [string, Tensor])[] {
    return Object.entries(tree).flatMap(([name, value]) => {
      const full = path === '' ? name : `${path}/${name}`;
      return value instanceof Tensor ? [[full, value] as const] : this.#weights(value, full);
    });
  }

  #edit(name: string, edit: Edit): void {
    if (name.includes('/')) {
      const parts = name.split('/');
      const tree = this.#treeAt(parts.slice(0, -1), name);
      if (!(parts.at(-1)! in tree)) throw new ValueError(`KerasFileEditor: path '${name}' not found in the file.`);
      edit(tree, parts.at(-1)!);
      return;
    }
    const found: WeightsTree[] = [];
    const look = (tree: WeightsTree): void => {
      if (name in tree) found.push(tree);
      for (const value of Object.values(tree)) if (!(value instanceof Tensor)) look(value);
    };
    look(this.weightsDict);
    if (found.length > 1)
      throw new ValueError(`KerasFileEditor: name '${name}' occurs more than once in the file; pass a complete path.`);
    if (found.length === 0)
      throw new ValueError(`KerasFileEditor: name '${name}' does not appear in the file. summary() lists all objects.`);
    edit(found[0], name);
  }

  #treeAt(parts: readonly string[], path: string): WeightsTree {
    return parts.reduce<WeightsTree>((tree, part) => {
      const inner = part in tree ? tree[part] : null;
      if (inner === null || inner instanceof Tensor)
        throw new ValueError(`KerasFileEditor: path '${path}' not found in the file.`);
      return inner;
    }, this.weightsDict);
  }

  #object(name: string, edit: (object: WeightsTree) => void): void {
    this.#edit(name, (tree, leaf) => {
      const object = tree[leaf];
      if (object instanceof Tensor) throw new ValueError(`KerasFileEditor: '${name}' is a weight. Expected an object.`);
      edit(object);
    });
  }

  /** Give an object another name. @param objectName Its name, or path (`'layers/dense_2'`). @throws {ValueError} There is none. */
  renameObject(objectName: string, newName: string): void {
    if (newName.includes('/'))
      throw new ValueError(`KerasFileEditor: newName should be a name, not a path. Received: '${newName}'.`);
    this.#edit(objectName, (tree, name) => {
      const value = tree[name];
      delete tree[name];
      tree[newName] = value;
    });
  }

  /** Take an object out. @throws {ValueError} There is none. */
  deleteObject(objectName: string): void {
    this.#edit(objectName, (tree, name) => {
      delete tree[name];
    });
  }

  /** Put an object in. @param objectPath Its whole path. @param weights By name: `{ '0': kernel, '1': bias }`. */
  addObject(objectPath: string, weights: Readonly<Record<string, TensorLike>>): void {
    const parts = objectPath.split('/');
    const tree = this.#treeAt(parts.slice(0, -1), parts.slice(0, -1).join('/'));
    tree[parts.at(-1)!] = tensorsOf(weights);
  }

  /** Take a weight out of an object. @throws {ValueError} There is none. */
  deleteWeight(objectName: string, weightName: string): void {
    this.#object(objectName, (object) => {
      if (!(weightName in object))
        throw new ValueError(
          `KerasFileEditor: weight ${weightName} not found in object ${objectName}. Weights found: ${Object.keys(object).join(', ')}.`,
        );
      delete object[weightName];
    });
  }

  /** Put weights into an object, in place of those of the same names. @throws {ValueError} There is no such object. */
  addWeights(objectName: string, weights: Readonly<Record<string, TensorLike>>): void {
    this.#object(objectName, (object) => Object.assign(object, tensorsOf(weights)));
  }

  /**
   * Write the weights as a new file.
   *
   * @param place A path or handle of a file that ends in `.weights.h5`.
   * @throws {ValueError} It ends otherwise.
   */
  async save(place: FileTarget): Promise<void> {
    const name = nameOf(place);
    if (!name.endsWith('.weights.h5'))
      throw new ValueError(`KerasFileEditor: the name must end in '.weights.h5'. Received: '${name}'.`);
    await writeHdf5(place, 'KerasFileEditor', async (file) => {
      for (const [path, tensor] of this.#weights()) {
        const at = path.lastIndexOf('/');
        const group = at < 0 ? 'vars' : `${path.slice(0, at)}/vars`;
        const array: NDArray = tensor.ndarray;
        await file.array(`${group}/${path.slice(at + 1)}`, array);
      }
    });
  }

  /** The same as `save`. */
  async resaveWeights(place: FileTarget): Promise<void> {
    await this.save(place);
  }
}
checkMethods(KerasFileEditor);

function tensorsOf(weights: Readonly<Record<string, TensorLike>>): WeightsTree {
  if (!isDict(weights))
    throw new ValueError('KerasFileEditor: weights should be a dict of arrays by name (usually "0", "1", …).');
  const tree = newTree();
  for (const [name, value] of Object.entries(weights)) tree[name] = toTensor(value, null, 'KerasFileEditor');
  return tree;
}
