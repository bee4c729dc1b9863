/** @file `profile`: times the kernels of a step on the first batch. */
import { describe } from '../../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import type { DataLike, DataSource } from '../../data/index.js';
import { getDataAdapter } from '../../data/index.js';
import { backend, getThreads } from '../../runtime/index.js';
import { checkCount } from '../options.js';
import type { ProfileOptions } from '../profile.js';
import { Profile, PROFILE_OPTIONS } from '../profile.js';
import type { TrainingSession } from '../session.js';
import { samplesOf } from '../step_tensors.js';

export async function profile(
  session: TrainingSession,
  x: DataSource,
  y: DataLike,
  options: ProfileOptions,
): Promise<Profile> {
  const { batchSize, sampleWeight = null, step: kind = 'train', trace = null, printFn = null, ...rest } = options;
  const { steps: wantedSteps, rows: wantedRows = 30, ...unknown } = rest;
  refuseUnknownOptions('profile', unknown, PROFILE_OPTIONS);
  if (!STEP_KINDS.includes(kind))
    throw new ValueError(`profile: step=${describe(kind)}. Expected 'train', 'test' or 'predict'.`);
  const steps = checkCount('profile', 'steps', wantedSteps) ?? 10;
  const rows = checkCount('profile', 'rows', wantedRows);
  const { files } = getPlatform();
  if (trace !== null && files === null)
    throw new ValueError(
      `profile: trace=${describe(trace)}, but there are no files here. Leave it out, and use the text of profile.toChromeTrace().`,
    );
  const adapter = getDataAdapter(x, 'profile', {
    y, sampleWeight, batchSize: checkCount('profile', 'batchSize', batchSize), counts: session.model._arrayCounts,
  }); // prettier-ignore
  const modelSteps = await session.steps(kind, adapter);
  const batch = await adapter.peek();
  if (batch === null) throw new ValueError('profile: the data hold no batch.');
  const times = await modelSteps.profile(batch, steps);
  if (times === null)
    throw new ValueError(
      `profile: model '${session.model.name}' runs ${session.model.runEagerly ? 'eagerly (runEagerly)' : `on the ${backend()} backend`}, where steps have no kernels to time.`,
    );
  const result = new Profile({ ...times, model: session.model.name, step: kind, samples: samplesOf(batch), steps, threads: getThreads(), rows }); // prettier-ignore
  if (printFn === null) getPlatform().terminal.write(String(result));
  else printFn(String(result));
  if (trace !== null) await files!.write(trace, result.toChromeTrace());
  return result;
}

const STEP_KINDS: readonly string[] = ['train', 'test', 'predict'];
