/** @file The board and the server that all dashboards of a process share. */
import { printLine } from '../print.js';
import { RunBoard } from './run_board.js';
import { DashboardServer } from './server.js';

let board: RunBoard | null = null;
let server: Promise<DashboardServer> | null = null;
const users = new Set<object>();

/** The runs of this process, and those that it knows of others. */
export function sharedBoard(): RunBoard {
  return (board ??= new RunBoard());
}

/**
 * The server, which the first that asks for it starts. It prints its address then.
 *
 * @param user Who needs it, until `releaseServer`.
 */
export async function sharedServer(user: object, port: number): Promise<DashboardServer> {
  users.add(user);
  server ??= DashboardServer.start(sharedBoard(), port).then((started) => {
    printLine(`LiveDashboard: ${started.address}`);
    return started;
  });
  try {
    return await server;
  } catch (error) {
    server = null; // the next one may name a port that is free
    users.delete(user);
    throw error;
  }
}

/** The last one that leaves closes the server; its runs are forgotten. */
export async function releaseServer(user: object): Promise<void> {
  if (!users.delete(user) || users.size > 0 || server === null) return;
  const closing = server;
  server = null;
  board = null;
  await (await closing).close();
}
