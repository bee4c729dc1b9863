/** @file One function of the kernel language as WebAssembly instructions. */
import { InternalError } from '../../core/errors.js';
import type {
  Block,
  Callee,
  ContextSlot,
  Expr,
  KernelFunction,
  KernelType,
  MemoryType,
  Statement,
  UnaryOp,
} from '../ir.js';
import { elementOf, halfOf, isVector, isWide, MEMORY_BYTES } from '../ir.js';
import { Bytes } from './bytes.js';
import type { Opcode } from './opcodes.js';
import { BINARY, COMPARE, CONVERT, LANE, LOAD, OP, SPLAT, STORE, UNARY, VALUE_TYPE, WITH_LANE } from './opcodes.js';

/** What a function needs to know of its module. */
export interface FunctionContext {
  /** Writes the number of a function that is called. */
  call(callee: Callee, out: Bytes): void;
  /** The global that holds a slot of the context. */
  global(slot: ContextSlot): number;
  /** The global that holds a number, which the engine does not know. */
  number(bits: number): number;
  /** Whether relaxed multiply-add may be used. */
  readonly fma: boolean;
}

const EMPTY_BLOCK = 0x40;

const number = new DataView(new ArrayBuffer(4));
/** The bits of a float32. */
function floatBits(value: number): number {
  number.setFloat32(0, value);
  return number.getInt32(0);
}
/** Bytes of one vector. */
const VECTOR_BYTES = 16;
/** Lanes of one vector of a type. */
const lanesOf = (type: KernelType): number => VECTOR_BYTES / (elementOf(type) === 'f64' ? 8 : 4);

/** Which of the vectors of a wide value is computed. What is not wide has one, 0. */
type Half = 0 | 1;

/** The numbers of the bytes of a lane. */
const bytesOfLane = (lane: number, size: number): number[] => Array.from({ length: size }, (_, i) => size * lane + i);

/**
 * Wide vectors are two values of WebAssembly, of which statements compute one right after the other. V8 joins such pairs where they end
 * in stores of neighbours with no other access to memory between them: the values of both are computed before the first is stored.
 */
class Emitter {
  constructor(
    private readonly out: Bytes,
    private readonly module: FunctionContext,
    /** The local of WebAssembly that holds each local of the function; of a wide one the first of two. */
    private readonly locals: readonly number[],
    private readonly types: readonly KernelType[],
    /** Two locals for vectors on their way to memory, and one that stays 0. They exist if they are used. */
    private readonly spare: number,
  ) {}

  usesSpare = false;
  /** Loops around what is being written. */
  #loops = 0;
  /** Locals that hold a number in all lanes of a vector, by its bits. */
  readonly kept = new Map<number, number>();

  /**
   * The local that holds a number in all lanes from the start of the function on. V8 since version 12 makes constants of vectors anew at
   * each use, by three instructions; a vector of a number that it does not know stays in a register or on the stack.
   */
  #kept(bits: number): number {
    let local = this.kept.get(bits);
    if (local === undefined) this.kept.set(bits, (local = this.spare + 3 + this.kept.size));
    return local;
  }

  op(code: Opcode): void {
    if (typeof code === 'number') this.out.byte(code);
    else this.out.byte(code[0]).u32(code[1]);
  }

  /** Alignment (as a power of two) and offset of a memory access. */
  #access(bytes: number, offset: number): void {
    if (offset < 0) throw new InternalError('wasm: a negative offset');
    this.out.u32(Math.log2(bytes)).u32(offset);
  }

  /** Computes a value; of a wide one, one half. */
  expr(x: Expr, half: Half = 0): void {
    const { node } = x;
    switch (node.kind) {
      case 'const':
        return this.#constant(x, node.value);
      case 'local':
        this.out.byte(OP.localGet).u32(this.locals[node.index] + half);
        return;
      case 'context':
        this.out.byte(OP.globalGet).u32(this.module.global(node.slot));
        return;
      case 'unary':
        return this.#unary(node.op, node.x, half);
      case 'binary':
        this.expr(node.x, half);
        this.expr(node.y, isWide(node.y.type) ? half : 0); // shifts count by scalars
        return this.#pick(BINARY[halfOf(x.type)][node.op], `${x.type}.${node.op}`);
      case 'compare':
        this.expr(node.x, half);
        this.expr(node.y, half);
        return this.#pick(COMPARE[halfOf(node.x.type)][node.op], `${node.x.type}.${node.op}`);
      case 'select':
        this.expr(node.x, half);
        this.expr(node.y, half);
        this.expr(node.condition, half);
        return this.op(isVector(x.type) ? OP.bitselect : OP.select);
      case 'convert': {
        this.expr(node.x, half);
        const [scalar, vector] = CONVERT[node.op];
        return this.#pick((isVector(x.type) ? vector : scalar) ?? undefined, `${x.type} from ${node.x.type}`);
      }
      case 'bitcast':
        this.expr(node.x, half);
        if (x.type === 'i32') this.op(OP.i32FromF32Bits);
        else if (x.type === 'f32') this.op(OP.f32FromI32Bits);
        return; // vectors have one type in WebAssembly
      case 'fma':
        return this.#fma(x, node.x, node.y, node.z, half);
      case 'splat':
        this.expr(node.x);
        return this.op(SPLAT[elementOf(x.type)]);
      case 'lane': {
        const lanes = lanesOf(node.x.type);
        this.expr(node.x, node.lane < lanes ? 0 : 1);
        this.op(LANE[elementOf(x.type)]);
        this.out.byte(node.lane % lanes);
        return;
      }
      case 'withLane':
        this.expr(node.x, half);
        if (Math.floor(node.lane / lanesOf(x.type)) !== half) return;
        this.expr(node.value);
        this.op(WITH_LANE[elementOf(x.type)]);
        this.out.byte(node.lane % lanesOf(x.type));
        return;
      case 'half':
        return this.expr(node.x, node.half);
      case 'join':
        return this.expr(half === 0 ? node.x : node.y);
      case 'shuffle':
        if (isWide(x.type)) throw new InternalError('wasm: a shuffle of wide vectors');
        this.expr(node.x);
        this.expr(node.y);
        this.op(OP.shuffle);
        for (const lane of node.lanes) this.out.bytes(bytesOfLane(lane, elementOf(x.type) === 'f64' ? 8 : 4));
        return;
      case 'load':
        return this.#load(x, node.memory, node.address, node.offset, half);
      case 'loadSplat':
        this.expr(node.address);
        this.op(elementOf(x.type) === 'f64' ? OP.vectorLoadSplat64 : OP.vectorLoadSplat);
        return this.#access(elementOf(x.type) === 'f64' ? 8 : 4, node.offset);
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

  #unary(op: UnaryOp, x: Expr, half: Half): void {
    const write = (which: Half): void => {
      this.expr(x, which);
      this.#pick(UNARY[halfOf(x.type)][op], `${x.type}.${op}`);
    };
    const folds = op === 'anyTrue' || op === 'allTrue';
    write(folds ? 0 : half);
    if (!folds || !isWide(x.type)) return;
    write(1);
    this.op(op === 'anyTrue' ? BINARY.i32.or! : BINARY.i32.and!);
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
      case 'f64x':
      case 'i32xx':
      case 'f32xx':
      case 'f64xx': {
        const element = elementOf(x.type);
        const bits = element === 'f32' ? floatBits(value) : element === 'i32' ? value | 0 : 0;
        if (this.#loops > 0 && bits !== 0 && bits !== -1) {
          this.out.byte(OP.localGet).u32(this.#kept(bits));
          return;
        }
        this.op(OP.vectorConst);
        for (let lane = 0; lane < lanesOf(x.type); lane++) {
          if (element === 'f64') this.out.f64(value);
          else if (element === 'f32') this.out.f32(value);
          else this.out.word(value);
        }
        return;
      }
      default:
        x.type satisfies never;
    }
  }

  #fma(x: Expr, a: Expr, b: Expr, c: Expr, half: Half): void {
    if (this.module.fma && isVector(x.type)) {
      for (const operand of [a, b, c]) this.expr(operand, half);
      this.op(elementOf(x.type) === 'f64' ? OP.relaxedMadd64 : OP.relaxedMadd);
      return;
    }
    this.expr(a.mul(b).add(c), half);
  }

  #load(x: Expr, memory: MemoryType, address: Expr, start: number, half: Half): void {
    const offset = start + half * lanesOf(x.type) * MEMORY_BYTES[memory];
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
    if (!isWide(value.type)) {
      this.#storeVector(memory, address, offset, value, () => this.expr(value));
      return;
    }
    const { kind } = value.node;
    const ready = kind === 'local' || kind === 'const';
    const halves: readonly Half[] = [0, 1];
    if (!ready) {
      this.usesSpare = true;
      for (const half of halves) this.#setFrom(value, half, this.spare + half);
    }
    for (const half of halves) {
      const place = offset + half * lanesOf(value.type) * MEMORY_BYTES[memory];
      this.#storeVector(memory, address, place, value, () => {
        if (ready) this.expr(value, half);
        else this.out.byte(OP.localGet).u32(this.spare + half);
      });
    }
  }

  /** Put a value, or a half of it, into a local of WebAssembly. */
  #setFrom(value: Expr, half: Half, local: number): void {
    this.expr(value, half);
    this.out.byte(OP.localSet).u32(local);
  }

  /** Bytes that are read as a wide vector: eight words of 16 bits, of which each half widens four. V8 joins these. */
  #setFromBytes({ type, node }: Expr, local: number): boolean {
    if (!isWide(type) || node.kind !== 'load' || (node.memory !== 'u8' && node.memory !== 'i8')) return false;
    const unsigned = node.memory === 'u8';
    this.usesSpare = true;
    this.expr(node.address);
    this.op(unsigned ? OP.vectorLoadU8 : OP.vectorLoadI8);
    this.#access(1, node.offset);
    this.out.byte(OP.localTee).u32(this.spare);
    this.op(unsigned ? OP.i32FromLowU16 : OP.i32FromLowI16);
    this.out.byte(OP.localSet).u32(local);
    this.out.byte(OP.localGet).u32(this.spare);
    this.op(unsigned ? OP.i32FromHighU16 : OP.i32FromHighI16);
    this.out.byte(OP.localSet).u32(local + 1);
    return true;
  }

  /** Store a scalar or one vector, which `write` computes. */
  #storeVector(memory: MemoryType, address: Expr, offset: number, { type }: Expr, write: () => void): void {
    this.expr(address);
    write();
    if (!isVector(type)) {
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
    write();
    this.op(OP.shuffle);
    this.out.bytes([...picked, ...Array.from({ length: VECTOR_BYTES - picked.length }, () => 0)]);
    this.op(bytes === 1 ? OP.store32Lane : OP.store64Lane);
    this.#access(bytes, offset);
    this.out.byte(0);
  }

  statements(list: readonly Statement[]): void {
    for (const statement of list) this.#statement(statement);
  }

  /**
   * Forget the wide vectors of a block. V8 takes what a local holds after a block, or before the next round of a loop, for a use of it, for
   * which it would have to be taken out of the joined vector. Where that costs as much as joining saves, V8 does not join.
   */
  #forget({ locals }: Block): void {
    for (const local of locals) {
      if (!isWide(this.types[local])) continue;
      this.usesSpare = true;
      for (const half of [0, 1])
        this.out
          .byte(OP.localGet)
          .u32(this.spare + 2)
          .byte(OP.localSet)
          .u32(this.locals[local] + half);
    }
  }

  #statement(s: Statement): void {
    switch (s.kind) {
      case 'set': {
        const local = this.locals[s.local];
        if (this.#setFromBytes(s.value, local)) return;
        this.expr(s.value);
        // Both halves are computed before either is set: the second may read what the first is set to.
        if (isWide(s.value.type)) {
          this.#setFrom(s.value, 1, local + 1);
        }
        this.out.byte(OP.localSet).u32(local);
        return;
      }
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
        this.#loops++;
        this.statements(s.body.statements);
        this.#loops--;
        this.#forget(s.body);
        this.expr(s.local.add(s.step));
        this.out.byte(OP.localSet).u32(this.locals[s.local.index]);
        this.expr(below);
        this.out.byte(OP.brIf).u32(0);
        this.out.byte(OP.end);
        if (!s.entered) this.out.byte(OP.end);
        return;
      }
      case 'while':
        this.out.byte(OP.block).byte(EMPTY_BLOCK);
        this.out.byte(OP.loop).byte(EMPTY_BLOCK);
        this.#loops++;
        this.expr(s.condition.eqz());
        this.out.byte(OP.brIf).u32(1);
        this.statements(s.body.statements);
        this.#loops--;
        this.#forget(s.body);
        this.out.byte(OP.br).u32(0);
        this.out.byte(OP.end).byte(OP.end);
        return;
      case 'if':
        this.expr(s.condition);
        this.out.byte(OP.if).byte(EMPTY_BLOCK);
        this.statements(s.then.statements);
        this.#forget(s.then);
        if (s.otherwise.statements.length > 0) {
          this.out.byte(OP.else);
          this.statements(s.otherwise.statements);
          this.#forget(s.otherwise);
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
      case 'touch':
        this.expr(s.address);
        this.op(LOAD.i32);
        this.#access(4, s.offset);
        this.out.byte(OP.drop);
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

/** The body of a function: the declarations of its locals and what comes before all else; and its instructions. */
export function emitFunction(fn: KernelFunction, context: FunctionContext): { head: Bytes; code: Bytes } {
  /** Types of the locals of WebAssembly, and where those of the function begin. */
  const types: number[] = [];
  const locals = fn.locals.map((type) => {
    const first = types.length;
    types.push(VALUE_TYPE[type], ...(isWide(type) ? [VALUE_TYPE[type]] : []));
    return first;
  });
  const spare = types.length;
  const code = new Bytes();
  const emitter = new Emitter(code, context, locals, fn.locals, spare);
  emitter.statements(fn.body);
  const { kept } = emitter;
  if (emitter.usesSpare || kept.size > 0) types.push(VALUE_TYPE.f32x, VALUE_TYPE.f32x, VALUE_TYPE.f32x);
  const start = new Bytes();
  for (const [bits, local] of kept) {
    types.push(VALUE_TYPE.f32x);
    start.byte(OP.globalGet).u32(context.number(bits));
    for (const byte of [SPLAT.f32].flat()) start.byte(byte);
    start.byte(OP.localSet).u32(local);
  }
  // Runs of one type are declared together.
  const runs: [number, number][] = [];
  for (const type of types.slice(fn.params.length)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  const declarations = new Bytes().u32(runs.length);
  for (const [count, type] of runs) declarations.u32(count).byte(type);
  // A function that gives something ends by `return`; what follows is never reached.
  if (fn.result !== null) code.byte(OP.unreachable);
  return { head: declarations.append(start), code: code.byte(OP.end) };
}
