/** @file Runs an element-wise primitive by generated code, one element or one vector at a time: for tests of codegen. */
import type { DType } from '../core/dtype.js';
import { allocate, storageBytes } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { ndarray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import { type Expr, FunctionBuilder, type Target, type Vectors, WASM_MACHINE } from '../codegen/index.js';
import { emitModule } from '../codegen/wasm/index.js';
import { hostImports, LaneBuilder, type LaneValue, loadElements, storeElements } from '../codegen/lanes.js';

const REGION = 1 << 20; // bytes of each array
/** Where the first input lies. */
export const FIRST_INPUT = REGION;

/** A compiled loop over elements. */
export interface ElementLoop {
  /** Arrays of one size, a multiple of 8, of at most 128 Ki elements. */
  run(inputs: readonly NDArray[]): NDArray;
  /** The same on what the memory holds, `size` elements, `rounds` times: for timing. */
  repeat(size: number, rounds: number): void;
}

/**
 * Compile a loop that computes one output element from one element of each input.
 *
 * @param write Writes the computation, as a primitive's `scalar` does.
 * @param vectors Of how many vectors values are; 0: one element at a time.
 * @param fma Whether to use multiply-add that rounds once; not every engine has it.
 */
export function compileElements(
  dtypes: readonly DType[],
  out: DType,
  vectors: Vectors,
  write: (s: LaneBuilder, inputs: readonly LaneValue[], f: FunctionBuilder) => LaneValue,
  fma = false,
): ElementLoop {
  const target: Target = { lanes: 4, wide: vectors === 2, fma, machine: WASM_MACHINE };
  const f = new FunctionBuilder('run', target, ['i32', 'i32']);
  const [size, rounds] = f.params;
  const region = (index: number, dtype: DType, i: Expr): Expr => f.let(i.mul(storageBytes(dtype)).add(index * REGION));
  f.for(0, rounds, 1, () => {
    f.for(0, size, f.elements(vectors), (i) => {
      const inputs = dtypes.map((dtype, k) => loadElements(f, dtype, region(k + 1, dtype, i), 0, vectors));
      storeElements(f, write(new LaneBuilder(f, vectors), inputs, f), region(0, out, i), 0);
    });
  });
  const code = emitModule({ exports: { run: f.finish() }, sharedMemory: false, fma });
  const memory = new WebAssembly.Memory({ initial: ((dtypes.length + 1) * REGION) / 65536, maximum: 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory }, host: hostImports });
  const run = instance.exports['run'] as (size: number, rounds: number) => void;
  const bytes = new Uint8Array(memory.buffer);
  return {
    run(inputs) {
      const { shape } = inputs[0];
      inputs.forEach(({ data }, k) => {
        bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), (k + 1) * REGION);
      });
      run(sizeOf(shape), 1);
      const result = allocate(out, sizeOf(shape));
      new Uint8Array(result.buffer).set(bytes.subarray(0, result.byteLength));
      return ndarray(out, shape, result);
    },
    repeat: run,
  };
}
