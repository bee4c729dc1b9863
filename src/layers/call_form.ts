/** @file Where the named arguments of a layer's call go: `call(x, { training })`, `call(a, b, c = null)`, `call(x, training = false)`. */
import { suggest, TypeError } from '../core/errors.js';
import { own } from '../core/lookup.js';
import { readParameters } from '../core/parameters.js';

type Call = (...args: never[]) => unknown;

/** What is called. */
interface Called {
  readonly call: Call;
}

interface CallForm {
  /** Names of the parameters before the one that takes named arguments. */
  readonly positional: readonly string[];
  /** Whether there is such a one. */
  readonly takesNamed: boolean;
  /** The names that it knows; null: whatever comes. */
  readonly names: readonly string[] | null;
}

const forms = new WeakMap<Call, CallForm | null>();

/** The form of a `call`, read from its text; null where that does not tell. */
function formOf(call: Call): CallForm | null {
  let form = forms.get(call);
  if (form !== undefined) return form;
  const parameters = readParameters(call);
  if (parameters === null || parameters.variadic) form = null;
  else if (parameters.hasOptions)
    form = {
      positional: parameters.positional,
      takesNamed: true,
      names: parameters.complete ? parameters.options : null,
    };
  else if (parameters.required < parameters.positional.length)
    // A last parameter with a default that is no object, `c = null`, is another tensor.
    form = { positional: parameters.positional, takesNamed: false, names: [] };
  else
    form =
      parameters.positional.length <= 1 ? { positional: parameters.positional, takesNamed: false, names: [] } : null; // (x, opts): unclear
  forms.set(call, form);
  return form;
}

/** What every call may be given, whether it looks or not: the call around decides on `training`, and inputs carry masks. */
const isEverywhere = (name: string): boolean => name === 'training' || name === 'mask' || name.endsWith('Mask');

/**
 * The arguments of `call`: tensors by position, then the named ones in one object, in the place that `call` has for them. Where it has
 * none, those that are named like one of its parameters stand in that place, and `training` and `mask` are left out.
 */
export function arrangeCall(
  { call }: Called,
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  const last = positional.length - 1;
  const emptyLast = last > 0 && (positional[last] ?? null) === null;
  if (Object.keys(named).length === 0 && !emptyLast) return positional;
  const form = formOf(call);
  // layer(x, null): null in the place of the named arguments names none.
  if (emptyLast && form?.takesNamed === true && last >= form.positional.length)
    return arrangeCall({ call }, positional.slice(0, last), named);
  if (Object.keys(named).length === 0) return positional;
  if (form === null) return [...positional, named];
  const args = [...positional];
  if (form.takesNamed) {
    while (args.length < form.positional.length) args.push(undefined);
    return [...args, named];
  }
  form.positional.forEach((name, i) => {
    const value = own(named, name);
    if (i >= positional.length && value !== undefined) {
      while (args.length < i) args.push(undefined);
      args[i] = value;
    }
  });
  return args;
}

/**
 * Refuse named arguments that `call` does not know.
 *
 * @param owner Names the layer.
 * @param known Further names that are taken.
 * @throws {TypeError} There is such a one.
 */
export function checkNamed(owner: string, { call }: Called, named: object, known: readonly string[]): void {
  const form = formOf(call);
  if (form === null || form.names === null) return;
  const all = [...form.names, ...form.positional, ...known];
  for (const name of Object.keys(named)) {
    if (all.includes(name) || isEverywhere(name)) continue;
    throw new TypeError(
      `${owner}: its call has no argument '${name}'.${suggest(name, [...new Set([...form.names, 'training', 'mask'])])}`,
    );
  }
}
