/**
 * @file Float32 numbers drawn at once, outside of traces: what bits.ts says with primitives, bit for bit, but in one loop over the
 * elements. Models draw all their weights this way when they are built.
 */
import type { DType } from '../core/dtype.js';
import { ndarray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { sizeOf } from '../core/shape.js';
import { erf, erfinvSingle, nextAfter } from '../graph/special.js';
import { randomWords } from '../graph/threefry.js';
import { isTracing, Tensor } from '../runtime/index.js';

const { fround } = Math;

/** The most elements that are drawn here. Above it the engine refuses the array, with a message that says how much memory it would take. */
const MOST = 2 ** 29;

/** Whether numbers of a dtype are drawn here now. */
export function isDrawnNow(dtype: DType, shape: Shape): boolean {
  return dtype === 'float32' && !isTracing() && sizeOf(shape) <= MOST;
}

/** Multiples of 2⁻²³ in [0, 1). */
function drawUnits(key: Tensor, shape: Shape): Float32Array<ArrayBuffer> {
  const [first, second] = key.ndarray.data;
  const words = randomWords(first, second, sizeOf(shape));
  const units = new Float32Array(words.buffer); // in the place of the words
  for (let i = 0; i < words.length; i++) units[i] = (words[i] >>> 9) * 2 ** -23;
  return units;
}

/** Units to numbers in [low, high), in place. */
function spread(units: Float32Array, low: number, high: number): void {
  const span = fround(high - low);
  for (let i = 0; i < units.length; i++) units[i] = Math.max(low, fround(fround(units[i] * span) + low));
}

const give = (shape: Shape, data: Float32Array): Tensor => Tensor.fromArray(ndarray('float32', shape, data));

/** Numbers in [low, high), as `uniformOf` gives them. */
export function drawUniform(key: Tensor, shape: Shape, low: number, high: number): Tensor {
  const data = drawUnits(key, shape);
  spread(data, fround(low), fround(high));
  return give(shape, data);
}

const ROOT = fround(Math.SQRT2);

/** Standard normal numbers, as `normalOf` gives them. */
export function drawNormal(key: Tensor, shape: Shape): Tensor {
  const data = drawUnits(key, shape);
  spread(data, nextAfter(-1, 0), 1);
  for (let i = 0; i < data.length; i++) data[i] = ROOT * erfinvSingle(data[i]);
  return give(shape, data);
}

/** Standard normal numbers cut at two deviations, as `truncatedNormalOf` gives them. */
export function drawTruncatedNormal(key: Tensor, shape: Shape): Tensor {
  const data = drawUnits(key, shape);
  const bound = fround(erf(fround(2 / ROOT)));
  spread(data, -bound, bound);
  const most = nextAfter(2, -Infinity);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.max(fround(ROOT * erfinvSingle(data[i])), -most), most);
  return give(shape, data);
}

/** Numbers times a factor plus a number, rounded after each. */
export function scaled(sample: Tensor, factor: number, term: number): Tensor {
  const [by, and] = [fround(factor), fround(term)];
  const { data: drawn } = sample.ndarray;
  const data = new Float32Array(drawn.length);
  for (let i = 0; i < data.length; i++) data[i] = fround(drawn[i] * by) + and;
  return give(sample.shape, data);
}
