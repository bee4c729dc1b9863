/** @file `keras-ts verify FILE`: whether a model can be read, whole, with weights that are numbers. */
import { loadModel } from '../saving/index.js';
import type { ParsedArguments } from './arguments.js';
import type { Command, Outcome } from './command.js';
import { modelFacts } from './facts.js';

async function run({ positional: [path] }: ParsedArguments, note: (text: string) => void): Promise<Outcome> {
  note(`reading ${path}`);
  let problems: string[];
  let about: ReturnType<typeof modelFacts> | null = null;
  try {
    const model = await loadModel(path);
    about = modelFacts(model);
    note('looking at the weights');
    problems = model.weights.flatMap((weight) => {
      const data = weight.value.ndarray.data as ArrayLike<number>;
      let bad = 0;
      for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) bad++;
      return bad === 0 ? [] : [`${weight.path}: ${bad} of ${data.length} numbers are NaN or infinite`];
    });
  } catch (error) {
    problems = [(error as Error).message];
  }
  const ok = problems.length === 0;
  const text = ok
    ? `${path}: ok (${about!.parameters.total} parameters)`
    : problems.map((each) => `${path}: ${each}`).join('\n');
  return { code: ok ? 0 : 1, text, json: { file: path, ok, problems, model: about } };
}

export const verify: Command = {
  usage: 'FILE',
  summary: 'Read a model whole: checksums, config, all weights. Exit code 1 says that something is wrong.',
  options: {},
  examples: ['keras-ts verify model.keras && echo fine'],
  arity: 1,
  run,
};
