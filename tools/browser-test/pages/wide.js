/** @file Trains a little and leaves in `window.report` in how wide vectors, and what came of it. */

async function train() {
  const keras = await import(new URLSearchParams(location.search).get('module'));
  const { Input, Sequential, config, layers, random, utils } = keras;
  utils.setRandomSeed(1);
  const model = new Sequential([
    Input({ shape: [40] }),
    new layers.Dense(64, { activation: 'tanh' }),
    new layers.Dense(16),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const [x, y] = [random.normal([96, 40], { seed: 2 }), random.normal([96, 16], { seed: 3 })];
  await model.fit(x, y, { epochs: 3, batchSize: 32, verbose: 0 });
  const weights = (await Promise.all(model.getWeights().map((weight) => weight.data()))).flatMap((each) => [...each]);
  const [info, wide] = [config.backendInfo(), config.isWideVectorsEnabled()];
  config.disableWideVectors();
  const without = config.backendInfo();
  config.enableWideVectors();
  return { info, wide, weights, without, withThem: config.backendInfo(), threads: keras.getThreads() };
}

window.report = await train().catch((error) => ({ error: error?.stack ?? String(error) }));
document.getElementById('out').textContent = JSON.stringify(window.report, null, 2);
