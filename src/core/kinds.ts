/**
 * @file Which kinds of values arguments take, by their names: an argument of a name means one thing throughout Keras's API. `keepdims` is a
 * bool wherever it stands. A test compares these tables with the declared types of the public API and with Keras's defaults.
 *
 * Names of options survive minification, those of parameters do not. Short ones, which minifiers make, are left out of `BY_PLACE`.
 */
import { describe } from './describe.js';
import { OutOfMemoryError, TypeError } from './errors.js';

/** One kind of value that an argument may take. */
export type Kind =
  | 'number'
  | 'whole'
  | 'count'
  | 'positive'
  | 'rate'
  | 'flag'
  | 'text'
  | 'null'
  | 'list'
  | 'wholes'
  | 'counts'
  | 'positives'
  | 'lists'
  | 'texts'
  | 'function'
  | 'object';

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isWhole = (value: unknown): boolean => Number.isInteger(value);
const isCount = (value: unknown): boolean => isWhole(value) && (value as number) >= 0;
const isPositive = (value: unknown): boolean => isWhole(value) && (value as number) > 0;
const isList = (value: unknown, holds: (each: unknown) => boolean): boolean =>
  Array.isArray(value) ? value.every(holds) : ArrayBuffer.isView(value);
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  number: isNumber,
  whole: isWhole,
  count: isCount,
  positive: isPositive,
  rate: (value) => isNumber(value) && (value as number) >= 0 && (value as number) <= 1,
  // Keras's None is false where a bool is asked.
  flag: (value) => typeof value === 'boolean' || value === null,
  text: (value) => typeof value === 'string',
  null: (value) => value === null,
  list: (value) => isList(value, isNumberOrNull),
  wholes: (value) => isList(value, isWhole),
  counts: (value) => isList(value, isCount),
  positives: (value) => isList(value, isPositive),
  lists: (value) => isList(value, (each) => isNumberOrNull(each) || isList(each, isNumberOrNull)),
  texts: (value) => isList(value, (each) => typeof each === 'string'),
  function: (value) => typeof value === 'function',
  // A config, or an instance. Layers and their like are functions.
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const WORDS: Readonly<Record<Kind, string>> = {
  number: 'a number',
  whole: 'a whole number',
  count: 'a whole number, 0 or more',
  positive: 'a whole number, 1 or more',
  rate: 'a number from 0 to 1',
  flag: 'true or false',
  text: 'a string',
  null: 'null',
  list: 'a list of numbers',
  wholes: 'a list of whole numbers',
  counts: 'a list of whole numbers, 0 or more',
  positives: 'a list of whole numbers, 1 or more',
  lists: 'a list of lists of numbers',
  texts: 'a list of strings',
  function: 'a function',
  object: 'an object',
};

type Table = ReadonlyMap<string, readonly Kind[]>;

/** A table from its lines: the kinds, and the names of the arguments that take them. */
function tableOf(lines: Readonly<Record<string, string>>): Table {
  const entries = Object.entries(lines).flatMap(([kinds, names]) =>
    names.split(' ').map((name): [string, Kind[]] => [name, kinds.split(' ') as Kind[]]),
  );
  return new Map(entries);
}

/** Options, of functions, methods and constructors alike. */
export const OPTIONS: Table = tableOf({
  flag:
    'addHistory addProgbar allowLastAxisSqueeze amsgrad antialias append applyClassBalancing approximate assumeUnique autocast byName center ' +
    'centered compile cropToAspectRatio cycle deleteCheckpoint doubleCheckpoint endpoint equalNan excludeEmbeddings expandNested expandRank1 ' +
    'extract flashAttention forceDownload freeMemory fromLogits fromSortedIds goBackwards includeOptimizer increasing invert isCausal keepdims ' +
    'maskZero multiLabel nesterov normalize optional overwrite padToAspectRatio periodic ragged raiseError recursive relativeStep ' +
    'removeDiagonal renorm resetAfter restoreBestWeights returnCounts returnIndex returnInverse returnSequences reverse rmsScaling safeMode ' +
    'saveBestOnly saveWeightsOnly sendAsJson showDtype showLayerActivations showLayerNames showShapes showTrainable skipMismatch ' +
    'sorted sparse sparseYPred sparseYTrue staircase stateful subgraph swapOnEpoch synchronized topDown trainable unitForgetBias untar useBias ' +
    'useEma useGate useMultiprocessing useScale zeroOutputForMask zipped ' +
    // of methods
    'autoScaleLoss dropRemainder finalize force isTraced ordered overwriteWithGradient rebuild reshuffleEachIteration returnAttentionScores ' +
    'returnDict runEagerly useCausalMask',
  'flag number': 'unroll',
  'flag text': 'jitCompile shuffle useCudnn',
  'flag number text': 'verbose',
  number:
    'q adamBeta1 adamBeta2 adamLrRatio alpha atol b beta1 beta2 beta2Decay clipThreshold delta dropout emaMomentum endLearningRate epochs epsilon1 ' +
    'epsilon2 gain initialAccumulatorValue initialEpoch initialScale interval l1RegularizationStrength l2RegularizationStrength ' +
    'l2ShrinkageRegularizationStrength labelSmoothing learningRatePower mMul margin maxval minDelta minLr minValue minval momentum ' +
    'muonA muonB muonC nan negativeSlope power rate recurrentDropout renormMomentum rho rtol tMul testSplit timeout',
  whole:
    'axis1 axis2 axisa axisb axisc bins cooldown decimals depthMultiplier dpi groups implementation k maskIndex minlength n numRegressors ' +
    'numThresholds order sequenceStride',
  'null number':
    'samplingRate adamWeightDecay attnLogitsSoftCap baseline batchSize clipnorm clipvalue constantValues epsilon globalClipnorm initial ' +
    'initialValueThreshold l1 l2 leftSize lineLength lossScaleFactor maxValue neginf numLabels posinf rightSize rmsRate rows steps stepsPerEpoch threshold validationBatchSize validationSteps warmupTarget weightDecay',
  'null count': 'M N fftLength frameStep length maximumIterations maxlen num numSegments topK',
  'null whole':
    'bottomCropping bottomPadding leftCropping leftPadding rightCropping rightPadding targetHeight targetWidth topCropping topPadding',
  'null number text': 'maskValue ord',
  'null whole wholes': 'axis',
  'null positive positives': 'dilation dilationRate stride strides',
  'null number list':
    'attentionAxes brightnessFactor contrastFactor fillValue hueFactor outputPadding saturationFactor sharedAxes thresholds widthFactor',
  'number list lists text': 'padding',
  'null count counts': 'size',
  'null list': 'batchInputShape batchShape inputAxes inputShape noiseShape outputAxes range shape',
  list: 'targetClassIds tileGridSize valueRange',
  'null function': 'callFunction cloneFunction onProgress printFn',
  'number list': 'additionFactor factor thresholdFactor validationFreq xFactor yFactor',
  'number text': 'saveFreq stepsPerExecution',
  text:
    'cacheSubdir curve distribution fillMode hashAlgorithm indexing interpolation labelMode monitor package rankdir root scoreMode ' +
    'separator side splines summationMethod truncating unitName',
  'null text':
    'method path aggregation average biasAxes cacheDir classAggregation dataFormat fileHash fname md5Hash mode name origin reduction scaling ' +
    'synchronization toFile',
  'null text list object': 'window',
  'null text object': 'dtype',
  'null text function object':
    'activation alphaConstraint alphaInitializer alphaRegularizer betaConstraint betaInitializer betaRegularizer biasConstraint ' +
    'biasInitializer biasRegularizer depthwiseConstraint depthwiseInitializer depthwiseRegularizer embeddingsConstraint ' +
    'embeddingsInitializer embeddingsRegularizer gammaConstraint gammaInitializer gammaRegularizer kernelConstraint kernelInitializer ' +
    'kernelRegularizer movingMeanInitializer movingVarianceInitializer pointwiseConstraint pointwiseInitializer pointwiseRegularizer ' +
    'recurrentActivation recurrentConstraint recurrentInitializer recurrentRegularizer',
  'null texts': 'excludeLayers layerNames statefulMetrics statelessMetrics',
});

/** Parameters that come by position. */
export const BY_PLACE: Table = tableOf({
  whole: 'axis1 axis2',
  count: 'blockSize numClasses numSamples sequenceLength sequenceStride',
  number: 'maxVal maxval minval',
  rate: 'rate',
  text: 'pattern subscripts',
  'whole wholes': 'axes axis destination newshape shift source',
  'positive positives': 'kernelSize outputSize poolSize size',
  wholes: 'sizes',
  counts: 'shape shapeOf',
  'number lists': 'padWidth',
  function: 'bodyFun body cond falseFn func trueFn',
});

/** Parameters of constructors that come by position. */
export const OF_CONSTRUCTORS: Table = tableOf({
  number:
    'numClasses decayRate decaySteps firstDecaySteps initialLearningRate precision recall sensitivity specificity',
  list: 'boundaries dims targetClassIds targetShape values',
  text: 'equation',
});

/** "a whole number, a list of whole numbers or null". */
function wordsOf(kinds: readonly Kind[]): string {
  const words = [...kinds.filter((kind) => kind !== 'null'), ...kinds.filter((kind) => kind === 'null')].map(
    (kind) => WORDS[kind],
  );
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A value, so far as it tells the kind: the items of short lists are shown. */
function show(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0 || value.length > 4) return describe(value);
  return `[${value.map((each) => describe(each)).join(', ')}]`;
}

/** Refuse what is no list. @param holds What the list is to hold: `variables`. */
export function checkList(owner: string, name: string, value: unknown, holds: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${owner}: ${name}=${show(value)}. Expected a list of ${holds}.`);
}

/** Refuse a value that is no whole number, 0 or more. */
export function checkCount(owner: string, name: string, value: unknown): void {
  checkKind(owner, name, value === undefined ? null : value, ['count']);
}

/** More elements than any memory holds. */
const MOST_ELEMENTS = 2 ** 32;

/** Refuse to make so many elements, where they would be made one by one. @throws {OutOfMemoryError} They are too many. */
export function checkRoom(owner: string, elements: number): void {
  if (elements > MOST_ELEMENTS)
    throw new OutOfMemoryError(`${owner}: ${elements} elements are more than memory holds.`);
}

/** Refuse a value whose kind is none of those that its argument takes. */
export function checkKind(owner: string, name: string, value: unknown, kinds: readonly Kind[], wanted = kinds): void {
  if (!fits(value, kinds)) refuseKind(owner, name, value, wanted);
}

const fits = (value: unknown, kinds: readonly Kind[]): boolean =>
  value === undefined || kinds.some((kind) => FITS[kind](value));

function refuseKind(owner: string, name: string, value: unknown, wanted: readonly Kind[]): never {
  throw new TypeError(`${owner}: ${name}=${show(value)}. Expected ${wordsOf(wanted)}.`);
}

/** Kinds as constructors check them first: whether numbers are whole, and how large, they say themselves. */
const LOOSE: Readonly<Partial<Record<Kind, Kind>>> = {
  whole: 'number',
  count: 'number',
  wholes: 'list',
  counts: 'list',
  positive: 'number',
  rate: 'number',
  positives: 'list',
};

/**
 * Refuse options of wrong kinds.
 *
 * @param loose Whether any number will do for now where it must be whole.
 * @param isKnown Whether there is an option of a name, asked for those of a wrong kind; one that does not exist is refused elsewhere.
 * @throws {TypeError} There is one.
 */
export function checkOptionKinds(
  owner: string,
  options: object,
  loose = false,
  isKnown: (name: string) => boolean = () => true,
): void {
  for (const name in options) {
    const kinds = OPTIONS.get(name);
    if (kinds === undefined) continue;
    const value = (options as Record<string, unknown>)[name];
    const taken = loose ? kinds.map((kind) => LOOSE[kind] ?? kind) : kinds;
    if (!fits(value, taken) && isKnown(name)) refuseKind(owner, name, value, kinds);
  }
}
