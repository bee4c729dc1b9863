/** @file Dynamic scopes: a value that code sees for as long as a function around it runs. */

/** A value that `run` sets for as long as a function runs, in whatever that calls. A promise that it returns sees the value from outside. */
export class Scope<T> {
  /** The value of the innermost `run`, or the outermost value. */
  current: T;

  constructor(outermost: T) {
    this.current = outermost;
  }

  /** What `fn` gives, with `current` as `value` meanwhile, also if it throws. */
  run<R>(value: T, fn: () => R): R {
    const outer = this.current;
    this.current = value;
    try {
      return fn();
    } finally {
      this.current = outer;
    }
  }
}
