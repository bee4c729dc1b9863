/** @file Expected types of calls: of layers, models and losses. Never run; checked by types.test.ts as a strict user's program. */
import {
  Input,
  type KerasTensor,
  Layer,
  layers,
  Loss,
  Model,
  ops,
  Sequential,
  tensor,
  type Tensor,
  type Variable,
} from 'keras-ts';
import type { Equal, Expect } from './expect.js';

class Scale extends Layer {
  factor!: Variable;
  override build() {
    this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' });
  }
  override call(x: Tensor) {
    return ops.multiply(x, this.factor);
  }
}

class Two extends Layer {
  readonly scale = new Scale();
  override call(x: Tensor, _options: { readonly training?: boolean } = {}): [Tensor, Tensor] {
    const y = this.scale(x);
    return [y, ops.sum(y)];
  }
}

class Named extends Model {
  readonly two = new Two();
  override call(x: Tensor) {
    const [a, b] = this.two(x);
    return { a, b };
  }
  /** Inside of the class too. */
  meanOfA(x: Tensor): Tensor {
    const { a } = this(x, { training: true });
    return ops.mean(a);
  }
}

/** A class whose `call` is drawn: nothing is known, so it gives a tensor. */
class Drawn extends Model {
  meanOf(x: Tensor): Tensor {
    return ops.mean(this(x, { training: true }));
  }
}

const x: Tensor = tensor([[1, 2]]);
const symbol: KerasTensor = Input({ shape: [2] });

// What `call` gives comes out; symbols in, symbols out.
const scaled = new Scale()(x);
const scaledSymbol = new Scale()(symbol);
const two = new Two()(x);
const twoSymbols = new Two()(symbol);
const named = new Named()(x);
const predicted = await new Named().predict(x);
const drawn = new Drawn(symbol, symbol)(x);
const listed = new Two()([[1, 2]]);
// @ts-expect-error -- a symbol gives symbols, and no numbers
const wrong: Tensor = scaledSymbol;
// @ts-expect-error -- two tensors are no tensor
ops.relu(two);

// Nested calls, and lists of calls.
const nested = new layers.Dense(1)(new layers.Dense(2)(x));
const added = new layers.Add()([new layers.Dense(2)(symbol), new layers.Dense(2)(symbol)]);

// Layers of any kind fit where a layer is asked for.
const all: Layer[] = [
  new Scale(),
  new Two(),
  new Named(),
  new layers.LSTM(2, { returnState: true }),
  new layers.Bidirectional(new layers.GRU(2)),
  new layers.MultiHeadAttention(1, 2),
  new Model(symbol, { a: symbol }),
  new Model(symbol, [symbol, symbol]),
];
const models: Model[] = [new Named(), new Model(symbol, symbol), new Model(symbol, { a: symbol }), new Sequential(all)];
const ofAny = all.map((layer) => layer(x));
function apply<L extends Layer>(layer: L) {
  return layer(x);
}
const applied = apply(new Scale());

// Recurrent layers.
const lstm = new layers.LSTM(2)(x);
const [output, h, c] = new layers.LSTM(2, { returnState: true })(x);
const gru = new layers.GRU(2, { returnState: true, returnSequences: true })(symbol);
const rnn = new layers.RNN(new layers.LSTMCell(2), { returnState: true })(x);
const both = new layers.Bidirectional(new layers.LSTM(2))(x);
const bothWithStates = new layers.Bidirectional(new layers.LSTM(2, { returnState: true }))(x);
const bothApart = new layers.Bidirectional(new layers.GRU(2), { mergeMode: null })(symbol);
const bothSummed = new layers.Bidirectional(new layers.GRU(2), { mergeMode: 'sum' })(symbol);
// @ts-expect-error -- GRU has one state
const [, , third] = gru;

// Attention.
const attended = new layers.MultiHeadAttention(1, 2)(x, x);
const scored = new layers.MultiHeadAttention(1, 2)(x, x, { returnAttentionScores: true, useCausalMask: true });
const scoredWithKey = new layers.MultiHeadAttention(1, 2)(symbol, symbol, symbol, { returnAttentionScores: true });
const grouped = new layers.GroupQueryAttention(2, 2, 1)(x, x, { returnAttentionScores: true });
const plain = new layers.Attention()([x, x]);
const plainScored = new layers.Attention()([symbol, symbol], { returnAttentionScores: true });

// Models by their outputs.
const one = new Model(symbol, symbol);
const list = new Model(symbol, [symbol, symbol]);
const dict = new Model(symbol, { a: symbol, b: [symbol] });
const options = new Model({ inputs: symbol, outputs: [symbol, symbol], name: 'm' });
const middle = new Model(one.input, one.getLayer('x').output);
const ofOne = one(x);
const ofList = list(x);
const ofListSymbol = list(symbol);
const ofDict = dict(x);
const ofOptions = options(x);
const ofMiddle = middle(x);
const predictions = await list.predict(x);
const batch = await dict.predictOnBatch(x);
const stacked = new Sequential([new layers.Dense(1)])(x);
// @ts-expect-error -- outputs are KerasTensors
new Model(symbol, 5);

// Losses.
class Own extends Loss {
  override call(yTrue: Tensor, yPred: Tensor) {
    return ops.mean(ops.abs(ops.subtract(yTrue, yPred)), { axis: -1 });
  }
}
const loss = new Own()(x, x);
const drawnLoss = new Own()(x, symbol);

export type Checks = [
  Expect<Equal<typeof scaled, Tensor>>,
  Expect<Equal<typeof scaledSymbol, KerasTensor>>,
  Expect<Equal<typeof two, [Tensor, Tensor]>>,
  Expect<Equal<typeof twoSymbols, [KerasTensor, KerasTensor]>>,
  Expect<Equal<typeof named, { a: Tensor; b: Tensor }>>,
  Expect<Equal<typeof predicted, { a: Tensor; b: Tensor }>>,
  Expect<Equal<typeof drawn, Tensor>>,
  Expect<Equal<typeof listed, [Tensor, Tensor]>>,
  Expect<Equal<typeof nested, Tensor>>,
  Expect<Equal<typeof added, KerasTensor>>,
  Expect<Equal<typeof ofAny, Tensor[]>>,
  Expect<Equal<typeof applied, Tensor>>,
  Expect<Equal<typeof lstm, Tensor>>,
  Expect<Equal<typeof output, Tensor>>,
  Expect<Equal<typeof h, Tensor>>,
  Expect<Equal<typeof c, Tensor>>,
  Expect<Equal<(typeof gru)['length'], 2>>,
  Expect<Equal<(typeof gru)[1], KerasTensor>>,
  Expect<Equal<(typeof rnn)[0], Tensor>>,
  Expect<Equal<typeof both, Tensor>>,
  Expect<Equal<(typeof bothWithStates)['length'], 5>>,
  Expect<Equal<(typeof bothApart)['length'], 2>>,
  Expect<Equal<typeof bothSummed, KerasTensor>>,
  Expect<Equal<typeof attended, Tensor>>,
  Expect<Equal<(typeof scored)[1], Tensor>>,
  Expect<Equal<(typeof scoredWithKey)[1], KerasTensor>>,
  Expect<Equal<(typeof grouped)[1], Tensor>>,
  Expect<Equal<typeof plain, Tensor>>,
  Expect<Equal<(typeof plainScored)[1], KerasTensor>>,
  Expect<Equal<typeof ofOne, Tensor>>,
  Expect<Equal<typeof ofList, [Tensor, Tensor]>>,
  Expect<Equal<typeof ofListSymbol, [KerasTensor, KerasTensor]>>,
  Expect<Equal<typeof ofDict, { a: Tensor; b: [Tensor] }>>,
  Expect<Equal<typeof ofOptions, [Tensor, Tensor]>>,
  Expect<Equal<typeof ofMiddle, Tensor>>,
  Expect<Equal<typeof predictions, [Tensor, Tensor]>>,
  Expect<Equal<typeof batch, { a: Tensor; b: [Tensor] }>>,
  Expect<Equal<typeof list.outputs, readonly [KerasTensor, KerasTensor]>>,
  Expect<Equal<typeof one.outputs, readonly [KerasTensor]>>,
  Expect<Equal<typeof stacked, Tensor>>,
  Expect<Equal<typeof loss, Tensor>>,
  Expect<Equal<typeof drawnLoss, KerasTensor>>,
];
export const unused = [wrong, models, third];
