/** @file What the WebAssembly engine at hand can do. Tested, never assumed. */
import { getPlatform } from '../../core/platform.js';
import type { Target } from '../../codegen/index.js';
import { FunctionBuilder, WASM_MACHINE } from '../../codegen/index.js';
import { emitModule } from '../../codegen/wasm/index.js';
import { joinsVectors, joinsVectorsInTime } from './wide_probe.js';

/** Whether the engine takes relaxed multiply-add, which rounds once on processors that can. */
function hasRelaxedFma(): boolean {
  const f = new FunctionBuilder('probe', { lanes: 4, wide: false, fma: true, machine: WASM_MACHINE }, ['f32'], 'f32');
  const x = f.let(f.params[0].splat());
  f.return(x.fma(x, x).lane(0));
  const code = emitModule({ exports: { probe: f.finish() }, sharedMemory: false, fma: true });
  return WebAssembly.validate(code);
}

let wanted: boolean | null = null;
let fma: boolean | null = null;
/** As `hasRelaxedFma`, which is asked once. */
const takesFma = (): boolean => (fma ??= hasRelaxedFma());
let joins: boolean | null = null;
const targets = new Map<boolean, Target>();

/** Whether programs compiled from now on compute in wide vectors. Default: where that is faster. */
export function setWide(wide: boolean): void {
  wanted = wide;
  getPlatform().engine?.joinVectors(wide);
}

/** Whether programs that are compiled now compute in wide vectors. */
export function isWide(): boolean {
  const { engine } = getPlatform();
  if (wanted !== null || engine === null) return wanted ?? false;
  if (engine.wide !== 'auto') return engine.wide === 'on';
  const { optimized } = engine;
  return (joins ??= optimized === null ? joinsVectorsInTime(takesFma()) : optimized(() => joinsVectors(takesFma())));
}

/** The machine for which programs are emitted. */
export function wasmTarget(): Target {
  const wide = isWide();
  let target = targets.get(wide);
  if (target === undefined) targets.set(wide, (target = { lanes: 4, wide, fma: takesFma(), machine: WASM_MACHINE }));
  return target;
}
