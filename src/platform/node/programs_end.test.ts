/** @file A program that has done its work ends by itself: no thread, timer or file keeps it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChildProgram } from '../../testing/child.js';
import { childProgram } from '../../testing/child.js';

describe('a program ends by itself', () => {
  let program: ChildProgram;
  beforeAll(async () => {
    program = await childProgram('ends');
  });
  afterAll(() => program.dispose());

  it.each([
    ['after a small model has trained', 'small', 0, /^done\n$/],
    ['after a large model has trained, on all threads', 'large', 0, /^done\n$/],
    ['after a trainStep of two models', 'pair', 0, /^done\n$/],
    ['after predict alone', 'predict', 0, /^done\n$/],
    ['with its error, thrown while threads are at work', 'fails', 1, /^(?!.*done)[\s\S]*the disk of the user is full/],
    ['with the exit code that it has set', 'code', 3, /^done\n$/],
  ])('%s', async (_, name, code, output) => {
    const child = program.start([name]);
    expect(await child.ended).toEqual({ code, signal: null });
    expect(child.output()).toMatch(output);
  });
});
