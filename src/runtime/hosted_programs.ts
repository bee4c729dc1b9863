/** @file Programs of functions of texts: which of them fits what the host has computed, and texts among their results. */
import type { NDArray } from '../core/ndarray.js';
import type { HostFeeds, HostPlan, HostStage } from './on_host.js';
import { StringTensor } from './strings.js';
import { Tensor } from './tensor.js';

/** How many programs are kept for arguments of one form: what the host computes of texts may have any length. */
const CAPACITY = 32;

/** A program with what the host computes before it. */
export interface Hosted {
  readonly plan: HostPlan;
}

/** A program that fits, and what the host has computed for this run. */
export interface Found<C> {
  readonly compiled: C;
  readonly hosted: readonly NDArray[];
}

const formOf = (arrays: readonly NDArray[]): string =>
  arrays.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join();

/** The programs of one function for arguments of one form: one for each form of what the host computes of texts. */
export class HostedPrograms<C extends Hosted> {
  #plan: HostPlan | null = null;
  /** The only program there is where the host computes nothing. */
  #only: Found<C> | null = null;
  readonly #programs = new Map<string, C>();

  /** @param compile Traces the function on these arguments; `results` is what the host has computed meanwhile. */
  find(feeds: HostFeeds, compile: () => { readonly compiled: C; readonly results: readonly NDArray[] }): Found<C> {
    if (this.#only !== null) return this.#only;
    let hosted: readonly NDArray[] | null = this.#plan === null ? null : this.#plan.run(feeds);
    let compiled = hosted === null ? undefined : this.#programs.get(formOf(hosted));
    if (compiled === undefined) {
      const made = compile();
      ({ compiled } = made);
      hosted = made.results;
      this.#plan ??= compiled.plan;
    } else if (compiled.plan.length !== hosted!.length) hosted = compiled.plan.run(feeds); // other code ran for this form
    const form = formOf(hosted!);
    this.#programs.delete(form);
    this.#programs.set(form, compiled); // the most recently used last
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > CAPACITY) this.#programs.delete(oldest);
    const found: Found<C> = { compiled, hosted: hosted! };
    if (this.#plan?.length === 0 && hosted!.length === 0) this.#only = found;
    return found;
  }
}

/** What a program gives back for a result: the result itself, or what texts are made of. */
export function textOutputs(x: Tensor): readonly Tensor[] {
  return x instanceof StringTensor ? (x.pending?.inputs ?? []) : [x];
}

/**
 * A result of a run in the place of one of the trace.
 *
 * @param next Gives the arrays of the run, one after the other.
 */
export type ResultOf = (x: Tensor, next: () => NDArray, feeds: HostFeeds) => Tensor;

/** How results of runs come about, for the tensors that a traced function gave. */
export function resultsOf(tensors: readonly Tensor[], host: HostStage): ResultOf {
  const texts = new Map<Tensor, (feeds: HostFeeds) => Tensor>();
  for (const x of tensors) if (x instanceof StringTensor && x.pending === null) texts.set(x, host.resolver(x));
  return (x, next, feeds) => {
    if (!(x instanceof StringTensor)) return Tensor.fromArray(next());
    const { pending } = x;
    if (pending !== null) return pending.compute(pending.inputs.map(() => Tensor.fromArray(next())));
    return texts.get(x)?.(feeds) ?? x;
  };
}
