/** @file Events: summaries, graphs and the head of a file, as bytes of an event file. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Event } from './proto/event_pb.js';
import { EventSchema } from './proto/event_pb.js';
import { GraphDefSchema } from './proto/graph_pb.js';
import { decodeRecords, encodeRecord } from './records.js';
import type { SummaryValue } from './summaries.js';

/** A graph as TensorBoard reads it: nodes with names like paths, operations, inputs and attributes. */
export type GraphDef = MessageInitShape<typeof GraphDefSchema>;

const record = (event: MessageInitShape<typeof EventSchema>): Uint8Array<ArrayBuffer> =>
  encodeRecord(toBinary(EventSchema, create(EventSchema, event)));

/** The first event of a file. @param wallTime Seconds since 1970. */
export function fileHead(wallTime: number, writer: string): Uint8Array<ArrayBuffer> {
  return record({ wallTime, what: { case: 'fileVersion', value: 'brain.Event:2' }, sourceMetadata: { writer } });
}

/** Summaries of one step. */
export function summaryEvent(wallTime: number, step: number, values: readonly SummaryValue[]): Uint8Array<ArrayBuffer> {
  return record({ wallTime, step: BigInt(step), what: { case: 'summary', value: { value: [...values] } } });
}

/** A graph, which TensorBoard's page "Graphs" shows for the run. */
export function graphEvent(wallTime: number, graph: GraphDef): Uint8Array<ArrayBuffer> {
  return record({
    wallTime,
    what: { case: 'graphDef', value: toBinary(GraphDefSchema, create(GraphDefSchema, graph)) },
  });
}

/** The events of a file. @throws {ValueError} The file is damaged. */
export function* readEvents(bytes: Uint8Array): Generator<Event, void, void> {
  for (const data of decodeRecords(bytes)) yield fromBinary(EventSchema, data);
}

let files = 0;

/** A name for a new event file, as TensorFlow names them. @param wallTime Seconds since 1970. */
export function eventFileName(wallTime: number, host: string, processId: number, suffix = '.v2'): string {
  const clean = host.replace(/[^A-Za-z0-9._-]/g, '_') || 'host';
  return `events.out.tfevents.${Math.floor(wallTime)}.${clean}.${processId}.${files++}${suffix}`;
}
