/** @file A module: functions of the kernel language, what they call, and the imported memory, in WebAssembly's binary form. */
import { InternalError } from '../../core/errors.js';
import type { Callee, HostFunction, KernelFunction } from '../ir.js';
import { Bytes } from './bytes.js';
import { emitFunction } from './emit_function.js';
import { VALUE_TYPE } from './opcodes.js';

/** What a module is made of. */
export interface ModuleParts {
  /** Functions by the names under which they are exported. What they call comes along. */
  readonly exports: Readonly<Record<string, KernelFunction>>;
  /** Whether the memory, imported as `env.memory`, is shared between threads. */
  readonly sharedMemory: boolean;
  /** Number of mutable i32 globals, all 0 at the start. */
  readonly globals: number;
  readonly fma: boolean;
}

const isHost = (callee: Callee): callee is HostFunction => 'host' in callee;
/** The most pages that a memory of 32-bit addresses can have. */
export const MAX_PAGES = 65536;

function section(module: Bytes, id: number, content: Bytes): void {
  module.byte(id).u32(content.length).append(content);
}

/** All functions that are reached, those called before their callers. */
function reached(roots: Iterable<KernelFunction>): { host: HostFunction[]; own: KernelFunction[] } {
  const host = new Map<string, HostFunction>();
  const own = new Set<KernelFunction>();
  const visit = (fn: Callee): void => {
    if (isHost(fn)) host.set(fn.name, fn);
    else if (!own.has(fn as KernelFunction)) {
      for (const callee of (fn as KernelFunction).callees) visit(callee);
      own.add(fn as KernelFunction);
    }
  };
  for (const root of roots) visit(root);
  return { host: [...host.values()], own: [...own] };
}

/** The binary module. Host functions are imported from `host`, by name. */
export function emitModule({ exports, sharedMemory, globals, fma }: ModuleParts): Uint8Array<ArrayBuffer> {
  const { host, own } = reached(Object.values(exports));
  const functions: Callee[] = [...host, ...own];
  const index = new Map<Callee | string, number>();
  functions.forEach((fn, i) => index.set(isHost(fn) ? fn.name : fn, i));
  const indexOf = (callee: Callee): number => {
    const found = index.get(isHost(callee) ? callee.name : callee);
    if (found === undefined) throw new InternalError(`wasm: ${callee.name} is called but not part of the module`);
    return found;
  };

  const types = new Map<string, number>();
  const typeBytes = new Bytes();
  const typeOf = ({ params, result }: Callee): number => {
    const key = `${params.map((p) => VALUE_TYPE[p]).join()}>${result ?? ''}`;
    let known = types.get(key);
    if (known === undefined) {
      types.set(key, (known = types.size));
      typeBytes.byte(0x60).u32(params.length);
      for (const param of params) typeBytes.byte(VALUE_TYPE[param]);
      if (result === null) typeBytes.u32(0);
      else typeBytes.u32(1).byte(VALUE_TYPE[result]);
    }
    return known;
  };
  const typeIndices = functions.map(typeOf);

  const module = new Bytes().bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  section(module, 1, new Bytes().u32(types.size).append(typeBytes));

  const imports = new Bytes().u32(host.length + 1);
  imports.name('env').name('memory').byte(2);
  imports
    .byte(sharedMemory ? 3 : 1)
    .u32(0)
    .u32(MAX_PAGES);
  host.forEach((fn, i) => imports.name('host').name(fn.name).byte(0).u32(typeIndices[i]));
  section(module, 2, imports);

  const declared = new Bytes().u32(own.length);
  for (const type of typeIndices.slice(host.length)) declared.u32(type);
  section(module, 3, declared);

  const global = new Bytes().u32(globals);
  for (let i = 0; i < globals; i++) global.bytes([VALUE_TYPE.i32, 1, 0x41, 0, 0x0b]);
  section(module, 6, global);

  const exported = new Bytes().u32(Object.keys(exports).length);
  for (const [name, fn] of Object.entries(exports)) exported.name(name).byte(0).u32(indexOf(fn));
  section(module, 7, exported);

  const code = new Bytes().u32(own.length);
  for (const fn of own) {
    const body = emitFunction(fn, { indexOf, fma });
    code.u32(body.length).append(body);
  }
  section(module, 10, code);
  return module.toUint8Array();
}
