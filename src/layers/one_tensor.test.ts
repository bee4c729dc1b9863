/** @file Layers say so, by their names, when they are called on something that they do not take: dicts, lists, texts, nothing at all. */
import { describe, expect, test } from 'vitest';
import { layers, NotImplementedError, ops, RuntimeError, saving, ValueError } from '../index.js';
import { TypeError as KerasTypeError } from '../core/errors.js';
import { cases } from '../testing/interop/cases.js';

const rows = cases.filter(
  ({ kind, layers: [spec] }) => kind === 'layer' && spec?.module === 'keras.layers' && spec.class_name !== 'Lambda',
);
/** Layers for which a structure of tensors is as good as one tensor, as in Keras. */
const STRUCTURES =
  /^(Identity|ActivityRegularization|.*Dropout.*|GaussianNoise|InputLayer|.*Lookup|Hashing|TextVectorization)$/;
/** Layers of several tensors. */
const LISTS = /^(Add|Average|Concatenate|Dot|Maximum|Minimum|Multiply|Subtract|Attention|AdditiveAttention)$/;

type Call = (...args: unknown[]) => unknown;
function made({ inputs, layers: [spec], call }: (typeof rows)[number], isBuilt: boolean) {
  const layer = saving.deserializeKerasObject(spec) as layers.Layer;
  const xs = inputs.map(({ shape, dtype }) => ops.ones([2, ...shape], { dtype }));
  const run = layer as unknown as Call;
  if (isBuilt) run(...(xs.length > 1 && call === 'list' ? [xs] : xs));
  return { layer, run, x: xs[0], className: spec.class_name };
}
const refusalOf = (run: () => unknown): Error | null => {
  try {
    run();
    return null;
  } catch (error) {
    return error as Error;
  }
};

describe('a dict or a list of tensors', () => {
  const seen = new Set<string>();
  test.each(rows.map((row) => [row.id, row] as const))('%s', (_, row) => {
    for (const isBuilt of [false, true]) {
      const { layer, run, x, className } = made(row, isBuilt);
      if (STRUCTURES.test(className) || LISTS.test(className) || 'getRandomTransformation' in layer) return;
      seen.add(className);
      for (const dict of [{ images: x }, { images: x, boundingBoxes: { boxes: ops.ones([2, 1, 4]) } }])
        expect(() => run(dict)).toThrow(/takes one tensor.*but it received \{images.*layer\(inputs\.images\)/);
      for (const list of [[x], [x, x], [[x], x], []])
        expect(refusalOf(() => run(list))?.message ?? '', `a list of ${list.length}`).toMatch(
          /(takes one tensor|expects 1 input\(s\)).*but it received .*(a list of 1|input tensors).*Give it one tensor/,
        );
    }
  });
  test('is refused by most layers', () => {
    expect(seen.size).toBeGreaterThan(70);
    for (const name of [
      'RNN',
      'GRU',
      'LSTM',
      'ConvLSTM2D',
      'Bidirectional',
      'TimeDistributed',
      'ReversibleEmbedding',
      'MultiHeadAttention',
    ])
      // prettier-ignore
      expect(seen).toContain(name);
  });
  test('is refused by Rescaling as by Keras, and named', () => {
    const rescaling = new layers.Rescaling(2, { name: 'rescaling' }) as unknown as Call;
    expect(() => rescaling({ images: ops.ones([1, 2, 2, 3]), segmentationMasks: ops.ones([1, 2, 2, 1]) })).toThrow(
      "Layer 'rescaling' takes one tensor, but it received {images, segmentationMasks}.",
    );
    const attention = new layers.MultiHeadAttention(1, 2, { name: 'heads' }) as unknown as Call;
    const x = ops.ones([1, 2, 3]);
    expect(() => attention(x, [x, x])).toThrow(
      "Layer 'heads' expects 1 input(s) as `value`, but it received 2 input tensors. Give it one tensor",
    );
  });
  test('lists of numbers are tensors', () => {
    expect(new layers.ReLU()([[-1, 2]]).arraySync()).toEqual([[0, 2]]);
    expect(new layers.Dense(1, { kernelInitializer: 'ones' })([[1, 2]]).arraySync()).toEqual([[3]]);
  });
});

test.each(rows.map((row) => [row.id, row] as const))('%s names itself, whatever it refuses', (_, row) => {
  const check = ({ layer, run, className }: ReturnType<typeof made>, given: unknown): void => {
    const error = refusalOf(() => run(given));
    if (error === null) return;
    const isOwn = [ValueError, KerasTypeError, RuntimeError, NotImplementedError].some((kind) => error instanceof kind);
    expect(isOwn, `${className}: ${error.stack}`).toBe(true);
    expect(error.message.includes(`'${layer.name}'`), `${className}: ${error.message}`).toBe(true);
  };
  const built = made(row, true);
  const { x } = built;
  for (const given of [
    { images: x },
    { a: { b: [x] } },
    {},
    [x],
    [x, x, x],
    [[x], [x, [x]]],
    [],
    'hello',
    undefined,
    null,
    () => 1,
    new Date(0),
  ])
    // prettier-ignore
    check(built, given);
  for (const given of [{ a: { b: [x] } }, [x], [[x], [x, [x]]], [], undefined]) check(made(row, false), given);
});

describe('layers of a list of tensors', () => {
  const x = ops.ones([2, 3]);
  const add = new layers.Add({ name: 'add' }) as unknown as Call;
  test('say what came', () => {
    add([x, x]);
    for (const [given, words] of [
      [x, 'the input is one tensor'],
      [{ a: x }, 'called with {a}'],
      [[x, [x]], 'called with a list that holds a list of 1'],
      [[], 'called with an empty list'],
      [undefined, 'called with null'],
    ] as const)
      expect(() => add(given)).toThrow(`Add 'add': ${words}. Expected a list of tensors, as in layer([a, b]).`);
    expect(() => (new layers.Subtract({ name: 'less' }) as unknown as Call)([x])).toThrow("Subtract 'less': got 1 inputs. Expected two"); // prettier-ignore
  });
});
