/** @file The keras-ts of the interop bench (tools/interop): makes, saves, loads and trains the models of cases.ts. */
import { join } from 'node:path';
import { resetNames } from '../../core/naming.js';
import type { Layer, Model, Tensor } from '../../index.js';
import { Input, layers, losses, Model as Functional, ops, random, saving, tensor, utils } from '../../index.js';
import { deserializeKerasObject } from '../../core/serialization.js';
import type { Optimizer } from '../../optimizers/index.js';
import type { EncodedArray } from '../fixtures.js';
import { decodeTensor } from '../fixtures.js';
import { tensorDifference } from '../compare.js';
import type { Case } from './cases.js';

/** What a model predicts, the losses of three more epochs, and what it predicts then. */
export interface Course {
  readonly before: EncodedArray;
  readonly loss: readonly number[];
  readonly after: EncodedArray;
}

/** The inputs and targets that a model is trained on. */
export interface Data {
  readonly x: readonly EncodedArray[];
  readonly y: EncodedArray;
}

type Tree = Parameters<Model['fit']>[0];

/** What the Lambda of the bench computes. */
const half_square = (x: Tensor): Tensor => ops.divide(ops.multiply(x, x), 2);
export const customObjects = { half_square };

const SAMPLES = 8;

export function encode(x: Tensor): EncodedArray {
  const { data } = x.ndarray;
  const bytes = new Uint8Array((data as Float32Array).buffer, (data as Float32Array).byteOffset, data.length * 4);
  return { dtype: x.dtype, shape: [...x.shape], data: Buffer.from(bytes).toString('base64') };
}

/** Inputs and targets of a case, the same in every run. */
export function dataOf({ inputs }: Case): Data {
  const x = inputs.map(({ shape, dtype, high }, k) => {
    const whole = [SAMPLES, ...shape];
    const numbers = dtype === 'int32' ? random.randint(whole, 0, high, { seed: k }) : random.normal(whole, { seed: k });
    return encode(numbers);
  });
  return { x, y: encode(random.normal([SAMPLES, 2], { seed: 99 })) };
}

const inputsOf = ({ x }: Data): Tree => {
  const tensors = x.map(decodeTensor);
  return (tensors.length > 1 ? tensors : tensors[0]) as Tree;
};

type Call = (...args: unknown[]) => unknown;

/** The model of a case, compiled. */
export function build(each: Case): Model {
  resetNames();
  utils.setRandomSeed(5);
  const inputs = each.inputs.map(({ shape, dtype }) => Input({ shape: [...shape], dtype }));
  const whole: unknown = inputs.length > 1 ? inputs : inputs[0];
  const made = each.layers.map((spec) => deserializeKerasObject(spec, { customObjects }) as Layer);
  let y = whole;
  made.forEach((layer, index) => {
    const call = layer as unknown as Call;
    y = index === 0 && each.call === 'arguments' ? call(...inputs) : call(y);
  });
  y = (new layers.Dense(2) as unknown as Call)((new layers.Flatten() as unknown as Call)(y));
  const model = new Functional(whole as never, y as never) as unknown as Model;
  const optimizer = deserializeKerasObject(each.optimizer) as Optimizer;
  model.compile({ optimizer, loss: new losses.MeanSquaredError() });
  return model;
}

export async function train(model: Model, data: Data, epochs: number): Promise<readonly number[]> {
  const options = { epochs, batchSize: 4, shuffle: false, verbose: 0 } as const;
  const { history } = await model.fit(inputsOf(data), decodeTensor(data.y), options);
  return history['loss'];
}

const predict = (model: Model, data: Data): Promise<Tensor> =>
  model.predict<Tensor>(inputsOf(data) as never, { verbose: 0 });

/** What a model does from here, its generators of random numbers at their start: files of Keras do not say how far they are. */
export async function course(model: Model, data: Data): Promise<Course> {
  for (const variable of model.nonTrainableVariables)
    if (variable.name === 'seed_generator_state')
      variable.assign(ops.multiply(variable.value, tensor([1, 0], [2], 'uint32')));
  const before = encode(await predict(model, data));
  const loss = await train(model, data, 3);
  return { before, loss, after: encode(await predict(model, data)) };
}

/** Where two courses part, or null. Predictions are compared to 1e-5, those after training and losses to 1e-4. */
export function courseDifference(found: Course, expected: Course): string | null {
  const parts: readonly (readonly [string, string | null])[] = [
    ['predicts otherwise', tensorDifference(decodeTensor(found.before), expected.before, 1e-5)],
    ['predicts otherwise after training', tensorDifference(decodeTensor(found.after), expected.after, 1e-4)],
  ];
  for (const [what, difference] of parts) if (difference !== null) return `${what}: ${difference}`;
  const off = found.loss.findIndex((loss, k) => !(Math.abs(loss - expected.loss[k]) <= 1e-4 * (1 + Math.abs(loss))));
  if (off < 0) return null;
  return `the loss of epoch ${off + 1} is ${found.loss[off]}, not ${expected.loss[off]}`;
}

/** The formats: ending of the file. */
export const formats = ['.keras', '.weights.h5', '.h5', '.safetensors'] as const;
export type Format = (typeof formats)[number];
const isWeights = (format: Format): boolean => format === '.weights.h5' || format === '.safetensors';

/** Makes a model, trains it an epoch, saves it in every format, and says how it goes on. */
export async function write(
  each: Case,
  data: Data,
  folder: string,
): Promise<Course & { refused: Partial<Record<Format, string>> }> {
  const model = build(each);
  await train(model, data, 1);
  const refused: Partial<Record<Format, string>> = {};
  for (const format of formats) {
    const path = join(folder, `ts${format}`);
    try {
      if (isWeights(format)) await model.saveWeights(path);
      else await model.save(path);
    } catch (error) {
      refused[format] = (error as Error).message;
    }
  }
  return { ...(await course(model, data)), refused };
}

/** What a model of a file does that is compiled anew. */
export async function recompiled(each: Case, data: Data, path: string): Promise<Course> {
  const model = await saving.loadModel(path, { customObjects, compile: false });
  const optimizer = deserializeKerasObject(each.optimizer) as Optimizer;
  model.compile({ optimizer, loss: new losses.MeanSquaredError() });
  return course(model, data);
}

/** What a file of Python makes of a model. */
export async function read(each: Case, data: Data, format: Format, path: string): Promise<Course> {
  if (!isWeights(format)) return course(await saving.loadModel(path, { customObjects }), data);
  const model = build(each);
  await train(model, data, 1);
  await model.loadWeights(path);
  return course(model, data);
}
