/** @file `StepPrograms`: compiles the steps of a model, one program per form of batch, and runs them on the model's heap. */
import type { NDArray } from '../core/ndarray.js';
import type { Tree } from '../core/tree.js';
import { mapTree } from '../core/tree.js';
import type { AnyBatch, WholeData } from '../data/index.js';
import type { ProgramProfile } from '../runtime/program.js';
import type { Found, Hosted, HostFeeds, ResultOf } from '../runtime/index.js';
import { currentBackend, HostedPrograms, Program, ResidentHeap, resultsOf } from '../runtime/index.js';
import { fitsIntoHeap, residentSignature, ResidentSteps, unlessFull } from './resident_steps.js';
import type { Step, StepKind } from './step_tensors.js';
import {
  asTensor,
  batchSignature,
  batchTexts,
  feedsOf,
  isOutput,
  outputLeaves,
  traceStep,
  unpack,
} from './step_tensors.js';

interface CompiledStep extends Hosted {
  readonly program: Program;
  /** What the step gave when it was traced: where its tensors belong. */
  readonly result: Tree<unknown>;
  readonly resultOf: ResultOf;
}

/** Steps of one kind, for the model's present state. */
export interface Steps {
  /** Take one step, on one batch. @returns What the step gives. */
  step(batch: AnyBatch): Promise<Tree<unknown>>;
  /** The same on a data set in the heap; null where that is not possible, or does not pay. */
  resident(data: WholeData): ResidentSteps | null;
  /** Time steps on one batch, without a lasting effect; null where steps have no kernels. */
  profile(batch: AnyBatch, steps: number): Promise<ProgramProfile | null>;
}

/** How many forms of batches one model keeps programs for. */
const PROGRAMS = 64;

/** How many data sets one model keeps in its heap: those of training and validation, and one more of each. */
const RESIDENT_SETS = 4;

/** Compiled steps of one model. Its heap holds the variables for as long as the model is not compiled anew. */
export class StepPrograms {
  readonly #programs = new Map<string, HostedPrograms<CompiledStep>>();
  readonly #heaps = new Map<string, ResidentHeap>();
  /** The last that was looked up. */
  #last: { readonly key: string; readonly programs: HostedPrograms<CompiledStep> } | null = null;
  /** The least recently used first. */
  readonly #residents = new Map<string, ResidentSteps>();

  /** Forget all programs, and leave the heap: variables move to a new one at the next run. */
  reset(): void {
    this.#programs.clear();
    this.#last = null;
    this.#heaps.clear();
    this.#residents.clear();
  }

  /** Whether variables of the steps are in memory that can only be read after it was fetched. */
  get needsFetch(): boolean {
    return [...this.#heaps.values()].some(({ heap }) => heap.fetch !== undefined);
  }

  #heap(): ResidentHeap {
    const backend = currentBackend();
    let heap = this.#heaps.get(backend.name);
    if (heap === undefined) this.#heaps.set(backend.name, (heap = new ResidentHeap(backend)));
    return heap;
  }

  /**
   * Steps of a kind.
   *
   * @param state Tells apart states of the model that need programs of their own.
   * @param eager Run the step as ordinary code.
   */
  steps(kind: StepKind, state: string, step: Step, eager: boolean): Steps {
    if (eager) {
      return {
        step: (batch) => Promise.resolve(mapTree(step(batch), (leaf) => (isOutput(leaf) ? asTensor(leaf) : leaf))),
        resident: () => null,
        profile: () => Promise.resolve(null),
      };
    }
    return {
      step: async (batch) => {
        const feeds = feedsOf(batch);
        const { compiled, hosted } = this.#compiled(kind, state, step, batch, feeds);
        const { program, result, resultOf } = compiled;
        return unpack(result, await program.run(feeds.numbers, 1, hosted), resultOf, feeds);
      },
      profile: async (batch, steps) => {
        const feeds = feedsOf(batch);
        const { compiled, hosted } = this.#compiled(kind, state, step, batch, feeds);
        return compiled.program.profile(feeds.numbers, steps, hosted);
      },
      resident: (data) => this.#resident(kind, state, step, data),
    };
  }

  #compiled(kind: StepKind, state: string, step: Step, batch: AnyBatch, feeds: HostFeeds): Found<CompiledStep> {
    const heap = this.#heap();
    const key = `${kind}|${heap.backend.name}|${state}|${batchSignature(batch)}`;
    return this.#programsOf(key).find(feeds, () => compileStep(kind, step, batch, feeds, heap));
  }

  #programsOf(key: string): HostedPrograms<CompiledStep> {
    if (this.#last?.key === key) return this.#last.programs;
    let programs = this.#programs.get(key);
    if (programs === undefined) {
      programs = new HostedPrograms();
      const [oldest] = this.#programs.keys();
      if (this.#programs.size >= PROGRAMS) this.#programs.delete(oldest);
    } else this.#programs.delete(key);
    this.#programs.set(key, programs); // the most recently used last
    this.#last = { key, programs };
    return programs;
  }

  #resident(kind: StepKind, state: string, step: Step, data: WholeData): ResidentSteps | null {
    // Texts cannot lie there: what is made of them is fed batch by batch.
    if (batchTexts(data.arrays).length > 0 || !fitsIntoHeap(data)) return null;
    const heap = this.#heap();
    const key = `${kind}|${heap.backend.name}|${state}|${batchSignature(data.arrays)}|${residentSignature(data)}`;
    let found = this.#residents.get(key) ?? null;
    this.#residents.delete(key);
    if (found === null) {
      const [oldest] = this.#residents;
      if (oldest !== undefined && this.#residents.size >= RESIDENT_SETS) {
        this.#residents.delete(oldest[0]);
        oldest[1].evict();
      }
      found = unlessFull(() => new ResidentSteps(kind, data, step, heap));
      if (found === null) return null;
    }
    this.#residents.set(key, found);
    return found.acquire(data) ? found : null;
  }
}

function compileStep(
  kind: StepKind,
  step: Step,
  batch: AnyBatch,
  feeds: HostFeeds,
  heap: ResidentHeap,
): { readonly compiled: CompiledStep; readonly results: readonly NDArray[] } {
  const { traced, host } = traceStep(kind, step, batch, feeds);
  const { result } = traced;
  const resultOf = resultsOf(outputLeaves(result), host);
  return { compiled: { program: new Program(traced, heap), result, resultOf, plan: host.plan }, results: host.results };
}
