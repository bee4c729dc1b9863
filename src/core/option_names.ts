/** @file The option names of a class, for the suggestion in the message about an unknown one. */

/**
 * Names that the constructors of a class and of its bases take. They are read from the constructors' text: the names of options
 * survive minification, and nothing but the suggestion depends on them.
 *
 * @param cls A class.
 * @param base Names that its base takes in another way.
 */
export function constructorOptions(cls: unknown, base: readonly string[]): string[] {
  const names = new Set(base);
  for (let each = cls; typeof each === 'function' && each !== Function.prototype; each = Object.getPrototypeOf(each)) {
    const source = Function.prototype.toString.call(each);
    const start = source.indexOf('constructor(');
    const end = source.indexOf('super(', start);
    if (start < 0 || end < 0) continue;
    const parameters = source.slice(start + 'constructor('.length, end).replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '');
    for (const [, name] of parameters.matchAll(/[{,(\s]([a-z][A-Za-z0-9]*)\s*(?=[=:,}])/g)) names.add(name);
  }
  for (const word of ['rest', 'options', 'null', 'undefined', 'true', 'false']) names.delete(word);
  return [...names];
}
