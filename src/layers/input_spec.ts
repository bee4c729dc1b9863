/** @file `InputSpec`: what a layer wants of its inputs, and the check of what it got. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { standardizeInputDType } from '../core/dtype.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict } from '../core/tree.js';

/** Options of `new InputSpec(options)`; what is left out (or null) is not checked. */
export interface InputSpecOptions {
  /** The dtype. */
  readonly dtype?: DType | null;
  /** The whole shape, batch included; null dims take any size. */
  readonly shape?: PartialShape | null;
  /** Number of axes. */
  readonly ndim?: number | null;
  /** The greatest number of axes. */
  readonly maxNdim?: number | null;
  /** The least number of axes. */
  readonly minNdim?: number | null;
  /** Sizes of single axes: `{ [-1]: 3 }`. */
  readonly axes?: Readonly<Record<number, number | null>> | null;
  /** Take inputs with a last axis of size 1 too many or too few. Default false. */
  readonly allowLastAxisSqueeze?: boolean;
  /** The key of this input when inputs come as a dict. */
  readonly name?: string | null;
  /** Whether the input may be left out. Default false. */
  readonly optional?: boolean;
}

const OPTIONS: readonly (keyof InputSpecOptions)[] = [
  'dtype', 'shape', 'ndim', 'maxNdim', 'minNdim', 'axes', 'allowLastAxisSqueeze', 'name', 'optional',
]; // prettier-ignore

/**
 * Rank, dtype and sizes that a layer wants of one input.
 *
 * @param options See {@link InputSpecOptions}.
 * @see `keras.InputSpec`
 * @example
 * const spec = new layers.InputSpec({ ndim: 2, axes: { [-1]: 4 } });
 * spec.ndim; // 2
 */
export class InputSpec {
  readonly dtype: DType | null;
  readonly shape: PartialShape | null;
  readonly ndim: number | null;
  readonly maxNdim: number | null;
  readonly minNdim: number | null;
  readonly axes: Readonly<Record<number, number | null>>;
  readonly allowLastAxisSqueeze: boolean;
  readonly name: string | null;
  readonly optional: boolean;

  constructor(options: InputSpecOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      dtype,
      shape,
      ndim,
      maxNdim,
      minNdim,
      axes,
      allowLastAxisSqueeze = false,
      name,
      optional = false,
      ...rest
    } = options;
    refuseUnknownOptions('InputSpec', rest, OPTIONS);
    this.dtype = dtype ? standardizeInputDType(dtype, 'InputSpec') : null;
    this.shape = shape ?? null;
    this.ndim = shape ? shape.length : (ndim ?? null);
    this.maxNdim = maxNdim ?? null;
    this.minNdim = minNdim ?? null;
    this.axes = axes ?? {};
    this.allowLastAxisSqueeze = allowLastAxisSqueeze;
    this.name = name ?? null;
    this.optional = optional;
    const most = this.ndim ?? this.maxNdim;
    for (const axis of Object.keys(this.axes).map(Number)) {
      if (!Number.isInteger(axis)) throw new TypeError('InputSpec: the keys of `axes` must be whole numbers.');
      if (most !== null && axis >= most)
        throw new ValueError(`InputSpec: axis ${axis} is greater than the greatest allowed, ${most - 1}.`);
    }
  }

  getConfig(): Config {
    return {
      dtype: this.dtype,
      shape: this.shape,
      ndim: this.ndim,
      max_ndim: this.maxNdim,
      min_ndim: this.minNdim,
      axes: this.axes,
      optional: this.optional,
    };
  }

  toString(): string {
    const parts = Object.entries(this.getConfig()).filter(
      ([key, value]) => key !== 'optional' && value && JSON.stringify(value) !== '{}',
    );
    return `InputSpec(${parts.map(([key, value]) => `${key}=${Array.isArray(value) ? formatShape(value as PartialShape) : JSON.stringify(value)}`).join(', ')})`;
  }
}
checkMethods(InputSpec);

interface Shaped {
  readonly shape: PartialShape;
  readonly dtype: DType;
}

const hasShape = (x: unknown): x is Shaped =>
  x !== null && x !== undefined && Array.isArray((x as { shape?: unknown }).shape);

/** What the spec does not like about an input, or null. */
function complaint(spec: InputSpec, { shape, dtype }: Shaped): string | null {
  const got = `Full shape received: ${formatShape(shape)}`;
  const ndim = shape.length;
  if (spec.ndim !== null && !spec.allowLastAxisSqueeze && ndim !== spec.ndim)
    return `expected ndim=${spec.ndim}, found ndim=${ndim}. ${got}`;
  if (spec.maxNdim !== null && ndim > spec.maxNdim)
    return `expected max_ndim=${spec.maxNdim}, found ndim=${ndim}. ${got}`;
  if (spec.minNdim !== null && ndim < spec.minNdim)
    return `expected min_ndim=${spec.minNdim}, found ndim=${ndim}. ${got}`;
  if (spec.dtype !== null && dtype !== spec.dtype) return `expected dtype=${spec.dtype}, found dtype=${dtype}`;
  for (const [key, value] of Object.entries(spec.axes)) {
    const dim = shape.at(Number(key));
    if (value !== null && dim !== null && dim !== value)
      return `expected axis ${key} of input shape to have value ${value}, but received input with shape ${formatShape(shape)}`;
  }
  if (spec.shape !== null) {
    const squeeze = (s: PartialShape): PartialShape =>
      spec.allowLastAxisSqueeze && s.at(-1) === 1 ? s.slice(0, -1) : s;
    const [wanted, found] = [squeeze(spec.shape), squeeze(shape)];
    const differs = wanted.some((dim, i) => i < found.length && dim !== null && found[i] !== null && found[i] !== dim);
    if (differs) return `expected shape=${formatShape(spec.shape)}, found shape=${formatShape(shape)}`;
  }
  return null;
}

/**
 * Check the inputs of a layer's call.
 *
 * @param specs One spec per input, in any structure; null takes anything.
 * @param inputs A tensor, or a structure of tensors.
 * @param layerName Names the layer in messages.
 * @throws {ValueError} An input does not fit; the message says which, what it is and what was wanted.
 */
export function assertInputCompatibility(specs: Tree<InputSpec | null>, inputs: unknown, layerName: string): void {
  const wanted = flatten<InputSpec | null>(specs);
  const names = wanted.map((spec) => spec?.name ?? null);
  const named = names.every((name): name is string => name !== null);
  let found: unknown[];
  if (isDict(inputs) && named) {
    found = names.map((name) => {
      if (!Object.hasOwn(inputs, name)) {
        throw new ValueError(
          `Layer '${layerName}': no data for input '${name}'. Got the keys ${JSON.stringify(Object.keys(inputs))}. Expected ${JSON.stringify(names)}.`,
        );
      }
      return inputs[name];
    });
  } else {
    found = flatten<unknown>(inputs);
  }
  if (found.length !== wanted.length) {
    const expected = named ? `${wanted.length} named inputs ${JSON.stringify(names)}` : `${wanted.length} input(s)`;
    throw new ValueError(`Layer '${layerName}' expects ${expected}, but it received ${found.length} input tensors.`);
  }
  wanted.forEach((spec, i) => {
    const x = found[i];
    if (spec === null || ((x === null || x === undefined) && spec.optional)) return;
    if (!hasShape(x)) throw new ValueError(`Layer '${layerName}': inputs must be tensors. Got ${String(x)}.`);
    const problem = complaint(spec, x);
    if (problem !== null) {
      const which = `Input ${i}${spec.name === null ? '' : ` with name '${spec.name}'`} of layer '${layerName}'`;
      throw new ValueError(`${which} is incompatible with the layer: ${problem}`);
    }
  });
}
