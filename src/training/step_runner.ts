/** @file `StepRunner`: compiles the steps of a model, one program per form of batch, and runs them on the model's heap. */
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Tree } from '../core/tree.js';
import { mapTree } from '../core/tree.js';
import type { ArrayDataAdapter, Batch } from '../data/index.js';
import type { ProgramProfile } from '../runtime/program.js';
import { currentBackend, Program, ResidentHeap, traceProgram } from '../runtime/index.js';
import { fitsIntoHeap, residentSignature, ResidentSteps, unlessFull } from './resident_steps.js';
import type { Step, StepKind } from './step_tensors.js';
import {
  asTensor,
  batchSignature,
  batchTensors,
  isOutput,
  outputTensors,
  rebuildBatch,
  unpack,
} from './step_tensors.js';

interface CompiledStep {
  readonly program: Program;
  /** What the step gave when it was traced: where its tensors belong. */
  readonly result: Tree<unknown>;
}

/** Steps of one kind, ready to run in the model's present state. */
export interface PreparedStep {
  /** Run on one batch. */
  run(batch: Batch): Promise<Tree<unknown>>;
  /** The same on a data set in the heap; null where that is not possible, or does not pay. */
  resident(adapter: ArrayDataAdapter): ResidentSteps | null;
  /** Time steps on one batch, without a lasting effect; null where steps have no kernels. */
  profile(batch: Batch, steps: number): Promise<ProgramProfile | null>;
}

/** How many forms of batches one model keeps programs for. */
const PROGRAMS = 64;

/** How many data sets one model keeps in its heap: those of training and validation, and one more of each. */
const RESIDENT_SETS = 4;

/** Compiled steps of one model. Its heap holds the variables for as long as the model is not compiled anew. */
export class StepRunner {
  readonly #programs = new Map<string, CompiledStep>();
  readonly #homes = new Map<string, ResidentHeap>();
  /** The least recently used first. */
  readonly #residents = new Map<string, ResidentSteps>();

  /** Forget all programs, and leave the heap: variables move to a new one at the next run. */
  reset(): void {
    this.#programs.clear();
    this.#homes.clear();
    this.#residents.clear();
  }

  #home(): ResidentHeap {
    const backend = currentBackend();
    let home = this.#homes.get(backend.name);
    if (home === undefined) this.#homes.set(backend.name, (home = new ResidentHeap(backend)));
    return home;
  }

  /**
   * Steps of a kind.
   *
   * @param state Tells apart states of the model that need programs of their own.
   * @param eager Run the step as ordinary code.
   */
  prepare(kind: StepKind, state: string, step: Step, eager: boolean): PreparedStep {
    if (eager) {
      return {
        run: (batch) => Promise.resolve(mapTree(step(batch), (leaf) => (isOutput(leaf) ? asTensor(leaf) : leaf))),
        resident: () => null,
        profile: () => Promise.resolve(null),
      };
    }
    return {
      run: async (batch) => {
        const { program, result } = this.#compiled(kind, state, step, batch);
        return unpack(result, await program.run(feedsOf(batch)));
      },
      profile: async (batch, steps) => this.#compiled(kind, state, step, batch).program.profile(feedsOf(batch), steps),
      resident: (adapter) => this.#resident(kind, state, step, adapter),
    };
  }

  #compiled(kind: StepKind, state: string, step: Step, batch: Batch): CompiledStep {
    const home = this.#home();
    const key = `${kind}|${home.backend.name}|${state}|${batchSignature(batch)}`;
    let compiled = this.#programs.get(key);
    if (compiled === undefined) {
      compiled = compileStep(kind, step, batch, home);
      const [oldest] = this.#programs.keys();
      if (this.#programs.size >= PROGRAMS) this.#programs.delete(oldest);
    } else this.#programs.delete(key);
    this.#programs.set(key, compiled); // the most recently used last
    return compiled;
  }

  #resident(kind: StepKind, state: string, step: Step, adapter: ArrayDataAdapter): ResidentSteps | null {
    if (!fitsIntoHeap(adapter)) return null;
    const home = this.#home();
    const key = `${kind}|${home.backend.name}|${state}|${batchSignature(adapter.arrays)}|${residentSignature(adapter)}`;
    let found = this.#residents.get(key) ?? null;
    this.#residents.delete(key);
    if (found === null) {
      const [oldest] = this.#residents;
      if (oldest !== undefined && this.#residents.size >= RESIDENT_SETS) {
        this.#residents.delete(oldest[0]);
        oldest[1].evict();
      }
      found = unlessFull(() => new ResidentSteps(kind, adapter, step, home));
      if (found === null) return null;
    }
    this.#residents.set(key, found);
    return found.acquire(adapter) ? found : null;
  }
}

const feedsOf = (batch: Batch): NDArray[] => batchTensors(batch).map((x) => x.ndarray);

function compileStep(kind: StepKind, step: Step, batch: Batch, home: ResidentHeap): CompiledStep {
  const tensors: readonly TensorType[] = batchTensors(batch);
  const traced = traceProgram(`${kind}Step`, tensors, (args) => step(rebuildBatch(batch, args)), outputTensors);
  return { program: new Program(traced, home), result: traced.result };
}
