import { afterEach, describe, expect, test } from 'vitest';
import { getPlatform, setPlatform } from '../core/platform.js';
import { toCamelCase } from '../core/naming.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { fillMarks, readFixtures } from '../testing/fixtures.js';
import { Progbar, type ProgbarOptions } from './progbar.js';

interface ProgbarCase extends FixtureCase {
  readonly target: number | null;
  readonly options: Record<string, unknown>;
  readonly updates: readonly [number, readonly [string, number][], number][];
  readonly text: string;
}

const platform = getPlatform();
afterEach(() => setPlatform(platform));

/** What is written, with a clock that is set by hand. */
function capture(isInteractive: boolean): { text: () => string; clock: { now: number } } {
  let text = '';
  const clock = { now: 0 };
  const write = (more: string): void => {
    text += more;
  };
  setPlatform({ terminal: { write, isInteractive, columns: 80 }, now: () => 1000 + clock.now });
  return { text: () => text, clock };
}

describe('Progbar', () => {
  const cases = readFixtures<ProgbarCase>('training').filter((each) => each['kind'] === 'progbar');
  test.each(cases.map((each) => [each.id, each] as const))(
    '%s prints as Keras',
    (_, { target, options, updates, text }) => {
      const { text: written, clock } = capture(true);
      const camel = Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
      const bar = new Progbar(target, camel);
      for (const [current, values, now] of updates) {
        clock.now = now;
        bar.update(current, fillMarks(values, []) as [string, number][]);
      }
      expect(written()).toBe(text);
    },
  );

  test('writes one plain line per bar where lines cannot be overwritten', () => {
    const { text, clock } = capture(false);
    const bar = new Progbar(4);
    for (let i = 1; i <= 4; i++) {
      clock.now = i;
      bar.update(i, [['loss', 1 / i]]);
    }
    expect(text()).toBe('4/4 ━━━━━━━━━━━━━━━━━━━━ 4s 1s/step - loss: 0.2500\n');
  });

  test('add() counts on', () => {
    const { text } = capture(false);
    const bar = new Progbar(3);
    bar.add(1);
    bar.add(2);
    expect(text()).toContain('3/3');
  });

  test('refuses both kinds of metrics, and unknown options', () => {
    expect(() => new Progbar(3, { statefulMetrics: [], statelessMetrics: [] })).toThrow(/both statefulMetrics and/);
    expect(() => new Progbar(3, { widht: 3 } as ProgbarOptions)).toThrow(/no option 'widht'.*'width'/);
  });
});
