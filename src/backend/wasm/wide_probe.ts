/**
 * @file Finds out whether the engine makes one operation of two neighbouring vectors. Neither its version nor its flags say it: the
 * processor must have such operations too. A tile of a product in registers tells the two cases apart beyond doubt: joined, wide
 * vectors do twice as much in the same time, else they do not fit the registers and do less (measured, in GFLOP/s of one core: 104
 * against 51 of single vectors in Node 24 and 26; 30 to 38 where they are not joined).
 */
import { type Target, WASM_MACHINE } from '../../codegen/index.js';
import { emitModule } from '../../codegen/wasm/index.js';
import { tileFunction, tileOf } from '../../kernels/contraction/gemm_tile.js';

/** Steps of a tile, and tiles of a call. */
const DEPTH = 256;
const TILES = 40;
const ROUNDS = 6;
/** How much faster a multiply-add must be in wide vectors. */
const FASTER = 1.3;

/** Calls of a measurement in a page, whose clock may be as coarse as a tenth of a millisecond. */
const CALLS = 64;
/** How much faster a function gets, at least, when it is optimized. */
const OPTIMIZED = 1.5;
/** Measurements in a page, at most. */
const PATIENCE = 24;

/** A tile in single and in wide vectors: functions that give milliseconds for a column of so many calls. */
function tilesOf(fma: boolean): ((calls: number) => number)[] {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 65536 });
  const targets = [false, true].map((wide): Target => ({ lanes: 4, wide, fma, machine: WASM_MACHINE }));
  const tiles = targets.map((target) => tileOf(target, Infinity));
  const [single, wide] = targets.map((target, k) => tileFunction(target, tiles[k]));
  const code = emitModule({ exports: { single, wide }, sharedMemory: false, fma });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory }, host: {} });
  const runs = [exports['single'], exports['wide']] as ((...args: number[]) => void)[];
  // A goes down the memory, B and C stay where they are.
  const [a, b, c] = [0, 1 << 18, 3 << 17];
  return runs.map((run, k) => (calls) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run(a, b, c, 0, DEPTH, 0, TILES);
    return (performance.now() - start) / tiles[k].columns;
  });
}

/**
 * Whether wide vectors are faster here. Takes a few milliseconds. The engine optimizes at once.
 *
 * @param fma Whether the engine has relaxed multiply-add.
 */
export function joinsVectors(fma: boolean): boolean {
  const measures = tilesOf(fma);
  const times = measures.map(() => Infinity);
  // In turn, and the best of some rounds: what else the machine does meanwhile only makes a round longer.
  for (let round = 0; round < ROUNDS; round++)
    measures.forEach((measure, k) => {
      times[k] = Math.min(times[k], measure(1));
    });
  return times[1] * FASTER < times[0];
}

/**
 * As `joinsVectors`, for an engine that optimizes in the background what has run for a while. What is not optimized is several times slower,
 * so that nothing is concluded before both functions have been: where that takes too long the answer is no.
 */
export function joinsVectorsInTime(fma: boolean): boolean {
  const measures = tilesOf(fma);
  const first = measures.map((measure) => measure(CALLS));
  const times = [...first];
  let rounds = 0;
  for (let round = 0; round < PATIENCE && rounds < ROUNDS; round++) {
    measures.forEach((measure, k) => {
      times[k] = Math.min(times[k], measure(CALLS));
    });
    if (times.every((time, k) => time * OPTIMIZED < first[k])) rounds++;
  }
  return rounds === ROUNDS && times[1] * FASTER < times[0];
}
