/**
 * @file Convolution in full generality: strides, padding, dilation of input and kernel, groups of features and of the batch, any layout.
 * Transposed convolution and both gradients are this same primitive.
 */
import { allocate, roundTo } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { range, sizeOf, stridesOf } from '../../core/shape.js';
import type { Value } from '../graph.js';
import type { ConvDims, ConvParams } from '../lax.js';
import { convGeneral, reshape, reverse, transpose } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { formatType, requireFloat } from './helpers.js';

/** Number of positions between the first and the last of `size` elements `step` apart, both included. */
export function dilated(size: number, step: number): number {
  return size === 0 ? 0 : (size - 1) * step + 1;
}

/** Sizes of the output's spatial dimensions. */
function outputSpatial(lhs: TensorType, rhs: TensorType, p: ConvParams): number[] {
  return p.lhs.spatial.map((d, i) => {
    const room = p.padding[i][0] + dilated(lhs.shape[d], p.lhsDilation[i]) + p.padding[i][1];
    const window = dilated(rhs.shape[p.rhs.spatial[i]], p.rhsDilation[i]);
    return room < window ? 0 : Math.floor((room - window) / p.strides[i]) + 1;
  });
}

function convType([lhs, rhs]: readonly TensorType[], p: ConvParams): TensorType[] {
  requireFloat('convGeneral', lhs.dtype);
  const features = lhs.shape[p.lhs.feature];
  const kernelFeatures = rhs.shape[p.rhs.feature];
  const outFeatures = rhs.shape[p.rhs.batch];
  const batch = lhs.shape[p.lhs.batch];
  const wrong =
    lhs.dtype !== rhs.dtype ||
    features !== kernelFeatures * p.featureGroups ||
    outFeatures % (p.featureGroups * p.batchGroups) !== 0 ||
    batch % p.batchGroups !== 0;
  if (wrong) {
    throw new ValueError(
      `convGeneral: an input ${formatType(lhs)} with ${features} features and a kernel ${formatType(rhs)} for ${kernelFeatures} × ` +
        `${p.featureGroups} group(s) to ${outFeatures} features do not fit together.`,
    );
  }
  const shape = new Array<number>(lhs.shape.length);
  shape[p.out.batch] = batch / p.batchGroups;
  shape[p.out.feature] = outFeatures;
  outputSpatial(lhs, rhs, p).forEach((size, i) => (shape[p.out.spatial[i]] = size));
  return [{ dtype: lhs.dtype, shape }];
}

/** For one output position: which kernel taps meet an input element, as offsets into input (-1: padding) and kernel. */
function tapsAt(
  position: readonly number[],
  lhs: TensorType,
  rhs: TensorType,
  p: ConvParams,
  withPadding: boolean,
): [number[], number[]] {
  const ls = stridesOf(lhs.shape);
  const rs = stridesOf(rhs.shape);
  let inputs = [0];
  let kernels = [0];
  position.forEach((o, i) => {
    const nextInputs: number[] = [];
    const nextKernels: number[] = [];
    for (let k = 0; k < rhs.shape[p.rhs.spatial[i]]; k++) {
      const place = o * p.strides[i] - p.padding[i][0] + k * p.rhsDilation[i];
      const index = place / p.lhsDilation[i];
      if (!Number.isInteger(index)) continue; // between two elements of a dilated input
      const inside = index >= 0 && index < lhs.shape[p.lhs.spatial[i]];
      if (!inside && !withPadding) continue;
      inputs.forEach((base, j) => {
        nextInputs.push(inside && base >= 0 ? base + index * ls[p.lhs.spatial[i]] : -1);
        nextKernels.push(kernels[j] + k * rs[p.rhs.spatial[i]]);
      });
    }
    inputs = nextInputs;
    kernels = nextKernels;
  });
  return [inputs, kernels];
}

/** All positions of a grid, the last dimension fastest. */
function positions(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>((all, size) => all.flatMap((head) => range(size).map((i) => [...head, i])), [[]]);
}

const swapped = (dims: ConvDims): ConvDims => ({ batch: dims.feature, feature: dims.batch, spatial: dims.spatial });

/** Split dimension `d` into `groups` parts and merge the number of the part into the front of dimension `into`. */
function moveGroups(x: Value, d: number, into: number, groups: number): Value {
  if (groups === 1) return x;
  const split = reshape(
    x,
    x.shape.flatMap((size, i) => (i === d ? [groups, size / groups] : [size])),
  );
  // In the split array the group number is dimension d, and those after it have moved up by one.
  const order = range(x.shape.length).flatMap((i) =>
    i === into ? [d, i > d ? i + 1 : i] : i === d ? [d + 1] : [i > d ? i + 1 : i],
  );
  const sizes = x.shape.map((size, i) => (i === into ? size * groups : i === d ? size / groups : size));
  return reshape(transpose(split, order), sizes);
}

/** The gradient for the input: the output's cotangent, dilated by the strides, meets the flipped kernel. */
function inputGradient(dy: Value, lhs: Value, rhs: Value, p: ConvParams): Value {
  const groups = p.featureGroups * p.batchGroups; // one of the two is 1
  // Kernel (G·Og, Ig) → (G·Ig, Og): what were output features are summed over now.
  const regrouped = moveGroups(rhs, p.rhs.batch, p.rhs.feature, groups);
  const padding = p.padding.map(([before], i): [number, number] => {
    const window = dilated(rhs.shape[p.rhs.spatial[i]], p.rhsDilation[i]);
    const first = window - 1 - before;
    const covered = dilated(dy.shape[p.out.spatial[i]], p.strides[i]);
    return [first, dilated(lhs.shape[p.lhs.spatial[i]], p.lhsDilation[i]) + window - 1 - covered - first];
  });
  const made = convGeneral(dy, reverse(regrouped, p.rhs.spatial), {
    lhs: p.out,
    rhs: swapped(p.rhs),
    out: p.lhs,
    strides: p.lhsDilation,
    padding,
    lhsDilation: p.strides,
    rhsDilation: p.rhsDilation,
    featureGroups: groups,
    batchGroups: 1,
  });
  return p.batchGroups === 1 ? made : moveGroups(made, p.lhs.feature, p.lhs.batch, p.batchGroups);
}

/** The gradient for the kernel: the input, with batch and features exchanged, meets the output's cotangent. */
function kernelGradient(dy: Value, lhs: Value, rhs: Value, p: ConvParams): Value {
  const padding = p.padding.map(([before], i): [number, number] => {
    const window = dilated(rhs.shape[p.rhs.spatial[i]], p.rhsDilation[i]);
    const room = dilated(lhs.shape[p.lhs.spatial[i]], p.lhsDilation[i]);
    return [before, dilated(dy.shape[p.out.spatial[i]], p.strides[i]) - room + window - before - 1];
  });
  return convGeneral(lhs, dy, {
    lhs: swapped(p.lhs),
    rhs: swapped(p.out),
    out: swapped(p.rhs),
    strides: p.rhsDilation,
    padding,
    lhsDilation: p.lhsDilation,
    rhsDilation: p.strides,
    featureGroups: p.batchGroups,
    batchGroups: p.featureGroups,
  });
}

definePrimitive<ConvParams>({
  name: 'convGeneral',
  type: convType,
  evaluate: ([lhs, rhs], p, [out]) => {
    const data = allocate(out.dtype, sizeOf(out.shape));
    const [ls, rs, os] = [stridesOf(lhs.shape), stridesOf(rhs.shape), stridesOf(out.shape)];
    const depth = rhs.shape[p.rhs.feature];
    const outFeatures = out.shape[p.out.feature];
    const batch = out.shape[p.out.batch];
    const perFeatureGroup = outFeatures / p.featureGroups;
    const perBatchGroup = outFeatures / p.batchGroups;
    // Padding counts as zeros: 0 · NaN is NaN.
    const strange = rhs.data.some((x) => !Number.isFinite(x));
    for (const position of positions(p.out.spatial.map((d) => out.shape[d]))) {
      const [inputs, kernels] = tapsAt(position, lhs, rhs, p, strange);
      const place = position.reduce((sum, o, i) => sum + o * os[p.out.spatial[i]], 0);
      for (let n = 0; n < batch; n++) {
        for (let f = 0; f < outFeatures; f++) {
          const row = n + Math.floor(f / perBatchGroup) * batch;
          const baseL = row * ls[p.lhs.batch] + Math.floor(f / perFeatureGroup) * depth * ls[p.lhs.feature];
          const baseR = f * rs[p.rhs.batch];
          let sum = 0;
          for (let t = 0; t < inputs.length; t++) {
            let l = baseL + inputs[t];
            let r = baseR + kernels[t];
            for (let c = 0; c < depth; c++) {
              sum += (inputs[t] < 0 ? 0 : lhs.data[l]) * rhs.data[r];
              l += ls[p.lhs.feature];
              r += rs[p.rhs.feature];
            }
          }
          data[place + n * os[p.out.batch] + f * os[p.out.feature]] = roundTo(out.dtype, sum);
        }
      }
    }
    return [ndarray(out.dtype, out.shape, data)];
  },
  gradient: ({ cotangents: [dy], inputs: [lhs, rhs], params, needed }) => [
    needed[0] ? inputGradient(dy!, lhs, rhs, params) : null,
    needed[1] ? kernelGradient(dy!, lhs, rhs, params) : null,
  ],
});
