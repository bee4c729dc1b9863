/** @file V8's flags for WebAssembly. They count for the whole process, and for what is compiled or optimized after they are set. */
import { setFlagsFromString } from 'node:v8';
import type { WasmEngine } from '../../core/platform.js';

/** Whether this V8 is at least of this version. */
function isAtLeast(major: number, minor: number): boolean {
  const [ownMajor, ownMinor] = process.versions.v8.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/**
 * The pass of V8's optimizer that makes one operation of 256 bits of two neighbouring ones of 128 bits, on x64 processors with AVX2. It is
 * part of V8 and off by default. The form that it has before V8 13.6 (Node 24) does not find the pairs of most loops.
 */
const canJoin = process.arch === 'x64' && isAtLeast(13, 6);

/** The name of that pass's flag: where V8 no longer calls it an experiment, it does not know the older one, and says so. */
const flag = isAtLeast(15, 6) ? 'wasm-revectorize' : 'experimental-wasm-revectorize';

const setting = process.env['KERAS_TS_WIDE'];

/** What Node's V8 can be told. */
export const engine: WasmEngine = {
  wide: setting === '1' ? 'on' : setting === '0' || !canJoin ? 'off' : 'auto',
  joinVectors(join) {
    if (canJoin) setFlagsFromString(`--${join ? '' : 'no-'}${flag}`);
  },
  optimized(run) {
    setFlagsFromString('--no-liftoff');
    try {
      return run();
    } finally {
      setFlagsFromString('--liftoff');
    }
  },
};

/** Set the flags that programs need. V8 before 11.4 (Node 20) has relaxed SIMD behind a flag. */
export function prepareEngine(): void {
  if (!isAtLeast(11, 4)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (engine.wide !== 'off') engine.joinVectors(true);
}
