/** @file What V8 in a page does with WebAssembly. Its flags belong to the browser: they can be found out, not set. */
import type { WasmEngine } from '../../core/platform.js';

/** What browsers made of Chromium say of themselves. */
interface ClientHints {
  readonly userAgentData?: { readonly mobile: boolean };
}

/**
 * Whether this may be a V8 that joins vectors: only Chromium on the processors of computers has a flag for that. Elsewhere nobody waits for
 * it to be measured.
 */
function mayJoin(): boolean {
  const { userAgentData } = (globalThis as { navigator?: ClientHints }).navigator ?? {};
  return userAgentData?.mobile === false;
}

/** null: nothing is to be found out. */
export const engine: WasmEngine | null = mayJoin()
  ? { wide: 'auto', joinVectors: () => undefined, optimized: null }
  : null;
