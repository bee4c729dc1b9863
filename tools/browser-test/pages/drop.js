/**
 * @file A page onto which a person drops a `.keras` file: it predicts, trains an epoch, draws the model and offers it as a download.
 * `window.samples` holds the inputs and targets; what happened stands in `window.report`.
 */
const zone = document.getElementById('drop');
const report = { workers: 0 };
const Native = window.Worker;
window.Worker = class extends Native {
  constructor(...args) {
    super(...args);
    report.workers++;
  }
};

function offer(bytes, name) {
  const link = document.getElementById('download');
  link.href = URL.createObjectURL(new window.Blob([bytes]));
  link.download = name;
  link.click();
}

async function show(source) {
  const image = document.getElementById('picture');
  image.src = URL.createObjectURL(source);
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight };
}

async function open(file) {
  const { saving, tensor, utils } = await import(new URLSearchParams(location.search).get('module'));
  const [x, y] = ['x', 'y'].map((name) => tensor(window.samples[name]));
  const model = await saving.loadModel(file);
  report.before = (await model.predict(x, { verbose: 0 })).arraySync();
  const { history } = await model.fit(x, y, { epochs: 1, batchSize: 8, shuffle: false, verbose: 0 });
  report.loss = history.loss;
  report.after = (await model.predict(x, { verbose: 0 })).arraySync();
  const svg = await utils.modelToSvg(model, { showShapes: true });
  report.svg = await show(new window.Blob([svg], { type: 'image/svg+xml' }));
  const png = await utils.plotModel(model, { toFile: null, showShapes: true, showLayerNames: true });
  report.png = await show(new window.Blob([png], { type: 'image/png' }));
  report.hurried = await saving.loadModel(file, { limits: { timeout: 1e-6 } }).then(
    () => 'loaded',
    (error) => error.message,
  );
  offer(await model.save(), file.name);
}

zone.addEventListener('dragover', (event) => event.preventDefault());
zone.addEventListener('drop', (event) => {
  event.preventDefault();
  open(event.dataTransfer.files[0])
    .catch((error) => (report.error = String(error?.stack ?? error)))
    .finally(() => (window.report = report));
});
window.ready = true;
