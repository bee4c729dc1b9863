import { describe, expect, it } from 'vitest';
import { Input, Model } from '../../index.js';
import { jit, tensor } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { readFixtures } from '../../testing/fixtures.js';
import type { OpCase } from '../../testing/op_cases.js';
import { opCaseDifference } from '../../testing/op_cases.js';
import * as ops from '../index.js';

const cases = readFixtures<OpCase>('ctc_decode').map((c): [string, OpCase] => [c.id, c]);

describe('ctcDecode against real Keras', () => {
  everyBackend((run) => {
    it.each(cases.filter(([, c]) => c.kwargs['strategy'] !== 'beam_search'))('%s, greedy', (_, c) => {
      expect(opCaseDifference({ ops }, c, run)).toBeNull();
    });
  });
  it.each(cases)('%s at once', (_, c) => {
    expect(opCaseDifference({ ops }, c, (fn) => fn())).toBeNull();
  });
  it('has a shape in functional models', () => {
    const x = Input({ shape: [null, 5] });
    const lengths = Input({ shape: [], dtype: 'int32' });
    const [decoded, scores] = ops.ctcDecode(x, lengths, { strategy: 'beam_search', topPaths: 3 });
    expect([decoded.shape, scores.shape]).toEqual([[3, null, null], [null, 3]]); // prettier-ignore
    expect(new Model([x, lengths], ops.ctcDecode(x, lengths)).outputs.map((y) => y.shape)).toEqual([[1, null, null], [null, 1]]); // prettier-ignore
  });
  it('refuses what it cannot do', () => {
    const x = tensor([[[1.5, 2]]]);
    expect(() => ops.ctcDecode([[1.5]], [1])).toThrow('ctcDecode: inputs of shape (1, 1)');
    expect(() => ops.ctcDecode(x, [1], { maskIndex: 2 })).toThrow('ctcDecode: maskIndex=2, but inputs have 2 classes');
    expect(() => ops.ctcDecode(x, [1], { strategy: 'beam' as 'greedy' })).toThrow("ctcDecode: strategy 'beam'");
    expect(() => ops.ctcDecode(x, [1], { strategy: 'beam_search', topPaths: 0 })).toThrow('topPaths=0');
    expect(() => jit(() => ops.ctcDecode(x, [1], { strategy: 'beam_search' })[0])()).toThrow(
      'beam search looks at numbers',
    );
  });
});
