import { describe, expect, it } from 'vitest';
import { backendNames } from '../../testing/backends.js';
import { readFixtures } from '../../testing/fixtures.js';
import type { LayerCase } from '../../testing/layer_replay.js';
import { replayLayer } from '../../testing/layer_replay.js';

const cases = readFixtures<LayerCase>('rnn').map((recorded) => [recorded.id, recorded] as const);

describe.each(backendNames)('recurrent layers as Keras recorded them, on %s', (backend) => {
  it.each(cases)('%s', (_, recorded) => {
    expect(replayLayer(recorded, backend)).toEqual([]);
  });
});
