/** @file `op`: makes of one function an op that works on eager, traced and symbolic tensors. */
import { withCheckedArguments } from '../core/arguments.js';
import { INVOKE } from '../core/callable.js';
import { autoName, toCamelCase } from '../core/naming.js';
import type { Tree } from '../core/tree.js';
import { anyComplex, callComplex } from './complex.js';
import { anyStrings, callStrings } from './strings.js';
import type { TensorLike } from './convert.js';
import type { Spec } from './infer_spec.js';
import { inferSpec } from './infer_spec.js';
import type { KerasTensor } from './keras_tensor.js';
import { anySymbolic, Operation } from './operation.js';
import type { Tensor } from './tensor.js';

/** Arguments in which a KerasTensor may stand wherever a tensor may. */
export type OpArgs<A extends readonly unknown[]> = { [K in keyof A]: SymbolicArg<A[K]> };
type SymbolicArg<T> = [TensorLike] extends [T]
  ? T | KerasTensor
  : T extends readonly (infer U)[]
    ? [TensorLike] extends [U]
      ? readonly (U | KerasTensor)[]
      : T
    : T extends Tensor | ((...args: never[]) => unknown)
      ? T
      : T extends object
        ? { [K in keyof T]: SymbolicArg<T[K]> } // options
        : T;

/** A result with KerasTensors for tensors. */
export type OpResult<R> = R extends Tensor
  ? KerasTensor
  : R extends readonly unknown[] | Record<string, unknown>
    ? { [K in keyof R]: OpResult<R[K]> }
    : R;

/** An op: on tensors it computes (or is traced), on KerasTensors it gives KerasTensors. */
export interface Op<A extends readonly unknown[], R> {
  (...args: A): R;
  (...args: OpArgs<A>): OpResult<R>;
  /** Keras's name of the op in snake_case: `"expand_dims"`. */
  readonly opName: string;
}

/** Keras's classes of ops whose names are not those of the ops in PascalCase. */
const CLASS_NAMES: Readonly<Record<string, string>> = {
  abs: 'Absolute',
  allclose: 'AllClose',
  batch_normalization: 'BatchNorm',
  cdist: 'CDist',
  conj: 'Conjugate',
  ctc_decode: 'CTCDecode',
  ctc_loss: 'CTCLoss',
  extract_patches_3d: 'ExtractPatches',
  fft: 'FFT',
  fft2: 'FFT2',
  hsv_to_rgb: 'HSVToRGB',
  ifft2: 'IFFT2',
  irfft: 'IRFFT',
  isin: 'IsIn',
  istft: 'ISTFT',
  jvp: 'JVP',
  layer_normalization: 'LayerNorm',
  psnr: 'PSNR',
  rfft: 'RFFT',
  rgb_to_grayscale: 'RGBToGrayscale',
  rgb_to_hsv: 'RGBToHSV',
  rms_normalization: 'RMSNorm',
  searchsorted: 'SearchSorted',
  ssim: 'SSIM',
  stft: 'STFT',
  svd: 'SVD',
};

/** Keras's class of an op: `'sum'` → `'Sum'`, `'expand_dims'` → `'ExpandDims'`. It names the op in summaries and configs. */
export function opClassName(opName: string): string {
  if (Object.hasOwn(CLASS_NAMES, opName)) return CLASS_NAMES[opName];
  return opName.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** Options of `op`. */
export interface OpOptions<A extends readonly unknown[] = never[]> {
  /**
   * The shape and dtype of the result for symbolic arguments. Only for ops whose result's shape depends on numbers; those of all
   * others are found by running them on stand-ins.
   */
  readonly spec?: (...args: A) => Tree<Spec>;
  /** Whether a size is open that is the smaller of an open and a fixed one. Default true. */
  readonly bounded?: boolean;
  /** Names of the options of an op that hands its options on, in whole or in part: the others are read from its text. */
  readonly optionNames?: readonly string[];
  /** Whether it runs code of the caller's, whose errors are to stay as they are. Default false. */
  readonly callsBack?: boolean;
}

const optionsOf = new WeakMap<object, OpOptions>();

/** How many ways to take open axes are tried before an op's refusal is believed. */
const MOST_ATTEMPTS = 512;

/** An op in a functional model. */
export class OpCall extends Operation {
  /** Keras's class of the op. */
  readonly className: string;

  constructor(
    readonly opName: string,
    readonly fn: (...args: never[]) => unknown,
    name?: string | null,
  ) {
    const className = opClassName(opName);
    super(name ?? autoName(className));
    this.className = className;
  }

  override call(...args: never[]): unknown {
    return anyStrings(args) ? callStrings(this.opName, toCamelCase(this.opName), args) : this.fn(...args);
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const { spec, bounded = true } = optionsOf.get(this.fn) ?? {};
    if (spec !== undefined) return spec(...(args as never[]));
    const run = (...tensors: unknown[]): unknown => this.call(...(tensors as never[]));
    return inferSpec(this.opName, run, args, { bounded, attempts: MOST_ATTEMPTS });
  }

  protected override [INVOKE](...args: unknown[]): unknown {
    return anySymbolic(args) ? this.symbolicCall(...args) : this.call(...(args as never[]));
  }

  override toString(): string {
    return `<Operation name=${this.name}>`;
  }
}

/**
 * Define an op by a function over tensors.
 *
 * @param opName Keras's name in snake_case; it names the op in functional models and is the key under which configs find it.
 * @param fn Works on `TensorLike`s; it is run as it is for tensors, and on stand-ins for the shapes of symbolic calls.
 * @param options See `OpOptions`.
 */
export function op<A extends readonly unknown[], R>(
  opName: string,
  fn: (...args: A) => R,
  options: OpOptions<OpArgs<A>> = {},
): Op<A, R> {
  const run = (args: unknown[]): unknown =>
    anyComplex(args)
      ? callComplex(opName, toCamelCase(opName), args)
      : anyStrings(args)
        ? callStrings(opName, toCamelCase(opName), args)
        : anySymbolic(args)
          ? new OpCall(opName, fn).symbolicCall(...args)
          : fn(...(args as unknown as A));
  const call = withCheckedArguments(toCamelCase(opName), fn, run, {
    names: options.optionNames,
    callsBack: options.callsBack,
  });
  for (const target of [fn, call]) optionsOf.set(target, options as OpOptions); // configs know the op as `call`
  return Object.assign(call, { opName }) as unknown as Op<A, R>;
}
