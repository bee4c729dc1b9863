/** @file One function of the kernel language as WebAssembly instructions. */
import { InternalError } from '../../core/errors.js';
import type { Callee, ContextSlot, Expr, KernelFunction, MemoryType, Statement } from '../ir.js';
import { elementOf, isVector, MEMORY_BYTES } from '../ir.js';
import { Bytes } from './bytes.js';
import type { Opcode } from './opcodes.js';
import { BINARY, COMPARE, CONVERT, LANE, LOAD, OP, SPLAT, STORE, UNARY, VALUE_TYPE, WITH_LANE } from './opcodes.js';

/** What a function needs to know of its module. */
export interface FunctionContext {
  /** Writes the number of a function that is called. */
  call(callee: Callee, out: Bytes): void;
  /** The global that holds a slot of the context. */
  global(slot: ContextSlot): number;
  /** Whether relaxed multiply-add may be used. */
  readonly fma: boolean;
}

const EMPTY_BLOCK = 0x40;

class Emitter {
  constructor(
    private readonly out: Bytes,
    private readonly module: FunctionContext,
  ) {}

  op(code: Opcode): void {
    if (typeof code === 'number') this.out.byte(code);
    else this.out.byte(code[0]).u32(code[1]);
  }

  /** Alignment (as a power of two) and offset of a memory access. */
  #access(bytes: number, offset: number): void {
    if (offset < 0) throw new InternalError('wasm: a negative offset');
    this.out.u32(Math.log2(bytes)).u32(offset);
  }

  expr(x: Expr): void {
    const { node } = x;
    switch (node.kind) {
      case 'const':
        return this.#constant(x, node.value);
      case 'local':
        this.out.byte(OP.localGet).u32(node.index);
        return;
      case 'context':
        this.out.byte(OP.globalGet).u32(this.module.global(node.slot));
        return;
      case 'unary':
        this.expr(node.x);
        return this.#pick(UNARY[node.x.type][node.op], `${node.x.type}.${node.op}`);
      case 'binary':
        this.expr(node.x);
        this.expr(node.y);
        return this.#pick(BINARY[x.type][node.op], `${x.type}.${node.op}`);
      case 'compare':
        this.expr(node.x);
        this.expr(node.y);
        return this.#pick(COMPARE[node.x.type][node.op], `${node.x.type}.${node.op}`);
      case 'select':
        this.expr(node.x);
        this.expr(node.y);
        this.expr(node.condition);
        return this.op(isVector(x.type) ? OP.bitselect : OP.select);
      case 'convert': {
        this.expr(node.x);
        const [scalar, vector] = CONVERT[node.op];
        return this.#pick((isVector(x.type) ? vector : scalar) ?? undefined, `${x.type} from ${node.x.type}`);
      }
      case 'bitcast':
        this.expr(node.x);
        if (x.type === 'i32') this.op(OP.i32FromF32Bits);
        else if (x.type === 'f32') this.op(OP.f32FromI32Bits);
        return; // vectors have one type in WebAssembly
      case 'fma':
        return this.#fma(x, node.x, node.y, node.z);
      case 'splat':
        this.expr(node.x);
        return this.op(SPLAT[elementOf(x.type)]);
      case 'lane':
        this.expr(node.x);
        this.op(LANE[elementOf(x.type)]);
        this.out.byte(node.lane);
        return;
      case 'withLane':
        this.expr(node.x);
        this.expr(node.value);
        this.op(WITH_LANE[elementOf(x.type)]);
        this.out.byte(node.lane);
        return;
      case 'shuffle':
        this.expr(node.x);
        this.expr(node.y);
        this.op(OP.shuffle);
        for (const lane of node.lanes) this.out.bytes([0, 1, 2, 3].map((byte) => 4 * lane + byte));
        return;
      case 'load':
        return this.#load(x, node.memory, node.address, node.offset);
      case 'loadSplat':
        this.expr(node.address);
        this.op(x.type === 'f64x' ? OP.vectorLoadSplat64 : OP.vectorLoadSplat);
        return this.#access(x.type === 'f64x' ? 8 : 4, node.offset);
      case 'call':
        for (const arg of node.args) this.expr(arg);
        this.module.call(node.callee, this.out.byte(OP.call));
        return;
      case 'atomicLoad':
        this.expr(node.address);
        this.op(OP.atomicLoad);
        return this.#access(4, node.offset);
      case 'atomicAdd':
        this.expr(node.address);
        this.expr(node.value);
        this.op(OP.atomicAdd);
        return this.#access(4, node.offset);
      case 'atomicWait':
        this.expr(node.address);
        this.expr(node.expected);
        this.out.byte(OP.i64Const).i64(node.timeout);
        this.op(OP.atomicWait32);
        return this.#access(4, node.offset);
      default:
        return node satisfies never;
    }
  }

  #pick(code: Opcode | undefined, what: string): void {
    if (code === undefined) throw new InternalError(`wasm: there is no ${what}`);
    this.op(code);
  }

  #constant(x: Expr, value: number): void {
    switch (x.type) {
      case 'i32':
        this.out.byte(OP.i32Const).i32(value);
        return;
      case 'f32':
        this.out.byte(OP.f32Const).f32(value);
        return;
      case 'f64':
        this.out.byte(OP.f64Const).f64(value);
        return;
      case 'i32x':
      case 'f32x':
      case 'f64x': {
        this.op(OP.vectorConst);
        if (x.type === 'f64x') for (let lane = 0; lane < 2; lane++) this.out.f64(value);
        else if (x.type === 'f32x') for (let lane = 0; lane < 4; lane++) this.out.f32(value);
        else for (let lane = 0; lane < 4; lane++) this.out.word(value);
        return;
      }
      default:
        x.type satisfies never;
    }
  }

  #fma(x: Expr, a: Expr, b: Expr, c: Expr): void {
    if (this.module.fma && (x.type === 'f32x' || x.type === 'f64x')) {
      this.expr(a);
      this.expr(b);
      this.expr(c);
      this.op(x.type === 'f64x' ? OP.relaxedMadd64 : OP.relaxedMadd);
      return;
    }
    this.expr(a.mul(b).add(c));
  }

  #load(x: Expr, memory: MemoryType, address: Expr, offset: number): void {
    this.expr(address);
    if (!isVector(x.type)) {
      this.op(LOAD[memory]);
      return this.#access(MEMORY_BYTES[memory], offset);
    }
    switch (memory) {
      case 'i32':
      case 'f32':
      case 'f64':
        this.op(OP.vectorLoad);
        return this.#access(MEMORY_BYTES[memory], offset);
      case 'u8':
      case 'i8':
        this.op(OP.vectorLoad32Zero);
        this.#access(1, offset);
        this.op(memory === 'u8' ? OP.i16FromLowU8 : OP.i16FromLowI8);
        return this.op(memory === 'u8' ? OP.i32FromLowU16 : OP.i32FromLowI16);
      case 'u16':
      case 'i16':
        this.op(memory === 'u16' ? OP.vectorLoadU16 : OP.vectorLoadI16);
        return this.#access(2, offset);
      default:
        return memory satisfies never;
    }
  }

  #store(memory: MemoryType, address: Expr, offset: number, value: Expr): void {
    this.expr(address);
    this.expr(value);
    if (!isVector(value.type)) {
      this.op(STORE[memory]);
      return this.#access(MEMORY_BYTES[memory], offset);
    }
    const bytes = MEMORY_BYTES[memory];
    if (bytes >= 4) {
      this.op(OP.vectorStore);
      return this.#access(bytes, offset);
    }
    // Pick the low bytes of each word, put them side by side at the front, and write those.
    const picked = [0, 1, 2, 3].flatMap((lane) => Array.from({ length: bytes }, (_, byte) => 4 * lane + byte));
    this.expr(value);
    this.op(OP.shuffle);
    this.out.bytes([...picked, ...Array.from({ length: 16 - picked.length }, () => 0)]);
    this.op(bytes === 1 ? OP.store32Lane : OP.store64Lane);
    this.#access(bytes, offset);
    this.out.byte(0);
  }

  statements(list: readonly Statement[]): void {
    for (const statement of list) this.#statement(statement);
  }

  #statement(s: Statement): void {
    switch (s.kind) {
      case 'set':
        this.expr(s.value);
        this.out.byte(OP.localSet).u32(s.local);
        return;
      case 'setContext':
        this.expr(s.value);
        this.out.byte(OP.globalSet).u32(this.module.global(s.slot));
        return;
      case 'store':
        return this.#store(s.memory, s.address, s.offset, s.value);
      case 'for': {
        const below = s.local.lt(s.end);
        if (!s.entered) {
          this.expr(below);
          this.out.byte(OP.if).byte(EMPTY_BLOCK);
        }
        this.out.byte(OP.loop).byte(EMPTY_BLOCK);
        this.statements(s.body);
        this.expr(s.local.add(s.step));
        this.out.byte(OP.localSet).u32(s.local.index);
        this.expr(below);
        this.out.byte(OP.brIf).u32(0);
        this.out.byte(OP.end);
        if (!s.entered) this.out.byte(OP.end);
        return;
      }
      case 'while':
        this.out.byte(OP.block).byte(EMPTY_BLOCK);
        this.out.byte(OP.loop).byte(EMPTY_BLOCK);
        this.expr(s.condition.eqz());
        this.out.byte(OP.brIf).u32(1);
        this.statements(s.body);
        this.out.byte(OP.br).u32(0);
        this.out.byte(OP.end).byte(OP.end);
        return;
      case 'if':
        this.expr(s.condition);
        this.out.byte(OP.if).byte(EMPTY_BLOCK);
        this.statements(s.then);
        if (s.otherwise.length > 0) {
          this.out.byte(OP.else);
          this.statements(s.otherwise);
        }
        this.out.byte(OP.end);
        return;
      case 'call':
        for (const arg of s.args) this.expr(arg);
        this.module.call(s.callee, this.out.byte(OP.call));
        if (s.callee.result !== null) this.out.byte(OP.drop);
        return;
      case 'return':
        if (s.value !== null) this.expr(s.value);
        this.out.byte(OP.return);
        return;
      case 'trap':
        this.out.byte(OP.unreachable);
        return;
      case 'copy':
        for (const x of [s.to, s.from, s.bytes]) this.expr(x);
        this.op(OP.memoryCopy);
        this.out.byte(0).byte(0);
        return;
      case 'fill':
        for (const x of [s.to, s.byte, s.bytes]) this.expr(x);
        this.op(OP.memoryFill);
        this.out.byte(0);
        return;
      case 'atomicStore':
        this.expr(s.address);
        this.expr(s.value);
        this.op(OP.atomicStore);
        return this.#access(4, s.offset);
      case 'atomicNotify':
        this.expr(s.address);
        this.out.byte(OP.i32Const).i32(-1);
        this.op(OP.atomicNotify);
        this.#access(4, s.offset);
        this.out.byte(OP.drop);
        return;
      default:
        return s satisfies never;
    }
  }
}

/** The body of a function: its locals and its instructions. */
export function emitFunction(fn: KernelFunction, context: FunctionContext): Bytes {
  const body = new Bytes();
  const own = fn.locals.slice(fn.params.length).map((type) => VALUE_TYPE[type]);
  // Runs of one type are declared together.
  const runs: [number, number][] = [];
  for (const type of own) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  body.u32(runs.length);
  for (const [count, type] of runs) body.u32(count).byte(type);
  new Emitter(body, context).statements(fn.body);
  // A function that gives something ends by `return`; what follows is never reached.
  if (fn.result !== null) body.byte(OP.unreachable);
  return body.byte(OP.end);
}
