/** @file The program of the page that the server sends, and of a saved page. */
import type { Boot } from '../document.js';
import { dashboardHtml } from '../document.js';
import type { Frame } from '../run_state.js';
import type { PageSource } from './source.js';
import { mountDashboard } from './view.js';

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

/** This page with other content. The program is the one that runs here. */
const saved = (frame: Frame): string => dashboardHtml(textOf('program'), { token: null, frame });

/** A page that was saved shows what it was saved with. */
function savedSource(frame: Frame): PageSource {
  return {
    subscribe(onFrame, onConnection) {
      onConnection('saved');
      onFrame(frame);
      return () => undefined;
    },
    command: null,
    save: (all) => Promise.resolve(saved(all)),
  };
}

/** Milliseconds after which a page asks again whose server does not take it. */
const AGAIN = 3000;

/** What the server at work tells. The browser connects again by itself, and says what it has seen. */
function serverSource(first: string): PageSource {
  let token = first;
  let server: string | null = null;
  return {
    subscribe(onFrame, onConnection) {
      let events: EventSource;
      const connect = (): void => {
        events = new EventSource('events');
        events.addEventListener('error', () => {
          onConnection('lost');
          if (events.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN);
        });
        events.addEventListener('hello', ({ data }: MessageEvent<string>) => {
          const hello = JSON.parse(data) as { token: string; server: string };
          onConnection(server === null || server === hello.server ? 'open' : 'renewed');
          ({ token, server } = hello);
        });
        events.addEventListener('message', ({ data }: MessageEvent<string>) => onFrame(JSON.parse(data) as Frame));
      };
      onConnection('connecting');
      connect();
      return () => events.close();
    },
    async command(run, command) {
      const response = await fetch('command', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Token': token },
        body: JSON.stringify({ run, ...command }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    save: (frame) => Promise.resolve(saved(frame)),
  };
}

const { token, frame } = JSON.parse(textOf('boot')) as Boot;
const source = frame !== null ? savedSource(frame) : serverSource(token ?? '');
mountDashboard(document.getElementById('dashboard')!, source, true);
