/** @file Trains the digits in the page and leaves what happened in `window.report`, for the test that opened it. */

/** Sets three timers, one after the other; says in which order they and the end came, and the longest wait of a timer, in milliseconds. */
function watchTimers() {
  const order = [];
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const set = ([name, ...others]) =>
    setTimeout(() => {
      order.push(name);
      if (others.length > 0) set(others);
    }, 0);
  set(['first timer', 'second timer', 'third timer']);
  return () => {
    clearInterval(timer);
    order.push('training ends');
    return { order, longest: Math.max(longest, performance.now() - last) };
  };
}

async function train() {
  const keras = await import(new URLSearchParams(location.search).get('module'));
  const { Input, Sequential, datasets, layers } = keras;
  const [[x, y], [xTest, yTest]] = await datasets.digits.loadData();
  const model = new Sequential([
    Input({ shape: [8, 8] }),
    new layers.Reshape([8, 8, 1]),
    new layers.BatchNormalization(),
    new layers.Conv2D(16, 3, { activation: 'relu' }),
    new layers.Conv2D(32, 3, { activation: 'relu' }),
    new layers.Flatten(),
    new layers.Dense(10, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });

  const stop = watchTimers();
  const start = performance.now();
  const { history } = await model.fit(x, y, { epochs: 40, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const timers = stop();
  const [, accuracy] = await model.evaluate(xTest, yTest, { verbose: 0 });
  return {
    cores: navigator.hardwareConcurrency,
    isolated: crossOriginIsolated,
    threads: keras.getThreads(),
    accuracy,
    loss: history.loss,
    seconds,
    timers,
  };
}

window.report = await train().catch((error) => ({ error: error?.stack ?? String(error) }));
document.getElementById('out').textContent = JSON.stringify(window.report, null, 2);
