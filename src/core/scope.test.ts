import { describe, expect, test } from 'vitest';
import { Scope } from './scope.js';

describe('Scope', () => {
  test('is seen inside, and ends with the function, also with one that throws', () => {
    const scope = new Scope('outermost');
    const seen = scope.run('outer', () => {
      const inner = scope.run('inner', () => scope.current);
      expect(() =>
        scope.run('failing', () => {
          throw new Error(scope.current);
        }),
      ).toThrow('failing');
      return [inner, scope.current];
    });
    expect(seen).toEqual(['inner', 'outer']);
    expect(scope.current).toBe('outermost');
  });

  test('of a promise ends where the function returns', async () => {
    const scope = new Scope(0);
    const later = scope.run(1, async () => {
      const before = scope.current;
      await Promise.resolve();
      return [before, scope.current];
    });
    expect(await later).toEqual([1, 0]);
  });
});
