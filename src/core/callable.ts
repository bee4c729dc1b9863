/** @file Objects that can be called like functions: `layer(x)`, `loss(yTrue, yPred)`, `schedule(step)`. */

/** The method that runs when the object is called. A symbol, so that it takes no name from subclasses. */
export const INVOKE = Symbol('invoke');

/**
 * Base of classes whose instances are callable. The constructor gives back an arrow function that carries the class's prototype
 * and, from then on, its fields; calling it runs the method `[INVOKE]`. `instanceof`, private fields and `super` work as usual.
 */
export abstract class Callable {
  constructor() {
    const self = (...args: unknown[]): unknown => (self as unknown as Callable)[INVOKE](...args);
    // A function's own `name` and `length` are read-only and would shadow fields of the same name.
    Reflect.deleteProperty(self, 'name');
    Reflect.deleteProperty(self, 'length');
    Object.setPrototypeOf(self, new.target.prototype);
    return self as unknown as this;
  }

  protected abstract [INVOKE](...args: unknown[]): unknown;

  /** How the object prints. */
  toString(): string {
    return `<${this.constructor.name}>`;
  }

  /** What `console.log` shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
