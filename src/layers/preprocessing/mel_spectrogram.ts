/** @file `MelSpectrogram`: signals as pictures of their loudness by time and pitch. */
import { checkedOptions } from '../../core/arguments.js';
import type { DType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { fromNumbers } from '../../core/ndarray.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { range } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { constantTensor } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new MelSpectrogram(options)`. */
export interface MelSpectrogramOptions extends LayerOptions {
  /** The length of the Fourier transforms, in samples. Default 2048. */
  readonly fftLength?: number;
  /** Samples from the start of one sequence to that of the next. Default 512. */
  readonly sequenceStride?: number;
  /** Samples of a sequence, at most `fftLength`. Default null: `fftLength`. */
  readonly sequenceLength?: number | null;
  /** Weights of the samples of a sequence: `'hann'` (the default), `'hamming'`, or null for none. */
  readonly window?: 'hann' | 'hamming' | null;
  /** Samples a second. Default 16000. */
  readonly samplingRate?: number;
  /** How many bands of pitch there are. Default 128. */
  readonly numMelBins?: number;
  /** Where the lowest band begins, in hertz. Default 20. */
  readonly minFreq?: number;
  /** Where the highest band ends, in hertz. Default null: half of `samplingRate`. */
  readonly maxFreq?: number | null;
  /** Whether powers are given in decibels. Default true. */
  readonly powerToDb?: boolean;
  /** How far below the loudest point of the batch, in decibels, quieter ones are cut off. Default 80. */
  readonly topDb?: number;
  /** The power to which magnitudes are raised: 1 for magnitudes, 2 for power. Default 2. */
  readonly magExp?: number;
  /** Less power counts as this. Default 1e-10. */
  readonly minPower?: number;
  /** The power of 0 decibels. Default 1. */
  readonly refPower?: number;
}

/** Options of `linearToMelWeightMatrix`. */
export interface MelMatrixOptions {
  /** Bands. Default 20. */
  readonly numMelBins?: number;
  /** Frequencies of the spectrogram, from 0 to half of the sampling rate: ⌊fftLength / 2⌋ + 1. Default 129. */
  readonly numSpectrogramBins?: number;
  /** Samples a second. Default 8000. */
  readonly samplingRate?: number;
  /** Where the lowest band begins, in hertz. Default 125. */
  readonly lowerEdgeHertz?: number;
  /** Where the highest band ends, in hertz. Default 3800. */
  readonly upperEdgeHertz?: number;
  /** Default `'float32'`. */
  readonly dtype?: DType;
}

/** Pitch of a frequency. @see O'Shaughnessy 1987, "Speech communication: human and machine" */
const melOf = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);

/**
 * The mel spectrogram of signals: how loud each band of pitch is at each time, in decibels.
 *
 * Input (time,) or (batch, time), in samples; output (numMelBins, frames) or (batch, numMelBins, frames), frames =
 * ⌊(time + sequenceStride + 1) / sequenceStride⌋ in the symbolic shape. No weights. Has gradients.
 *
 * @param options See {@link MelSpectrogramOptions}.
 * @throws {ValueError} Lengths that are no positive whole numbers, or a sequence that is longer than `fftLength`.
 * @see `keras.layers.MelSpectrogram`; Stevens, Volkmann & Newman 1937, "A scale for the measurement of the psychological magnitude pitch"
 * @example
 * new layers.MelSpectrogram({ fftLength: 64, sequenceStride: 32, numMelBins: 8 })(ops.ones([2, 320])).shape // [2, 8, 11]
 */
export class MelSpectrogram extends Layer {
  protected override readonly takesOneTensor = true;
  static readonly positional = [];
  readonly fftLength: number;
  readonly sequenceStride: number;
  readonly sequenceLength: number;
  readonly window: 'hann' | 'hamming' | null;
  readonly samplingRate: number;
  readonly numMelBins: number;
  readonly minFreq: number;
  readonly maxFreq: number;
  readonly powerToDb: boolean;
  readonly topDb: number;
  readonly magExp: number;
  readonly minPower: number;
  readonly refPower: number;

  constructor(options: MelSpectrogramOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      fftLength = 2048,
      sequenceStride = 512,
      sequenceLength = null,
      window = 'hann',
      samplingRate = 16000,
      numMelBins = 128,
      minFreq = 20,
      maxFreq = null,
      powerToDb = true,
      topDb = 80,
      magExp = 2,
      minPower = 1e-10,
      refPower = 1,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.fftLength = positiveInteger(owner, 'fftLength', fftLength);
    this.sequenceStride = positiveInteger(owner, 'sequenceStride', sequenceStride);
    this.sequenceLength = positiveInteger(owner, 'sequenceLength', sequenceLength ?? fftLength);
    if (this.fftLength < this.sequenceLength)
      throw new ValueError(
        `${owner}: fftLength=${fftLength} is less than sequenceLength=${this.sequenceLength}. A sequence must fit into its transform.`,
      );
    this.window = window;
    this.samplingRate = samplingRate;
    this.numMelBins = positiveInteger(owner, 'numMelBins', numMelBins);
    this.minFreq = minFreq;
    this.maxFreq = maxFreq ?? Math.trunc(samplingRate / 2);
    this.powerToDb = powerToDb;
    this.topDb = topDb;
    this.magExp = magExp;
    this.minPower = minPower;
    this.refPower = refPower;
  }

  override call(inputs: Tensor): Tensor {
    const { fftLength, sequenceLength, sequenceStride, window, computeDtype } = this;
    // Transforms are not computed in 16 bits.
    const signal = ops.cast(inputs, computeDtype === 'float64' ? 'float64' : 'float32');
    const [re, im] = ops.stft(signal, sequenceLength, sequenceStride, fftLength, { window });
    const magnitude = ops.sqrt(ops.add(ops.square(re), ops.square(im)));
    const matrix = this.linearToMelWeightMatrix({
      numMelBins: this.numMelBins,
      numSpectrogramBins: Math.floor(fftLength / 2) + 1,
      samplingRate: this.samplingRate,
      lowerEdgeHertz: this.minFreq,
      upperEdgeHertz: this.maxFreq,
    });
    const bands = ops.tensordot(ops.power(magnitude, this.magExp), matrix, { axes: 1 });
    const scaled = this.powerToDb ? this.#decibels(bands) : bands;
    return ops.cast(ops.swapaxes(scaled, -1, -2), computeDtype);
  }

  #decibels(power: Tensor): Tensor {
    const reference = 10 * Math.log10(Math.max(Math.abs(this.refPower), this.minPower));
    const level = ops.subtract(ops.multiply(ops.log10(ops.maximum(power, this.minPower)), 10), reference);
    return ops.maximum(level, ops.subtract(ops.max(level), this.topDb));
  }

  /**
   * The matrix that takes spectra to bands: column b is a triangle over the frequencies from the middle of band b − 1 to that of band b + 1, with
   * its top, 1, in the middle of band b. Bands are equally wide in pitch, mel = 1127·ln(1 + hertz / 700). Frequency 0 belongs to none.
   *
   * @param options See {@link MelMatrixOptions}.
   * @returns (numSpectrogramBins, numMelBins).
   * @example
   * new layers.MelSpectrogram().linearToMelWeightMatrix({ numMelBins: 3, numSpectrogramBins: 9 }).shape // [9, 3]
   */
  linearToMelWeightMatrix(options: MelMatrixOptions = {}): Tensor {
    const {
      numMelBins = 20,
      numSpectrogramBins = 129,
      samplingRate = 8000,
      lowerEdgeHertz = 125,
      upperEdgeHertz = 3800,
      dtype = 'float32',
    } = checkedOptions<MelMatrixOptions>('linearToMelWeightMatrix', options, arguments, 0, MEL_MATRIX_OPTIONS);
    const [low, high] = [melOf(lowerEdgeHertz), melOf(upperEdgeHertz)];
    const edge = (i: number): number => low + ((high - low) * i) / (numMelBins + 1);
    const weights = range(numSpectrogramBins).flatMap((bin) => {
      const mel = melOf((samplingRate / 2) * (numSpectrogramBins === 1 ? 0 : bin / (numSpectrogramBins - 1)));
      return range(numMelBins).map((band) => {
        if (bin === 0) return 0;
        const rising = (mel - edge(band)) / (edge(band + 1) - edge(band));
        const falling = (edge(band + 2) - mel) / (edge(band + 2) - edge(band + 1));
        return Math.max(0, Math.min(rising, falling));
      });
    });
    return constantTensor(fromNumbers(dtype, [numSpectrogramBins, numMelBins], weights));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const time = inputShape.at(-1) ?? null;
    const frames = time === null ? null : Math.floor((time + this.sequenceStride + 1) / this.sequenceStride);
    return [...inputShape.slice(0, -1), this.numMelBins, frames];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      fft_length: this.fftLength,
      sequence_stride: this.sequenceStride,
      sequence_length: this.sequenceLength,
      window: this.window,
      sampling_rate: this.samplingRate,
      num_mel_bins: this.numMelBins,
      min_freq: this.minFreq,
      max_freq: this.maxFreq,
      power_to_db: this.powerToDb,
      top_db: this.topDb,
      mag_exp: this.magExp,
      min_power: this.minPower,
      ref_power: this.refPower,
    };
  }
}

const MEL_MATRIX_OPTIONS = [
  'numMelBins',
  'numSpectrogramBins',
  'samplingRate',
  'lowerEdgeHertz',
  'upperEdgeHertz',
  'dtype',
] as const;
