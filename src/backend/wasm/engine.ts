/** @file What the WebAssembly engine at hand can do. Tested, never assumed. */
import type { Target } from '../../codegen/index.js';
import { FunctionBuilder, WASM_MACHINE } from '../../codegen/index.js';
import { emitModule } from '../../codegen/wasm/index.js';

let known: Target | null = null;

/** Whether the engine takes relaxed multiply-add, which rounds once on processors that can. */
function hasRelaxedFma(): boolean {
  const f = new FunctionBuilder('probe', { lanes: 4, fma: true, machine: WASM_MACHINE }, ['f32'], 'f32');
  const x = f.let(f.params[0].splat());
  f.return(x.fma(x, x).lane(0));
  const code = emitModule({ exports: { probe: f.finish() }, sharedMemory: false, fma: true });
  return WebAssembly.validate(code);
}

/** The machine for which programs are emitted. */
export function wasmTarget(): Target {
  known ??= { lanes: 4, fma: hasRelaxedFma(), machine: WASM_MACHINE };
  return known;
}
