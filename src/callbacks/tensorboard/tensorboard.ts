/** @file `TensorBoard`: what a run does, in the files that TensorBoard shows. */
import { checkedOptions } from '../../core/arguments.js';
import { imageDataFormat } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../../core/errors.js';
import { isDict } from '../../core/tree.js';
import type { DataLike, TensorTree } from '../../data/index.js';
import { getDataAdapter } from '../../data/index.js';
import { Embedding } from '../../layers/core/embedding.js';
import { observingOutputs } from '../../layers/call_context.js';
import type { Layer } from '../../layers/layer.js';
import type { Variable } from '../../runtime/index.js';
import { Tensor, toTensor } from '../../runtime/index.js';
import { snapshotWeights } from '../../saving/snapshot.js';
import type { Logs } from '../callback.js';
import { Callback } from '../callback.js';
import { filesFor } from '../files.js';
import { learningRateOf, optimizersOf } from '../learning_rates.js';
import { batchesOf, gradientsOver, MOST_SAMPLES } from '../over_samples.js';
import type { FolderHandleLike } from './event_folder.js';
import { innerFolder, openFolder } from './event_folder.js';
import { graphDefOf } from './op_graph.js';
import { projectorConfig, tensorBytes, type Embedding as ProjectorEmbedding } from './projector.js';
import { SummaryWriter } from './summary_writer.js';
import { weightImage } from './weight_images.js';

/** Options of `new TensorBoard(options)`. */
export interface TensorBoardOptions {
  /** The folder: a path, or in browsers the handle of one. Default `'logs'`. */
  readonly logDir?: string | FolderHandleLike;
  /** Write histograms each n-th epoch: of weights, and of what layers give for validation data. 0 (the default): never. */
  readonly histogramFreq?: number;
  /** Write the model's graph, and the graph of operations of a step. Default true. */
  readonly writeGraph?: boolean;
  /** Keras 2's: write histograms of gradients, over validation data. Default false. */
  readonly writeGrads?: boolean;
  /** Write weights as images, with the histograms. Default false. */
  readonly writeImages?: boolean;
  /** Write how many steps were done a second. Default false. */
  readonly writeStepsPerSecond?: boolean;
  /** `'batch'` or 1: losses and metrics after each step too; a number: each n-th step. Default `'epoch'`: after epochs only. */
  readonly updateFreq?: 'batch' | 'epoch' | number;
  /** A step, or the first and the last of some, counted from 1: their kernels are timed. 0 (the default): none. */
  readonly profileBatch?: number | string | readonly [first: number, last: number];
  /** Write embeddings for the projector each n-th epoch. 0 (the default): never. */
  readonly embeddingsFreq?: number;
  /** Keras 2's: layers whose weights (or outputs, with `embeddingsData`) are shown. Default: all `Embedding`s. */
  readonly embeddingsLayerNames?: readonly string[] | null;
  /** The file of labels, a line a point, relative to `logDir`; or one for each layer by its name. */
  readonly embeddingsMetadata?: string | Readonly<Record<string, string>> | null;
  /** Keras 2's: inputs of the model. What the layers give for them is shown in place of weights. */
  readonly embeddingsData?: DataLike;
  /** Keras 2's: samples at a time for histograms of outputs and gradients. Default 32. */
  readonly batchSize?: number;
}

const OPTIONS = [
  'logDir',
  'histogramFreq',
  'writeGraph',
  'writeGrads',
  'writeImages',
  'writeStepsPerSecond',
  'updateFreq',
  'profileBatch',
  'embeddingsFreq',
  'embeddingsLayerNames',
  'embeddingsMetadata',
  'embeddingsData',
  'batchSize',
] as const satisfies readonly (keyof TensorBoardOptions)[];

const now = (): number => performance.now() / 1000;

function profiledSteps(given: TensorBoardOptions['profileBatch']): readonly [first: number, last: number] {
  const parts = typeof given === 'string' ? given.split(',').map(Number) : Array.isArray(given) ? (given as readonly number[]) : [given ?? 0]; // prettier-ignore
  const [first, last = first] = parts as readonly number[];
  if (parts.length > 2 || !Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last < first)
    throw new ValueError(
      `profile_batch must be a non-negative integer or 2-tuple of positive integers. A pair of positive integers signifies a range of batches to profile. Found: ${describe(given)}`,
    );
  return [first, last];
}

function frequency(name: string, value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0)
    throw new ValueError(`TensorBoard: ${name}=${describe(value)}. Expected a whole number of epochs from 0.`);
  return value as number;
}

/**
 * Writes what TensorBoard shows: losses and metrics of training (`train/`) and validation (`validation/`), the graph of the model and of
 * the operations of a step, histograms of weights, outputs and gradients, weights as images, embeddings, times of kernels.
 *
 * Show it by `tensorboard --logdir logs`. Values of your own: `summary.createFileWriter`.
 *
 * @param logDir The folder that `tensorboard` shows, or the handle of a folder; may stand in the options. Default `'logs'`.
 * @param more See {@link TensorBoardOptions}.
 * @throws {ValueError} An argument cannot be.
 * @see `keras.callbacks.TensorBoard`
 * @example
 * const board = new TensorBoard({ logDir: 'logs/first', histogramFreq: 1, writeImages: true });
 * await model.fit(x, y, { epochs: 5, validationData: [x, y], callbacks: [board] });
 */
export class TensorBoard extends Callback {
  readonly logDir: string | FolderHandleLike;
  readonly histogramFreq: number;
  readonly writeGraph: boolean;
  readonly writeGrads: boolean;
  readonly writeImages: boolean;
  readonly writeStepsPerSecond: boolean;
  readonly updateFreq: 'epoch' | number;
  readonly embeddingsFreq: number;
  readonly embeddingsLayerNames: readonly string[] | null;
  readonly embeddingsMetadata: string | Readonly<Record<string, string>> | null;
  readonly embeddingsData: DataLike;
  readonly batchSize: number;
  readonly #profiled: readonly [first: number, last: number];
  #hasProfiled = false;
  readonly #writers = new Map<string, SummaryWriter>();
  #inFit = false;
  #epochBegin = 0;
  #iterationsBefore = 0;
  #lastCheckpoint = { done: 0, time: 0 };

  constructor(logDir: string | FolderHandleLike, options?: TensorBoardOptions);
  constructor(options?: TensorBoardOptions);
  constructor(first?: unknown, _options?: TensorBoardOptions) {
    super();
    const given = checkedOptions<TensorBoardOptions>(new.target, first, arguments, 0);
    const {
      logDir: place = 'logs',
      histogramFreq = 0,
      writeGraph = true,
      writeGrads = false,
      writeImages = false,
      writeStepsPerSecond = false,
      updateFreq = 'epoch',
      profileBatch = 0,
      embeddingsFreq = 0,
      embeddingsLayerNames = null,
      embeddingsMetadata = null,
      embeddingsData = null,
      batchSize = 32,
      ...rest
    } = given;
    refuseUnknownOptions('TensorBoard', rest, OPTIONS);
    if (updateFreq !== 'epoch' && updateFreq !== 'batch' && !(Number.isInteger(updateFreq) && updateFreq >= 1))
      throw new ValueError(
        `TensorBoard: updateFreq=${describe(updateFreq)}. Expected 'batch', 'epoch' or a whole number of steps from 1.`,
      );
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ValueError(`TensorBoard: batchSize=${describe(batchSize)}. Expected a whole number from 1.`);
    this.logDir = place;
    this.histogramFreq = frequency('histogramFreq', histogramFreq);
    this.writeGraph = writeGraph;
    this.writeGrads = writeGrads;
    this.writeImages = writeImages;
    this.writeStepsPerSecond = writeStepsPerSecond;
    this.updateFreq = updateFreq === 'batch' ? 1 : updateFreq;
    this.#profiled = profiledSteps(profileBatch);
    this.embeddingsFreq = frequency('embeddingsFreq', embeddingsFreq);
    this.embeddingsLayerNames = embeddingsLayerNames;
    this.embeddingsMetadata = embeddingsMetadata;
    this.embeddingsData = embeddingsData;
    this.batchSize = batchSize;
  }

  async #writer(name: 'train' | 'validation'): Promise<SummaryWriter> {
    let writer = this.#writers.get(name);
    if (writer === undefined) {
      writer = new SummaryWriter(await innerFolder(this.logDir, name));
      this.#writers.set(name, writer);
    }
    return writer;
  }

  async #flush(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.flush();
  }

  /** The layers of the model, as Keras counts them: not those inside of layers. */
  get #layers(): readonly Layer[] {
    return (this.model as unknown as { readonly layers?: readonly Layer[] }).layers ?? this.model.flattenLayers();
  }

  override async onTrainBegin(): Promise<void> {
    this.#inFit = true;
    this.#hasProfiled = false;
    this.#lastCheckpoint = { done: 0, time: now() };
    const train = await this.#writer('train');
    const insight = this.model._run?.insight ?? null;
    if (this.writeGraph || this.#profiled[0] > 0) await insight?.look();
    if (this.writeGraph) {
      this.#writeModel(train);
      const graph = insight?.graph() ?? null;
      if (graph !== null) train.graph(graphDefOf(graph));
    }
    if (this.embeddingsFreq > 0) this.#embeddedLayers(); // what is wrong is said before training
    await this.#flush();
  }

  #writeModel(train: SummaryWriter): void {
    let json: string | undefined;
    try {
      json = (this.model as unknown as { toJson?(): string }).toJson?.();
    } catch (error) {
      console.warn(`Model failed to serialize as JSON. Ignoring... ${(error as Error).message}`);
    }
    if (json !== undefined) train.kerasModel(json, { step: 0 });
  }

  override nextCheckpoint(done: number): number | null {
    const next = [
      ...(this.updateFreq === 'epoch' ? [] : [done + this.updateFreq - (done % this.updateFreq)]),
      ...(this.#profiled[0] > 0 && !this.#hasProfiled ? [Math.max(done + 1, this.#profiled[0])] : []),
    ];
    return next.length === 0 ? null : Math.min(...next);
  }

  override async onCheckpoint(done: number, _batch: number, logs: Logs): Promise<void> {
    const train = await this.#writer('train');
    const { updateFreq } = this;
    // With executions of several steps, the end of the one that the step is in.
    if (updateFreq !== 'epoch' && Math.floor(done / updateFreq) > Math.floor(this.#lastCheckpoint.done / updateFreq)) {
      if (this.writeStepsPerSecond) {
        const { done: before, time } = this.#lastCheckpoint;
        train.scalar('batch_steps_per_second', (done - before) / (now() - time), { step: done });
      }
      for (const [name, value] of Object.entries(logs)) train.scalar(`batch_${name}`, value, { step: done });
      this.#lastCheckpoint = { done, time: now() };
    }
    const [first, last] = this.#profiled;
    if (first > 0 && !this.#hasProfiled && done >= first) await this.#profile(last - first + 1);
  }

  async #profile(steps: number): Promise<void> {
    this.#hasProfiled = true;
    const profile = (await this.model._run?.insight.profile(steps)) ?? null;
    if (profile === null) {
      console.warn(
        'TensorBoard: profileBatch: there are no kernels to time here (an eager model, or the interpreter).',
      );
      return;
    }
    const stamp = new Date().toISOString().slice(0, 19).replace(/[-:T]/g, '_');
    let place = await innerFolder(this.logDir, 'train');
    for (const name of ['plugins', 'profile', stamp]) place = await innerFolder(place, name);
    const folder = await openFolder(place);
    const zipped = new Blob([profile.toChromeTrace()]).stream().pipeThrough(new CompressionStream('gzip'));
    await folder.write('keras-ts.trace.json.gz', new Uint8Array(await new Response(zipped).arrayBuffer()));
  }

  override onEpochBegin(): void {
    this.#epochBegin = now();
    if (this.writeStepsPerSecond) this.#iterationsBefore = this.#iterations();
  }

  #iterations(): number {
    return toTensor(this.model.optimizer.iterations).itemSync();
  }

  // Keras: with `update_freq` a number, an epoch is passed over unless its last step is a multiple; here all epochs are written.
  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    await this.#writeMetrics(epoch, logs);
    if (this.histogramFreq > 0 && epoch % this.histogramFreq === 0) {
      await this.#writeWeights(epoch);
      await this.#writeOverValidation(epoch);
    }
    if (this.embeddingsFreq > 0 && epoch % this.embeddingsFreq === 0) await this.#writeEmbeddings(epoch);
    await this.#flush();
  }

  async #writeMetrics(epoch: number, logs: Logs): Promise<void> {
    const train = await this.#writer('train');
    const own: Record<string, number> = {};
    for (const [name, value] of Object.entries(logs)) {
      if (!name.startsWith('val_')) own[name] = value;
      else (await this.#writer('validation')).scalar(`epoch_${name.slice(4)}`, value, { step: epoch });
    }
    for (const { optimizer, name } of optimizersOf(this.model))
      own[name === null ? 'learning_rate' : `learning_rate_${name}`] = learningRateOf(optimizer);
    if (this.writeStepsPerSecond)
      own['steps_per_second'] = (this.#iterations() - this.#iterationsBefore) / (now() - this.#epochBegin);
    for (const [name, value] of Object.entries(own)) train.scalar(`epoch_${name}`, value, { step: epoch });
  }

  async #writeWeights(step: number): Promise<void> {
    const train = await this.#writer('train');
    for (const weight of this.#layers.flatMap((layer) => layer.weights)) {
      const name = weight.path.replaceAll(':', '_');
      train.histogram(`${name}/histogram`, weight.value, { step });
      const image = this.writeImages ? weightImage(weight.read(), imageDataFormat() === 'channels_last') : null;
      if (image !== null) train.image(`${name}/image`, image, { step });
    }
  }

  /** Histograms of what layers give for validation data, and of the gradients there. */
  async #writeOverValidation(step: number): Promise<void> {
    const samples = (await this.model._run?.insight.validationSamples(MOST_SAMPLES)) ?? null;
    if (!Array.isArray(samples)) return;
    const train = await this.#writer('train');
    const outputs = new Map<string, number[]>();
    const variables: readonly Variable[] = this.writeGrads ? this.model.trainableVariables : [];
    const gradients = variables.map(({ size }) => new Float64Array(size));
    const batches = batchesOf(samples as readonly TensorTree[], this.batchSize);
    for (const { batch, part } of batches) {
      for (const [name, given] of this.#outputsFor(batch[0], this.#layers)) {
        const values = outputs.get(name) ?? [];
        for (const { ndarray } of given) for (const value of ndarray.data) values.push(Number(value));
        outputs.set(name, values);
      }
      if (variables.length === 0) continue;
      gradientsOver(this.model, batch, variables).forEach((gradient, i) => {
        const { data } = gradient.ndarray;
        gradients[i].forEach((_, at) => (gradients[i][at] += part * Number(data[at])));
      });
    }
    for (const [name, values] of outputs) train.histogram(`${name}_out`, Float32Array.from(values), { step });
    variables.forEach(({ path }, i) => {
      train.histogram(`${path.replaceAll(':', '_')}_grad`, gradients[i], { step });
    });
  }

  /** What layers give for inputs of the model, by the layers' names. */
  #outputsFor(x: TensorTree, layers: readonly Layer[]): Map<string, Tensor[]> {
    const wanted = new Set<object>(layers);
    const found = new Map<string, Tensor[]>();
    const listen = (layer: object, outputs: unknown): void => {
      if (!wanted.has(layer) || !(outputs instanceof Tensor)) return;
      const { name } = layer as Layer;
      found.set(name, [...(found.get(name) ?? []), outputs]);
    };
    observingOutputs(listen, () => this.model<TensorTree>(x as Tensor, { training: false }));
    return found;
  }

  #embeddedLayers(): readonly Layer[] {
    const { embeddingsMetadata: metadata, embeddingsLayerNames: names } = this;
    const layers = this.#layers.filter((layer) => names === null ? layer instanceof Embedding : names.includes(layer.name)); // prettier-ignore
    const known = new Set(layers.map(({ name }) => name));
    const missing = (names ?? []).filter((name) => !known.has(name));
    if (missing.length > 0)
      throw new ValueError(
        `TensorBoard: embeddingsLayerNames: there is no layer ${missing.map((name) => `'${name}'`).join(', ')}. There are: ${this.#layers.map(({ name }) => name).join(', ')}.`,
      );
    const unknown = isDict(metadata) ? Object.keys(metadata).filter((name) => !known.has(name)) : [];
    if (unknown.length > 0)
      throw new ValueError(
        `Unrecognized \`Embedding\` layer names passed to \`keras.callbacks.TensorBoard\` \`embeddings_metadata\` argument: ${unknown.join(', ')}. There are: ${[...known].join(', ')}.`,
      );
    return layers;
  }

  /** `embeddingsData` as the model takes them. */
  #inputsOf(data: DataLike): TensorTree {
    const counts = this.model._arrayCounts;
    const [x] = getDataAdapter(data, 'TensorBoard: embeddingsData', { counts, shuffle: false }).whole?.arrays ?? [];
    if (x === undefined)
      throw new ValueError(
        `TensorBoard: embeddingsData=${describe(data)}. Expected arrays or tensors: the inputs of the model.`,
      );
    return x;
  }

  async #writeEmbeddings(epoch: number): Promise<void> {
    const layers = this.#embeddedLayers();
    const folder = await openFolder(this.logDir);
    const { embeddingsData: data, embeddingsMetadata: metadata } = this;
    const outputs = data === null ? null : this.#outputsFor(this.#inputsOf(data), layers);
    const shown: ProjectorEmbedding[] = [];
    for (const layer of layers) {
      const given = outputs?.get(layer.name)?.at(-1)?.ndarray;
      const [weight] = layer.weights;
      const points = outputs === null ? (weight as Variable | undefined)?.read() : given;
      if (points === undefined || points.shape.length < 2) continue;
      const [rows] = points.shape;
      const tensorPath = `${layer.name.replace(/[^A-Za-z0-9._-]/g, '_')}.bytes`;
      await folder.write(tensorPath, tensorBytes(points));
      shown.push({
        name: outputs === null ? weight.path : layer.name,
        tensorPath,
        shape: [rows, points.data.length / Math.max(rows, 1)],
        metadataPath: typeof metadata === 'string' ? metadata : (metadata?.[layer.name] ?? null),
      });
    }
    await folder.write('projector_config.pbtxt', projectorConfig(shown));
    // TensorBoard looks in folders of events, and in the one that it is opened on: where that is one above, it sees this config only.
    const inside = await openFolder(await innerFolder(this.logDir, 'train'));
    await inside.write('projector_config.pbtxt', projectorConfig(shown, '../'));
    if (typeof this.logDir !== 'string') return;
    // As Keras: the weights of the whole model too.
    const write = await snapshotWeights(this.model, 'TensorBoard');
    const files = filesFor('TensorBoard');
    await write(files.join(files.join(this.logDir, 'train'), `keras_embedding.ckpt-${epoch}.weights.h5`));
  }

  override async onTestEnd(logs: Logs): Promise<void> {
    const validation = await this.#writer('validation');
    const step = this.#iterations();
    for (const [name, value] of Object.entries(logs))
      validation.scalar(`evaluation_${name}_vs_iterations`, value, { step });
    if (!this.#inFit) await validation.flush();
  }

  async #close(): Promise<void> {
    this.#inFit = false;
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    for (const writer of writers) await writer.close();
  }

  override async onTrainEnd(): Promise<void> {
    await this.#close();
  }

  override async onTrainError(): Promise<void> {
    await this.#close();
  }
}
