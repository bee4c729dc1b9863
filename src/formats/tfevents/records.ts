/**
 * @file Record files: length, checksum of the length, data, checksum of the data, again and again.
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
import { ValueError } from '../../core/errors.js';
import { maskedCrc32c } from '../crc32c.js';

/** One record, with its length and checksums. */
export function encodeRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/**
 * The records of a file. A last record that is cut off (its writer was ended, or is still at work) is left out.
 *
 * @throws {ValueError} A checksum does not fit.
 */
export function* decodeRecords(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 12 <= bytes.length;) {
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8)))
      throw new ValueError(`Record file: the length at byte ${at} does not fit its checksum. The file is damaged.`);
    const length = Number(view.getBigUint64(at, true));
    const end = at + 12 + length;
    if (end + 4 > bytes.length) return;
    const data = bytes.subarray(at + 12, end);
    if (view.getUint32(end, true) !== maskedCrc32c(data))
      throw new ValueError(`Record file: the record at byte ${at} does not fit its checksum. The file is damaged.`);
    yield data;
    at = end + 4;
  }
}
