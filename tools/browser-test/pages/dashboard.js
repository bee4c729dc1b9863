/** @file Trains the digits under a dashboard in an element of the page, until its button is pressed. */
async function train() {
  const { Sequential, callbacks, datasets, layers } = await import(new URLSearchParams(location.search).get('module'));
  const [[x, y], [xTest, yTest]] = await datasets.digits.loadData();
  const model = new Sequential([new layers.Flatten(), new layers.Dense(10, { activation: 'softmax' })]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  const board = new callbacks.LiveDashboard({ element: document.getElementById('board'), histogramFreq: 5 });
  const { epoch } = await model.fit(x, y, {
    epochs: 1e6,
    verbose: 0,
    validationData: [xTest, yTest],
    callbacks: [board],
  });
  const saved = await board.html();
  await board.close();
  return { epochs: epoch.length, saved, left: document.getElementById('board').childElementCount };
}

window.report = await train().catch((error) => ({ error: error?.stack ?? String(error) }));
