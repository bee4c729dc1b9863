import { describe, expect, it } from 'vitest';
import { backendNames } from '../testing/backends.js';
import { readFixtures } from '../testing/fixtures.js';
import type { LayerCase } from '../testing/layer_replay.js';
import { replayLayer } from '../testing/layer_replay.js';

const cases = ['layers', 'layers_more'].flatMap((family) =>
  readFixtures<LayerCase>(family).map((recorded) => [`${family}: ${recorded.id}`, recorded] as const),
);

describe.each(backendNames)('layers as Keras recorded them, on %s', (backend) => {
  it.each(cases)('%s', (_, recorded) => {
    expect(replayLayer(recorded, backend)).toEqual([]);
  });
});
