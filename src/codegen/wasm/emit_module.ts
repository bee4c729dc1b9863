/** @file A module: functions of the kernel language, what they call, and the imported memory, in WebAssembly's binary form. */
import { InternalError } from '../../core/errors.js';
import type { Callee, ContextSlot, HostFunction, KernelFunction } from '../ir.js';
import type { ModuleWriter } from '../module.js';
import { Bytes } from './bytes.js';
import { emitFunction } from './emit_function.js';
import { OP, VALUE_TYPE } from './opcodes.js';

/** What a module is made of. */
export interface ModuleParts {
  /** Functions by the names under which they are exported. What they call comes along. */
  readonly exports: Readonly<Record<string, KernelFunction>>;
  /** Whether the memory, imported as `env.memory`, is shared between threads. */
  readonly sharedMemory: boolean;
  readonly fma: boolean;
}

const isHost = (callee: Callee): callee is HostFunction => 'host' in callee;
/** The most pages that a memory of 32-bit addresses can have. */
export const MAX_PAGES = 65536;

/** Globals that are kept for slots of the context where there are others: scans are never nested so deep. */
const SLOTS = 64;

/** The mutable i32 global that holds a slot of the context. All are 0 at the start; every thread has an instance of its own. */
function globalOf(slot: ContextSlot): number {
  if (slot === 'scratch') return 0;
  if (slot === 'thread') return 1;
  return 2 + Number(slot.slice('scan'.length));
}

function section(module: Bytes, id: number, content: Bytes): void {
  module.byte(id).u32(content.length).append(content);
}

/** Where a function's body calls another: the number of that one is known once all functions are. */
interface Call {
  readonly at: number;
  readonly host: boolean;
  readonly index: number;
}

/**
 * A module while it is written, function by function: those that have been written need not be kept, which makes less work for the
 * collector of garbage.
 */
export class WasmModuleWriter implements ModuleWriter {
  readonly #host = new Map<string, number>();
  readonly #hostTypes: number[] = [];
  /** Functions of the module by what stands for them in calls. */
  readonly #own = new Map<Callee, number>();
  readonly #ownTypes: number[] = [];
  readonly #types = new Map<string, number>();
  readonly #typeBytes = new Bytes();
  readonly #code = new Bytes();
  readonly #calls: Call[] = [];

  /** Globals of the context, as many as the functions use. */
  #globals = 0;
  /** Globals that hold numbers, by their bits. They follow those of the context. */
  readonly #numbers = new Map<number, number>();

  constructor(private readonly options: Omit<ModuleParts, 'exports'>) {}

  /**
   * Write a function, and what it calls as far as that is not part of the module yet.
   *
   * @returns What to call: the function itself is not known to the module.
   */
  add(fn: KernelFunction): Callee {
    const { name, params, result } = fn;
    const callee: Callee = { name, params, result };
    this.#own.set(callee, this.#write(fn));
    return callee;
  }

  /** The number of a function among those of the module. */
  indexOf(fn: Callee): number {
    let known = this.#own.get(fn);
    if (known === undefined) {
      if (!('body' in fn)) throw new InternalError(`wasm: ${fn.name} is called but not part of the module`);
      this.#own.set(fn, (known = this.#write(fn as KernelFunction)));
    }
    return known;
  }

  /** The global that holds a float32 of these bits. It is mutable only so that engines do not take its value for granted. */
  #number(bits: number): number {
    let known = this.#numbers.get(bits);
    if (known === undefined) this.#numbers.set(bits, (known = SLOTS + this.#numbers.size));
    return known;
  }

  #hostIndex(fn: HostFunction): number {
    let known = this.#host.get(fn.name);
    if (known === undefined) {
      this.#host.set(fn.name, (known = this.#host.size));
      this.#hostTypes.push(this.#typeOf(fn));
    }
    return known;
  }

  #typeOf({ params, result }: Callee): number {
    const key = `${params.map((p) => VALUE_TYPE[p]).join()}>${result ?? ''}`;
    let known = this.#types.get(key);
    if (known === undefined) {
      this.#types.set(key, (known = this.#types.size));
      this.#typeBytes.byte(0x60).u32(params.length);
      for (const param of params) this.#typeBytes.byte(VALUE_TYPE[param]);
      if (result === null) this.#typeBytes.u32(0);
      else this.#typeBytes.u32(1).byte(VALUE_TYPE[result]);
    }
    return known;
  }

  #write(fn: KernelFunction): number {
    const indices = new Map<Callee, number>();
    for (const callee of fn.callees)
      indices.set(callee, isHost(callee) ? this.#hostIndex(callee) : this.indexOf(callee));
    const calls: Call[] = [];
    const call = (callee: Callee, out: Bytes): void => {
      calls.push({ at: out.length, host: isHost(callee), index: indices.get(callee)! });
      out.wide(0);
    };
    const global = (slot: ContextSlot): number => {
      const index = globalOf(slot);
      if (index >= SLOTS) throw new InternalError(`wasm: more than ${SLOTS} slots of the context`);
      this.#globals = Math.max(this.#globals, index + 1);
      return index;
    };
    const { head, code } = emitFunction(fn, {
      call,
      global,
      number: (bits) => this.#number(bits),
      fma: this.options.fma,
    });
    this.#code.u32(head.length + code.length).append(head);
    const start = this.#code.length;
    this.#code.append(code);
    for (const { at, host, index } of calls) this.#calls.push({ at: start + at, host, index });
    return this.#ownTypes.push(this.#typeOf(fn)) - 1;
  }

  /**
   * The binary module. Host functions are imported from `host`, by name.
   *
   * @param exports Functions of the module by the names under which they are exported.
   */
  finish(exports: Readonly<Record<string, Callee>>): Uint8Array<ArrayBuffer> {
    const exported = new Bytes().u32(Object.keys(exports).length);
    const hosts = this.#host.size;
    for (const [name, fn] of Object.entries(exports))
      exported
        .name(name)
        .byte(0)
        .u32(hosts + this.indexOf(fn));
    for (const { at, host, index } of this.#calls) this.#code.setWide(at, host ? index : hosts + index);

    const module = new Bytes().bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    section(module, 1, new Bytes().u32(this.#types.size).append(this.#typeBytes));
    const imports = new Bytes().u32(hosts + 1);
    imports.name('env').name('memory').byte(2);
    imports
      .byte(this.options.sharedMemory ? 3 : 1)
      .u32(0)
      .u32(MAX_PAGES);
    for (const [name, i] of this.#host) imports.name('host').name(name).byte(0).u32(this.#hostTypes[i]);
    section(module, 2, imports);
    const declared = new Bytes().u32(this.#ownTypes.length);
    for (const type of this.#ownTypes) declared.u32(type);
    section(module, 3, declared);
    const slots = this.#numbers.size > 0 ? SLOTS : this.#globals;
    const global = new Bytes().u32(slots + this.#numbers.size);
    for (let i = 0; i < slots; i++) global.bytes([VALUE_TYPE.i32, 1, OP.i32Const, 0, OP.end]);
    for (const bits of this.#numbers.keys()) global.bytes([VALUE_TYPE.f32, 1, OP.f32Const]).word(bits).byte(OP.end);
    section(module, 6, global);
    section(module, 7, exported);
    section(module, 10, new Bytes().u32(this.#ownTypes.length).append(this.#code));
    return module.toUint8Array();
  }
}

/** A module of functions that are there already. */
export function emitModule({ exports, ...options }: ModuleParts): Uint8Array<ArrayBuffer> {
  const module = new WasmModuleWriter(options);
  for (const fn of Object.values(exports)) module.indexOf(fn);
  return module.finish(exports);
}
