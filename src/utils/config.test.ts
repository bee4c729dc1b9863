import { describe, expect, it } from 'vitest';
import { Config } from './config.js';

describe('Config', () => {
  it('holds settings as properties', () => {
    const config = new Config({ b: 2, a: [1, 'x'] });
    config['c'] = null;
    expect(config['b']).toBe(2);
    expect('c' in config && !('d' in config)).toBe(true);
    expect(config.keys()).toEqual(['b', 'a', 'c']);
    expect([...config]).toEqual(['a', 'b', 'c']);
    expect(config.items()).toEqual(Object.entries(config.asDict()));
    expect(Object.keys(config)).toEqual(config.keys());
    delete config['c'];
    expect(config.length).toBe(2);
    expect(config.toJson()).toBe('{"b": 2, "a": [1, "x"]}'); // json.dumps
    expect([config.get('b'), config.get('z'), config.get('z', 7)]).toEqual([2, null, 7]);
    config.update({ b: 3 }, new Config({ e: 4 }));
    expect(config.asDict()).toEqual({ b: 3, a: [1, 'x'], e: 4 });
    expect([config.pop('e'), config.pop('e', 'none')]).toEqual([4, 'none']);
    expect(String(config)).toBe('<Config {"b": 3, "a": [1, "x"]}>');
  });
  it('copies: changes do not come back to what was given or taken', () => {
    const given = { a: 1 };
    const config = new Config(given);
    config['a'] = 2;
    config.asDict()['a'] = 3;
    expect([given.a, config['a']]).toEqual([1, 2]);
  });
  it('a frozen one stays as it is until it is free again', () => {
    const config = new Config({ a: 1 });
    config.freeze();
    const changes: (() => unknown)[] = [
      () => (config['a'] = 2),
      () => (config['b'] = 2),
      () => delete config['a'],
      () => config.pop('a'),
      () => config.update({ a: 2 }),
    ];
    for (const change of changes) expect(change).toThrow(/frozen.*unfreeze\(\)/);
    expect([config.frozen, config.asDict()]).toEqual([true, { a: 1 }]);
    config.unfreeze();
    config['a'] = 5;
    expect(config['a']).toBe(5);
  });
  it('names what is not there, and what may be meant', async () => {
    const config = new Config({ learning_rate: 0.1 });
    expect(() => config['learning_rat']).toThrow(/no 'learning_rat'.*learning_rate/);
    expect(() => config.pop('rate')).toThrow(/no 'rate'/);
    expect(() => (config['keys'] = (() => []) as never)).toThrow(/'keys' is a method/);
    expect(() => config.update(3 as never)).toThrow(/Expected an object of settings/);
    expect(await Promise.resolve(config)).toBe(config);
  });
});
