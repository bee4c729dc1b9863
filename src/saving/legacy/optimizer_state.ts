/** @file The state of optimizers in files of Keras 1 and 2: which array belongs to which variable of the optimizer of today. */
import type { NDArray } from '../../core/ndarray.js';
import { classNameOf } from '../../core/serialization.js';
import { sameShape } from '../../core/shape.js';
import type { Optimizer } from '../../optimizers/index.js';
import type { Variable } from '../../runtime/index.js';

/** What slots are called today, and what they were called before, by class. */
const SLOTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  SGD: { momentum: ['m', 'momentum'] },
  RMSprop: {
    velocity: ['velocity', 'rms'],
    momentum: ['momentum'],
    average_gradient: ['average_gradient', 'mg'],
  },
  Adagrad: { accumulator: ['accumulator'] },
  Adadelta: {
    accumulated_grad: ['accumulated_grad', 'accum_grad'],
    accumulated_delta_var: ['accumulated_delta_var', 'accum_var'],
  },
  Adam: { momentum: ['m'], velocity: ['v'], velocity_hat: ['v_hat', 'vhat'] },
  AdamW: { momentum: ['m'], velocity: ['v'], velocity_hat: ['v_hat', 'vhat'] },
  Adamax: { momentum: ['m'], norm: ['u', 'v'] },
  Nadam: { momentum: ['m'], velocity: ['v'] },
  Ftrl: { accumulator: ['accumulator'], linear: ['linear'] },
  Lion: { momentum: ['m'] },
};

/** An array of the state, by its name in the file. */
export interface SavedState {
  readonly name: string;
  readonly array: NDArray;
}

/** The slots of an optimizer by what they hold, each in the order of the variables. */
function slotsOf(optimizer: Optimizer, kinds: readonly string[]): Map<string, Variable[]> {
  const slots = new Map<string, Variable[]>(kinds.map((kind) => [kind, []]));
  const longestFirst = [...kinds].sort((a, b) => b.length - a.length);
  for (const variable of optimizer.variables) {
    const kind = longestFirst.find((each) => variable.name.endsWith(`_${each}`));
    if (kind !== undefined) slots.get(kind)!.push(variable);
  }
  return slots;
}

/** What an array holds, by its name: `Adam/m/dense/kernel:0` or `Adam/dense/kernel/m:0`; null: the name does not say. */
function kindOf(name: string, slots: Readonly<Record<string, readonly string[]>>): string | null {
  const parts = name.replace(/:\d+$/, '').split('/');
  for (const part of [parts[1], parts[parts.length - 1]]) {
    const found = Object.entries(slots).find(([, names]) => names.includes(part));
    if (found !== undefined) return found[0];
  }
  return null;
}

/** Groups of arrays by what they hold. */
function groupsOf(
  saved: readonly SavedState[],
  slots: Readonly<Record<string, readonly string[]>>,
  count: number,
): ReadonlyMap<string, readonly NDArray[]> {
  const groups = new Map<string, NDArray[]>();
  const named = saved.map(({ name, array }) => ({ kind: kindOf(name, slots), array }));
  if (named.some(({ kind }) => kind !== null)) {
    for (const { kind, array } of named) if (kind !== null) groups.set(kind, [...(groups.get(kind) ?? []), array]);
    return groups;
  }
  // Without names: one kind after the other, for all variables each.
  const arrays = saved.map(({ array }) => array);
  if (count > 0) Object.keys(slots).forEach((kind, i) => groups.set(kind, arrays.slice(i * count, (i + 1) * count)));
  return groups;
}

const isCount = ({ name, array }: SavedState): boolean =>
  array.shape.length === 0 &&
  (/(^|\/)(iter|iteration|iterations)(_\d+)?(:\d+)?$/.test(name) || array.dtype === 'int64');

/** Keras's factor of Nadam's momentum at step t. */
const nadamFactor = (beta1: number, t: number): number => beta1 * (1 - 0.5 * 0.96 ** t);

/**
 * What of a saved state an optimizer takes over: pairs of its variables and arrays.
 *
 * @param optimizer Built for the model.
 * @returns null: the state does not fit, as where the optimizer of today computes something else.
 */
export function matchOptimizerState(
  optimizer: Optimizer,
  saved: readonly SavedState[],
): readonly (readonly [Variable, NDArray])[] | null {
  const own = optimizer.variables;
  // Keras 3 keeps the variables as they are.
  if (
    saved.some(({ name }) => /\/learning_rate$/.test(name)) ||
    saved.some(({ name }) => /^\w+\/iteration$/.test(name))
  ) {
    const fits = saved.length === own.length && own.every((v, i) => sameShape(v.shape, saved[i].array.shape));
    return fits ? own.map((variable, i) => [variable, saved[i].array] as const) : null;
  }
  const className = classNameOf(optimizer);
  const slots = Object.hasOwn(SLOTS, className) ? SLOTS[className] : {};
  // The count of steps comes first, whatever it is called.
  const first = saved.findIndex(isCount);
  const start = first < 0 && saved.length > 0 && saved[0].array.shape.length === 0 ? 0 : first;
  const rest = saved.filter((_, i) => i !== start);
  const targets = slotsOf(optimizer, Object.keys(slots));
  const count = Math.max(0, ...[...targets.values()].map((list) => list.length));
  const groups = groupsOf(rest, slots, count);
  const pairs: [Variable, NDArray][] = [];
  for (const [kind, variables] of targets) {
    const arrays = groups.get(kind) ?? [];
    if (variables.length === 0) continue;
    if (arrays.length !== variables.length) return null;
    if (!variables.every((variable, i) => sameShape(variable.shape, arrays[i].shape))) return null;
    variables.forEach((variable, i) => pairs.push([variable, arrays[i]]));
  }
  if (start >= 0) {
    const steps = saved[start].array;
    const iteration = optimizer.variables.find(({ name }) => name === 'iteration');
    if (iteration !== undefined) pairs.push([iteration, steps]);
    if (className === 'Nadam') {
      const { beta1 } = optimizer as unknown as { readonly beta1: number };
      let product = 1;
      for (let t = 1; t <= Number(steps.data[0]); t++) product *= nadamFactor(beta1, t);
      const variable = optimizer.variables.find(
        (each) => each.shape.length === 0 && !/^(iteration|learning_rate)$/.test(each.name),
      );
      if (variable !== undefined)
        pairs.push([variable, { dtype: 'float32', shape: [], data: Float32Array.of(product) }]);
    }
  }
  return pairs;
}
