/**
 * @file Tracing: running ordinary code over ops so that each op adds a node to a graph. Variables read become inputs of the graph,
 * variables assigned become outputs; eager tensors that the code closes over become inputs too.
 */
import { RuntimeError } from '../core/errors.js';
import { Scope } from '../core/scope.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Graph, Value } from '../graph/index.js';
import { GraphBuilder, interpret, makeGraph } from '../graph/index.js';
import { StringTensor } from './strings.js';
import type { TraceOwner } from './tensor.js';
import { Tensor } from './tensor.js';
import type { Variable } from './variable.js';
import { variableStates } from './variable_states.js';

interface VariableState {
  /** The variable's value when the program starts. */
  readonly input: Value;
  /** Its value now. */
  current: Tensor;
  assigned: boolean;
}

/** Options of traces. */
export interface TraceOptions {
  readonly fixed?: boolean;
}

/** One run of traced code. Traces nest: the body of a loop is a trace within a trace. */
export class Trace implements TraceOwner {
  readonly builder = new GraphBuilder();
  /** Eager tensors, and tensors of enclosing traces, that the code uses, with the inputs that stand for them. */
  readonly captured = new Map<Tensor, Value>();
  readonly variables = new Map<Variable, VariableState>();
  readonly #label: string;
  /** The constants that stand for captured numbers; null: numbers are captured as all tensors are. */
  readonly #numbers: Map<Tensor, Value> | null;
  #replay: { inputs: readonly Value[]; feeds: readonly NDArray[] } | null = null;

  /**
   * @param label What is traced, for messages: `"trainStep"`.
   * @param fixed Whether eager tensors of one element become constants, which passes and kernels make use of.
   */
  constructor(label: string, { fixed = false }: TraceOptions = {}) {
    this.#label = label;
    this.#numbers = fixed ? new Map() : null;
  }

  /** A new input of the program. */
  argument(type: TensorType, label: string): Tensor {
    return this.wrap(this.builder.input(type, label));
  }

  wrap(value: Value): Tensor {
    return Tensor.fromValue(value, this);
  }

  /** The graph value that stands for a tensor in this trace. */
  lift(x: Tensor): Value {
    if (x.value !== null && x.value.applier === this.builder) return x.value;
    if (x.size === 1 && this.#numbers !== null) {
      let known = this.#numbers.get(x);
      if (known === undefined) this.#numbers.set(x, (known = this.builder.constant(x.ndarray)));
      return known;
    }
    let value = this.captured.get(x);
    if (value === undefined) {
      value = this.builder.input(x, `captured${this.captured.size}`);
      this.captured.set(x, value);
    }
    return value;
  }

  #state(variable: Variable): VariableState {
    let state = this.variables.get(variable);
    if (state === undefined) {
      const input = this.builder.input({ dtype: variable.dtype, shape: variable.shape }, variable.path);
      state = { input, current: this.wrap(input), assigned: false };
      this.variables.set(variable, state);
    }
    return state;
  }

  /** A variable's value at this point of the traced code. */
  read(variable: Variable): Tensor {
    return this.#state(variable).current;
  }

  assign(variable: Variable, value: Tensor): void {
    const state = this.#state(variable);
    state.current = this.wrap(this.lift(value));
    state.assigned = true;
  }

  /** Once the program has run eagerly: let tensors of this trace be computed after the fact, from the inputs of that run. */
  keepFeeds(inputs: readonly Value[], feeds: readonly NDArray[]): void {
    this.#replay = { inputs, feeds };
  }

  materialize(value: Value): NDArray {
    if (this.#replay === null) {
      throw new RuntimeError(
        `This tensor stands for a result inside ${this.#label}, which is traced into a program: its numbers are not there while the code runs. ` +
          `Return it, or keep to ops; numbers can be read from what the program gives back.`,
      );
    }
    return interpret(makeGraph(this.#replay.inputs, [value]), this.#replay.feeds)[0];
  }
}

const scope = new Scope<Trace | null>(null);

/** The trace that ops add to, or null when ops compute at once. */
export function currentTrace(): Trace | null {
  return scope.current;
}

export function isTracing(): boolean {
  return scope.current !== null;
}

/** Run `fn` with ops adding to `trace` (null: computing at once). */
export function withTrace<R>(trace: Trace | null, fn: () => R): R {
  return scope.run(trace, fn);
}

/** What tracing a function gave: a graph whose inputs are [arguments, variables, captured] and whose outputs are [results, assigned variables]. */
export interface TracedFunction<R> {
  readonly graph: Graph;
  readonly trace: Trace;
  /** What `fn` returned, with traced tensors in it. */
  readonly result: R;
  readonly variables: readonly Variable[];
  readonly captured: readonly Tensor[];
  readonly assigned: readonly Variable[];
  /** Inputs behind all others, which are computed before each run. */
  readonly hosted: number;
}

/** Runs the traced code, and gives inputs of the program that are computed before each run. */
export type AroundTrace = (trace: Trace, args: readonly Tensor[], run: () => void) => readonly Tensor[];

/**
 * Trace a function.
 *
 * @param label Names it in messages.
 * @param types Types of its arguments.
 * @param fn Called once, with traced tensors.
 * @param outputs Picks the tensors that the program gives back from what `fn` returned.
 * @param options See the constructor of `Trace`.
 */
export function traceFunction<R>(
  label: string,
  types: readonly TensorType[],
  fn: (args: Tensor[]) => R,
  outputs: (result: R) => readonly Tensor[],
  options: TraceOptions & { readonly around?: AroundTrace } = {},
): TracedFunction<R> {
  const trace = new Trace(label, options);
  const args = types.map((type, i) => trace.argument(type, `arg${i}`));
  let hosted: readonly Tensor[] = [];
  const { result, results } = withTrace(trace, () => {
    let made: R | undefined;
    if (options.around === undefined) made = fn(args);
    else hosted = options.around(trace, args, () => void (made = fn(args)));
    return { result: made as R, results: outputs(made as R).map((t) => trace.lift(t)) };
  });
  const states = [...trace.variables];
  const assigned = states.filter(([, s]) => s.assigned);
  const updates = assigned.map(([, s]) => trace.lift(s.current));
  const inputs = [
    ...args.map((a) => a.value!),
    ...states.map(([, s]) => s.input),
    ...trace.captured.values(),
    ...hosted.map((t) => t.value!),
  ];
  return {
    graph: makeGraph(inputs, [...results, ...updates]),
    trace,
    result,
    variables: states.map(([variable]) => variable),
    captured: [...trace.captured.keys()],
    assigned: assigned.map(([variable]) => variable),
    hosted: hosted.length,
  };
}

const abstract = new Scope(false);

/** Whether code runs only to show the types of what it gives. */
export const isAbstract = (): boolean => abstract.current;

/** Run `fn` on stand-ins of these types only to see the types of what it gives. Nothing is computed and no variable changes. */
export function abstractly<R>(label: string, types: readonly TensorType[], fn: (args: Tensor[]) => R): R {
  const trace = new Trace(label);
  const run = (): R =>
    withTrace(trace, () =>
      fn(
        types.map(({ dtype, shape }, i) =>
          dtype === 'string'
            ? StringTensor.standingIn(trace.argument({ dtype: 'int32', shape }, `arg${i}`))
            : trace.argument({ dtype, shape }, `arg${i}`),
        ),
      ),
    );
  // What it assigns is forgotten, also where variables have other values for a while.
  return abstract.run(true, () => variableStates.run(null, run));
}
