/** @file Classes under second names that need no `new`: `regularizers.l2(1e-3)`, as Keras's users write. */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- classes of any signature
type AnyClass = abstract new (...args: any[]) => unknown;

/** The ways to construct a class, of which there are at most three, as ways to call it. */
type Calls<C> = C extends {
  new (...args: infer A): infer R;
  new (...args: infer B): infer S;
  new (...args: infer D): infer T;
}
  ? ((...args: A) => R) & ((...args: B) => S) & ((...args: D) => T)
  : C extends { new (...args: infer A): infer R; new (...args: infer B): infer S }
    ? ((...args: A) => R) & ((...args: B) => S)
    : C extends abstract new (...args: infer A) => infer R
      ? (...args: A) => R
      : never;

/** A class that can be called as well. */
export type CallableClass<C extends AnyClass> = C & Calls<C>;

/** A class that can be called without `new`. What comes out is of the class itself, and `instanceof`, subclasses and statics work. */
export function withoutNew<C extends AnyClass>(cls: C): CallableClass<C> {
  const target = cls as unknown as new (...args: unknown[]) => unknown;
  function make(...args: unknown[]): unknown {
    const derived = new.target as unknown;
    return Reflect.construct(
      target,
      args,
      derived === undefined || derived === make ? target : (derived as typeof target),
    );
  }
  make.prototype = cls.prototype as unknown;
  Object.setPrototypeOf(make, cls);
  Object.defineProperty(make, 'name', { value: cls.name });
  return make as unknown as CallableClass<C>;
}
