/** @file `keras.ops`: operations on tensors, eager, traced and symbolic alike. */
import './complex/rules.js';
import './strings/rules.js';
import './methods.js';

export { viewAsComplex, viewAsReal } from './complex/view.js';
export * from './control.js';
export * from './core.js';
export type { Between, Each, EachOp, Parts, SplitOp, Times, UnstackOp, UnstackOptions } from './counted.js';
export { customGradient } from './forms.js';
export { type ComplexPair, fft, fft2, ifft2, irfft, type RealFftOptions, rfft } from './fourier.js';
export * as image from './image/index.js';
export * as linalg from './linalg/index.js';
export * from './linalg/index.js';
export * from './math.js';
export * as nn from './nn/index.js';
export * from './nn/index.js';
export { istft, type IstftOptions, stft, type StftOptions } from './stft.js';
export * as numpy from './numpy/index.js';
export * from './numpy/index.js';
