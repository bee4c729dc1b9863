/** @file `RunInsight`: what callbacks may look at beside logs and weights: the graph of a step, its times, some samples of the data. */
import type { AnyBatch, DataAdapter, TensorTree } from '../data/index.js';
import { mapRows, sliceRows } from '../data/index.js';
import type { Graph } from '../graph/index.js';
import { withoutDrawingOrders } from '../random/global_state.js';
import { getThreads } from '../runtime/index.js';
import { Profile } from './profile.js';
import type { TrainingSession } from './session.js';
import type { Steps } from './step_programs.js';
import { samplesOf } from './step_tensors.js';

/** What a `fit` at work can be asked. Nothing of it changes the run. */
export class RunInsight {
  readonly #session: TrainingSession;
  readonly #steps: Steps;
  readonly #training: DataAdapter;
  readonly #validation: DataAdapter | null;
  #first: AnyBatch | null = null;

  constructor(session: TrainingSession, steps: Steps, training: DataAdapter, validation: DataAdapter | null) {
    this.#session = session;
    this.#steps = steps;
    this.#training = training;
    this.#validation = validation;
  }

  /** Look at the first batch; before the first epoch only, where data are read on. null: it cannot be seen any more. */
  async look(): Promise<AnyBatch | null> {
    return (this.#first ??= await withoutDrawingOrders(() => this.#training.peek()));
  }

  /** The operations of a step of training, on batches like the first one. null: `look` has not seen one, or the model runs eagerly. */
  graph(): Graph | null {
    if (this.#first === null || this.#session.model.runEagerly) return null;
    return this.#session.graphOf('train', this.#first);
  }

  /** Time steps of training, without a lasting effect. null: there are no kernels to time. */
  async profile(steps: number): Promise<Profile | null> {
    const batch = this.#first;
    const times = batch === null ? null : await this.#steps.profile(batch, steps);
    if (times === null) return null;
    const samples = samplesOf(batch!);
    const model = this.#session.model.name;
    return new Profile({ ...times, model, step: 'train', samples, steps, threads: getThreads(), rows: 30 });
  }

  /** The first validation samples, at most `count`; without arrays the first batch of validation. null: there is no validation. */
  async validationSamples(count: number): Promise<AnyBatch | null> {
    const { whole } = this.#validation ?? {};
    if (whole === undefined) return this.#validation?.peek() ?? null;
    const part = (tree: TensorTree): TensorTree =>
      mapRows(tree, (x) => sliceRows(x, 0, Math.min(count, whole.numSamples)));
    return (whole.arrays as readonly TensorTree[]).map(part) as unknown as AnyBatch;
  }
}
