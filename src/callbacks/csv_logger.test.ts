import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import '../testing/backends.js';
import { setPlatform } from '../core/platform.js';
import { nodePlatform } from '../platform/node/index.js';
import { Dense } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { tensor } from '../runtime/index.js';
import type { Logs } from './callback.js';
import { CSVLogger } from './csv_logger.js';

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));
setPlatform(nodePlatform);
const path = join(folder, 'runs', 'log.csv');

async function written(calls: readonly object[], options: object = {}): Promise<string> {
  const logger = new CSVLogger(path, options);
  await logger.onTrainBegin();
  for (const [epoch, logs] of calls.entries()) await logger.onEpochEnd(epoch, logs as Logs);
  return readFileSync(path, 'utf8');
}

// Expected texts: Keras 3.15.1.
describe('CSVLogger writes the bytes that Keras writes', () => {
  const calls = [{ loss: 0.5, accuracy: 1 }, { loss: 1e-5, accuracy: NaN, extra: 3 }, { accuracy: 0.25 }];
  const first =
    'epoch,accuracy,loss,val_accuracy,val_loss\r\n0,1.0,0.5,NA,NA\r\n1,nan,1e-05,NA,NA\r\n2,0.25,NA,NA,NA\r\n';

  test('keys of the first epoch, NA for what is missing, no second header', async () => {
    expect(await written(calls)).toBe(first);
    expect(await written(calls.slice(0, 1), { append: true })).toBe(`${first}0,1.0,0.5,NA,NA\r\n`);
    expect(await written(calls)).toBe(first);
  });

  test('lists, and names that need quotes', async () => {
    const logs = { val_loss: 2, loss: 1e22, v: [0.5, 1, 2], w: tensor([0.5, 3.25]) };
    expect(await written([logs], { separator: ';' })).toBe(
      'epoch;loss;v;val_loss;w\r\n0;1e+22;"""[0.5, 1.0, 2.0]""";2.0;"""[0.5, 3.25]"""\r\n',
    );
    expect(await written([{ loss: 0.5, 'a,b': 1, 'q"': 2 }])).toBe(
      'epoch,"a,b",loss,"q""","val_a,b",val_loss,"val_q"""\r\n0,1.0,0.5,2.0,NA,NA,NA\r\n',
    );
  });
});

test('a line is in the file when its epoch ends', async () => {
  // From zeros: by chance the loss would be so small that Python writes it with an exponent.
  const model = new Sequential([new Dense(1, { kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const x = tensor([[1], [2]], null, 'float32');
  const { history } = await model.fit(x, x, { epochs: 2, verbose: 0, validationData: [x, x], callbacks: [new CSVLogger(path)] }); // prettier-ignore
  const lines = readFileSync(path, 'utf8').split('\r\n');
  expect(lines[0]).toBe('epoch,loss,val_loss');
  expect(lines[2].split(',').slice(0, 2)).toEqual(['1', String(history.loss[1])]);
  expect(lines).toHaveLength(4);
});

test('arguments that cannot be are refused', () => {
  expect(() => new CSVLogger('')).toThrow(/filename=''/);
  expect(() => new CSVLogger('a.csv', { separator: ', ' })).toThrow(/separator=', '/);
});
