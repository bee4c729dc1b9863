import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../crc32c.js';
import {
  eventFileName,
  fileHead,
  graphEvent,
  histogramOf,
  histogramSummary,
  imageSummary,
  layoutSummary,
  readEvents,
  scalarSummary,
  type SummaryValue,
  summaryEvent,
  textSummary,
} from './index.js';
import type { Event } from './proto/event_pb.js';
import { decodeRecords, encodeRecord } from './records.js';

/** An event file that TensorFlow 2.19 wrote (tools/tensorboard/record.py). */
const recorded = gunzipSync(readFileSync(new URL('../../../fixtures/tfevents.gz', import.meta.url)));

/** Tag, plugin and tensor of an event with one summary. */
function told(event: Event) {
  if (event.what.case !== 'summary') throw new Error(`the event is a ${String(event.what.case)}`);
  const [{ tag, metadata, value }] = event.what.value.value;
  if (value.case !== 'tensor') throw new Error('no tensor');
  const { dtype, tensorShape, tensorContent, stringVal } = value.value;
  const sizes = tensorShape?.dim.map(({ size }) => Number(size));
  const texts = stringVal.map((bytes) => new TextDecoder().decode(bytes));
  return {
    tag,
    plugin: metadata?.pluginData?.pluginName,
    dtype,
    sizes,
    content: [...tensorContent],
    texts,
    step: event.step,
  };
}
const written = (step: number, value: SummaryValue): Event => [...readEvents(summaryEvent(1.5, step, [value]))][0];

test('CRC-32C of the test vectors of RFC 3720', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

describe('records', () => {
  const two = Buffer.concat([encodeRecord(Buffer.from('one')), encodeRecord(new Uint8Array(0))]);

  test('come back', () =>
    expect([...decodeRecords(two)].map((data) => Buffer.from(data).toString())).toEqual(['one', '']));

  test('a record that is cut off is left out; a changed byte is an error', () => {
    for (let length = 19; length < two.length; length++)
      expect([...decodeRecords(two.subarray(0, length))]).toHaveLength(1);
    for (let at = 0; at < two.length; at++) {
      const damaged = Uint8Array.from(two);
      damaged[at] ^= 4;
      expect(() => [...decodeRecords(damaged)], String(at)).toThrow(/does not fit its checksum/);
    }
  });
});

describe('events', () => {
  const events = [...readEvents(recorded)];
  const find = (tag: string): ReturnType<typeof told> =>
    told(events.slice(1).find((event) => told(event).tag === tag)!);

  test('a file begins as TensorFlow begins it', () => {
    const [head] = readEvents(fileHead(1.5, 'keras-ts'));
    expect(head.what).toEqual(events[0].what);
    expect([head.wallTime, head.sourceMetadata?.writer]).toEqual([1.5, 'keras-ts']);
    expect(eventFileName(1795838825.3, 'my host', 12)).toMatch(
      /^events\.out\.tfevents\.1795838825\.my_host\.12\.\d+\.v2$/,
    );
  });

  test('scalars, histograms and texts are what TensorFlow writes', () => {
    expect(told(written(1, scalarSummary('epoch_loss', 0.5)))).toEqual(find('epoch_loss'));
    expect(told(written(2 ** 40, scalarSummary('large', 1e30)))).toEqual(find('large'));
    const squares = Array.from({ length: 10 }, (_, i) => i ** 2);
    expect(told(written(1, histogramSummary('constant', [1, 1, 1, 1])))).toEqual(find('constant'));
    expect(told(written(1, histogramSummary('empty', [])))).toEqual(find('empty'));
    expect(told(written(2, textSummary('text', 'hello, *wörld*')))).toEqual(find('text'));
    expect(told(written(2, textSummary('texts', ['a', 'b'])))).toEqual(find('texts'));
    for (const [tag, values, buckets] of [
      ['squares', squares, 30],
      ['uneven', [-3.5, 1.25, 1.25, 0.1, 7, 2.2, -0.3], 7],
    ] as const) {
      // prettier-ignore
      const theirs = find(tag);
      const table = new Float64Array(Uint8Array.from(theirs.content).buffer);
      expect(theirs.sizes).toEqual([buckets, 3]);
      histogramOf(values, buckets).forEach((value, i) => expect(value).toBeCloseTo(table[i], 10));
    }
  });

  test('images hold their size and one PNG each', () => {
    const theirs = events.slice(1).map((event) => event.what.case === 'summary' && event.what.value.value[0]);
    const images = theirs.find((value) => value !== false && value.tag === 'images');
    const strings = images !== false && images?.value.case === 'tensor' ? images.value.value.stringVal : [];
    expect(told(written(1, imageSummary('images', 4, 3, strings.slice(2))))).toEqual(find('images'));
  });

  test('NaN and infinities are no part of a histogram', () => {
    expect(histogramOf([NaN, 1, Infinity, 3], 2)).toEqual(Float64Array.of(1, 2, 1, 2, 3, 1));
    expect(histogramOf([NaN], 2)).toEqual(new Float64Array(6));
  });

  test('graphs and layouts come back', () => {
    const [graph] = readEvents(graphEvent(1, { node: [{ name: 'dense/kernel', op: 'Variable' }] }));
    expect(graph.what.case).toBe('graphDef');
    const layout = told(written(0, layoutSummary([{ title: 'Losses', charts: [{ title: 'loss', tags: ['loss'] }] }])));
    expect([layout.tag, layout.plugin, layout.texts[0]]).toEqual(['custom_scalars__config__', 'custom_scalars', expect.stringContaining('Losses')]); // prettier-ignore
  });
});
