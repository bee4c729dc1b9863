/** @file `keras-ts predict FILE --input x.npy --output y.npy`. */
import { formatShape } from '../core/shape.js';
import { flatten } from '../core/tree.js';
import { loadNpy, saveNpy } from '../utils/index.js';
import type { Tensor } from '../runtime/index.js';
import { loadModel } from '../saving/index.js';
import type { ParsedArguments } from './arguments.js';
import { UsageError } from './arguments.js';
import type { Command, Outcome } from './command.js';
import { requiredValue, valueOf } from './command.js';

/** The inputs: one array, several in order, or by the names of the inputs (`name=x.npy`). */
async function readInputs(given: readonly string[]): Promise<Tensor | Tensor[] | Record<string, Tensor>> {
  const pairs = given.map((each) => /^(\w[\w.-]*)=(.+)$/.exec(each));
  if (pairs.every((pair) => pair !== null)) {
    const entries: [string, Tensor][] = [];
    for (const [, name, path] of pairs) entries.push([name, await loadNpy(path)]);
    return Object.fromEntries(entries);
  }
  const arrays: Tensor[] = [];
  for (const path of given) arrays.push(await loadNpy(path));
  return arrays.length === 1 ? arrays[0] : arrays;
}

/** Names for several outputs: `y.npy` → `y_0.npy`, `y_1.npy`. */
const numbered = (path: string, i: number): string => path.replace(/(\.npy)?$/, (ending) => `_${i}${ending}`);

async function run(args: ParsedArguments, note: (text: string) => void): Promise<Outcome> {
  const [path] = args.positional;
  const given = args.values.get('input');
  if (given === undefined) throw new UsageError('--input is missing.');
  const output = requiredValue(args, 'output');
  const batchSize = Number(valueOf(args, 'batch-size') ?? 32);
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new UsageError(`--batch-size ${valueOf(args, 'batch-size')}: expected a whole number above 0.`);
  const model = await loadModel(path, { compile: false });
  const x = await readInputs(given);
  note(`predicting with ${model.name}`);
  const outputs = flatten<Tensor>(await model.predict(x, { batchSize, verbose: 0 }));
  const written: { file: string; shape: readonly number[]; dtype: string }[] = [];
  for (const [i, y] of outputs.entries()) {
    const file = outputs.length === 1 ? output : numbered(output, i);
    await saveNpy(y, file);
    written.push({ file, shape: y.shape, dtype: y.dtype });
  }
  const text = written.map(({ file, shape, dtype }) => `${file}: ${formatShape(shape)} ${dtype}`).join('\n');
  return { code: 0, text, json: { file: path, outputs: written } };
}

export const predict: Command = {
  usage: 'FILE --input x.npy --output y.npy',
  summary: 'Predict with a model: NumPy arrays in, NumPy arrays out.',
  options: {
    input: {
      value: '[NAME=]x.npy',
      short: 'i',
      many: true,
      help: 'an input; several times for several inputs, in order or by name',
    },
    output: { value: 'y.npy', short: 'o', help: 'where the output goes; several outputs become y_0.npy, y_1.npy, …' },
    'batch-size': { value: 'N', help: 'samples at a time (default: 32)' },
  },
  examples: [
    'keras-ts predict model.keras --input x.npy --output y.npy',
    'keras-ts predict model.keras -i image=a.npy -i size=b.npy -o y.npy',
  ],
  arity: 1,
  run,
};
