import { describe, expect, it } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import { fromNumbers } from '../core/ndarray.js';
import { constantTensor } from '../runtime/index.js';
import { readFixtures } from '../testing/fixtures.js';
import type { OpCase } from '../testing/op_cases.js';
import { opCaseDifference } from '../testing/op_cases.js';
import * as ops from './index.js';

const cases = readFixtures<OpCase>('fourier').filter((c) => c.name !== undefined);

describe('Fourier transforms against real Keras', () => {
  everyBackend((run) => {
    it.each(cases.map((c): [string, OpCase] => [c.id, c]))('%s', (_, c) => {
      expect(opCaseDifference({ ops }, c, run)).toBeNull();
    });

    it('istft gives back what stft took, also where sequences do not overlap, and for transforms of one element', () => {
      const x = constantTensor(
        fromNumbers(
          'float32',
          [24],
          Array.from({ length: 24 }, (_, i) => Math.sin(i * i)),
        ),
      );
      for (const [length, stride, size, window] of [
        [8, 2, 8, 'hann'],
        [6, 3, 9, 'hamming'],
        [8, 8, 8, 'hamming'],
        [1, 1, 1, 'hann'],
      ] as const) {
        const back = run(() =>
          ops.istft(ops.stft(x, length, stride, size, { window }), length, stride, size, { window }),
        );
        expect(back.size).toBeGreaterThan(16);
        Array.from(back.ndarray.data).forEach((value, i) => expect(Math.abs(value - x.ndarray.data[i])).toBeLessThan(2e-6)); // prettier-ignore
      }
    });
  });
});

describe('Fourier transforms', () => {
  const re = constantTensor(fromNumbers('float32', [2], [1, 2]));
  it('say what they want', () => {
    expect(() => ops.fft(re as never)).toThrow('fft: x is');
    expect(() => ops.fft([re, [1, 2, 3]])).toThrow('the real part has shape (2,), the imaginary part (3,)');
    expect(() => ops.fft([ops.cast(re, 'int32'), re])).toThrow('x[0] is of dtype int32. Expected a float dtype');
    expect(() => ops.fft([[], []])).toThrow('There is no transform of 0 numbers');
    expect(() => ops.fft2([re, re])).toThrow('fft2: x has shape (2,). Expected at least 2 dimensions');
    expect(() => ops.rfft(re, { fftLength: 0 })).toThrow('fftLength=0. Expected a whole number from 1');
    expect(() => ops.irfft([[1], [0]])).toThrow('irfft: fftLength=0');
    expect(() => ops.stft(ops.cast(re, 'int32'), 2, 1, 2)).toThrow(
      'stft: x is of dtype int32. Expected float32 or float64',
    );
    expect(() => ops.stft(re, 4, 1, 2)).toThrow('fftLength=2 is less than sequenceLength=4');
    expect(() => ops.stft(re, 2, 1, 4, { center: false })).toThrow('the signal has 2 elements, fftLength is 4');
    expect(() => ops.stft(re, 2, 1, 2, { window: [1, 2, 3] })).toThrow('the window has shape (3,). Expected (2,)');
    expect(() => ops.stft(re, 2, 1, 2, { window: 'round' as 'hann' })).toThrow("window='round'");
    expect(() => ops.stft(re, 2, 0, 2)).toThrow('sequenceStride=0. Expected a whole number from 1');
    expect(() => ops.istft([re, re], 2, 1, 2)).toThrow('Expected (…, sequences, frequencies)');
  });
  it('keep 16 bits and empty batches', () => {
    expect(ops.fft([ops.cast(re, 'float16'), ops.cast(re, 'float16')])[0].dtype).toBe('float16');
    expect(ops.rfft(ops.zeros([0, 6]))[0].shape).toEqual([0, 4]);
  });
});
