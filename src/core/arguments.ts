/**
 * @file The one check of how constructors and methods are called, as checked.ts has it for functions: what Keras requires comes by
 * position, all else in one plain object at the end. Whatever stands elsewhere is refused, with the right spelling; nothing is ignored.
 */
import type { PositionalOption } from './by_position.js';
import { BY_POSITION } from './by_position.js';
import { checkExcess, comeByPosition, refuseOthers, spell, spellNamed, spellOptions } from './checked.js';
import { describe } from './describe.js';
import { TypeError } from './errors.js';
import { checkKind, checkOptionKinds, OF_CONSTRUCTORS } from './kinds.js';
import { own } from './lookup.js';
import { toCamelCase } from './naming.js';
import { newerName, withNewerNames } from './older_names.js';
import { constructorOptions } from './option_names.js';
import { registrationOf } from './serialization.js';
import { isDict } from './tree.js';

export {
  checkCall,
  checked,
  type CheckOptions,
  refuseOthers,
  type Signature,
  signatureOf,
  withCheckedArguments,
} from './checked.js';

/** A class, as `new.target` gives it. */
type AnyClass = abstract new (...args: never[]) => unknown;

/**
 * The options of a constructor or method, checked: a plain object, and nothing after it. Where Keras's users always give the first ones
 * by position (by_position.ts), those are taken into the options.
 *
 * @param owner The class that is being made (`new.target`), or the name of the method.
 * @param options The parameter.
 * @param args All arguments.
 * @param at The position of `options` among them.
 * @param names The names of the options of a method; constructors refuse unknown ones by what is left over.
 */
export function checkedOptions<T extends object>(
  owner: AnyClass | string,
  options: unknown,
  args: ArrayLike<unknown>,
  at: number,
  names?: readonly string[],
): T {
  if (options === undefined && args.length <= at + 1) return {} as T;
  if (isDict(options) && args.length <= at + 1 && (at === 0 || !isDict(args[0]))) {
    if (names !== undefined) refuseOthers(String(owner), options, names);
    if (typeof owner === 'string') {
      checkOptionKinds(owner, options);
      return options as T;
    }
    const renamed = ofToday(owner, options);
    checkConstruction(owner, renamed, args, at);
    return renamed as T;
  }
  return typeof owner === 'string'
    ? (methodOptions(owner, options, args, at, names ?? []) as T)
    : (constructionOptions(owner, options, args, at) as T);
}

/** The options of a constructor under their names of today. */
function ofToday(cls: AnyClass, options: object): object {
  return withNewerNames(
    () => nameOf(cls),
    options,
    () => constructorOptions(cls, []).filter((name) => !requiredNames(cls).includes(name)),
  );
}

function methodOptions(
  owner: string,
  options: unknown,
  args: ArrayLike<unknown>,
  at: number,
  names: readonly string[],
): object {
  const values = Array.from(args).slice(at);
  // By position, names are those of Keras's order; after an object they tell nothing.
  const form = spellOptions(isDict(values[0]) ? values.slice(0, 1) : values, names);
  if (!isDict(options)) throw new TypeError(`${owner}: options are one object: ${form}. Got ${describe(options)}.`);
  if (args.length > at + 1) checkExcess(owner, args, at + 1, `${owner}(…, ${form})`);
  if (names.length > 0) refuseOthers(owner, options, names);
  checkOptionKinds(owner, options);
  return options;
}

/** Check the kinds of the arguments of a constructor. */
function checkConstruction(cls: AnyClass, options: object, args: ArrayLike<unknown>, at: number): void {
  const name = own(options, 'name');
  const owner = typeof name === 'string' ? `${nameOf(cls)} '${name}'` : nameOf(cls);
  requiredNames(cls, at).forEach((each, i) => {
    const kinds = OF_CONSTRUCTORS.get(each);
    if (kinds === undefined) return;
    if (args[i] === undefined) throw new TypeError(`${owner}: \`${each}\` is missing.`);
    checkKind(owner, each, args[i], kinds);
  });
  // Of layers the text names all options; of others those that they hand on are missing.
  checkOptionKinds(owner, options, true, (option) => {
    const names = constructorOptions(cls, []);
    return !names.includes('trainable') || names.includes(option);
  });
}

/** The names of the parameters that come by position, up to the options; or all of them. */
function requiredNames(cls: AnyClass, at?: number): string[] {
  return ((cls as { readonly positional?: readonly string[] }).positional ?? []).slice(0, at).map(toCamelCase);
}

function constructionOptions(cls: AnyClass, options: unknown, args: ArrayLike<unknown>, at: number): object {
  const owner = nameOf(cls);
  const required = requiredNames(cls, at);
  const all = Array.from(args);
  const [first] = all;
  const older = isDict(first) ? Object.keys(first).map((name) => [name, newerName(name, required)] as const) : [];
  const [oldName, newName] = older.find(([, newer]) => newer !== undefined) ?? [];
  if (at > 0 && all.length === 1 && oldName !== undefined)
    throw new TypeError(
      `${owner}: \`${oldName}\` is called \`${newName}\` today and comes by position, before the options: new ${owner}(${required.join(', ')}).`,
    );
  const names = constructorOptions(cls, []).filter((name) => !required.includes(name));
  if (at > 0 && isDict(first) && all.length === 1 && required.some((name) => Object.hasOwn(first, name))) {
    throw new TypeError(
      `${owner}: ${comeByPosition(required)}: new ${owner}(${spellNamed(first, required).join(', ')}).`,
    );
  }
  const given = all.slice(at);
  const taken: Record<string, unknown> = {};
  const byPosition = positionalOptions(cls);
  for (const { name, accepts } of byPosition) {
    const [value] = given;
    if (given.length === 0 || isDict(value) || !(value === null || accepts.includes(kindOf(value)))) break;
    taken[name] = value;
    given.shift();
  }
  const [last = {}] = given;
  const right = spellOptions(
    all.slice(at),
    byPosition.map(({ name }) => name),
  );
  const shown = names.slice(0, 8).join(', ');
  const tail = names.length > 0 ? ` Options: ${shown}${names.length > 8 ? ', …' : ''}.` : '';
  if (!isDict(last)) {
    const hint = required.at(-1) === 'kernelSize' ? ofOlderConvolutions(owner, all, at) || tail : tail;
    throw new TypeError(`${owner}: options are one object: ${right}. Got ${describe(last)}.${hint}`);
  }
  checkExcess(owner, all, all.length - given.length + 1, `new ${owner}(${[...required, right].join(', ')})`);
  const twice = Object.keys(taken).find((name) => Object.hasOwn(last, name));
  if (twice !== undefined) throw new TypeError(`${owner}: \`${twice}\` is given by position and among the options.`);
  const renamed = ofToday(cls, last);
  checkConstruction(cls, renamed, args, at);
  return { ...taken, ...renamed };
}

/** What numbers after the kernel's size of a convolution mean: strides in Keras 2, and in Keras 1 the other sizes of the kernel. */
function ofOlderConvolutions(owner: string, args: readonly unknown[], at: number): string {
  const before = args.slice(0, at).map(spell);
  const sizes = args.slice(at - 1).filter((value) => !isDict(value));
  if (sizes.length < 2 || !sizes.every((size) => Number.isInteger(size))) return '';
  const meanings: string[] = [];
  if (sizes.length === 2) meanings.push(`strides: new ${owner}(${before.join(', ')}, { strides: ${spell(sizes[1])} })`);
  if (owner.includes(`${sizes.length}D`))
    meanings.push(
      `as in Keras 1, of the kernel: new ${owner}(${[...before.slice(0, -1), `[${sizes.join(', ')}]`].join(', ')})`,
    );
  return meanings.length === 0 ? '' : ` If these are ${meanings.join('; or, ')}.`;
}

/** Keras's name of a class, or its own. */
const nameOf = (cls: AnyClass): string => registrationOf(cls as never)?.name ?? cls.name;

/** What by_position.ts says of a class, or of the nearest of Keras's classes above it. */
function positionalOptions(cls: AnyClass): readonly PositionalOption[] {
  for (let each: unknown = cls; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    if (registrationOf(each as never) !== undefined || own(BY_POSITION, (each as AnyClass).name) !== undefined)
      return own(BY_POSITION, nameOf(each as AnyClass)) ?? [];
  }
  return [];
}

/** The kind of a value in by_position.ts. */
function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
