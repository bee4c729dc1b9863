import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import '../testing/backends.js';
import { Dense } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { tensor } from '../runtime/index.js';
import { RemoteMonitor } from './remote_monitor.js';

const servers: Server[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: (request: IncomingMessage, body: string, end: () => void) => void): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => answer(request, body, () => void response.end('ok')));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function fit(monitor: RemoteMonitor): Promise<number> {
  const model = new Sequential([new Dense(1)]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const start = performance.now();
  await model.fit(tensor([[1], [2]]), tensor([[1], [2]]), { epochs: 3, verbose: 0, callbacks: [monitor] });
  return performance.now() - start;
}

test('posts the logs of each epoch, as a form or as JSON', async () => {
  const seen: { url?: string; type?: string; key?: string | string[]; body: string }[] = [];
  const root = await serve(({ url, headers }, body, end) => {
    seen.push({ url, type: headers['content-type'], key: headers['x-key'], body });
    end();
  });
  await fit(new RemoteMonitor({ root }));
  expect(seen).toHaveLength(3);
  expect(seen[1].url).toBe('/publish/epoch/end/');
  expect(seen[1].type).toMatch(/^application\/x-www-form-urlencoded/);
  expect(JSON.parse(new URLSearchParams(seen[1].body).get('data')!)).toEqual({
    epoch: 1,
    loss: expect.any(Number) as number,
  });
  await fit(new RemoteMonitor({ root, path: '/p', sendAsJson: true, headers: { 'X-Key': 'k' } }));
  expect([seen[3].url, seen[3].type, seen[3].key]).toEqual(['/p', 'application/json', 'k']);
  expect((JSON.parse(seen[5].body) as { epoch: number }).epoch).toBe(2);
});

test('a dead server is said once, and training goes on', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await fit(new RemoteMonitor({ root: 'http://127.0.0.1:9' }));
  expect(warn.mock.calls).toEqual([['Could not reach RemoteMonitor root server at http://127.0.0.1:9']]);
});

test('a server that never answers is given up', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const root = await serve(() => {});
  expect(await fit(new RemoteMonitor({ root, timeout: 0.1 }))).toBeLessThan(5000);
  expect(warn.mock.calls).toEqual([[`Could not reach RemoteMonitor root server at ${root} within 0.1 s`]]);
});

test('arguments that cannot be are refused at once', () => {
  expect(() => new RemoteMonitor({ root: 'nowhere' })).toThrow(/'nowhere\/publish\/epoch\/end\/' is no address/);
  expect(() => new RemoteMonitor({ timeout: 0 })).toThrow(/timeout=0/);
});
