/** @file Reads the fixtures that real Keras recorded (fixtures/*.jsonl.gz, see tools/fixtures). For tests only: it needs Node. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isDType } from '../core/dtype.js';
import { toCamelCase } from '../core/naming.js';
import { isDict } from '../core/tree.js';
import { tensor, type Tensor } from '../runtime/index.js';

/** An array as fixtures write it: little-endian bytes in base64. */
export interface EncodedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
}

/** One recorded case. */
export type FixtureCase = Record<string, unknown> & { readonly id: string };

const FOLDER = new URL('../../fixtures/', import.meta.url);

/** The cases of one family: `readFixtures('layers')`. */
export function readFixtures<C extends FixtureCase = FixtureCase>(name: string, folder: URL = FOLDER): C[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder))).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as C);
}

export function isEncodedArray(x: unknown): x is EncodedArray {
  return isDict(x) && typeof x['dtype'] === 'string' && Array.isArray(x['shape']) && typeof x['data'] === 'string';
}

/** The numbers of an encoded array. */
export function decodeNumbers({ dtype, data }: EncodedArray): number[] {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64')).buffer;
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return Array.from(new Uint8Array(bytes));
    case 'int8':
      return Array.from(new Int8Array(bytes));
    case 'int16':
      return Array.from(new Int16Array(bytes));
    case 'uint16':
      return Array.from(new Uint16Array(bytes));
    case 'int32':
      return Array.from(new Int32Array(bytes));
    case 'uint32':
      return Array.from(new Uint32Array(bytes));
    case 'int64':
      return Array.from(new BigInt64Array(bytes), Number);
    case 'uint64':
      return Array.from(new BigUint64Array(bytes), Number);
    case 'float32':
      return Array.from(new Float32Array(bytes));
    case 'float64':
      return Array.from(new Float64Array(bytes));
    case 'bfloat16': {
      const words = Uint32Array.from(new Uint16Array(bytes), (w) => w << 16);
      return Array.from(new Float32Array(words.buffer));
    }
    case 'float16':
      return Array.from(new Uint16Array(bytes), halfToNumber);
    default:
      throw new Error(`fixture of dtype ${dtype}`);
  }
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** An encoded array as a tensor. */
export function decodeTensor(array: EncodedArray): Tensor {
  if (!isDType(array.dtype)) throw new Error(`fixture of dtype ${array.dtype}`);
  return tensor(decodeNumbers(array), array.shape, array.dtype);
}

/**
 * Arguments with their marks replaced: `{"$in": i}` by `inputs[i]`, `$float` by the number, slices and tuples by what `getItem`
 * takes. Keys of dicts become camelCase when `camel` is set.
 */
export function fillMarks(tree: unknown, inputs: readonly unknown[], camel = false): unknown {
  if (Array.isArray(tree)) return tree.map((x) => fillMarks(x, inputs, camel));
  if (!isDict(tree)) return tree;
  if (isEncodedArray(tree)) return decodeTensor(tree);
  if ('$in' in tree) return inputs[tree['$in'] as number];
  if ('$float' in tree) return { nan: NaN, inf: Infinity, '-inf': -Infinity }[tree['$float'] as string];
  if ('$ellipsis' in tree) return '...';
  if ('$slice' in tree) {
    const [start, stop, step] = tree['$slice'] as (number | null)[];
    return { start, stop, step };
  }
  if ('$tuple' in tree || '$tuple_of' in tree) return fillMarks(tree['$tuple'] ?? tree['$tuple_of'], inputs, camel);
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [camel ? toCamelCase(key) : key, fillMarks(value, inputs, camel)]),
  );
}
