import { describe, expect, it } from 'vitest';
import { backendNames } from '../../testing/backends.js';
import { readFixtures } from '../../testing/fixtures.js';
import type { LayerCase } from '../../testing/layer_replay.js';
import { replayLayer } from '../../testing/layer_replay.js';
import * as ops from '../../ops/index.js';
import { MelSpectrogram, STFTSpectrogram } from '../index.js';

const cases = readFixtures<LayerCase>('fourier').filter((c) => c.class_name !== undefined);

describe.each(backendNames)('spectrograms as Keras recorded them, on %s', (backend) => {
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_, recorded) => {
    expect(replayLayer(recorded, backend)).toEqual([]);
  });
});

describe('spectrograms', () => {
  it('compute the same with channels first', () => {
    const x = ops.reshape(ops.sin(ops.arange(0, 96)), [1, 48, 2]);
    const options = { mode: 'magnitude', frameLength: 8 } as const;
    const last = new STFTSpectrogram({ ...options, expandDims: true })(x);
    const first = new STFTSpectrogram({ ...options, expandDims: true, dataFormat: 'channels_first' })(
      ops.transpose(x, { axes: [0, 2, 1] }),
    );
    const turned = ops.transpose(first, { axes: [0, 2, 3, 1] });
    expect(turned.shape).toEqual(last.shape);
    expect(Math.max(...ops.abs(ops.subtract(turned, last)).ndarray.data)).toBeLessThan(1e-6);
  });
  it('say what they want', () => {
    expect(() => new MelSpectrogram({ fftLength: 8, sequenceLength: 9 })).toThrow(
      'fftLength=8 is less than sequenceLength=9',
    );
    expect(() => new STFTSpectrogram({ frameLength: 8, frameStep: 9 })).toThrow(
      'frameStep=9 is more than frameLength=8',
    );
    expect(() => new STFTSpectrogram({ frameLength: 8, fftLength: 4 })).toThrow(
      'fftLength=4 is less than frameLength=8',
    );
    expect(() => new STFTSpectrogram({ mode: 'loud' as 'log' })).toThrow('mode');
    expect(() => new STFTSpectrogram({ window: 'round' })).toThrow("Unknown window 'round'");
    expect(() => new STFTSpectrogram()(ops.ones([4, 3]))).toThrow();
  });
});
