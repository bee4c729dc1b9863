/** @file What a chain says of itself, so that a file of its elements can be told from one of other elements. */
import { crc32c } from '../../formats/crc32c.js';
import { isTypedArray, StringTensor, Tensor } from '../../runtime/index.js';

const encoder = new TextEncoder();
const sumOf = (bytes: Uint8Array): string => crc32c(bytes).toString(16);
const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A short text for a value: the same for equal arrays, numbers and texts, and for functions of the same text. */
export function identityOf(value: unknown): string {
  if (value instanceof StringTensor)
    return `texts(${value.shape.join()})${sumOf(encoder.encode(JSON.stringify(value.strings)))}`;
  if (value instanceof Tensor) return `${value.dtype}(${value.shape.join()})${sumOf(bytesOf(value.ndarray.data))}`;
  if (isTypedArray(value)) return `${value.constructor.name}(${value.length})${sumOf(bytesOf(value))}`;
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return `bytes(${value.byteLength})`;
  if (typeof value === 'function') return `function ${sumOf(encoder.encode(Function.prototype.toString.call(value)))}`;
  if (value instanceof URL) return value.href;
  if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    const text = isList
      ? value.map(identityOf)
      : Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}:${identityOf(v)}`);
    const joined = text.join();
    return `${isList ? 'list' : 'dict'}(${text.length})${joined.length <= 80 ? joined : sumOf(encoder.encode(joined))}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
