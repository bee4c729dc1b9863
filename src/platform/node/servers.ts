/** @file Servers for this machine alone, over HTTP. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { LocalServer, ServerAnswer, ServerRequest, Servers, ServerStream } from '../../core/platform.js';

/** The only address that is listened to: nobody outside of the machine reaches it. */
const HOST = '127.0.0.1';

function requestOf(message: IncomingMessage): ServerRequest {
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers: message.headers,
    async text(limit) {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of message as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > limit) throw new Error(`the body has more than ${limit} bytes`);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

function streamOf(response: ServerResponse): ServerStream {
  // A reader that hangs up in the middle of a text is gone, and that is all.
  response.on('error', () => undefined);
  return {
    write: (text) => void response.write(text),
    get isDrained() {
      return response.writableLength === 0;
    },
    onClose: (listener) => void response.on('close', listener),
  };
}

async function respond(
  handler: (request: ServerRequest) => Promise<ServerAnswer>,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let answer: ServerAnswer;
  try {
    answer = await handler(requestOf(message));
  } catch (error) {
    answer = { status: 500, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: (error as Error).message };
  }
  response.writeHead(answer.status, answer.headers);
  if (typeof answer.body === 'string') {
    response.end(answer.body);
    return;
  }
  response.flushHeaders();
  answer.body(streamOf(response));
}

/** Listen on a port. @returns Whether it was free. */
function tryPort(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve(true);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen(port, HOST);
  });
}

export const servers: Servers = {
  async listen(ports, handler): Promise<LocalServer> {
    const { createServer } = await import('node:http');
    const server = createServer((message, response) => void respond(handler, message, response));
    // Neither what listens nor who is connected keeps the process alive.
    server.on('connection', (socket) => socket.unref());
    let port: number | null = null;
    for (const each of ports) {
      if (!(await tryPort(server, each))) continue;
      const address = server.address();
      port = typeof address === 'object' && address !== null ? address.port : each;
      break;
    }
    if (port === null)
      throw new Error(`no port of ${HOST} from ${ports[0]} to ${ports.at(-1)} is free. Name another one.`);
    server.unref();
    const timers: NodeJS.Timeout[] = [];
    return {
      port,
      hold: () => void server.ref(),
      every: (seconds, task) => void timers.push(setInterval(task, seconds * 1000).unref()),
      close: () => {
        for (const timer of timers) clearInterval(timer);
        server.closeAllConnections();
        return new Promise((resolve) => server.close(() => resolve()));
      },
    };
  },
};
