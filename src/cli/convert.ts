/** @file `keras-ts convert FROM TO`: a model from any format that is read to any that is written. */
import { loadModel, saveModel } from '../saving/index.js';
import type { ParsedArguments } from './arguments.js';
import { UsageError } from './arguments.js';
import type { Command, Outcome } from './command.js';
import { modelFacts } from './facts.js';

async function run({ positional: [from, to], flags }: ParsedArguments, note: (text: string) => void): Promise<Outcome> {
  if (from === to) throw new UsageError('FROM and TO are the same file.');
  note(`reading ${from}`);
  const model = await loadModel(from, { compile: !flags.has('no-optimizer') });
  note(`writing ${to}`);
  const overwrite = !flags.has('keep');
  if (/\.(weights\.h5|weights\.json|safetensors)$/.test(to)) await model.saveWeights(to, { overwrite });
  else await saveModel(model, to, { overwrite });
  const about = modelFacts(model);
  return {
    code: 0,
    text: `${to}: ${about.name} (${about.className}), ${about.parameters.total} parameters`,
    json: { from, to, model: about },
  };
}

export const convert: Command = {
  usage: 'FROM TO',
  summary:
    'Read a model (.keras, .h5 of Keras 1 to 3, model.json of tfjs) and write it (.keras, .h5, .json for tfjs), or its weights (.weights.h5, .weights.json, .safetensors).',
  options: {
    keep: { value: null, help: 'refuse to replace TO' },
    'no-optimizer': { value: null, help: 'leave out what the model was compiled with' },
  },
  examples: [
    'keras-ts convert old_model.h5 model.keras',
    'keras-ts convert tfjs/model.json model.keras',
    'keras-ts convert model.keras tfjs/model.json',
  ],
  arity: 2,
  run,
};
