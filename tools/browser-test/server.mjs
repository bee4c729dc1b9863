/** @file A static file server on a free port of this machine, with or without cross-origin isolation. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { root } from '../lib/stamps.mjs';

const types = {
  '.css': 'text/css',
  '.gz': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/**
 * Serves the repository's folder.
 *
 * @param options.isolated Send the headers that give a page shared memory, hence threads.
 * @param options.files Texts served under paths of their own, beside the files: `{ '/bundle.js': '…' }`.
 * @returns The address, and `close()`.
 */
export async function serve({ isolated, files = {} }) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const headers = { 'Content-Type': types[extname(path)] ?? 'text/plain', 'Cache-Control': 'no-store' };
    if (isolated) {
      headers['Cross-Origin-Opener-Policy'] = 'same-origin';
      headers['Cross-Origin-Embedder-Policy'] = 'require-corp';
      headers['Cross-Origin-Resource-Policy'] = 'same-origin';
    }
    const file = join(root, path);
    if (path === '/favicon.ico') response.writeHead(204, headers).end();
    else if (path in files)
      response.writeHead(200, headers).end(files[path]); // before the files of that name
    else if (!existsSync(file) || !statSync(file).isFile()) response.writeHead(404, headers).end(`no ${path}\n`);
    else createReadStream(file).pipe(response.writeHead(200, headers));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
