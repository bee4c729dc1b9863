/**
 * @file `node tools/interop/tfjs.mjs`: records fixtures/tfjs.jsonl.gz, models that TensorFlow.js made, saved and computed with.
 */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { loadTfjs, TFJS_VERSION } from './install_tfjs.mjs';

const tf = await loadTfjs();

let seed = 1;
/** Numbers in [-1, 1), the same in every run. */
const next = () => ((seed = (seed * 16807) % 2147483647) / 2147483647) * 2 - 1;
const random = (shape) => tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), shape);
const encode = (x) => ({ dtype: 'float32', shape: x.shape, data: Buffer.from(x.dataSync().buffer).toString('base64') });

async function record(id, model, shapes, compile) {
  model.setWeights(model.getWeights().map((w) => random(w.shape).abs().mul(0.5).add(0.1)));
  if (compile) model.compile(compile);
  let saved;
  await model.save({ save: async (artifacts) => ((saved = artifacts), {}) });
  const inputs = shapes.map((shape) => random([2, ...shape]));
  const outputs = [model.predict(inputs.length === 1 ? inputs[0] : inputs)].flat();
  const { modelTopology, format, generatedBy, convertedBy, weightData, weightSpecs, trainingConfig } = saved;
  const json = {
    modelTopology,
    format,
    generatedBy,
    convertedBy,
    ...(trainingConfig ? { trainingConfig } : {}),
    weightsManifest: [{ paths: ['./weights.bin'], weights: weightSpecs }],
  };
  const data = Buffer.from(weightData).toString('base64');
  return { id, json, weights: data, inputs: inputs.map(encode), outputs: outputs.map(encode) };
}

const { layers: L } = tf;
const cases = [
  await record(
    'stack',
    tf.sequential({
      layers: [
        L.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 2], activation: 'relu' }),
        L.batchNormalization(),
        L.maxPooling2d({ poolSize: 2 }),
        L.depthwiseConv2d({ kernelSize: 2 }),
        L.leakyReLU({ alpha: 0.2 }),
        L.dropout({ rate: 0.3 }),
        L.flatten(),
        L.dense({ units: 4, activation: 'hardSigmoid', kernelRegularizer: 'l1l2' }),
        L.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
    [[8, 8, 2]],
    { optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy', metrics: ['accuracy'] },
  ),
  await (() => {
    const i = tf.input({ shape: [5, 3] });
    let x = L.bidirectional({ layer: L.lstm({ units: 2, returnSequences: true }), mergeMode: 'concat' }).apply(i);
    x = L.timeDistributed({ layer: L.dense({ units: 3 }) }).apply(x);
    const inner = tf.sequential({
      layers: [L.conv1d({ filters: 2, kernelSize: 2, inputShape: [5, 3] }), L.batchNormalization()],
    });
    const y = L.gru({ units: 2 }).apply(inner.apply(x));
    const other = tf.input({ shape: [2] });
    const z = L.concatenate().apply([y, other]);
    const outputs = [y, L.dense({ units: 1 }).apply(z)];
    return record('graph', tf.model({ inputs: [i, other], outputs }), [[5, 3], [2]]);
  })(),
];
const out = new URL('../../fixtures/tfjs.jsonl.gz', import.meta.url);
writeFileSync(out, gzipSync(cases.map((each) => `${JSON.stringify(each)}\n`).join(''), { level: 9 }));
console.log(`tfjs ${TFJS_VERSION}: ${cases.length} cases`);
