/** @file `StepRunner`: compiles the steps of a model, one program per form of batch, and runs them on the model's heap. */
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { Batch } from '../data/index.js';
import type { Variable } from '../runtime/index.js';
import {
  currentBackend,
  Program,
  ResidentHeap,
  Tensor,
  traceFunction,
  Variable as VariableClass,
} from '../runtime/index.js';

/** What a step computes from a batch: logs, or predictions. */
export type Step = (batch: Batch) => Tree<unknown>;

/** The steps that a model has. */
export type StepKind = 'train' | 'test' | 'predict';

interface CompiledStep {
  readonly program: Program;
  /** What the step gave when it was traced: where its tensors belong. */
  readonly result: Tree<unknown>;
}

/** Steps of one kind, ready to run in the model's present state. */
export interface PreparedStep {
  /** Run on one batch. */
  run(batch: Batch): Promise<Tree<unknown>>;
}

const isOutput = (leaf: unknown): boolean => leaf instanceof Tensor || leaf instanceof VariableClass;
const asTensor = (leaf: unknown): Tensor => (leaf instanceof Tensor ? leaf : (leaf as Variable).value);

/** Shapes, dtypes and structure of a batch. */
export function batchSignature(batch: Batch): string {
  const visit = (node: unknown): string => {
    if (node === null) return '-';
    if (node instanceof Tensor) return `${node.dtype}[${node.shape.join()}]`;
    if (Array.isArray(node)) return `(${node.map(visit).join()})`;
    const dict = node as Record<string, unknown>;
    return `{${Object.keys(dict)
      .sort()
      .map((key) => `${key}:${visit(dict[key])}`)
      .join()}}`;
  };
  return visit(batch);
}

/** The tensors of a batch, in order. */
export function batchTensors(batch: Batch): Tensor[] {
  return flatten<Tensor | null>(batch).filter((x) => x !== null);
}

/** A batch of the same structure with other tensors. */
export function rebuildBatch(batch: Batch, tensors: readonly Tensor[]): Batch {
  let next = 0;
  return mapTree<Tensor | null, Tensor | null>(batch, (x) => (x === null ? null : tensors[next++])) as unknown as Batch;
}

/** Compiled steps of one model. Its heap holds the variables for as long as the model is not compiled anew. */
export class StepRunner {
  readonly #programs = new Map<string, CompiledStep>();
  readonly #homes = new Map<string, ResidentHeap>();

  /** Forget all programs, and leave the heap: variables move to a new one at the next run. */
  reset(): void {
    this.#programs.clear();
    this.#homes.clear();
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
      };
    }
    return {
      run: async (batch) => {
        const home = this.#home();
        const key = `${kind}|${home.backend.name}|${state}|${batchSignature(batch)}`;
        let compiled = this.#programs.get(key);
        if (compiled === undefined) this.#programs.set(key, (compiled = compileStep(kind, step, batch, home)));
        return unpack(compiled.result, await compiled.program.run(batchTensors(batch).map((x) => x.ndarray)));
      },
    };
  }
}

function compileStep(kind: StepKind, step: Step, batch: Batch, home: ResidentHeap): CompiledStep {
  const tensors: readonly TensorType[] = batchTensors(batch);
  const traced = traceFunction(
    `${kind}Step`,
    tensors,
    (args) => step(rebuildBatch(batch, args)),
    (result) => flatten<unknown>(result).filter(isOutput).map(asTensor),
  );
  return { program: new Program(traced, home), result: traced.result };
}

/** The results of a run in the places of the traced tensors. */
function unpack(result: Tree<unknown>, arrays: readonly NDArray[]): Tree<unknown> {
  let next = 0;
  return mapTree(result, (leaf) => (isOutput(leaf) ? Tensor.fromArray(arrays[next++]) : leaf));
}
