/**
 * @file Functions that are computed in the host's memory, in ordinary JavaScript: what reads texts. Graphs and kernels know of no texts, so such
 * functions stand before the program that uses their results, or behind it, where it gives texts back.
 *
 * While a step is traced, texts are there as they are in the batch at hand, and functions of them are computed at once. What they gave becomes an
 * input of the program, and how it came about is kept (`HostPlan`): before each later run it is computed of that run's texts.
 */
import type { DType } from '../core/dtype.js';
import { TypeError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import type { Graph, Node, Value } from '../graph/index.js';
import { interpret, makeGraph } from '../graph/index.js';
import { Scope } from '../core/scope.js';
import type { PartialShape } from '../core/shape.js';
import type { Spec } from './infer_spec.js';
import { StringTensor } from './strings.js';
import { Tensor } from './tensor.js';
import type { Trace } from './trace.js';
import { currentTrace, isAbstract, withTrace } from './trace.js';

/** A function on the host, of one or more results. */
export interface HostFunctions {
  /** Names it in messages: `StringLookup 'lookup'`. */
  readonly owner: string;
  /** What it computes of tensors that are there. Its results may depend on nothing else that changes from run to run. */
  readonly compute: (inputs: readonly Tensor[]) => readonly Tensor[];
  /** Shapes and dtypes of the results for shapes of the inputs; sizes that depend on the texts are null. */
  readonly spec: (shapes: readonly PartialShape[]) => readonly Spec[];
}

/** A function on the host. */
export interface HostFunction {
  readonly owner: string;
  readonly compute: (inputs: readonly Tensor[]) => Tensor;
  readonly spec: (shapes: readonly PartialShape[]) => Spec;
}

/** What a run is given, and what a trace has of the first run. */
export interface HostFeeds {
  readonly texts: readonly StringTensor[];
  /** The program's arguments. */
  readonly numbers: readonly NDArray[];
}

/** How a value on the host comes about. */
type Source =
  | { readonly kind: 'text'; readonly index: number }
  | { readonly kind: 'number'; readonly graph: Graph; readonly feeds: readonly (number | NDArray)[] }
  | { readonly kind: 'constant'; readonly value: Tensor }
  | { readonly kind: 'result'; readonly call: HostCall; readonly index: number };

/** One call of a function on the host. */
interface HostCall {
  readonly inputs: readonly Source[];
  readonly compute: HostFunctions['compute'];
}

/** What is computed before each run of a program: its last inputs, in order. */
export class HostPlan {
  readonly #sources: readonly Source[];

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** How many inputs of the program it makes. */
  get length(): number {
    return this.#sources.length;
  }

  /** Compute them of what a run is given. */
  run(feeds: HostFeeds): NDArray[] {
    return evaluate(this.#sources, feeds).map((x) => x.ndarray);
  }
}

function evaluate(sources: readonly Source[], feeds: HostFeeds): Tensor[] {
  const done = new Map<HostCall, readonly Tensor[]>();
  const valueOf = (source: Source): Tensor => {
    if (source.kind === 'text') return feeds.texts[source.index];
    if (source.kind === 'number') {
      const given = source.feeds.map((feed) => (typeof feed === 'number' ? feeds.numbers[feed] : feed));
      return Tensor.fromArray(interpret(source.graph, given)[0]);
    }
    if (source.kind === 'constant') return source.value;
    const { call, index } = source;
    const results = done.get(call) ?? withTrace(null, () => call.compute(call.inputs.map(valueOf)));
    done.set(call, results);
    return results[index];
  };
  return sources.map(valueOf);
}

/** What a trace knows of the host: which tensors are fed, and what was computed of them. */
export class HostStage {
  readonly feeds: HostFeeds;
  readonly #trace: Trace;
  readonly #arguments: readonly Tensor[];
  readonly #sources = new Map<Tensor, Source>();
  readonly #hosted: { readonly source: Source; readonly result: Tensor; readonly input: Tensor }[] = [];

  constructor(trace: Trace, args: readonly Tensor[], feeds: HostFeeds) {
    this.feeds = feeds;
    this.#trace = trace;
    this.#arguments = args;
    feeds.texts.forEach((x, index) => this.#sources.set(x, { kind: 'text', index }));
  }

  /** Where a tensor comes from, or null: the program computes it. */
  #sourceOf(x: Tensor): Source | null {
    const known = this.#sources.get(x);
    if (known !== undefined) return known;
    return x.value === null ? (x.isTraced ? null : { kind: 'constant', value: x }) : this.#ofArguments(x.value);
  }

  /** A value that comes of the program's arguments alone, such as a cast of one: the host computes it as well. */
  #ofArguments(value: Value): Source | null {
    if (value.applier !== this.#trace.builder) return null;
    const inputs = new Set<Value>();
    const seen = new Set<Node>();
    const visit = (each: Value): void => {
      if (each.node.primitive.name === 'input') inputs.add(each);
      else if (!seen.has(each.node)) {
        seen.add(each.node);
        each.node.inputs.forEach(visit);
      }
    };
    visit(value);
    const captured = new Map([...this.#trace.captured].map(([tensor, input]) => [input, tensor]));
    const feeds = [...inputs].map((input) => {
      const index = this.#arguments.findIndex((argument) => argument.value === input);
      return index >= 0 ? index : captured.get(input)?.ndarray;
    });
    if (feeds.includes(undefined)) return null;
    return { kind: 'number', graph: makeGraph([...inputs], [value]), feeds: feeds as (number | NDArray)[] };
  }

  /** The results of a function, or null: it needs what the program computes. */
  call(inputs: readonly Tensor[], compute: HostFunctions['compute']): Tensor[] | null {
    const sources = inputs.map((x) => this.#sourceOf(x));
    if (sources.includes(null)) return null;
    const call: HostCall = { inputs: sources as Source[], compute };
    const constant = call.inputs.every(({ kind }) => kind === 'constant');
    const values = evaluate(call.inputs, this.feeds);
    const results = withTrace(null, () => compute(values));
    if (constant) return [...results];
    return results.map((result, index) => {
      const source: Source = { kind: 'result', call, index };
      if (result instanceof StringTensor) {
        const own = new StringTensor(result.strings, result.shape); // one and the same may come from several functions
        this.#sources.set(own, source);
        return own;
      }
      const input = this.#trace.argument(result, `host${this.#hosted.length}`);
      this.#hosted.push({ source, result, input });
      return input;
    });
  }

  /** The inputs of the program that the host computes. */
  get inputs(): Tensor[] {
    return this.#hosted.map(({ input }) => input);
  }

  /** Their values in the run for which the program is traced. */
  get results(): NDArray[] {
    return this.#hosted.map(({ result }) => result.ndarray);
  }

  get plan(): HostPlan {
    return new HostPlan(this.#hosted.map(({ source }) => source));
  }

  /** How texts that a step gives back come about in each run. */
  resolver(x: StringTensor): (feeds: HostFeeds) => StringTensor {
    const source = this.#sources.get(x);
    return source === undefined ? () => x : (feeds) => evaluate([source], feeds)[0] as StringTensor;
  }
}

const stages = new Scope<HostStage | null>(null);

/** Trace with a stage on the host. */
export const withHostStage = <R>(stage: HostStage, fn: () => R): R => stages.run(stage, fn);

/** Sizes that stand for those that depend on texts, one for each trace: what differs between traces is known to be open. */
const openSizes = new WeakMap<Trace, number>();
let lastOpenSize = 0;

function openSize(trace: Trace): number {
  let size = openSizes.get(trace);
  if (size === undefined) openSizes.set(trace, (size = 101 + 2 * (lastOpenSize++ % 97)));
  return size;
}

/** A tensor of which nothing is known but shape and dtype. */
function standIn({ shape, dtype }: Spec, trace: Trace): Tensor {
  const sizes = shape.map((size) => size ?? openSize(trace));
  const of = (type: DType): Tensor => trace.argument({ dtype: type, shape: sizes }, 'texts');
  return dtype === 'string' ? StringTensor.standingIn(of('int32')) : of(dtype);
}

/**
 * Compute functions of texts, and of what goes with them.
 *
 * @param inputs Texts, and tensors of numbers.
 * @throws {TypeError} Numbers among the inputs are computed by the program that this call is part of, and the results are not texts alone.
 */
export function onHostMany(inputs: readonly Tensor[], { owner, compute, spec }: HostFunctions): Tensor[] {
  const trace = currentTrace();
  if (trace === null) return [...compute(inputs)];
  const isStandIn = (x: Tensor): boolean =>
    (x instanceof StringTensor && x.standIn !== null) || (isAbstract() && x.isTraced);
  if (inputs.some(isStandIn)) return spec(inputs.map(({ shape }) => shape)).map((each) => standIn(each, trace));
  const results = stages.current?.call(inputs, compute);
  if (results !== null && results !== undefined) return results;
  if (inputs.every((x) => !x.isTraced)) return withTrace(null, () => [...compute(inputs)]);
  const specs = spec(inputs.map(({ shape }) => shape));
  if (specs.every(({ dtype }) => dtype === 'string') && !inputs.some((x) => x instanceof StringTensor))
    return specs.map((each, index) =>
      StringTensor.later(each.shape as number[], { inputs, compute: (given) => compute(given)[index] as StringTensor }),
    );
  throw new TypeError(
    `${owner}: works before a step, on what the model is given, but reads numbers that the step computes of weights. Call it outside of the model, ` +
      'in Dataset.map for example.',
  );
}

/** As `onHostMany`, for a function of one result. */
export function onHost(inputs: readonly Tensor[], { owner, compute, spec }: HostFunction): Tensor {
  return onHostMany(inputs, { owner, compute: (given) => [compute(given)], spec: (shapes) => [spec(shapes)] })[0];
}
