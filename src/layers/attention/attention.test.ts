import { describe, expect, it } from 'vitest';
import * as ops from '../../ops/index.js';
import { getKerasMask, KerasTensor, tensor, type Tensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { expectClose, sines } from '../../testing/tensors.js';
import {
  AdditiveAttention,
  Attention,
  deserialize,
  Embedding,
  GroupQueryAttention,
  type Layer,
  MultiHeadAttention,
  serialize,
} from '../index.js';

const data = sines(1.7, 0.3);

const bools = (rows: number[][]): Tensor => tensor(rows.flat(), [rows.length, rows[0].length], 'bool');

describe('MultiHeadAttention', () => {
  everyBackend((run) => {
    it('sees the past alone under a causal mask, by whichever way it computes', () => {
      const layer = new MultiHeadAttention(2, 3);
      const x = data(2, 5, 4);
      const start = (y: Tensor): Tensor => ops.getItem(y, [{ start: null }, { start: 0, stop: 3 }] as never);
      const whole = run(() => layer(x, x, { useCausalMask: true }));
      expectClose(
        start(whole),
        run(() => layer(start(x), start(x), { useCausalMask: true })),
      );
      const [scored, weights] = run(() => layer<Tensor[]>(x, x, { useCausalMask: true, returnAttentionScores: true }));
      expectClose(scored, whole);
      expect(ops.sum(ops.triu(weights, { k: 1 })).itemSync()).toBe(0);
    });

    it('gives grouped heads what repeated heads give', () => {
      const grouped = new GroupQueryAttention(3, 4, 1);
      const full = new MultiHeadAttention(4, 3);
      const x = data(2, 3, 6);
      grouped(x, x);
      full(x, x);
      full.setWeights(
        grouped.getWeights().map((w, i) => (i >= 2 && i < 6 ? ops.repeat(w, 4, { axis: w.ndim - 2 }) : w)),
      );
      expectClose(
        run(() => grouped(x, x)),
        run(() => full(x, x)),
      );
    });
  });

  it('uses the masks that tensors carry, and passes on that of the query', () => {
    const embedding = new Embedding(5, 4, { maskZero: true });
    const query = embedding(tensor([1, 2, 0], [1, 3], 'int32'));
    const value = embedding(tensor([3, 1, 4, 0], [1, 4], 'int32'));
    const layer = new MultiHeadAttention(2, 3);
    const output = layer(query, value);
    expect(getKerasMask(output)).toBe(getKerasMask(query));
    expect(getKerasMask(query)).not.toBeNull(); // Keras: takes it from the tensor
    const plain = (x: Tensor): Tensor => ops.add(x, 0);
    const pairs = ops.logicalAnd(ops.expandDims(bools([[1, 1, 0]]), -1), ops.expandDims(bools([[1, 1, 1, 0]]), -2));
    expectClose(output, layer(plain(query), plain(value), { attentionMask: pairs }));
    const grouped = new GroupQueryAttention(2, 2, 1);
    expectClose(grouped(query, value), grouped(plain(query), plain(value), { attentionMask: pairs }));
  });

  it('draws scores of the right sizes (Keras 3.15.1 gives the length of the query twice)', () => {
    const [q, v] = [new KerasTensor([null, 3, 4]), new KerasTensor([null, 7, 4])];
    const shapes = (layer: Layer, ...rest: unknown[]): unknown =>
      layer<KerasTensor[]>(q, v, ...rest, { returnAttentionScores: true }).map((y) => y.shape);
    expect(shapes(new MultiHeadAttention(2, 5))).toEqual([
      [null, 3, 4],
      [null, 2, 3, 7],
    ]);
    expect(shapes(new GroupQueryAttention(5, 4, 2), v)).toEqual([
      [null, 3, 4],
      [null, 4, 3, 7],
    ]);
    const square = new KerasTensor([null, 3, 5, 4]);
    const [, scores] = new MultiHeadAttention(2, 5, { attentionAxes: [2] })<KerasTensor[]>(square, square, { returnAttentionScores: true }); // prettier-ignore
    expect(scores.shape).toEqual([null, 3, 2, 5, 5]);
  });

  it('lets a subclass compute attention its own way', () => {
    class Uniform extends MultiHeadAttention {
      seen: boolean[] = [];
      protected override computeAttention(
        ...[, , value, { attentionMask, useCausalMask }]: Parameters<MultiHeadAttention['computeAttention']>
      ): readonly [Tensor, Tensor | null] {
        this.seen = [attentionMask !== null, useCausalMask];
        return [value, null];
      }
    }
    const layer = new Uniform(2, 3);
    layer(data(1, 3, 4), data(1, 3, 4), { useCausalMask: true });
    expect(layer.seen).toEqual([true, false]); // it is given the mask in full
  });

  it('goes through configs and build configs', () => {
    const layers: Layer[] = [
      new MultiHeadAttention(2, 3, { valueDim: 4, outputShape: [2, 3], attentionAxes: [1], dropout: 0.1, seed: 3, slidingWindow: 2 }), // prettier-ignore
      new GroupQueryAttention(3, 4, 2, { useGate: true, activityRegularizer: 'l2' }),
      new Attention({ scoreMode: 'concat', useScale: true }),
      new AdditiveAttention({ dropout: 0.2 }),
    ];
    for (const layer of layers) {
      const config = serialize(layer);
      expect(serialize(deserialize(JSON.parse(JSON.stringify(config))))).toEqual(config);
    }
    const built = new MultiHeadAttention(2, 3);
    built(data(1, 2, 4), data(1, 3, 5), { key: data(1, 3, 6) });
    expect(built.getBuildConfig()).toEqual({
      shapes_dict: { query_shape: [1, 2, 4], value_shape: [1, 3, 5], key_shape: [1, 3, 6] },
    });
    const other = new MultiHeadAttention(2, 3);
    other.buildFromConfig(built.getBuildConfig());
    expect(other.weights.map((w) => w.shape)).toEqual(built.weights.map((w) => w.shape));
  });
});

describe('attention layers refuse', () => {
  const [q, v] = [data(2, 3, 4), data(2, 5, 4)];
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['no heads', () => new MultiHeadAttention(0, 3), /numHeads=0. Expected a positive whole number/],
    ['a fraction as size', () => new MultiHeadAttention(2, 1.5), /keyDim=1.5. Expected/],
    ['no value dim', () => new MultiHeadAttention(2, 2, { valueDim: -1 }), /valueDim=-1. Expected/],
    [
      'axes that are no numbers',
      () => new MultiHeadAttention(2, 2, { attentionAxes: 'all' as never }),
      /attentionAxes='all'/,
    ],
    ['a window of 0', () => new MultiHeadAttention(2, 2, { slidingWindow: 0 }), /slidingWindow=0. Expected/],
    [
      'flash attention with dropout',
      () => new MultiHeadAttention(2, 2, { flashAttention: true, dropout: 0.1 }),
      /flashAttention does not go with dropout/,
    ],
    [
      'flash attention with scores',
      () => new MultiHeadAttention(2, 2, { flashAttention: true })(q, v, { returnAttentionScores: true }),
      /flashAttention gives no scores/,
    ],
    [
      'value and key of other steps',
      () => new MultiHeadAttention(2, 2)(q, v, { key: q }),
      /the value has shape \(2, 5, 4\), the key \(2, 3, 4\)/,
    ],
    [
      'groups that do not go up',
      () => new GroupQueryAttention(3, 4, 3),
      /numQueryHeads=4 is no multiple of numKeyValueHeads=3/,
    ],
    [
      'a value of other features',
      () => new GroupQueryAttention(3, 4, 2)(new KerasTensor([null, 3, 4]), new KerasTensor([null, 3, 5])),
      /Expected the same number of features/,
    ],
    [
      'one tensor',
      () => new Attention()(q),
      /called with one tensor.*Expected a list of two or three: \[query, value\]/,
    ],
    ['a list of four', () => new Attention()([q, v, v, v]), /a list of 4 tensors/],
    [
      'a mask that is no list',
      () => new Attention()([q, v], { mask: bools([[1]]) }),
      /the mask is no list. Expected a list/,
    ],
    [
      'an unknown score mode',
      () => new Attention({ scoreMode: 'cosine' as never }),
      /scoreMode="cosine". Expected 'dot' or 'concat'/,
    ],
  ];
  it.each(cases)('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});
