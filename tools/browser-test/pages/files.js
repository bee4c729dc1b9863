/** @file Opens a model in a page, trains it, keeps it in each store, and says in `window.report` whether it came back as it was. */
const report = {};
try {
  const { Input, layers, random, saving, Sequential } = await import(
    new URLSearchParams(location.search).get('module')
  );
  const [x, y] = [random.normal([16, 4], { seed: 1 }), random.normal([16, 2], { seed: 2 })];
  const made = new Sequential([
    Input({ shape: [4] }),
    new layers.Dense(8, { activation: 'relu' }),
    new layers.Dense(2),
  ]);
  made.compile({ optimizer: 'adam', loss: 'mse' });
  await made.fit(x, y, { verbose: 0 });
  const numbers = async (model) => (await model.predict(x, { verbose: 0 })).arraySync();
  const same = async (model) => JSON.stringify(await numbers(model)) === JSON.stringify(await numbers(made));

  const dropped = new window.File([await made.save()], 'dropped.keras');
  const model = await saving.loadModel(dropped);
  report.file = await same(model);
  await model.fit(x, y, { verbose: 0 });
  report.trains = !(await same(model));
  for (const place of ['indexeddb://models/a.keras', 'opfs://models/a.keras', 'indexeddb://a.h5']) {
    await made.save(place);
    report[place] = await same(await saving.loadModel(place));
  }
  await made.saveWeights('opfs://a.weights.h5');
  await model.loadWeights('opfs://a.weights.h5');
  report.weights = await same(model);
  const { url } = { url: URL.createObjectURL(dropped) };
  let progress = 0;
  report.url = await same(await saving.loadModel(url, { onProgress: (done) => (progress = done) }));
  report.progress = progress === dropped.size;
  try {
    await saving.loadModel(dropped.slice(0, 5000));
    report.broken = false;
  } catch (error) {
    report.broken = error.name === 'ValueError';
  }
} catch (error) {
  report.error = String(error?.stack ?? error);
}
window.report = report;
