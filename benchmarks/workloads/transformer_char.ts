/** @file A small causal transformer over characters, normalized before each part as GPT-2 is. */
import type { KerasTensor, Tensor, Variable } from 'keras-ts';
import { Input, Model, layers, losses, ops, optimizers } from 'keras-ts';
import { classes } from '../lib/random_data.js';
import type { Workload } from './workload.js';

const batchSize = 16;
const count = 8 * batchSize;
const [steps, vocabulary, width, heads, depth] = [128, 65, 128, 4, 4];

/** Adds a vector of its own to each place. */
class Positions extends layers.Layer {
  declare table: Variable;

  override build(): void {
    this.table = this.addWeight({ shape: [steps, width], initializer: 'uniform', name: 'table' });
  }

  override call(x: Tensor): Tensor {
    return ops.add(x, this.table);
  }
}

function block(x: KerasTensor): KerasTensor {
  const add = (a: KerasTensor, b: KerasTensor): KerasTensor => new layers.Add()([a, b]);
  const normal = new layers.LayerNormalization()(x);
  const attended = add(x, new layers.MultiHeadAttention(heads, width / heads)(normal, normal, { useCausalMask: true }));
  const hidden = new layers.Dense(4 * width, { activation: 'gelu' })(new layers.LayerNormalization()(attended));
  return add(attended, new layers.Dense(width)(hidden));
}

export const transformerChar: Workload = {
  name: 'transformer_char',
  batchSize,
  what: `${depth} causal blocks of width ${width} with ${heads} heads, ${steps} tokens, ${vocabulary} characters, AdamW; random data`,
  build() {
    const inputs = Input({ shape: [steps], dtype: 'int32' });
    let x = new Positions({ name: 'positions' })<KerasTensor>(new layers.Embedding(vocabulary, width)(inputs));
    for (let each = 0; each < depth; each++) x = block(x);
    const logits = new layers.Dense(vocabulary)(new layers.LayerNormalization()(x));
    const model = new Model(inputs, logits, { name: 'transformer_char' });
    model.compile({
      optimizer: new optimizers.AdamW({ learningRate: 3e-4 }),
      loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ['accuracy'],
    });
    return model;
  },
  data: async () => [classes([count, steps], vocabulary), classes([count, steps], vocabulary, 4)],
};
