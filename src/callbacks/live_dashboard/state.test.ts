import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { LocalServer, ServerAnswer, ServerRequest, ServerStream } from '../../core/platform.js';
import { setPlatform } from '../../core/platform.js';
import { nodePlatform } from '../../platform/node/index.js';
import { PAGE_SCRIPT } from './page_script.js';
import { RunBoard } from './run_board.js';
import { RunClock } from './run_clock.js';
import type { Command, Frame, RunInfo } from './run_state.js';
import { extendHistogram } from './observe.js';
import { MOST_POINTS, Series } from './series.js';
import { DashboardServer } from './server.js';

setPlatform({ servers: nodePlatform.servers });

const info: RunInfo = {
  name: 'run',
  status: 'running',
  reason: '',
  startedAt: 0,
  elapsed: 0,
  timeLeft: null,
  epoch: 1,
  epochs: 2,
  firstEpoch: 0,
  stepsOfEpoch: 0,
  stepsPerEpoch: null,
  throughput: null,
  learningRates: {},
  scheduled: false,
  stopping: false,
  logs: {},
};

test('a curve keeps a bounded number of points, evenly spread, from its first one on', () => {
  const series = new Series();
  for (let i = 0; i < 100_000; i++) series.add(i, -i, i + 1);
  expect(series.x.length).toBeLessThanOrEqual(MOST_POINTS);
  expect(series.x.length).toBeGreaterThan(MOST_POINTS / 2 - 2);
  const gaps = new Set(series.x.slice(1).map((x, i) => x - series.x[i]));
  expect([...gaps]).toEqual([256]);
  expect(series.x[0]).toBe(0);
});

test('a reader that is told at some moments, left out at others, ends with what the board has', () => {
  const board = new RunBoard();
  const reader = new RunBoard();
  const run = board.begin('a', () => undefined);
  run.set('info', info);
  let seen = 0;
  let told = 0;
  for (let i = 0; i < 5000; i++) {
    run.add('batch/loss', i, 1 / (i + 1));
    if (i % 7 === 0) run.add('epoch/loss', i, NaN);
    if ((i * i) % 11 !== 3) continue;
    const frame = JSON.parse(JSON.stringify(board.since(seen))) as Frame;
    told += frame.runs[0]?.series['batch/loss']?.x.length ?? 0;
    reader.apply(frame.runs);
    seen = frame.version;
  }
  reader.apply(board.since(seen).runs);
  expect(reader.runs[0].get('info')).toEqual(info);
  for (const name of ['batch/loss', 'epoch/loss']) {
    expect(reader.runs[0].series.get(name)!.x, name).toEqual(run.series.get(name)!.x);
    expect(reader.runs[0].series.get(name)!.y, name).toEqual(run.series.get(name)!.y);
  }
  expect(board.since(board.version).runs).toEqual([]);
  // Only what is new is told: whole curves come again when they are thinned, which is seldom.
  expect(told).toBeLessThan(5000 + 5 * MOST_POINTS);
});

test('a board keeps a bounded number of runs; those at work stay', () => {
  const board = new RunBoard();
  for (let i = 0; i < 40; i++)
    board.begin(`run ${i}`, () => undefined).set('info', { ...info, status: i === 3 ? 'running' : 'finished' });
  expect(board.runs).toHaveLength(12);
  expect(board.runs.map(({ id }) => id)).toEqual(expect.arrayContaining(['run 3', 'run 39']));
});

test('histograms count what is finite, and keep a bounded number of epochs, the newest among them', () => {
  let histogram = extendHistogram(undefined, 1, [1, 1, 1]);
  expect(histogram.ranges).toEqual([[1, 1]]);
  expect(histogram.counts[0].reduce((a, b) => a + b)).toBe(3);
  histogram = extendHistogram(histogram, 2, [NaN, Infinity]);
  expect(histogram.ranges[1]).toEqual([0, 0]);
  for (let epoch = 3; epoch <= 200; epoch++) histogram = extendHistogram(histogram, epoch, [0, 1, 2, -Infinity]);
  // Evenly spread from the first one on, and the newest.
  expect(histogram.epochs).toEqual([1, 17, 33, 49, 65, 81, 97, 113, 129, 145, 161, 177, 193, 200]);
  expect(histogram.counts.at(-1)!.filter((count) => count > 0)).toEqual([1, 1, 1]);
});

test('time left and speed are told from what was done; the first step, which compiles, counts for nothing', () => {
  let time = 100;
  const clock = new RunClock(() => time);
  expect(clock.timeLeft(0, 10)).toBeNull();
  time += 50;
  clock.measure(1);
  expect(clock.throughput).toBeNull();
  expect(clock.timeLeft(0.1, 10)).toBeNull();
  time += 2;
  clock.measure(21);
  expect(clock.throughput).toBe(10);
  expect(clock.timeLeft(2.1, 10)).toBeCloseTo(7.9, 9);
  expect(clock.nextLook(21)).toBe(24); // a quarter of a second
  expect(clock.nextLook(22)).toBe(24);
  expect(clock.nextLook(30)).toBe(31);
  expect(clock.elapsed).toBe(52);
});

const servers: DashboardServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(board: RunBoard, port: number): Promise<DashboardServer> {
  const server = await DashboardServer.start(board, port);
  servers.push(server);
  return server;
}

test('a slow reader is left out, and gets all at once when it has taken what it was told', async () => {
  let handler: ((request: ServerRequest) => Promise<ServerAnswer>) | null = null;
  const local: LocalServer = { port: 1, hold: () => undefined, every: () => undefined, close: async () => undefined };
  setPlatform({
    servers: {
      async listen(_ports, given) {
        handler = given;
        return local;
      },
    },
  });
  const board = new RunBoard();
  const server = await start(board, 0);
  setPlatform({ servers: nodePlatform.servers });
  const run = board.begin('a', () => undefined);
  const texts: string[] = [];
  let isDrained = true;
  const stream: ServerStream = {
    write: (text) => void texts.push(text),
    get isDrained() {
      return isDrained;
    },
    onClose: () => undefined,
  };
  const request = { method: 'GET', url: '/events', headers: { host: '127.0.0.1:1' }, text: async () => '' };
  const { body } = await handler!(request);
  (body as (stream: ServerStream) => void)(stream);
  run.add('batch/loss', 1, 1);
  server.tell();
  expect(texts).toHaveLength(2); // hello, and the first point
  isDrained = false;
  for (let i = 2; i < 100; i++) {
    run.add('batch/loss', i, i);
    server.tell();
  }
  expect(texts).toHaveLength(2);
  isDrained = true;
  server.tell();
  server.tell();
  expect(texts).toHaveLength(3);
  const { runs } = JSON.parse(/^data: (.*)$/m.exec(texts[2])![1]) as Frame;
  expect(runs[0].series['batch/loss'].x).toEqual(Array.from({ length: 98 }, (_, i) => i + 2));
});

test('a server shows the runs of the others beside it, hands commands on, and says when one is gone', async () => {
  const [here, there] = [new RunBoard(), new RunBoard()];
  here.begin('mine', () => undefined).set('info', { ...info, name: 'mine' });
  const commands: Command[] = [];
  there.begin('theirs', (command) => void commands.push(command)).set('info', { ...info, name: 'theirs' });
  // Any free port, and the next one that is free.
  const probe = await start(new RunBoard(), 0);
  const first = await start(here, probe.port + 1);
  const second = await start(there, probe.port + 1);
  const reading = new AbortController();
  const response = await fetch(`${first.address}/events`, { signal: reading.signal });
  const reader = new RunBoard();
  const decoder = new TextDecoder();
  let text = '';
  const statusOf = (id: string) => reader.runs.find((run) => run.id === id)?.get('info')?.status;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))![1];
      text = text.slice(end + 2);
      const { runs } = JSON.parse(data) as Partial<Frame>;
      reader.apply(runs ?? []);
    }
    if (statusOf('theirs') === 'running' && commands.length === 0) {
      const sent = await fetch(`${first.address}/command`, {
        method: 'POST',
        headers: { 'X-Token': first.token },
        body: JSON.stringify({ run: 'theirs', name: 'stop' }),
      });
      expect(sent.status).toBe(200);
      expect(commands).toEqual([{ name: 'stop' }]);
      await second.close();
    }
    if (statusOf('theirs') === 'lost') break;
  }
  reading.abort();
  expect(statusOf('mine')).toBe('running');
});

test('the text of the page is what tools/dashboard-page.mjs makes of its sources', async () => {
  const root = join(import.meta.dirname, '../../..');
  const tool = (await import(pathToFileURL(join(root, 'tools/lib/dashboard_page.mjs')).href)) as {
    pageScript(root: string): Promise<string>;
  };
  expect(PAGE_SCRIPT === (await tool.pageScript(root)), 'run: node tools/dashboard-page.mjs').toBe(true);
});
