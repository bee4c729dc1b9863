/** @file Trains in the page on batches that workers make, and leaves what happened in `window.report`. */
import Batches from './workers-data.js';

async function train() {
  const keras = await import(new URLSearchParams(location.search).get('module'));
  const { Input, Sequential, data, layers, tensor, utils } = keras;
  const line = () => {
    const model = new Sequential([Input({ shape: [2] }), new layers.Dense(1, { kernelInitializer: 'ones' })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    return model;
  };
  const module = new URL('./workers-data.js', import.meta.url);
  const options = { epochs: 2, verbose: 0, shuffle: false };
  const seen = [];
  const dataset = new utils.WorkerDataset(module, [5], { workers: 2 });
  const { history } = await line().fit(dataset, options);
  // The same batches, made here, with the targets that they have in a worker.
  const here = new Batches(5);
  const batches = Array.from({ length: 5 }, (_, i) => {
    const [{ data: values, shape }] = here.getItem(i);
    return [tensor(values, shape), tensor(new Float32Array(4).fill(i))];
  });
  const same = await line().fit(() => batches[Symbol.iterator](), options);
  const broken = new utils.WorkerDataset(module, [5, 2], { workers: 2 });
  const message = await line()
    .fit(broken, options)
    .then(
      () => 'it was accepted',
      (error) => error.message,
    );
  // A file of the browser's own keeps elements.
  const cached = () =>
    data.Dataset.range(4)
      .map((i) => (seen.push(i), i * i))
      .cache('opfs://squares.cache');
  const squares = [await cached().toArray(), await cached().toArray()];
  return { losses: history.loss, expected: same.history.loss, message, squares, made: seen };
}

window.report = await train().catch((error) => ({ error: error?.stack ?? String(error) }));
document.getElementById('out').textContent = JSON.stringify(window.report, null, 2);
