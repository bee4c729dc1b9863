/** @file The projector's files: tensors as float32, and `projector_config.pbtxt`, which names them. */
import type { NDArray } from '../../core/ndarray.js';

/** One set of points. */
export interface Embedding {
  /** As TensorBoard names it. */
  readonly name: string;
  /** The file, relative to the folder of the config. */
  readonly tensorPath: string;
  readonly shape: readonly number[];
  readonly metadataPath: string | null;
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`; // prettier-ignore

/** A path from a folder further inside. One from the root of the disk, or an address, stays. */
const from = (up: string, path: string): string => (/^([/\\]|\w+:)/.test(path) ? path : up + path);

/**
 * The config as text.
 *
 * @param up What leads to the folder of the files from that of the config: `''`, `'../'`.
 */
export function projectorConfig(embeddings: readonly Embedding[], up = ''): string {
  return embeddings
    .map(({ name, tensorPath, shape, metadataPath }) =>
      [
        'embeddings {',
        `  tensor_name: ${quoted(name)}`,
        ...shape.map((size) => `  tensor_shape: ${size}`),
        ...(metadataPath === null ? [] : [`  metadata_path: ${quoted(from(up, metadataPath))}`]),
        `  tensor_path: ${quoted(from(up, tensorPath))}`,
        '}\n',
      ].join('\n'),
    )
    .join('');
}

/** The file of a set of points: float32, row by row. */
export function tensorBytes({ data }: NDArray): Uint8Array {
  const values = Float32Array.from(data as ArrayLike<number>);
  return new Uint8Array(values.buffer);
}
