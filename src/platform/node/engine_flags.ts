/** @file Switches of the JavaScript engine that programs profit from. */
import { setFlagsFromString } from 'node:v8';

/**
 * Let WebAssembly use relaxed SIMD (multiply-add that rounds once) on engines that have it behind a flag: V8 before version 12, which
 * is Node 20. Others have it anyway, or ignore the flag. Whether it works is tested where programs are emitted.
 */
export function enableRelaxedSimd(): void {
  if (Number(process.versions.v8.split('.')[0]) < 12) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
