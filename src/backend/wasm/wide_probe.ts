/**
 * @file Finds out whether the engine makes one operation of two neighbouring vectors. Neither its version nor its flags say it: the
 * processor must have such operations too. A tile of a product in registers tells the two cases apart beyond doubt: joined, wide
 * vectors do twice as much in the same time, else they do not fit the registers and do less (measured, in GFLOP/s of one core: 104
 * against 51 of single vectors in Node 24 and 26; 30 to 38 where they are not joined).
 */
import { constant, FunctionBuilder, i32, inVectors, type KernelFunction, WASM_MACHINE } from '../../codegen/index.js';
import { emitModule } from '../../codegen/wasm/index.js';

const ROWS = 4;
const ACROSS = 2;
const STEPS = 10_000;
const ROUNDS = 6;
/** How much faster a multiply-add must be in wide vectors. */
const FASTER = 1.3;

/** `tile(steps)`: multiply-adds of a tile of 4 × 2 values of so many vectors. */
function tile(vectors: 1 | 2, fma: boolean): KernelFunction {
  const f = new FunctionBuilder('tile', { lanes: 4, wide: vectors === 2, fma, machine: WASM_MACHINE }, ['i32']);
  const bytes = 4 * f.elements(vectors);
  const sums = Array.from({ length: ROWS * ACROSS }, () => f.local(constant(inVectors('f32', vectors), 0)));
  const at = f.local(i32(0));
  f.for(0, f.params[0], 1, (i) => {
    const row = Array.from({ length: ACROSS }, (_, v) => f.let(f.loadVector('f32', at, 64 + v * bytes, vectors)));
    for (let r = 0; r < ROWS; r++) {
      const element = f.let(f.loadSplat(at, 4 * r, vectors));
      row.forEach((x, v) => f.set(sums[r * ACROSS + v], element.fma(x, sums[r * ACROSS + v])));
    }
    f.set(at, i.and(16)); // never the same address twice: loads stay in the loop
  });
  sums.forEach((sum, k) => f.store('f32', i32(1024), sum, k * bytes));
  return f.finish();
}

/**
 * Whether wide vectors are faster here. Takes about two milliseconds.
 *
 * @param fma Whether the engine has relaxed multiply-add.
 */
export function joinsVectors(fma: boolean): boolean {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const code = emitModule({ exports: { single: tile(1, fma), wide: tile(2, fma) }, sharedMemory: false, fma });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory }, host: {} });
  const runs = [exports['single'], exports['wide']] as ((steps: number) => void)[];
  const times = runs.map(() => Infinity);
  // In turn, and the best of some rounds: what else the machine does meanwhile only makes a round longer.
  for (let round = 0; round < ROUNDS; round++) {
    runs.forEach((run, k) => {
      const start = performance.now();
      run(STEPS);
      times[k] = Math.min(times[k], performance.now() - start);
    });
  }
  const [single, wide] = times;
  return wide * FASTER < 2 * single;
}
