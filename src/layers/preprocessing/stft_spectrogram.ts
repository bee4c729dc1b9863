/** @file `STFTSpectrogram`: short-time Fourier transforms of signals, by convolutions with waves that can be trained. */
import { adviseOnce } from '../../core/advice.js';
import { checkedOptions } from '../../core/arguments.js';
import type { DataFormat } from '../../core/config.js';
import { epsilon, standardizeDataFormat } from '../../core/config.js';
import { TypeError, ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { windowOf } from '../../core/windows.js';
import { STFT } from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { windowOutputShape } from '../output_shapes.js';

const MODES = ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'] as const;
const SCALINGS = ['density', 'spectrum'] as const;

/** Options of `new STFTSpectrogram(options)`. */
export interface STFTSpectrogramOptions extends LayerOptions {
  /**
   * What comes out: the logarithm of magnitudes (`'log'`, the default), `'magnitude'`, `'psd'` (power, that of all frequencies but the first and
   * the last doubled), the `'real'` or `'imag'` part, the `'angle'` in radians, or real and imaginary parts one after the other (`'stft'`).
   */
  readonly mode?: (typeof MODES)[number];
  /** Samples of a frame. Default 256. */
  readonly frameLength?: number;
  /** Samples from the start of one frame to that of the next, at most `frameLength`. Default null: half of `frameLength`. */
  readonly frameStep?: number | null;
  /** The length of the transforms, at least `frameLength`. Default null: the least power of 2 that is not below `frameLength`. */
  readonly fftLength?: number | null;
  /** The window's name, as `scipy.signal.get_window` knows it, or null for none. Default `'hann'`. */
  readonly window?: string | null;
  /** Whether the window is periodic rather than symmetric. Default false. */
  readonly periodic?: boolean;
  /** How the window's weight is divided out: `'density'` (the default), `'spectrum'`, or null: not. */
  readonly scaling?: 'density' | 'spectrum' | null;
  /** `'valid'` (the default), or `'same'`: zeros at both ends, so that there is a frame for every step. */
  readonly padding?: 'valid' | 'same';
  /** Whether channels have an axis of their own. Default false: frequencies of all channels stand one after another. */
  readonly expandDims?: boolean;
  /** Whether channels are last or first. Default: `config.imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * The short-time Fourier transform of signals, computed by convolutions: kernels are windowed waves, which can be trained.
 *
 * Input (batch, time, channels), output (batch, frames, channels · frequencies), or, with `expandDims`, (batch, frames, frequencies, channels);
 * channels first where `dataFormat` says so: (batch, channels, time) to (batch, channels · frequencies, frames), or (batch, channels, frames,
 * frequencies). Frequencies: ⌊fftLength / 2⌋ + 1, twice as many for mode `'stft'`. Weights: `real_kernel` (but for mode `'imag'`) and `imag_kernel` (but
 * for `'real'`), each (frameLength, 1, frequencies).
 *
 * @param options See {@link STFTSpectrogramOptions}.
 * @throws {ValueError} Lengths that do not fit each other, or an unknown mode, window, scaling or padding.
 * @throws {TypeError} Inputs that are no floats.
 * @see `keras.layers.STFTSpectrogram`; Cheuk et al. 2020, "nnAudio: an on-the-fly GPU audio to spectrogram conversion toolbox"
 * @example
 * new layers.STFTSpectrogram({ mode: 'magnitude', frameLength: 16 })(ops.ones([1, 64, 1])).shape // [1, 7, 9]
 */
export class STFTSpectrogram extends Layer {
  static readonly positional = [];
  readonly mode: (typeof MODES)[number];
  readonly frameLength: number;
  readonly frameStep: number | null;
  readonly fftLength: number | null;
  readonly window: string | null;
  readonly periodic: boolean;
  readonly scaling: 'density' | 'spectrum' | null;
  readonly padding: 'valid' | 'same';
  readonly expandDims: boolean;
  readonly dataFormat: DataFormat;
  realKernel: Variable | null = null;
  imagKernel: Variable | null = null;

  constructor(options: STFTSpectrogramOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      mode = 'log',
      frameLength = 256,
      frameStep = null,
      fftLength = null,
      window = 'hann',
      periodic = false,
      scaling = 'density',
      padding = 'valid',
      expandDims = false,
      dataFormat = null,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.mode = oneOf(owner, 'mode', mode, MODES);
    this.frameLength = positiveInteger(owner, 'frameLength', frameLength);
    this.frameStep = frameStep === null ? null : positiveInteger(owner, 'frameStep', frameStep);
    if (frameStep !== null && frameStep > frameLength)
      throw new ValueError(`${owner}: frameStep=${frameStep} is more than frameLength=${frameLength}.`);
    this.fftLength = fftLength === null ? null : positiveInteger(owner, 'fftLength', fftLength);
    if (fftLength !== null && fftLength < frameLength)
      throw new ValueError(`${owner}: fftLength=${fftLength} is less than frameLength=${frameLength}. A frame must fit into its transform.`); // prettier-ignore
    if (fftLength !== null && !Number.isInteger(Math.log2(fftLength)))
      adviseOnce(
        `fftLength ${fftLength}`,
        `${owner}: fftLength=${fftLength} is no power of two, which Keras recommends.`,
      );
    if (window !== null) windowOf(window, 1, periodic);
    this.window = window;
    this.periodic = periodic;
    this.scaling = scaling === null ? null : oneOf(owner, 'scaling', scaling, SCALINGS);
    this.padding = oneOf(owner, 'padding', padding, ['valid', 'same']);
    this.expandDims = expandDims;
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  /** Samples from one frame to the next. */
  get #step(): number {
    return this.frameStep ?? Math.floor(this.frameLength / 2);
  }

  get #frequencies(): number {
    const length = this.fftLength ?? 2 ** Math.ceil(Math.log2(this.frameLength));
    return Math.floor(length / 2) + 1;
  }

  override build(): void {
    const { window, scaling, periodic } = this;
    const shape = [this.frameLength, 1, this.#frequencies];
    const kernel = (side: 'real' | 'imag'): Variable =>
      this.addWeight({ name: `${side}_kernel`, shape, initializer: new STFT({ side, window, scaling, periodic }) });
    if (this.mode !== 'imag') this.realKernel = kernel('real');
    if (this.mode !== 'real') this.imagKernel = kernel('imag');
  }

  override call(inputs: Tensor): Tensor {
    const { mode, realKernel, imagKernel } = this;
    if (!['float16', 'float32', 'float64'].includes(inputs.dtype))
      throw new TypeError(`${ownerOf(this)}: the input is of dtype ${inputs.dtype}. Expected float16, float32 or float64.`); // prettier-ignore
    if (mode === 'real') return this.#arranged(this.#transformed(inputs, realKernel!));
    const imag = this.#transformed(inputs, imagKernel!);
    if (mode === 'imag') return this.#arranged(imag);
    const real = this.#transformed(inputs, realKernel!);
    if (mode === 'angle') return this.#arranged(ops.arctan2(imag, real));
    if (mode === 'stft') return this.#arranged(ops.concatenate([real, imag], { axis: 2 }));
    const power = ops.add(ops.square(real), ops.square(imag));
    if (mode === 'psd') {
      const inner = ops.slice(power, [0, 0, 1, 0], power.shape.with(2, power.shape[2] - 2));
      return this.#arranged(ops.add(power, ops.pad(inner, [[0, 0], [0, 0], [1, 1], [0, 0]]))); // prettier-ignore
    }
    const magnitude = this.#arranged(ops.sqrt(ops.maximum(power, epsilon())));
    return mode === 'magnitude' ? magnitude : ops.log(ops.maximum(magnitude, epsilon()));
  }

  /** Convolve each channel with the waves of a kernel: (batch, channels, frequencies, frames). */
  #transformed(inputs: Tensor, kernel: Variable): Tensor {
    const { padding, dataFormat } = this;
    const first = dataFormat === 'channels_first';
    const channels = inputs.shape[first ? 1 : 2];
    const time = inputs.shape[first ? 2 : 1];
    const lines = first ? inputs : ops.transpose(inputs, { axes: [0, 2, 1] });
    const found = ops.conv(ops.reshape(lines, first ? [-1, 1, time] : [-1, time, 1]), ops.cast(kernel, inputs.dtype), {
      padding,
      strides: this.#step,
      dataFormat,
    });
    const waves = first ? found : ops.transpose(found, { axes: [0, 2, 1] });
    return ops.reshape(waves, [-1, channels, waves.shape[1], waves.shape[2]]);
  }

  /** From (batch, channels, frequencies, frames) to the axes of the output. */
  #arranged(x: Tensor): Tensor {
    const last = this.dataFormat === 'channels_last';
    if (this.expandDims) return ops.transpose(x, { axes: last ? [0, 3, 2, 1] : [0, 1, 3, 2] });
    const [, channels, frequencies, frames] = x.shape;
    const joined = ops.reshape(x, [-1, channels * frequencies, frames]);
    return last ? ops.transpose(joined, { axes: [0, 2, 1] }) : joined;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const { dataFormat, padding } = this;
    const first = dataFormat === 'channels_first';
    const channels = inputShape[first ? 1 : 2];
    const frequencies = this.#frequencies * (this.mode === 'stft' ? 2 : 1);
    const all = channels === null ? null : channels * frequencies;
    const windows = { size: [this.frameLength], strides: [this.#step], padding };
    const shape = windowOutputShape(ownerOf(this), inputShape, dataFormat, windows, all);
    if (!this.expandDims) return shape;
    return first ? [shape[0], channels, shape[2], frequencies] : [shape[0], shape[1], frequencies, channels];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      mode: this.mode,
      frame_length: this.frameLength,
      frame_step: this.frameStep,
      fft_length: this.fftLength,
      window: this.window,
      periodic: this.periodic,
      scaling: this.scaling,
      padding: this.padding,
      data_format: this.dataFormat,
      expand_dims: this.expandDims,
    };
  }
}
