/** @file `keras-ts inspect FILE`: what is in a file, and whether it can be read here. */
import { parseJson } from '../core/json.js';
import { formatShape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { ByteSource } from '../formats/byte_source.js';
import type { Hdf5File } from '../formats/hdf5/index.js';
import { openHdf5 } from '../formats/hdf5/index.js';
import { openZip } from '../formats/zip/index.js';
import type { Model } from '../models/index.js';
import { readableMemorySize } from '../models/summary.js';
import { loadModel } from '../saving/index.js';
import { OWN } from '../saving/random_state.js';
import type { ParsedArguments } from './arguments.js';
import type { Command, Outcome } from './command.js';
import { columns, grouped, kindOf, withSource } from './command.js';
import type { ModelFacts } from './facts.js';
import { formatTensor, modelFacts } from './facts.js';

/** An array of a file. */
interface ArrayFacts {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** What a file is, before anything of it is built. */
interface FileFacts {
  readonly format: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Arrays of a file that holds weights alone; null for models. */
  readonly arrays: readonly ArrayFacts[] | null;
}

function arraysOf(file: Hdf5File): ArrayFacts[] {
  return file.datasets.map((path) => ({ path, shape: file.shapeOf(path), dtype: file.dtypeOf(path) ?? 'text' }));
}

async function hdf5Facts(source: ByteSource): Promise<FileFacts> {
  const file = await openHdf5(source);
  try {
    const { model_config: config, training_config: training, ...attributes } = file.attributes('');
    if (config !== undefined) {
      const metadata = { ...attributes, has_training_config: training !== undefined };
      return { format: '.h5 (a model, the format of Keras 1 and 2)', metadata, arrays: null };
    }
    const isLayers = 'layer_names' in attributes || 'layer_names0' in attributes;
    const { layer_names: _names, ...metadata } = attributes;
    return { format: isLayers ? '.h5 (weights by layers)' : '.weights.h5', metadata, arrays: arraysOf(file) };
  } finally {
    await file.close();
  }
}

async function fileFacts(source: ByteSource): Promise<FileFacts> {
  switch (await kindOf(source)) {
    case 'keras': {
      const archive = await openZip(source);
      if (!archive.names.includes('metadata.json')) return { format: '.keras', metadata: {}, arrays: null };
      const metadata = parseJson(await archive.readText('metadata.json'), `${source.name}/metadata.json`);
      return { format: '.keras', metadata: isDict(metadata) ? metadata : {}, arrays: null };
    }
    case 'hdf5':
      return hdf5Facts(source);
    case 'json':
      return { format: 'tfjs layers model', metadata: {}, arrays: null };
    case 'unknown':
      return { format: 'unknown', metadata: {}, arrays: null };
  }
}

function modelLines(facts: ModelFacts): string[] {
  const { inputs, outputs, parameters, optimizer } = facts;
  const ends = (list: ModelFacts['inputs']): string =>
    list?.map(formatTensor).join(', ') ?? 'not known before it is called';
  const { total, trainable, nonTrainable } = parameters;
  return columns([
    ['model', `${facts.name} (${facts.className}, ${facts.layers} layers)`],
    ['inputs', ends(inputs)],
    ['outputs', ends(outputs)],
    ['parameters', `${grouped(total)} (${grouped(trainable)} trainable, ${grouped(nonTrainable)} not)`],
    ['compiled', optimizer === null ? 'no' : `with ${optimizer}`],
  ]);
}

/** The summary as text, not printed. */
function summaryOf(model: Model): string {
  let summary = '';
  model.summary({ printFn: (text) => (summary += text) });
  return summary;
}

interface Look {
  readonly facts: FileFacts;
  readonly size: number;
  /** Why the file could not even be looked at; null: it could. */
  readonly broken: string | null;
}

async function look(source: ByteSource): Promise<Look> {
  const { size } = source;
  try {
    return { facts: await fileFacts(source), size, broken: null };
  } catch (error) {
    return {
      facts: { format: await kindOf(source), metadata: {}, arrays: null },
      size,
      broken: (error as Error).message,
    };
  }
}

async function run({ positional: [path] }: ParsedArguments): Promise<Outcome> {
  const { facts, size, broken } = await withSource(path, look);
  // The states of random generators are hundreds of numbers that say nothing to a reader.
  const metadata = OWN in facts.metadata ? { ...facts.metadata, [OWN]: 'random state' } : facts.metadata;
  const head = columns([
    ['file', `${path} (${readableMemorySize(size)})`],
    ['format', facts.format],
    ...Object.entries(metadata).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  ]);
  const common = { file: path, size, format: facts.format, metadata };
  if (facts.arrays !== null) {
    const lines = columns(facts.arrays.map(({ path: name, shape, dtype }) => [name, formatShape(shape), dtype]));
    return { code: 0, text: [...head, '', ...lines].join('\n'), json: { ...common, arrays: facts.arrays } };
  }
  const refuse = (message: string): Outcome => ({
    code: 1,
    text: [...head, '', `It cannot be read: ${message}`].join('\n'),
    json: { ...common, model: null, refused: message },
  });
  if (broken !== null) return refuse(broken);
  try {
    const model = await loadModel(path);
    const about = modelFacts(model);
    return {
      code: 0,
      text: [...head, ...modelLines(about), '', summaryOf(model)].join('\n').trimEnd(),
      json: { ...common, model: about, refused: null },
    };
  } catch (error) {
    return refuse((error as Error).message);
  }
}

export const inspect: Command = {
  usage: 'FILE',
  summary: 'Say what is in a file: the model, its inputs and outputs, its parameters, or why it cannot be read.',
  options: {},
  examples: ['keras-ts inspect model.keras', 'keras-ts inspect old_model.h5 --json'],
  arity: 1,
  run,
};
