/** @file `keras-ts plot FILE -o PICTURE`. */
import { loadModel } from '../saving/index.js';
import type { ModelToDotOptions } from '../utils/index.js';
import { plotModel } from '../utils/index.js';
import type { ParsedArguments } from './arguments.js';
import type { Command, Outcome } from './command.js';
import { valueOf } from './command.js';

async function run(args: ParsedArguments, note: (text: string) => void): Promise<Outcome> {
  const { positional, flags } = args;
  const [path] = positional;
  const out = valueOf(args, 'output') ?? 'model.svg';
  const dpi = valueOf(args, 'dpi');
  const model = await loadModel(path, { compile: false });
  note(`drawing ${model.name}`);
  await plotModel(model, {
    toFile: out,
    showShapes: flags.has('shapes'),
    showDtype: flags.has('dtypes'),
    showLayerNames: !flags.has('no-names'),
    showLayerActivations: flags.has('activations'),
    showTrainable: flags.has('trainable'),
    expandNested: flags.has('nested'),
    rankdir: (valueOf(args, 'rankdir') ?? 'TB') as NonNullable<ModelToDotOptions['rankdir']>,
    dpi: dpi === undefined ? (out.toLowerCase().endsWith('.png') ? 200 : 96) : Number(dpi),
  });
  return { code: 0, text: out, json: { file: path, picture: out } };
}

export const plot: Command = {
  usage: 'FILE [-o PICTURE]',
  summary: 'Draw a model as .svg, .png or .dot.',
  options: {
    output: { value: 'PICTURE', short: 'o', help: 'where the picture goes (default: model.svg)' },
    shapes: { value: null, help: 'show shapes' },
    dtypes: { value: null, help: 'show dtypes' },
    activations: { value: null, help: 'show activations' },
    trainable: { value: null, help: 'show which layers train' },
    nested: { value: null, help: 'show the layers of inner models' },
    'no-names': { value: null, help: 'leave out the names of layers' },
    rankdir: { value: 'TB|LR|BT|RL', help: 'where the arrows lead (default: TB, top to bottom)' },
    dpi: { value: 'N', help: 'pixels an inch (default: 200 for .png, else 96)' },
  },
  examples: ['keras-ts plot model.keras -o model.png --shapes', 'keras-ts plot model.keras --nested --rankdir LR'],
  arity: 1,
  run,
};
