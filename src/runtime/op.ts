/** @file `op`: makes of one function an op that works on eager, traced and symbolic tensors. */
import { INVOKE } from '../core/callable.js';
import { autoName } from '../core/naming.js';
import type { TensorLike } from './convert.js';
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
    return this.fn(...args);
  }

  protected override [INVOKE](...args: unknown[]): unknown {
    return anySymbolic(args) ? this.symbolicCall(...args) : this.fn(...(args as never[]));
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
 */
export function op<A extends readonly unknown[], R>(opName: string, fn: (...args: A) => R): Op<A, R> {
  const call = (...args: unknown[]): unknown =>
    anySymbolic(args) ? new OpCall(opName, fn).symbolicCall(...args) : fn(...(args as unknown as A));
  return Object.assign(call, { opName }) as unknown as Op<A, R>;
}
