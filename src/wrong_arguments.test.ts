/** @file Every function of the public API, called with wrong kinds of arguments, answers, or refuses in its own name. */
import { describe, expect, test } from 'vitest';
import { signatureOf } from './core/arguments.js';
import * as keras from './index.js';
import { portName } from './testing/keras_api.js';
import { answerOf, complaint, recordedCalls, wrongCalls } from './testing/wrong_arguments.js';

const lastPart = (name: string): string => portName(name).split('.').at(-1)!;

describe('a wrong kind of argument at each place', () => {
  const functions = recordedCalls(keras, ['ops', 'ops_more', 'activations', 'bounding_boxes']);

  test('there are many functions', () => expect(functions.length).toBeGreaterThan(300));

  test.each(functions)('%s', async (name, fn, args) => {
    expect((await answerOf(() => fn(...args))).error).toBeUndefined();
    const complaints: string[] = [];
    for (const wrong of wrongCalls(args, signatureOf(fn)?.options ?? [])) {
      const found = complaint(await answerOf(() => fn(...wrong.args)), [lastPart(name)]);
      if (found !== null) complaints.push(`${wrong.how}: ${found}`);
    }
    expect(complaints).toEqual([]);
  });
});
