/** @file StringLookup and IntegerLookup give what Keras gives: recorded by tools/fixtures/text.py. */
import { describe, expect, test } from 'vitest';
import { toCamelCase } from '../../core/naming.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import type { FixtureCase } from '../../testing/fixtures.js';
import { readFixtures } from '../../testing/fixtures.js';
import { IntegerLookup, StringLookup } from '../index.js';

interface Recorded extends FixtureCase {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: string[];
  readonly adapt?: string[];
  readonly in_batches?: boolean;
  readonly vocabulary: unknown[];
  readonly plain_vocabulary: unknown[];
  readonly size: number;
  readonly output: { readonly dtype: string; readonly shape: number[]; readonly data: (number | string)[] };
  readonly config_after?: Readonly<Record<string, unknown>>;
  readonly symbolic?: { readonly shape: (number | null)[]; readonly dtype: string };
  readonly error?: { readonly kind: string };
}

const classes: Readonly<Record<string, typeof StringLookup | typeof IntegerLookup>> = { StringLookup, IntegerLookup };
const cases = readFixtures<Recorded>('text').filter(({ class_name: name }) => Object.hasOwn(classes, name));
const optionsOf = (config: object): object =>
  Object.fromEntries(Object.entries(config).map(([key, value]: [string, unknown]) => [toCamelCase(key), value]));

describe('lookups give what Keras gives', () => {
  test.each(cases)('$id: $config', async (recorded) => {
    const make = (): StringLookup => new classes[recorded.class_name](optionsOf(recorded.config)) as StringLookup;
    if (recorded.error !== undefined) {
      expect(() => make()(recorded.inputs)).toThrow();
      return;
    }
    const layer = make();
    const { adapt, in_batches: inBatches = false } = recorded;
    if (adapt !== undefined) await layer.adapt(inBatches ? adapt.map((batch) => tensor(batch)) : adapt);
    expect(layer.getVocabulary()).toEqual(recorded.vocabulary);
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(recorded.plain_vocabulary);
    expect(layer.vocabularySize()).toBe(recorded.size);
    const check = (output: Tensor): void => {
      const { dtype, shape, data } = recorded.output;
      expect(output.shape).toEqual(shape);
      expect(output.dtype).toBe(dtype);
      if (dtype === 'string') expect(output.arraySync<unknown[]>().flat(9)).toEqual(data);
      else data.forEach((x, i) => expect(output.ndarray.data[i]).toBeCloseTo(x as number, 5));
    };
    check(layer(recorded.inputs));
    // A config holds the vocabulary, given or found; Keras's leaves out what was found.
    const {
      vocabulary_size: _size,
      vocabulary,
      idf_weights: _weights,
      name: _name,
      ...rest
    } = recorded.config_after ?? {};
    expect(layer.getConfig()).toMatchObject(vocabulary === null ? rest : { ...rest, vocabulary });
    const again = (layer.constructor as typeof StringLookup).fromConfig(layer.getConfig()) as StringLookup;
    check(again(recorded.inputs));
    if (recorded.symbolic !== undefined) {
      const inputShape = [null, ...shapeOf(recorded.inputs).slice(1)];
      expect(layer.computeOutputShape(inputShape)).toEqual(recorded.symbolic.shape);
      expect(layer.computeOutputSpec({ shape: inputShape, dtype: layer.inputDtype })).toEqual({
        ...recorded.symbolic,
        ...(layer.invert ? { dtype: recorded.output.dtype } : {}), // Keras: int64 of texts too
      });
    }
  });
});

function shapeOf(x: unknown): number[] {
  return Array.isArray(x) ? [x.length, ...shapeOf(x[0])] : [];
}
