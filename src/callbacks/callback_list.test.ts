import { expect, test } from 'vitest';
import '../testing/backends.js';
import { RuntimeError, ValueError } from '../core/errors.js';
import { Callback } from './callback.js';
import { CallbackList } from './callback_list.js';
import { LambdaCallback } from './lambda_callback.js';

/** What comes out of a hook that throws. */
async function thrown(error: unknown, callback?: Callback): Promise<Error> {
  const fails = new LambdaCallback({
    onEpochEnd: () => {
      throw error;
    },
  });
  try {
    await new CallbackList(callback ?? fails).onEpochEnd(0, { loss: 1 });
  } catch (caught) {
    return caught as Error;
  }
  throw new Error('nothing was thrown');
}

test("an error in a hook is told with the callback's class and the hook", async () => {
  const cause = new Error('below');
  const error = new ValueError('too small', { cause });
  const caught = await thrown(error);
  expect(caught).toBe(error); // its class and its fields stay for those who catch it
  expect(caught.message).toBe('LambdaCallback.onEpochEnd: too small');
  expect(caught.cause).toBe(cause);
  expect(caught.stack).toContain('LambdaCallback.onEpochEnd: too small');
  expect((await thrown(error)).message).toBe('LambdaCallback.onEpochEnd: too small'); // once, however often it is thrown

  class Mine extends Callback {
    override onEpochEnd(): Promise<void> {
      return Promise.reject(new Error('Mine: late'));
    }
  }
  expect((await thrown(null, new Mine())).message).toBe('Mine.onEpochEnd: late');
  expect((await thrown(null, new CallbackList(new Mine()))).message).toBe('Mine.onEpochEnd: late');
});

test.each([
  ['a text', 'no room', 'no room'],
  ['a frozen error', Object.freeze(new Error('cold')), 'cold'],
  ['an exception of the platform', new DOMException('gone', 'AbortError'), 'gone'],
  ['nothing', undefined, 'undefined'],
])('%s is the cause of an error that tells it', async (_, given, text) => {
  const caught = await thrown(given);
  expect(caught).toBeInstanceOf(RuntimeError);
  expect(caught.message).toBe(`LambdaCallback.onEpochEnd: ${text}`);
  expect(caught.cause).toBe(given);
});
