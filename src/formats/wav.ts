/**
 * @file Reads WAV files: a few chunks with names and lengths. (The libraries that do have not been kept for years.)
 * @see Microsoft, "Multiple Channel Audio Data and WAVE Files" (2007)
 */

/** A sound. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  readonly channels: number;
  /** From -1 to 1, those of a moment together. */
  readonly data: Float32Array;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/**
 * Whole numbers of 8, 16, 24 or 32 bits, or floats of 32 or 64.
 *
 * @throws {Error} It is something else, or is cut off; the message is the end of a sentence.
 */
export function readWav(bytes: Uint8Array): Sound {
  const fail = (why: string): never => {
    throw new Error(why);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || text(0) !== 'RIFF' || text(8) !== 'WAVE') fail('it does not begin as a WAV file');
  let format: { kind: number; channels: number; rate: number; bits: number } | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = text(at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 'fmt ') {
      if (length < 16 || start + length > bytes.length) fail('its header is cut off');
      let kind = view.getUint16(start, true);
      if (kind === EXTENSIBLE && length >= 40) kind = view.getUint16(start + 24, true);
      const [channels, rate, bits] = [view.getUint16(start + 2, true), view.getUint32(start + 4, true), view.getUint16(start + 14, true)]; // prettier-ignore
      const isKnown = kind === PCM ? [8, 16, 24, 32].includes(bits) : kind === FLOAT && (bits === 32 || bits === 64);
      if (!isKnown) fail(`its samples are of kind ${kind} with ${bits} bits, where PCM and floats can be read`);
      if (channels === 0 || rate === 0) fail(`it says that it has ${channels} channels and ${rate} samples a second`);
      format = { kind, channels, rate, bits };
    } else if (name === 'data') {
      if (format === null) return fail('it lacks its header');
      if (start + length > bytes.length)
        fail(`it ends before its last sample: it says ${length} bytes, and ${bytes.length - start} are there`);
      const { kind, channels, rate, bits } = format;
      const width = bits / 8;
      const data = new Float32Array(Math.floor(length / (width * channels)) * channels);
      for (let i = 0, p = start; i < data.length; i++, p += width) {
        if (kind === FLOAT) data[i] = bits === 32 ? view.getFloat32(p, true) : view.getFloat64(p, true);
        else if (bits === 8) data[i] = (bytes[p] - 128) / 128;
        else if (bits === 16) data[i] = view.getInt16(p, true) / 32768;
        else if (bits === 24) data[i] = ((bytes[p] << 8) | (view.getInt16(p + 1, true) << 16)) / 2147483648;
        else data[i] = view.getInt32(p, true) / 2147483648;
      }
      return { rate, channels, data };
    }
    // Chunks begin at even places.
    at = start + length + (length & 1);
  }
  return fail('it holds no samples');
}
