/**
 * @file Models of TensorFlow.js, written: `model.json`, and shards of weights beside it. The shards' names tell their content, so that a
 * `model.json` that is in place always names shards that are its own, and is put in place last.
 */
import { toBytes } from '../../core/bytes.js';
import { ValueError } from '../../core/errors.js';
import { formatJson } from '../../core/json.js';
import type { Config } from '../../core/serialization.js';
import { classNameOf, serializeKerasObject } from '../../core/serialization.js';
import { sizeOf } from '../../core/shape.js';
import type { Layer } from '../../layers/layer.js';
import type { Variable } from '../../runtime/index.js';
import { fetchVariables } from '../../runtime/index.js';
import type { LegacyModel } from '../legacy/hdf5.js';
import { fileWeights } from '../legacy/weights.js';
import { tfjsConfig } from './write_model.js';
import { tfjsTraining } from './training.js';

/** As tfjs's converter cuts them. */
const SHARD_BYTES = 4 * 2 ** 20;

/** What of a layer tells the names of its weights. */
interface LayerParts extends Layer {
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly layers?: readonly Layer[];
  readonly cell?: Layer;
  readonly cells?: readonly Layer[];
}

type Named = readonly [name: string, variable: Variable];

/** Keras names this weight as others; tfjs does not. */
const ownName = (layer: Layer, { name }: Variable): string =>
  classNameOf(layer) === 'DepthwiseConv2D' && name === 'kernel' ? 'depthwise_kernel' : name;

/** The weights of a layer by the names that tfjs gives them. @param scope Under which the layer is built. */
function namedWeights(layer: LayerParts, scope: string): Named[] {
  const { forwardLayer, backwardLayer, cell } = layer;
  if (layer.layers !== undefined) return layer.layers.flatMap((each) => namedWeights(each, each.name));
  if (forwardLayer !== undefined && backwardLayer !== undefined) {
    const bare = forwardLayer.name.replace(/^forward_/, '');
    return [
      ...namedWeights(forwardLayer, `${scope}/forward_${bare}`),
      ...namedWeights(backwardLayer, `${scope}/backward_${bare}`),
    ];
  }
  if (layer.layer !== undefined) return namedWeights(layer.layer, scope);
  const inner: LayerParts | undefined = cell;
  const cells = inner?.cells;
  if (cells !== undefined) return cells.flatMap((each, i) => namedWeights(each, `${scope}/RNNCell_${i}`));
  return fileWeights(layer).map((variable) => [`${scope}/${ownName(layer, variable)}`, variable]);
}

/** The weights by name. @throws {ValueError} tfjs would take two for one, or has no such dtype. */
function allWeights(model: Layer): Named[] {
  const named = namedWeights(model, model.name);
  const seen = new Set<string>();
  for (const [name, variable] of named) {
    if (seen.has(name))
      throw new ValueError(
        `saveModel: two weights would be named '${name}', and TensorFlow.js tells weights by the names of their layers. ` +
          'Give the layers names of their own, and use no layer in two models.',
      );
    seen.add(name);
    if (variable.dtype !== 'float32')
      throw new ValueError(`saveModel: the weight '${name}' is ${variable.dtype}; TensorFlow.js has float32 only.`);
  }
  return named;
}

/** Tells contents apart, for names of files. */
function fingerprint({ buffer }: Uint8Array<ArrayBuffer>): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (const word of new Uint32Array(buffer)) {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b << 5) ^ (b >>> 27) ^ word, 0x85ebca6b);
  }
  return [a ^ (a >>> 15), b ^ (b >>> 13)].map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('');
}

/** A shard, with its name. */
export interface WrittenShard {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Whether a name is one that is given here to a shard. */
export const isShardName = (name: unknown): name is string =>
  typeof name === 'string' && /^group1-shard\d+of\d+-[0-9a-f]{16}\.bin$/.test(name);

/** What is put beside one another. */
export interface TfjsFiles {
  /** The content of `model.json`, once the shards have been made. */
  readonly json: () => string;
  /** Makes the shards, one after the other. */
  readonly shards: () => AsyncGenerator<WrittenShard, void>;
}

async function* shardsOf(named: readonly Named[], names: string[]): AsyncGenerator<WrittenShard, void> {
  const total = named.reduce((sum, [, { shape }]) => sum + 4 * sizeOf(shape), 0);
  const count = Math.ceil(total / SHARD_BYTES);
  let [left, shard, at] = [total, new Uint8Array(Math.min(total, SHARD_BYTES)), 0];
  const finished = (): WrittenShard => {
    const name = `group1-shard${names.length + 1}of${count}-${fingerprint(shard)}.bin`;
    names.push(name);
    const made = { name, bytes: shard };
    left -= shard.length;
    [shard, at] = [new Uint8Array(Math.min(left, SHARD_BYTES)), 0];
    return made;
  };
  for (const [, variable] of named) {
    await fetchVariables([variable]);
    const bytes = toBytes(variable.read());
    for (let from = 0; from < bytes.length;) {
      const length = Math.min(bytes.length - from, shard.length - at);
      shard.set(bytes.subarray(from, from + length), at);
      [from, at] = [from + length, at + length];
      if (at === shard.length) yield finished();
    }
  }
}

/**
 * A model as tfjs writes it.
 *
 * @throws {ValueError} It has what tfjs lacks. The layer is named.
 */
export function tfjsFilesOf(model: Layer, includeOptimizer: boolean): TfjsFiles {
  const { class_name, config } = tfjsConfig(model);
  const named = allWeights(model);
  let training: Config | null = null;
  if (includeOptimizer && (model as LegacyModel).compiled === true) {
    const own = (model as unknown as { getCompileConfig(): Config }).getCompileConfig();
    const [made, lacks] = tfjsTraining(serializeKerasObject(own) as Config);
    training = made;
    if (lacks !== null)
      console.warn(
        `saveModel: what '${model.name}' was compiled with is left out, as TensorFlow.js does not have ${lacks}.`,
      );
  }
  const names: string[] = [];
  return {
    shards: () => shardsOf(named, names),
    json: () =>
      formatJson({
        modelTopology: { class_name, config, keras_version: '2.15.0', backend: 'tensor_flow.js' },
        ...(training === null ? {} : { trainingConfig: training }),
        format: 'layers-model',
        generatedBy: 'keras-ts',
        convertedBy: null,
        weightsManifest: [
          { paths: names, weights: named.map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })) },
        ],
      }),
  };
}
