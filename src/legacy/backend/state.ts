/** @file Variables, shapes, phases and functions of graphs, as Keras 2's backend has them. */
import { checked } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { NotImplementedError, TypeError, ValueError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import { callContext } from '../../layers/call_context.js';
import { Function as GraphFunction } from '../../models/index.js';
import * as ops from '../../ops/index.js';
import type { TensorData, TensorLike } from '../../runtime/index.js';
import type { Tensor } from '../../runtime/index.js';
import { grad, KerasTensor, Variable } from '../../runtime/index.js';
import { onTensors } from './on_tensors.js';

/**
 * A variable.
 *
 * @param value Its first numbers.
 * @param options `dtype`: default `config.floatx()`. `name`: made up if left out.
 * @returns It can be trained.
 * @throws {ValueError} There is no such dtype.
 * @see `K.variable` of Keras 2; `new Variable(value)`
 * @example
 * backend.variable([1, 2]).shape // [2]
 */
export const variable = checked(
  'variable',
  (
    value: TensorLike,
    { dtype = null, name = null }: { readonly dtype?: DType | null; readonly name?: string | null } = {},
  ): Variable =>
    new Variable(ops.cast(value, dtype ?? floatx()), { dtype: dtype ?? floatx(), ...(name === null ? {} : { name }) }),
);

const valueOf = (x: Variable | TensorLike): Tensor => (x instanceof Variable ? x.value : ops.convertToTensor(x));

/**
 * The numbers of a variable or a tensor.
 *
 * @param x A variable or a tensor.
 * @returns A typed array, row by row.
 * @throws {RuntimeError} They are not there yet: it is traced.
 * @see `K.get_value` of Keras 2; `tensor.data()`
 * @example
 * backend.getValue(backend.variable([1, 2]))[1] // 2
 */
export const getValue = checked('getValue', (x: Variable | TensorLike): TensorData => valueOf(x).dataSync());

/**
 * Give a variable other numbers.
 *
 * @param x A variable.
 * @param value Numbers of its shape.
 * @throws {ValueError} The shape is another one.
 * @see `K.set_value` of Keras 2; `variable.assign(value)`
 * @example
 * const v = backend.variable([1, 2]);
 * backend.setValue(v, [3, 4]);
 * backend.getValue(v)[0]; // 3
 */
export const setValue = checked('setValue', (x: Variable, value: TensorLike): void => {
  checkVariable('setValue', x).assign(value);
});

function checkVariable(owner: string, x: unknown): Variable {
  if (!(x instanceof Variable))
    throw new TypeError(`${owner}: ${describe(x)} is no variable. Expected backend.variable(…) or a weight.`);
  return x;
}

/**
 * The numbers of several variables or tensors.
 *
 * @param tensors A list.
 * @returns A typed array for each.
 * @see `K.batch_get_value` of Keras 2
 * @example
 * backend.batchGetValue([backend.variable(1), backend.variable(2)]).length // 2
 */
export const batchGetValue = checked('batchGetValue', (tensors: readonly (Variable | TensorLike)[]): TensorData[] =>
  tensors.map((x) => valueOf(x).dataSync()),
);

/**
 * Give several variables other numbers.
 *
 * @param tuples Pairs of a variable and its numbers.
 * @throws {ValueError} A shape is another one.
 * @see `K.batch_set_value` of Keras 2
 * @example
 * const v = backend.variable(1);
 * backend.batchSetValue([[v, 5]]);
 * backend.getValue(v)[0]; // 5
 */
export const batchSetValue = checked('batchSetValue', (tuples: readonly (readonly [Variable, TensorLike])[]): void => {
  for (const [x, value] of tuples) checkVariable('batchSetValue', x).assign(value);
});

/**
 * Give a variable other numbers, inside of a step too.
 *
 * @param x A variable.
 * @param newX Numbers of its shape.
 * @returns The new numbers.
 * @throws {ValueError} The shape is another one.
 * @see `K.update` of Keras 2; `variable.assign(value)`
 * @example
 * backend.update(backend.variable(1), 3) // 3
 */
export const update = checked('update', (x: Variable, newX: TensorLike): Tensor =>
  checkVariable('update', x).assign(newX),
);

/**
 * Add to a variable.
 *
 * @param x A variable.
 * @param increment What is added.
 * @returns The new numbers.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.update_add` of Keras 2; `variable.assignAdd(value)`
 * @example
 * backend.updateAdd(backend.variable(1), 3) // 4
 */
export const updateAdd = checked('updateAdd', (x: Variable, increment: TensorLike): Tensor =>
  checkVariable('updateAdd', x).assignAdd(increment),
);

/**
 * Take from a variable.
 *
 * @param x A variable.
 * @param decrement What is taken.
 * @returns The new numbers.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.update_sub` of Keras 2; `variable.assignSub(value)`
 * @example
 * backend.updateSub(backend.variable(5), 3) // 2
 */
export const updateSub = checked('updateSub', (x: Variable, decrement: TensorLike): Tensor =>
  checkVariable('updateSub', x).assignSub(decrement),
);

/**
 * Move a variable toward numbers: x · momentum + value · (1 − momentum).
 *
 * @param x A variable.
 * @param value Where it moves.
 * @param momentum Which part stays.
 * @returns The new numbers.
 * @throws {ValueError} The shapes do not fit.
 * @see `K.moving_average_update` of Keras 2
 * @example
 * backend.movingAverageUpdate(backend.variable(1), 3, 0.5) // 2
 */
export const movingAverageUpdate = checked(
  'movingAverageUpdate',
  (x: Variable, value: TensorLike, momentum: TensorLike): Tensor =>
    checkVariable('movingAverageUpdate', x).assignSub(ops.multiply(ops.subtract(x, value), ops.subtract(1, momentum))),
);

type Shaped = Variable | TensorLike | KerasTensor;
const shapeOf = (x: Shaped): readonly (number | null)[] =>
  x instanceof KerasTensor || x instanceof Variable ? x.shape : ops.convertToTensor(x).shape;

/**
 * The shape of a tensor; null where a size is open.
 *
 * @param x A tensor, a variable or what stands for a tensor in a model.
 * @returns A list.
 * @see `K.int_shape` of Keras 2; `x.shape`
 * @example
 * backend.intShape(Input({ shape: [3] })) // [null, 3]
 */
export const intShape = checked('intShape', (x: Shaped): (number | null)[] => [...shapeOf(x)]);

/**
 * The rank of a tensor.
 *
 * @param x A tensor, a variable or what stands for a tensor in a model.
 * @returns A whole number.
 * @see `K.ndim` of Keras 2; `x.ndim`
 * @example
 * backend.ndim([[1, 2]]) // 2
 */
export const ndim = checked('ndim', (x: Shaped): number => shapeOf(x).length);

/**
 * The dtype of a tensor.
 *
 * @param x A tensor, a variable or what stands for a tensor in a model.
 * @returns Its name.
 * @see `K.dtype` of Keras 2; `x.dtype`
 * @example
 * backend.dtype([1.5]) // 'float32'
 */
export const dtype = checked('dtype', (x: Shaped): DType =>
  x instanceof KerasTensor || x instanceof Variable ? x.dtype : ops.convertToTensor(x).dtype,
);

/**
 * How many numbers a variable or a tensor has.
 *
 * @param x A variable or a tensor.
 * @returns A whole number.
 * @throws {ValueError} A size is open.
 * @see `K.count_params` of Keras 2; `x.size`
 * @example
 * backend.countParams(backend.variable([[1, 2], [3, 4]])) // 4
 */
export const countParams = checked('countParams', (x: Shaped): number =>
  shapeOf(x).reduce<number>((count, size) => {
    if (size === null)
      throw new ValueError('countParams: a size is open. Expected a variable or a tensor whose shape is known.');
    return count * size;
  }, 1),
);

let phase: 0 | 1 | null = null;

/**
 * Whether a model learns (1) or not (0): what was set, else what the layer's call around says.
 *
 * @returns 0 or 1.
 * @see `K.learning_phase` of Keras 2; the argument `training` of `call`
 * @example
 * backend.learningPhase() // 0
 */
export const learningPhase = checked('learningPhase', (): 0 | 1 => phase ?? (callContext()?.training === true ? 1 : 0));

/**
 * Say whether models learn, for `learningPhase`; null: as the calls say. Layers themselves go by `training`.
 *
 * @param value 0, 1 or null.
 * @throws {ValueError} Something else.
 * @see `K.set_learning_phase` of Keras 2; `model(x, { training: true })`
 * @example
 * backend.setLearningPhase(1);
 * backend.learningPhase(); // 1
 * backend.setLearningPhase(null);
 */
export const setLearningPhase = checked('setLearningPhase', (value: 0 | 1 | boolean | null): void => {
  if (value !== null && value !== 0 && value !== 1 && typeof value !== 'boolean')
    throw new ValueError(`setLearningPhase: ${describe(value)}. Expected 0, 1 or null.`);
  phase = value === null ? null : value ? 1 : 0;
});

type Either = TensorLike | (() => TensorLike);
const given = (x: Either): Tensor => ops.convertToTensor(typeof x === 'function' ? x() : x);

/**
 * One thing while a model learns, another when not.
 *
 * @param x While it learns: a tensor, or a function that gives one.
 * @param alt Else.
 * @param options `training`: default null, the learning phase.
 * @returns One of them.
 * @see `K.in_train_phase` of Keras 2; the argument `training` of `call`
 * @example
 * backend.inTrainPhase([1], [2], { training: true }) // [1]
 */
export const inTrainPhase = onTensors(
  'inTrainPhase',
  (x: Either, alt: Either, { training = null }: { readonly training?: boolean | 0 | 1 | null } = {}): Tensor =>
    given((training ?? learningPhase()) ? x : alt),
);

/**
 * One thing while a model does not learn, another when it does.
 *
 * @param x While it does not learn: a tensor, or a function that gives one.
 * @param alt Else.
 * @param options `training`: default null, the learning phase.
 * @returns One of them.
 * @see `K.in_test_phase` of Keras 2; the argument `training` of `call`
 * @example
 * backend.inTestPhase([1], [2], { training: true }) // [2]
 */
export const inTestPhase = onTensors(
  'inTestPhase',
  (x: Either, alt: Either, { training = null }: { readonly training?: boolean | 0 | 1 | null } = {}): Tensor =>
    given((training ?? learningPhase()) ? alt : x),
);

/** Tensors for tensors, as a list for a list. */
export type BackendFunction = (inputs: readonly TensorLike[]) => Tensor[];

/**
 * A function of symbolic tensors, to look into a model.
 *
 * @param inputs Inputs of a model, as a list.
 * @param outputs What is wanted: outputs of layers, as a list.
 * @returns Takes a list of tensors, and gives a list of tensors.
 * @throws {ValueError} The outputs do not depend on the inputs alone.
 * @see `K.function` of Keras 2; `new Model(inputs, outputs)`
 * @example
 * const x = Input({ shape: [2] });
 * const half = backend.function([x], [ops.divide(x, 2)]);
 * half([[[4, 6]]]); // [[[2 3]]]
 */
const functionOf = checked(
  'function',
  (inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): BackendFunction => {
    for (const [what, each] of Object.entries({ inputs, outputs }))
      if (!Array.isArray(each) || !each.every((x) => x instanceof KerasTensor))
        throw new TypeError(
          `function: ${what} are ${describe(each)}. Expected a list of symbolic tensors: function([model.input], [layer.output]).`,
        );
    const fn = new GraphFunction([...inputs], [...outputs]);
    return (values) => fn(values.map((value) => ops.convertToTensor(value)));
  },
);
export { functionOf as function };

/**
 * Gradients of a number. Tensors do not remember how they were computed, so the number comes as a function.
 *
 * @param loss Gives a scalar tensor.
 * @param variables Variables or tensors.
 * @returns A gradient for each.
 * @throws {TypeError} The loss is no function.
 * @see `K.gradients` of Keras 2; `grad(fn, wrt)`
 * @example
 * const v = backend.variable([1, 2]);
 * backend.gradients(() => ops.sum(ops.square(v)), [v]); // [[2 4]]
 */
export const gradients = checked(
  'gradients',
  (loss: () => Tensor, variables: readonly (Variable | Tensor)[]): readonly Tensor[] => {
    if (typeof loss !== 'function')
      throw new TypeError(
        `gradients: the loss is ${describe(loss)}. Tensors do not remember how they were computed: give a function, gradients(() => loss(…), variables).`,
      );
    return grad(loss, variables);
  },
);

/**
 * One of two things, by a condition: for a scalar one of two branches, else element by element.
 *
 * @param condition A scalar, or a tensor whose first axes are those of the branches.
 * @param thenExpression A tensor, or a function that gives one.
 * @param elseExpression A tensor, or a function that gives one.
 * @returns A tensor.
 * @throws {ValueError} The condition has more axes than the branches.
 * @see `K.switch` of Keras 2; `ops.cond`, `ops.where`
 * @example
 * backend.switch([true, false], [1, 2], [3, 4]) // [1, 4]
 */
const switchOver = onTensors(
  'switch',
  (condition: TensorLike, thenExpression: Either, elseExpression: Either): Tensor => {
    const chosen = ops.cast(condition, 'bool');
    if (chosen.ndim === 0) return ops.cond(chosen, () => given(thenExpression), () => given(elseExpression)); // prettier-ignore
    const [a, b] = [given(thenExpression), given(elseExpression)];
    if (chosen.ndim > a.ndim)
      throw new ValueError(
        `switch: a condition of rank ${chosen.ndim} for tensors of rank ${a.ndim}. Expected no more axes than theirs.`,
      );
    // One axis more at a time: of what is symbolic sizes may be open.
    const spread = Array.from({ length: a.ndim - chosen.ndim }).reduce<Tensor>((t) => ops.expandDims(t, -1), chosen);
    return ops.where(spread, a, b);
  },
);
export { switchOver as switch };

/**
 * Run a function while models learn or do not, for `learningPhase`.
 *
 * @param value 0 or 1.
 * @param run What is run; the phase before comes back when it returns, or throws.
 * @returns What `run` gives.
 * @throws {ValueError} The value is another.
 * @see `K.learning_phase_scope` of Keras 2, with which Python code is written as `with learning_phase_scope(1):`
 * @example
 * backend.learningPhaseScope(1, () => backend.learningPhase()) // 1
 */
export const learningPhaseScope = checked('learningPhaseScope', <R>(value: 0 | 1 | boolean, run: () => R): R => {
  const before = phase;
  setLearningPhase(value);
  try {
    return run();
  } finally {
    phase = before;
  }
});

/**
 * The numbers of a tensor or variable.
 *
 * @param x A tensor or a variable.
 * @returns A typed array, row by row.
 * @throws {RuntimeError} They are not there yet: it is traced.
 * @see `K.eval` of Keras 2; `tensor.data()`
 * @example
 * backend.eval(ops.add([1, 2], 1))[1] // 3
 */
const evaluated = checked('eval', (x: Variable | TensorLike): TensorData => valueOf(x).dataSync());
export { evaluated as eval };

/**
 * Whether a tensor is sparse. There are no sparse tensors.
 *
 * @param _tensor Anything.
 * @returns False.
 * @see `K.is_sparse` of Keras 2
 * @example
 * backend.isSparse(ops.ones([2])) // false
 */
export const isSparse = checked('isSparse', (_tensor: unknown): boolean => false);

/**
 * A tensor as a dense one, which all are.
 *
 * @param tensor A tensor.
 * @returns The same.
 * @see `K.to_dense` of Keras 2
 * @example
 * backend.toDense([1, 2]) // [1, 2]
 */
export const toDense = onTensors('toDense', (tensor: TensorLike): Tensor => ops.convertToTensor(tensor));

/**
 * Print a tensor. Inside of a program it prints once, while the program is made, what is known then: dtype and shape.
 *
 * @param x A tensor or a variable.
 * @param options `message`: what stands before it; default empty. `summarize`: kept for programs that give it.
 * @returns `x`.
 * @see `K.print_tensor` of Keras 2
 * @example
 * backend.printTensor([1, 2], { message: 'x:' }) // [1, 2]
 */
export const printTensor = checked(
  'printTensor',
  (
    x: Variable | TensorLike,
    { message = '', summarize: _ = 3 }: { readonly message?: string; readonly summarize?: number } = {},
  ): Tensor => {
    const t = valueOf(x);
    getPlatform().terminal.write(`${message === '' ? '' : `${message} `}${String(t)}\n`);
    return t;
  },
  ['message', 'summarize'],
);

/** Names of Keras 2's backend that there is no use for here, and what takes their place. */
function refused(name: string, instead: string): (...args: readonly unknown[]) => never {
  return () => {
    throw new NotImplementedError(`${name}: ${instead}`);
  };
}

/**
 * Keras 2 made inputs of graphs by it. Here it says what takes its place.
 *
 * @throws {NotImplementedError} Always.
 * @see `Input`
 * @example
 * backend.isKerasTensor(Input({ shape: [2] })) // true
 */
export const placeholder = refused(
  'placeholder',
  'inputs of models are Input({ shape }); functions take tensors as they are.',
);

/**
 * Sessions are TensorFlow 1's. Here it says what takes its place.
 *
 * @throws {NotImplementedError} Always.
 * @see `clearSession`
 * @example
 * backend.clearSession();
 */
export const getSession = refused(
  'getSession',
  'there are no sessions: tensors have their numbers, tensor.data() gives them.',
);

/**
 * Here it says what takes its place.
 *
 * @throws {NotImplementedError} Always.
 * @see `K.ctc_label_dense_to_sparse` of Keras 2; `ctcBatchCost`
 * @example
 * backend.ctcBatchCost([[0]], [[[0.5, 0.5]]], [[1]], [[1]]).shape // [1, 1]
 */
export const ctcLabelDenseToSparse = refused(
  'ctcLabelDenseToSparse',
  'there are no sparse tensors: ctcBatchCost takes labels and their lengths as they are.',
);

/**
 * Here it says what takes its place.
 *
 * @throws {NotImplementedError} Always.
 * @see `K.manual_variable_initialization` of Keras 2
 * @example
 * backend.variable([1, 2]).shape // [2]
 */
export const manualVariableInitialization = refused(
  'manualVariableInitialization',
  'variables have their numbers from the beginning: there is no step that initializes them.',
);
