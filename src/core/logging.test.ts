import { afterEach, expect, it } from 'vitest';
import { disableInteractiveLogging, enableInteractiveLogging, isInteractiveLoggingEnabled } from './logging.js';
import { getPlatform, setPlatform } from './platform.js';

const platform = getPlatform();
afterEach(() => {
  enableInteractiveLogging();
  setPlatform(platform);
});

it('takes the terminal away and gives it back', () => {
  let text = '';
  setPlatform({ terminal: { write: (t) => void (text += t), isInteractive: true, columns: 100 } });
  disableInteractiveLogging();
  disableInteractiveLogging();
  expect(isInteractiveLoggingEnabled()).toBe(false);
  getPlatform().terminal.write('unseen');
  enableInteractiveLogging();
  expect(isInteractiveLoggingEnabled()).toBe(true);
  getPlatform().terminal.write('seen');
  expect(text).toBe('seen');
});
