import { describe, expect, it } from 'vitest';
import { Callable, INVOKE } from './callable.js';

class Adder extends Callable {
  readonly name: string;
  #calls = 0;
  constructor(readonly by: number) {
    super();
    this.name = `adder_${by}`;
  }
  get calls(): number {
    return this.#calls;
  }
  protected override [INVOKE](x: number): number {
    this.#calls++;
    return x + this.by;
  }
}

describe('callable objects', () => {
  const add = new Adder(2) as Adder & ((x: number) => number);
  it('are functions and instances of their class', () => {
    expect(add(3)).toBe(5);
    expect(add).toBeInstanceOf(Adder);
    expect(typeof add).toBe('function');
  });
  it('have their own fields, private ones too', () => {
    expect([add.name, add.by, add.calls]).toEqual(['adder_2', 2, 1]);
    expect(Object.keys(add)).toEqual(['by', 'name']);
  });
  it('print their class', () => expect(String(add)).toBe('<Adder>'));
});
