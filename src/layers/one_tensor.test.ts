/** @file Layers of one tensor say so when they get a dict, whatever they would do with it. */
import { describe, expect, test } from 'vitest';
import { layers, ops, saving } from '../index.js';
import { cases } from '../testing/interop/cases.js';

/** Layers for which a structure of tensors is as good as one tensor, as in Keras; models of other layers, and those that loop over inputs. */
const OTHERS = /^(Identity|ActivityRegularization|.*Dropout.*|GaussianNoise|Lambda|InputLayer|RNN|StackedRNNCells|.*Lookup|Hashing|TextVectorization|ReversibleEmbedding|TimeDistributed|Bidirectional)$/; // prettier-ignore

describe('a dict of tensors', () => {
  const rows = cases.filter(({ kind, inputs }) => kind === 'layer' && inputs.length === 1);
  const seen = new Set<string>();
  test.each(rows.map((row) => [row.id, row] as const))('%s', (_, { inputs: [input], layers: [spec] }) => {
    if (spec === undefined || OTHERS.test(spec.class_name) || spec.module !== 'keras.layers') return;
    const layer = saving.deserializeKerasObject(spec) as layers.Layer;
    const x = ops.ones([2, ...input.shape], { dtype: input.dtype });
    const isAugmentation = 'getRandomTransformation' in layer;
    if (isAugmentation) return;
    seen.add(spec.class_name);
    const call = layer as unknown as (x: unknown) => unknown;
    for (const dict of [{ images: x }, { images: x, boundingBoxes: { boxes: ops.ones([2, 1, 4]) } }])
      expect(() => call(dict)).toThrow(/takes one tensor, but it received \{images.*layer\(inputs\.images\)/);
  });
  test('is refused by most layers', () => expect(seen.size).toBeGreaterThan(60));
  test('is refused by Rescaling as by Keras, and named', () => {
    const rescaling = new layers.Rescaling(2, { name: 'rescaling' }) as unknown as (x: unknown) => unknown;
    expect(() => rescaling({ images: ops.ones([1, 2, 2, 3]), segmentationMasks: ops.ones([1, 2, 2, 1]) })).toThrow(
      "Layer 'rescaling' takes one tensor, but it received {images, segmentationMasks}.",
    );
  });
});
