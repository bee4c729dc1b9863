/** @file Keras's dtype promotion: the least upper bound in a lattice, with weak types for plain numbers. */
import type { DType } from './dtype.js';

/** A plain JavaScript number adapts to the dtype that it meets: `'int'` if it is whole, else `'float'`. */
export type WeakType = 'int' | 'float';

type Rung = DType | WeakType;

// Edges point to the next larger types. The same lattice as JAX's (JEP 9407), which Keras uses on every backend.
const ABOVE: Record<Rung, readonly Rung[]> = {
  bool: ['int'],
  int: ['uint8', 'int8'],
  uint8: ['int16', 'uint16'],
  uint16: ['int32', 'uint32'],
  uint32: ['int64', 'uint64'],
  uint64: ['float'],
  int8: ['int16'],
  int16: ['int32'],
  int32: ['int64'],
  int64: ['float'],
  float: ['bfloat16', 'float16'],
  bfloat16: ['float32'],
  float16: ['float32'],
  float32: ['float64'],
  float64: [],
  // Complex numbers meet others in rules of their own (ops/complex), never here.
  complex64: ['complex128'],
  complex128: [],
  string: [],
};

const upperSets = new Map<Rung, ReadonlySet<Rung>>();

function upperSet(rung: Rung): ReadonlySet<Rung> {
  let set = upperSets.get(rung);
  if (set === undefined) {
    set = new Set([rung, ...ABOVE[rung].flatMap((above) => [...upperSet(above)])]);
    upperSets.set(rung, set);
  }
  return set;
}

function leastUpperBound(rungs: readonly Rung[]): Rung {
  const common = [...upperSet(rungs[0])].filter((r) => rungs.every((rung) => upperSet(rung).has(r)));
  // The least of the common upper bounds is the one whose own upper set holds all the others.
  return common.find((r) => common.every((other) => upperSet(r).has(other)))!;
}

/** What a weak type becomes when nothing stronger is near: int32 or float32. */
function settle(rung: Rung): DType {
  if (rung === 'int') return 'int32';
  if (rung === 'float') return 'float32';
  return rung;
}

const cache = new Map<string, DType>();

/**
 * The dtype in which operands of these types meet. Weak types (plain numbers) give way to the tensors' types.
 *
 * @example resultType('int32', 'float32') // 'float32'
 * @example resultType('uint8', 'int8')    // 'int16'
 * @example resultType('float16', 'int')   // 'float16'
 * @see `keras.src.backend.common.dtypes.result_type`
 */
export function resultType(...types: readonly (DType | WeakType)[]): DType {
  if (types.length === 0) return 'float32';
  if (types.every((t) => t === types[0])) return settle(types[0]);
  const key = types.join();
  let result = cache.get(key);
  if (result === undefined) {
    result = settle(leastUpperBound(types));
    cache.set(key, result);
  }
  return result;
}
