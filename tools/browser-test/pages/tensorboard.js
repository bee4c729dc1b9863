/** @file Trains with TensorBoard into a folder of the page, by its handle, and says in `window.report` what the files hold. */
const report = {};
try {
  const { callbacks, Input, layers, random, Sequential, summary } = await import(
    new URLSearchParams(location.search).get('module')
  );
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('board', { create: true });
  const [x, y] = [random.normal([16, 4], { seed: 1 }), random.normal([16, 2], { seed: 2 })];
  const model = new Sequential([Input({ shape: [4] }), new layers.Dense(3, { name: 'inner' }), new layers.Dense(2)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const board = new callbacks.TensorBoard({
    logDir: folder,
    histogramFreq: 1,
    writeGrads: true,
    writeImages: true,
    profileBatch: 2,
    embeddingsFreq: 1,
    embeddingsLayerNames: ['inner'],
    embeddingsData: x,
  });
  await model.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0, validationData: [x, y], callbacks: board });
  const writer = summary.createFileWriter(await root.getDirectoryHandle('mine', { create: true }));
  writer.scalar('wave', 0.5, { step: 1 });
  await writer.close();

  /** All files in a folder: path to text, byte by byte. */
  const texts = async (place, path = '') => {
    const found = {};
    for await (const [name, handle] of place.entries()) {
      if (handle.kind === 'directory') Object.assign(found, await texts(handle, `${path}${name}/`));
      else {
        const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
        found[path + name] = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
      }
    }
    return found;
  };
  const files = await texts(root);
  const under = (start) => Object.keys(files).find((path) => path.startsWith(start)) ?? '';
  const train = files[under('board/train/events.out.tfevents.')] ?? '';
  report.train = train.includes('brain.Event:2') && train.includes('epoch_loss');
  report.histograms = ['inner/kernel/histogram', 'inner/kernel_grad', 'inner_out'].every((tag) => train.includes(tag));
  report.images = train.includes('inner/kernel/image') && train.includes('PNG');
  report.graphs = train.includes('graph_keras_model') && train.includes('optimizer/');
  report.validation = (files[under('board/validation/events.out.tfevents.')] ?? '').includes('evaluation_loss_vs_iterations'); // prettier-ignore
  report.projector = (files['board/projector_config.pbtxt'] ?? '').includes('tensor_path: "inner.bytes"');
  report.points = (files['board/inner.bytes'] ?? '').length === 16 * 3 * 4;
  report.trace = under('board/train/plugins/profile/').endsWith('keras-ts.trace.json.gz');
  report.own = (files[under('mine/events.out.tfevents.')] ?? '').includes('wave');
} catch (error) {
  report.error = String(error?.stack ?? error);
}
window.report = report;
