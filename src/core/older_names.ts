/**
 * @file Names of options in Keras 1 and 2, and what they are called today. Constructors take those whose values mean the same, with a word
 * of advice; for all others the message about an unknown option says the new word.
 */
import { adviseOnce } from './advice.js';
import { own } from './lookup.js';
import { toCamelCase } from './naming.js';

/** An older option: its names today, of which a class has one. */
interface OlderName {
  readonly today: readonly string[];
  /** The value as it is written today; left out: as it was. undefined: it does not mean the same. */
  readonly value?: (value: unknown) => unknown;
}

const named = (...today: readonly string[]): OlderName => ({ today });
/** The meaning has changed with the name: only named in messages. */
const only = (...today: readonly string[]): OlderName => ({ today, value: () => undefined });
const order = (value: unknown): unknown =>
  value === 'tf' ? 'channels_last' : value === 'th' ? 'channels_first' : value;

const OLDER: Readonly<Record<string, OlderName>> = {
  // layers
  nbFilter: named('filters'),
  nbRow: only('kernelSize'),
  nbCol: only('kernelSize'),
  filterLength: named('kernelSize'),
  outputDim: named('units'),
  p: named('rate'),
  sigma: named('stddev'),
  length: only('size'),
  dims: named('targetShape'),
  init: named('kernelInitializer', 'embeddingsInitializer', 'alphaInitializer'),
  innerInit: named('recurrentInitializer'),
  forgetBiasInit: only('unitForgetBias'),
  betaInit: named('betaInitializer'),
  gammaInit: named('gammaInitializer'),
  innerActivation: named('recurrentActivation'),
  bias: { today: ['useBias'], value: (value) => (typeof value === 'boolean' ? value : undefined) },
  borderMode: named('padding'),
  subsample: named('strides'),
  subsampleLength: named('strides'),
  stride: named('strides'),
  atrousRate: named('dilationRate'),
  dimOrdering: { today: ['dataFormat'], value: order },
  poolLength: named('poolSize'),
  dropoutW: named('dropout'),
  dropoutU: named('recurrentDropout'),
  WRegularizer: named('kernelRegularizer', 'embeddingsRegularizer'),
  URegularizer: named('recurrentRegularizer'),
  bRegularizer: named('biasRegularizer'),
  WConstraint: named('kernelConstraint', 'embeddingsConstraint'),
  UConstraint: named('recurrentConstraint'),
  bConstraint: named('biasConstraint'),
  consumeLess: only('implementation'),
  // optimizers
  lr: named('learningRate'),
  // models
  input: only('inputs'),
  output: only('outputs'),
  // fit and its kin
  nbEpoch: only('epochs'),
  samplesPerEpoch: only('stepsPerEpoch'),
  nbValSamples: only('validationSteps'),
  valSamples: only('steps'),
  maxQSize: only('maxQueueSize'),
  nbWorker: only('workers'),
  pickleSafe: only('useMultiprocessing'),
  showAccuracy: only('metrics'),
  lossFunction: only('loss'),
};

/** The names today of an older name, that a class has. */
function todayOf(name: string, known: readonly string[]): string | undefined {
  return own(OLDER, toCamelCase(name))?.today.find((today) => known.includes(today) && today !== name);
}

/** The name today of an option in an older spelling, among those that there are. */
export function newerName(name: string, known: Iterable<string>): string | undefined {
  return todayOf(name, [...known]);
}

/** Whether a name may be an older one. */
const isOlderName = (name: string): boolean => Object.hasOwn(OLDER, name);

/**
 * Options with the names of today: those of Keras 1 and 2 are renamed, and advised on once, where the value means the same.
 *
 * @param owner Who takes them, for the advice.
 * @param known The names that the owner has; asked for only if there is an older name.
 */
export function withNewerNames<T extends object>(owner: () => string, options: T, known: () => readonly string[]): T {
  const older = Object.keys(options).filter(isOlderName);
  if (older.length === 0) return options;
  const names = known();
  const renamed: Record<string, unknown> = { ...(options as Record<string, unknown>) };
  for (const name of older) {
    const today = names.includes(name) ? undefined : todayOf(name, names);
    const given: unknown = renamed[name];
    const value = OLDER[name].value === undefined ? given : OLDER[name].value(given);
    if (today === undefined || value === undefined || Object.hasOwn(renamed, today)) continue;
    delete renamed[name];
    renamed[today] = value;
    adviseOnce(
      `${owner()} ${name}`,
      `${owner()}: \`${name}\` is an older name and works here; the option is called \`${today}\` today.`,
    );
  }
  return renamed as T;
}
