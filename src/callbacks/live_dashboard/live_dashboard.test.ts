import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import '../../testing/backends.js';
import { setPlatform } from '../../core/platform.js';
import { Dense } from '../../layers/index.js';
import { Sequential } from '../../models/index.js';
import { schedules, SGD } from '../../optimizers/index.js';
import { nodePlatform } from '../../platform/node/index.js';
import { tensor } from '../../runtime/index.js';
import { childProgram } from '../../testing/child.js';
import type { Logs } from '../callback.js';
import { Callback } from '../callback.js';
import { CallbackList } from '../callback_list.js';
import { ReduceLROnPlateau } from '../reduce_lr_on_plateau.js';
import type { LiveDashboardOptions } from './live_dashboard.js';
import { LiveDashboard } from './live_dashboard.js';
import { RunBoard } from './run_board.js';
import type { Frame, RunInfo } from './run_state.js';

setPlatform({ servers: nodePlatform.servers, files: nodePlatform.files });

const dashboards: LiveDashboard[] = [];
const written: string[] = [];
beforeEach(() =>
  setPlatform({ terminal: { write: (text) => void written.push(text), isInteractive: false, columns: 80 } }),
);
afterEach(async () => {
  vi.restoreAllMocks();
  written.length = 0;
  for (const each of dashboards.splice(0)) await each.close();
});

function dashboard(options: LiveDashboardOptions = {}): LiveDashboard {
  const made = new LiveDashboard({ port: 0, ...options });
  dashboards.push(made);
  return made;
}

const x = tensor(Array.from({ length: 12 }, (_, i) => [i / 12, (i * 5) % 12]));
const y = tensor(Array.from({ length: 12 }, (_, i) => i % 3));

function classifier(optimizer: SGD = new SGD(0.05)): Sequential {
  const model = new Sequential([new Dense(4, { activation: 'relu' }), new Dense(3, { activation: 'softmax' })]);
  model.compile({ optimizer, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** Runs at the end of each epoch. */
class AfterEpoch extends Callback {
  readonly #task: (epoch: number, logs: Logs) => Promise<void>;
  constructor(task: (epoch: number, logs: Logs) => Promise<void>) {
    super();
    this.#task = task;
  }
  override onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.#task(epoch, logs);
  }
}

interface Served extends Frame {
  readonly server: string;
}
const frameOf = async (address: string | null, since = ''): Promise<Served> =>
  (await (await fetch(`${address}/frame?since=${since}`)).json()) as Served;

const fitted = async (board: LiveDashboard, model = classifier(), epochs = 3): Promise<Served> => {
  await model.fit(x, y, { epochs, batchSize: 4, verbose: 0, validationData: [x, y], callbacks: [board] });
  return await frameOf(board.address);
};

/** What the page is told that shows that a command comes from it. */
async function tokenOf(address: string): Promise<string> {
  const page = await (await fetch(address)).text();
  return /"token":"([0-9a-f]{32})"/.exec(page)![1];
}

const send = (address: string, token: string | null, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${address}/command`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token === null ? {} : { 'X-Token': token }), ...headers },
    body: JSON.stringify(body),
  });

/** A request whose Host is free to choose, which fetch's is not. */
function statusFor(address: string, host: string, path = '/'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${address}${path}`, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    sent.on('error', reject).end();
  });
}

/** Events of a stream, one after the other. */
async function* eventsOf(address: string, last?: string): AsyncGenerator<{ event: string; id: string; data: unknown }> {
  const stop = new AbortController();
  const headers = last === undefined ? undefined : { 'Last-Event-ID': last };
  const response = await fetch(`${address}/events`, { headers, signal: stop.signal });
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = new Map(text.slice(0, end).split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])); // prettier-ignore
        text = text.slice(end + 2);
        yield {
          event: fields.get('event') ?? 'message',
          id: fields.get('id') ?? '',
          data: JSON.parse(fields.get('data')!) as unknown,
        };
      }
    }
  } finally {
    stop.abort();
  }
}

/** What events tell until the server hangs up. */
async function hear(events: AsyncIterable<{ data: unknown }>): Promise<RunBoard> {
  const board = new RunBoard();
  try {
    for await (const { data } of events) board.apply((data as Partial<Frame>).runs ?? []);
  } catch {
    // it has hung up in the middle of an answer, as it should
  }
  return board;
}

describe('what is shown of a run', () => {
  test('curves of training and validation, learning rate, where it stands, a confusion matrix', async () => {
    const board = dashboard({ classNames: ['a', 'b', 'c'] });
    const { runs } = await fitted(board);
    expect(runs).toHaveLength(1);
    const [{ series, parts }] = runs;
    for (const name of ['epoch/loss', 'epoch/accuracy', 'epoch/val_loss', 'epoch/val_accuracy'])
      expect(series[name].x, name).toEqual([1, 2, 3]);
    expect(series['batch/loss'].x.at(-1)).toBe(9);
    expect(series['batch/loss'].y.at(-1)).toBeCloseTo(series['epoch/loss'].y[2] as number, 5);
    expect(new Set(series['rate/'].y)).toEqual(new Set([Math.fround(0.05)]));
    expect(parts.info).toMatchObject({ status: 'finished', epoch: 3, epochs: 3, stepsOfEpoch: 3, stepsPerEpoch: 3 });
    expect(parts.confusion!.names).toEqual(['a', 'b', 'c']);
    expect(parts.confusion!.epoch).toBe(3);
    expect(parts.confusion!.counts.map((row) => row.reduce((a, b) => a + b))).toEqual([4, 4, 4]);
    const { counts } = parts.confusion!;
    const accuracy = counts.reduce((sum, row, i) => sum + row[i], 0) / 12;
    expect(accuracy).toBeCloseTo(series['epoch/val_accuracy'].y[2] as number, 6);
    expect(parts.histograms).toBeUndefined();
    expect(Object.keys(series).filter((name) => name.startsWith('gradient/'))).toEqual([]);
  });

  test('histograms and norms of gradients at the frequency that is asked for', async () => {
    const model = classifier();
    const { runs } = await fitted(dashboard({ histogramFreq: 2, gradientFreq: 3 }), model, 4);
    const [{ series, parts }] = runs;
    const path = model.trainableVariables[0].path;
    const histogram = parts.histograms![path];
    expect(histogram.epochs).toEqual([1, 3]);
    expect(histogram.counts.map((list) => list.reduce((a, b) => a + b))).toEqual([8, 8]);
    expect(series['gradient/'].x).toEqual([1, 4]);
    const norms = model.trainableVariables.map((each) => series[`gradient/${each.path}`].y[1] as number);
    expect(series['gradient/'].y[1]).toBeCloseTo(Math.hypot(...norms), 6);
    expect(norms[3]).toBeGreaterThan(0);
  });

  test('norms of gradients without validation, over the first batch', async () => {
    const board = dashboard({ gradientFreq: 1 });
    await classifier().fit(x, y, { epochs: 2, verbose: 0, callbacks: [board] });
    const [{ series }] = (await frameOf(board.address)).runs;
    expect(series['gradient/'].x).toEqual([1, 2]);
  });

  test('a regression has no classes; two classes of one output have', async () => {
    const regression = new Sequential([new Dense(1)]);
    regression.compile({ optimizer: 'sgd', loss: 'mse' });
    expect((await fitted(dashboard(), regression)).runs[0].parts.confusion).toBeUndefined();
    const binary = new Sequential([new Dense(1, { activation: 'sigmoid' })]);
    binary.compile({ optimizer: 'sgd', loss: 'binary_crossentropy' });
    const board = dashboard();
    const labels = tensor(Array.from({ length: 12 }, (_, i) => [i % 2]));
    await binary.fit(x, labels, { verbose: 0, validationData: [x, labels], callbacks: [board] });
    const { confusion } = (await frameOf(board.address)).runs.at(-1)!.parts;
    expect(confusion!.counts.map((row) => row.reduce((a, b) => a + b))).toEqual([6, 6]);
  });

  test('predictions that a function gives, and images that are none', async () => {
    const samples = () => [{ title: 'two', correct: false, image: [[0, 0.5], [1, 2]] }, { text: 'a text' }]; // prettier-ignore
    const { parts } = (await fitted(dashboard({ samples }), classifier(), 1)).runs[0];
    const [first, second] = parts.samples!.list;
    expect(first).toMatchObject({ title: 'two', correct: false, image: { width: 2, height: 2, channels: 1 } });
    expect([...atob(first.image!.data)].map((letter) => letter.charCodeAt(0))).toEqual([0, 1, 1, 2]);
    expect(second).toEqual({ title: '', text: 'a text', correct: null, image: null });
    const bad = dashboard({ samples: () => [{ image: [1, 2] }] });
    await expect(fitted(bad, classifier(), 1)).rejects.toThrow(/an image of shape \[2\]\. Expected \[height, width\]/);
  });

  test('notes: own ones, the console, what callbacks print; the console is as before at the end', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const before = console.warn;
    const board = dashboard();
    const say = new AfterEpoch(async (epoch) => {
      if (epoch === 0) {
        console.warn('mind', { gap: 1 });
        board.note('half way');
      }
    });
    const lower = new ReduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 100, verbose: 1 });
    await classifier().fit(x, y, { epochs: 2, verbose: 0, callbacks: [say, lower, board] });
    const { notes } = (await frameOf(board.address)).runs[0].parts;
    expect(notes!.map(({ level, text }) => [level, text.slice(0, 38)])).toEqual([
      ['warn', 'mind {"gap":1}'],
      ['note', 'half way'],
      ['log', 'Epoch 2: ReduceLROnPlateau reducing le'],
    ]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(console.warn).toBe(before);
  });

  test('runs that overlap leave the console as it was', async () => {
    const before = [console.error, console.warn];
    const [first, second] = [dashboard(), dashboard()];
    const late = new AfterEpoch(async (epoch) => {
      if (epoch === 0) await classifier().fit(x, y, { verbose: 0, callbacks: [second] });
    });
    await Promise.all([
      classifier().fit(x, y, { epochs: 2, verbose: 0, callbacks: [first, late] }),
      classifier().fit(x, y, { epochs: 4, verbose: 0, callbacks: [dashboard()] }),
    ]);
    expect([console.error, console.warn]).toEqual(before);
  });

  test('data that do not say how many steps they have', async () => {
    function* batches() {
      for (let i = 0; i < 5; i++) yield [x, y] as const;
    }
    const board = dashboard();
    const seen: (number | null)[] = [];
    const look = new AfterEpoch(async () => {
      seen.push((await frameOf(board.address)).runs[0].parts.info!.stepsPerEpoch);
    });
    await classifier().fit(batches, null, { epochs: 3, verbose: 0, callbacks: [look, board] });
    const [{ series, parts }] = (await frameOf(board.address)).runs;
    expect(seen).toEqual([null, 5, 5]);
    expect(parts.info).toMatchObject({ status: 'finished', stepsPerEpoch: 5, stepsOfEpoch: 5 });
    expect(series['batch/loss'].x.at(-1)).toBe(15);
  });

  test('a run that begins in the middle', async () => {
    const board = dashboard();
    await classifier().fit(x, y, { epochs: 5, initialEpoch: 3, batchSize: 4, verbose: 0, callbacks: [board] });
    const [{ series, parts }] = (await frameOf(board.address)).runs;
    expect(parts.info).toMatchObject({ epoch: 5, firstEpoch: 3, status: 'finished' });
    expect(series['epoch/loss'].x).toEqual([4, 5]);
    expect(series['batch/loss'].x.at(-1)).toBe(15);
  });

  test('a run that fails before it begins says nothing of the one before', async () => {
    const board = dashboard();
    await fitted(board, classifier(), 1);
    class Early extends Callback {
      override onTrainBegin(): void {
        throw new Error('too early');
      }
    }
    await expect(classifier().fit(x, y, { verbose: 0, callbacks: [new Early(), board] })).rejects.toThrow('too early');
    const { runs } = await frameOf(board.address);
    expect(runs.map(({ parts }) => [parts.info!.status, parts.notes])).toEqual([['finished', undefined]]);
  });

  test('a run that fails says why', async () => {
    const board = dashboard();
    const fail = new AfterEpoch(() => Promise.reject(new Error('no luck')));
    await expect(classifier().fit(x, y, { verbose: 0, callbacks: [board, fail] })).rejects.toThrow('no luck');
    const { info } = (await frameOf(board.address)).runs[0].parts;
    expect(info).toMatchObject({ status: 'failed' });
    expect(info!.reason).toBe('Error: AfterEpoch.onEpochEnd: no luck');
  });
});

test('nobody listens to single batches: many steps still run in one go', () => {
  const list = new CallbackList([dashboard({ histogramFreq: 1, gradientFreq: 1 })]);
  expect((['Train', 'Test', 'Predict'] as const).map((mode) => list.listensToBatches(mode))).toEqual([
    false,
    false,
    false,
  ]);
  expect(list.ignoresBatches('Train')).toBe(true);
});

describe('commands', () => {
  test('stop after the epoch at hand; lower the learning rate; only with the token, and from this page', async () => {
    const board = dashboard();
    const model = classifier();
    const statuses: number[] = [];
    const press = new AfterEpoch(async (epoch) => {
      if (epoch !== 0) return;
      const address = board.address!;
      const token = await tokenOf(address);
      const [{ id: run }] = (await frameOf(address)).runs;
      const stop = { run, name: 'stop' };
      for (const response of [
        await send(address, null, stop),
        await send(address, '0'.repeat(32), stop),
        await send(address, token, stop, { Origin: 'https://example.org' }),
        await send(address, token, stop, { 'Sec-Fetch-Site': 'cross-site' }),
        await send(address, token, { run, name: 'scaleLearningRate', factor: 3 }),
        await send(address, token, { run, name: 'rm' }),
        await send(address, token, { run: 'another', name: 'stop' }),
        await send(address, token, { ...stop, long: 'x'.repeat(20_000) }),
        await fetch(`${address}/command`),
      ])
        statuses.push(response.status);
      expect((await frameOf(address)).runs[0].parts.info!.stopping).toBe(false);
      expect((await send(address, token, { run, name: 'scaleLearningRate', factor: 0.5 })).status).toBe(200);
      expect((await send(address, token, stop, { Origin: address })).status).toBe(200);
    });
    const history = await model.fit(x, y, { epochs: 9, batchSize: 4, verbose: 0, callbacks: [press, board] });
    expect(statuses).toEqual([403, 403, 403, 403, 400, 400, 409, 400, 404]);
    // Pressed at the end of the first epoch, before the dashboard's own hook.
    expect(history.epoch).toEqual([0]);
    expect((model.optimizer.learningRate as unknown as { read(): { data: number[] } }).read().data[0]).toBeCloseTo(
      0.025,
      6,
    );
    const { parts } = (await frameOf(board.address)).runs[0];
    expect(parts.info).toMatchObject({ status: 'stopped', stopping: true, reason: 'on the page, after epoch 1' });
    expect(parts.notes!.map(({ text }) => text)).toEqual([
      'Stop after this epoch: asked for on the page.',
      'The learning rate is lowered from 0.05 to 0.025.',
    ]);
    const { id: run } = (await frameOf(board.address)).runs[0];
    expect((await send(board.address!, await tokenOf(board.address!), { run, name: 'stop' })).status).toBe(409);
  });

  test('a press in the middle of an epoch stops it at its end, not before', async () => {
    const board = dashboard();
    let steps = 0;
    class Press extends Callback {
      override async onTrainBatchEnd(): Promise<void> {
        if (++steps !== 2) return;
        const [{ id: run }] = (await frameOf(board.address)).runs;
        await send(board.address!, await tokenOf(board.address!), { run, name: 'stop' });
      }
    }
    const history = await classifier().fit(x, y, {
      epochs: 5,
      batchSize: 2,
      verbose: 0,
      callbacks: [new Press(), board],
    });
    expect(history.epoch).toEqual([0]);
    expect(steps).toBe(6);
  });

  test('a learning rate that follows a schedule stays, and the page is told', async () => {
    const board = dashboard();
    const model = classifier(new SGD(new schedules.ExponentialDecay(0.1, 10, 0.5)));
    const press = new AfterEpoch(async () => {
      const [{ id: run, parts }] = (await frameOf(board.address)).runs;
      expect(parts.info!.scheduled).toBe(true);
      await send(board.address!, await tokenOf(board.address!), { run, name: 'scaleLearningRate', factor: 0.1 });
    });
    await model.fit(x, y, { verbose: 0, callbacks: [press, board] });
    const { notes } = (await frameOf(board.address)).runs[0].parts;
    expect(notes![0].text).toBe('The learning rate follows a schedule, and cannot be set.');
  });
});

describe('the server', () => {
  test('answers under its own names only, and says nothing to other sites', async () => {
    const board = dashboard();
    await fitted(board, classifier(), 1);
    const address = board.address!;
    const { port } = new URL(address);
    expect(await statusFor(address, `127.0.0.1:${port}`)).toBe(200);
    expect(await statusFor(address, `localhost:${port}`)).toBe(200);
    for (const host of ['example.org', `example.org:${port}`, '127.0.0.1', `127.0.0.1.example.org:${port}`])
      for (const path of ['/', '/hello', '/frame', '/events'])
        expect(await statusFor(address, host, path), `${host} ${path}`).toBe(403);
    expect((await fetch(`${address}/hello`, { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403);
    expect((await fetch(`${address}/frame`)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${address}/../../etc/passwd`)).status).toBe(404);
  });

  test('the page names nothing elsewhere', async () => {
    const board = dashboard();
    await fitted(board, classifier(), 1);
    const page = await (await fetch(board.address!)).text();
    const urls = page.match(/https?:\/\/[^\s"'<)]+/g) ?? [];
    expect(urls.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([]); // names of XML, which nobody loads
    expect(page).toContain("default-src 'none'");
  });

  test('says its address once, and takes the next port where one is in use', async () => {
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const board = dashboard({ port });
    await fitted(board, classifier(), 1);
    await fitted(board, classifier(), 1);
    taken.close();
    expect(Number(new URL(board.address!).port)).toBeGreaterThan(port);
    expect(written.filter((line) => line.includes('LiveDashboard'))).toEqual([`LiveDashboard: ${board.address}\n`]);
  });

  test('several runs of a process stand side by side, on one server', async () => {
    const [first, second] = [dashboard({ name: 'a' }), dashboard({ name: 'a' })];
    await Promise.all([fitted(first), fitted(second)]);
    await fitted(first);
    expect(second.address).toBe(first.address);
    const { runs } = await frameOf(first.address);
    expect(runs.map(({ parts }) => parts.info!.name)).toEqual(['a', 'a (2)', 'a (3)']);
  });

  test('a stream tells what is new, and goes on where a reader was', async () => {
    const board = dashboard();
    await fitted(board, classifier(), 2);
    const events = eventsOf(board.address!);
    const hello = (await events.next()).value as { event: string; data: { token: string } };
    expect(hello.event).toBe('hello');
    expect(hello.data.token).toBe(await tokenOf(board.address!));
    const first = (await events.next()).value as { id: string; data: Frame };
    expect(first.data.runs[0].series['epoch/loss'].x).toEqual([1, 2]);
    await events.return(undefined);
    // Nothing is lost of what happened while the reader was away, and nothing comes twice.
    await fitted(board, classifier(), 1);
    const again = eventsOf(board.address!, first.id);
    await again.next();
    const second = (await again.next()).value as { data: Frame };
    expect(second.data.runs).toHaveLength(1);
    expect(second.data.runs[0].id).not.toBe(first.data.runs[0].id);
    await again.return(undefined);
    const [server, version] = first.id.split('.');
    const all = async (id: string) => (await frameOf(board.address, id)).runs.length;
    expect([await all(`${server}.${version}`), await all(`other.${version}`), await all('')]).toEqual([1, 2, 2]);
  });

  test('closes with the last dashboard', async () => {
    const [first, second] = [dashboard(), dashboard()];
    await fitted(first, classifier(), 1);
    await fitted(second, classifier(), 1);
    const address = first.address!;
    await first.close();
    expect((await fetch(`${address}/hello`)).status).toBe(200);
    await second.close();
    await expect(fetch(`${address}/hello`)).rejects.toThrow();
    expect(second.address).toBeNull();
  });
});

describe('a saved page', () => {
  test('holds its runs and its program', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    try {
      const board = dashboard({ name: '</script><script>alert(1)</script>' });
      await fitted(board);
      const path = join(folder, 'new', 'run.html');
      await board.save(path);
      expect(existsSync(path)).toBe(true);
      const text = readFileSync(path, 'utf8');
      const boot = /<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(text)![1];
      const { token, frame } = JSON.parse(boot) as { token: null; frame: Frame };
      expect(token).toBeNull();
      const board2 = new RunBoard();
      board2.apply(frame.runs);
      expect(board2.runs[0].get('info')!.name).toBe('</script><script>alert(1)</script>');
      expect(board2.runs[0].series.get('epoch/loss')!.x).toEqual([1, 2, 3]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('a reader does not keep the process alive after training; with keepOpen the page stays', async () => {
  const program = await childProgram('dashboard');
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  try {
    const run = async (name: string, keepOpen: boolean) => {
      const child = program.start([join(folder, name), String(keepOpen)]);
      await child.says('LiveDashboard: http');
      const [address] = /http:[^\s]*/.exec(child.output())!;
      const events = eventsOf(address);
      await events.next();
      const heard = hear(events);
      writeFileSync(join(folder, name), '');
      await child.says('trained');
      return { child, address, heard };
    };
    const open = await run('open', true);
    expect((await frameOf(open.address)).runs[0].parts.info!.status).toBe('stopped');
    open.child.process.kill();
    await open.child.ended;
    const plain = await run('plain', false);
    expect((await plain.child.ended).code).toBe(0);
    // The last that the reader heard before the process ended is how the run ended.
    expect((await plain.heard).runs[0].get('info')!.status).toBe('stopped');
  } finally {
    rmSync(folder, { recursive: true });
    program.dispose();
  }
});

describe('arguments', () => {
  test.each<[LiveDashboardOptions, RegExp]>([
    [{ port: -1 }, /port=-1\. Expected a whole number from 0 to 65535/],
    [{ histogramFreq: 0.5 }, /histogramFreq=0\.5\. Expected a whole number of epochs/],
    [{ element: {} as Element }, /element=.* Expected an element of the page/],
    [{ samples: 3 as never }, /samples=3\. Expected a function/],
    [{ histogramFrequency: 1 } as LiveDashboardOptions, /no option 'histogramFrequency'/],
  ])('%o is refused', (options, message) => expect(() => new LiveDashboard(options)).toThrow(message));

  test('where nothing can listen, fit says what to do', async () => {
    setPlatform({ servers: null });
    try {
      await expect(fitted(dashboard(), classifier(), 1)).rejects.toThrow(/new LiveDashboard\(\{ element \}\)/);
    } finally {
      setPlatform({ servers: nodePlatform.servers });
    }
  });
});

test('infos hold numbers that JSON has not', async () => {
  const board = dashboard();
  const model = classifier();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  await model.fit(tensor([[NaN, 1]]), tensor([0]), { epochs: 3, verbose: 0, callbacks: [board] });
  const [{ parts, series }] = (await frameOf(board.address)).runs;
  expect((parts.info as RunInfo).logs['loss']).toBe('NaN');
  expect(series['epoch/loss'].y.at(-1)).toBe('NaN');
  expect(parts.notes!.at(-1)!.text).toMatch(/The loss of epoch \d is NaN/);
});
