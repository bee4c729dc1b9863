/**
 * @file The kernel language: typed expressions over scalars and vectors of lanes. Statements and functions are made by
 * function_builder.ts; emitters turn them into machine programs (wasm/emit_module.ts).
 *
 * An expression is a tree. One that is used twice is computed twice, unless it is bound by `let`.
 */
import { InternalError } from '../core/errors.js';
import type { MachineModel } from './machine.js';

/**
 * Types of values: scalars, vectors of a target's lanes (`x`; of half as many for `f64x`), and wide vectors (`xx`): two vectors side by
 * side. Vector comparisons of 32-bit numbers give all-ones lanes (`i32x`, `i32xx`); those of `f64x` are not there, as nothing needs them
 * yet.
 *
 * A wide vector is computed as two of the machine's, one instruction beside the other. Engines that join neighbouring instructions make
 * one of twice the width of both; on others they are what a loop that is unrolled once has.
 */
export type KernelType = 'i32' | 'f32' | 'f64' | 'i32x' | 'f32x' | 'f64x' | 'i32xx' | 'f32xx' | 'f64xx';

/** What instructions compute: wide vectors are two of these. */
export type MachineType = Exclude<KernelType, 'i32xx' | 'f32xx' | 'f64xx'>;

/** How many of the machine's vectors a value takes: 0 for a scalar, 2 for a wide vector. */
export type Vectors = 0 | 1 | 2;

/** How a number lies in memory. Narrow integers widen to `i32`. */
export type MemoryType = 'u8' | 'i8' | 'u16' | 'i16' | 'i32' | 'f32' | 'f64';

/** What an emitter's machine offers. */
export interface Target {
  /** Lanes of a vector of 32-bit numbers. */
  readonly lanes: number;
  /** Whether wide vectors are faster than as many single ones: kernels then compute in them. */
  readonly wide: boolean;
  /** Whether multiply-add rounds once. */
  readonly fma: boolean;
  /** What the machine can do. */
  readonly machine: MachineModel;
}

/**
 * Numbers (i32) that every thread has for itself and all its functions see: where the scratch memory of the run begins, the number of
 * the thread, and the step of the scan that is the program's (`scan0`), of the scan within it (`scan1`), and so on. Each machine keeps
 * them where it likes: in globals, in registers, in memory of the thread.
 */
export type ContextSlot = 'scratch' | 'thread' | `scan${number}`;

export type UnaryOp =
  | 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'nearest' | 'not' | 'eqz' | 'popcnt' | 'clz' | 'anyTrue' | 'allTrue'; // prettier-ignore

export type BinaryOp =
  | 'add' | 'sub' | 'mul' | 'div' | 'divS' | 'divU' | 'remS' | 'remU' | 'min' | 'max' | 'minS' | 'maxS' | 'minU' | 'maxU' | 'pmin' | 'pmax'
  | 'and' | 'or' | 'xor' | 'andnot' | 'shl' | 'shrS' | 'shrU' | 'rotl' | 'copysign'; // prettier-ignore

export type CompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'ltU' | 'leU' | 'gtU' | 'geU';

export type ConvertOp =
  | 'f32.i32' | 'f32.u32' | 'i32.f32' | 'u32.f32' | 'f64.f32' | 'f32.f64' | 'f64.i32' | 'f64.u32' | 'i32.f64' | 'u32.f64'; // prettier-ignore

export type Node =
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'local'; readonly index: number }
  | { readonly kind: 'context'; readonly slot: ContextSlot }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly x: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly x: Expr; readonly y: Expr }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly x: Expr; readonly y: Expr }
  | { readonly kind: 'select'; readonly condition: Expr; readonly x: Expr; readonly y: Expr }
  | { readonly kind: 'convert'; readonly op: ConvertOp; readonly x: Expr }
  | { readonly kind: 'bitcast'; readonly x: Expr }
  | { readonly kind: 'fma'; readonly x: Expr; readonly y: Expr; readonly z: Expr }
  | { readonly kind: 'splat'; readonly x: Expr }
  | { readonly kind: 'lane'; readonly x: Expr; readonly lane: number }
  | { readonly kind: 'withLane'; readonly x: Expr; readonly lane: number; readonly value: Expr }
  | { readonly kind: 'shuffle'; readonly x: Expr; readonly y: Expr; readonly lanes: readonly number[] }
  | { readonly kind: 'half'; readonly x: Expr; readonly half: 0 | 1 }
  | { readonly kind: 'join'; readonly x: Expr; readonly y: Expr }
  | { readonly kind: 'load'; readonly memory: MemoryType; readonly address: Expr; readonly offset: number }
  | { readonly kind: 'loadSplat'; readonly address: Expr; readonly offset: number }
  | { readonly kind: 'call'; readonly callee: Callee; readonly args: readonly Expr[] }
  | { readonly kind: 'atomicLoad'; readonly address: Expr; readonly offset: number }
  | { readonly kind: 'atomicAdd'; readonly address: Expr; readonly offset: number; readonly value: Expr }
  | {
      readonly kind: 'atomicWait';
      readonly address: Expr;
      readonly offset: number;
      readonly expected: Expr;
      /** Nanoseconds. */
      readonly timeout: number;
    };

/** What can be called: a function of the module, or one of the host. */
export interface Callee {
  readonly name: string;
  readonly params: readonly KernelType[];
  readonly result: KernelType | null;
}

export const isVector = (type: KernelType): boolean => type.endsWith('x');
export const isWide = (type: KernelType): boolean => type.endsWith('xx');
export const vectorsOf = (type: KernelType): Vectors => (isWide(type) ? 2 : isVector(type) ? 1 : 0);
/** A type of the same elements in so many vectors. */
export const inVectors = (element: 'i32' | 'f32' | 'f64', vectors: Vectors): KernelType =>
  `${element}${'x'.repeat(vectors)}` as KernelType;
/** The type of each of the two vectors of a wide type; other types as they are. */
export const halfOf = (type: KernelType): MachineType => type.slice(0, 4) as MachineType;
export const elementOf = (type: KernelType): 'i32' | 'f32' | 'f64' => type.slice(0, 3) as 'i32' | 'f32' | 'f64';
const isFloatType = (type: KernelType): boolean => type.startsWith('f');

/** Vectors side by side, by as many values as the target likes best: where each begins (in elements), and how many it takes. */
export function vectorPieces({ lanes, wide }: Target, vectors: number): { first: number; vectors: 1 | 2 }[] {
  const pieces: { first: number; vectors: 1 | 2 }[] = [];
  for (let v = 0; v < vectors; v += pieces.at(-1)!.vectors)
    pieces.push({ first: v * lanes, vectors: wide && v + 2 <= vectors ? 2 : 1 });
  return pieces;
}

/** The type of what a memory type loads as. */
export function loadedType(memory: MemoryType): 'i32' | 'f32' | 'f64' {
  return memory === 'f32' || memory === 'f64' ? memory : 'i32';
}

/** Bytes that one element takes in memory. */
export const MEMORY_BYTES: Readonly<Record<MemoryType, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  i32: 4,
  f32: 4,
  f64: 8,
};

type Operand = Expr | number;

/** A typed expression. Numbers among the operands become constants of the other side's type. */
export class Expr {
  constructor(
    readonly type: KernelType,
    readonly node: Node,
  ) {}

  /** The value of a constant, or null. */
  get constant(): number | null {
    return this.node.kind === 'const' ? this.node.value : null;
  }

  #lift(y: Operand): Expr {
    if (typeof y !== 'number') {
      if (y.type !== this.type) throw new InternalError(`kernel: ${this.type} meets ${y.type}`);
      return y;
    }
    return constant(this.type, y);
  }
  #unary(op: UnaryOp, type: KernelType = this.type): Expr {
    return new Expr(type, { kind: 'unary', op, x: this });
  }
  #binary(op: BinaryOp, other: Operand): Expr {
    return new Expr(this.type, { kind: 'binary', op, x: this, y: this.#lift(other) });
  }
  #compare(op: CompareOp, other: Operand): Expr {
    return new Expr(inVectors('i32', vectorsOf(this.type)), { kind: 'compare', op, x: this, y: this.#lift(other) });
  }

  add(other: Operand): Expr {
    const y = this.#lift(other);
    if (elementOf(this.type) === 'i32') {
      const [a, b] = [this.constant, y.constant];
      if (a !== null && b !== null) return constant(this.type, (a + b) | 0);
      if (b === 0) return this; // x + 0 → x, integers only
      if (a === 0) return y;
    }
    return this.#binary('add', y);
  }
  sub(other: Operand): Expr {
    const y = this.#lift(other);
    if (this.type === 'i32') {
      const [a, b] = [this.constant, y.constant];
      if (a !== null && b !== null) return constant('i32', (a - b) | 0);
      if (b === 0) return this;
    }
    return this.#binary('sub', y);
  }
  mul(other: Operand): Expr {
    const y = this.#lift(other);
    if (this.type === 'i32') {
      const [a, b] = [this.constant, y.constant];
      if (a !== null && b !== null) return constant('i32', Math.imul(a, b));
      if (b === 1) return this;
      if (a === 1) return y;
      if (a === 0 || b === 0) return constant('i32', 0);
    }
    return this.#binary('mul', y);
  }
  /** Floats only. */
  div(other: Operand): Expr {
    return this.#binary('div', other);
  }
  /** Traps on a zero divisor. So do the next three. */
  divS(other: Operand): Expr {
    return this.#lift(other).constant === 1 ? this : this.#binary('divS', other);
  }
  divU(other: Operand): Expr {
    return this.#lift(other).constant === 1 ? this : this.#binary('divU', other);
  }
  remS(other: Operand): Expr {
    return this.#lift(other).constant === 1 ? constant('i32', 0) : this.#binary('remS', other);
  }
  remU(other: Operand): Expr {
    return this.#lift(other).constant === 1 ? constant('i32', 0) : this.#binary('remU', other);
  }
  /** Floats: NaN if either is. */
  min(other: Operand): Expr {
    return isFloatType(this.type) ? this.#binary('min', other) : this.minS(other);
  }
  /** Floats: NaN if either is. */
  max(other: Operand): Expr {
    return isFloatType(this.type) ? this.#binary('max', other) : this.maxS(other);
  }
  /** Vectors of floats: `other < this ? other : this`, one machine instruction. */
  pmin(other: Operand): Expr {
    return this.#binary('pmin', other);
  }
  /** Vectors of floats: `this < other ? other : this`, one machine instruction. */
  pmax(other: Operand): Expr {
    return this.#binary('pmax', other);
  }
  /** Integers. */
  minS(other: Operand): Expr {
    return this.#extremum('minS', 'lt', other);
  }
  maxS(other: Operand): Expr {
    return this.#extremum('maxS', 'gt', other);
  }
  minU(other: Operand): Expr {
    return this.#extremum('minU', 'ltU', other);
  }
  maxU(other: Operand): Expr {
    return this.#extremum('maxU', 'gtU', other);
  }
  /** Scalars have no instruction for it: both sides are computed twice, so they should be bound. */
  #extremum(op: BinaryOp, better: CompareOp, other: Operand): Expr {
    if (isVector(this.type)) return this.#binary(op, other);
    const y = this.#lift(other);
    return this.#compare(better, y).select(this, y);
  }
  and(other: Operand): Expr {
    return this.#binary('and', other);
  }
  or(other: Operand): Expr {
    return this.#binary('or', other);
  }
  xor(other: Operand): Expr {
    return this.#binary('xor', other);
  }
  /** Vectors: the bits of this that are not bits of the other. */
  andnot(other: Operand): Expr {
    return this.#binary('andnot', other);
  }
  /** Shifts take a number or a scalar; a scalar's shift counts modulo 32. */
  shl(count: Operand): Expr {
    return this.#shift('shl', count);
  }
  shrS(count: Operand): Expr {
    return this.#shift('shrS', count);
  }
  shrU(count: Operand): Expr {
    return this.#shift('shrU', count);
  }
  #shift(op: BinaryOp, count: Operand): Expr {
    const y = typeof count === 'number' ? constant('i32', count) : count;
    if (y.type !== 'i32') throw new InternalError('kernel: shifts count by i32');
    return new Expr(this.type, { kind: 'binary', op, x: this, y });
  }
  /** Rotate 32-bit words left by a fixed count. */
  rotl(count: number): Expr {
    if (this.type === 'i32') return this.#shift('rotl', count);
    return this.shl(count).or(this.shrU(32 - count));
  }
  copysign(other: Operand): Expr {
    return this.#binary('copysign', other);
  }

  neg(): Expr {
    if (this.type === 'i32') return constant('i32', 0).sub(this);
    return this.#unary('neg');
  }
  abs(): Expr {
    return this.#unary('abs');
  }
  sqrt(): Expr {
    return this.#unary('sqrt');
  }
  floor(): Expr {
    return this.#unary('floor');
  }
  ceil(): Expr {
    return this.#unary('ceil');
  }
  trunc(): Expr {
    return this.#unary('trunc');
  }
  /** Half to even. */
  nearest(): Expr {
    return this.#unary('nearest');
  }
  /** All bits turned over. */
  not(): Expr {
    return isVector(this.type) ? this.#unary('not') : this.xor(-1);
  }
  /** Scalars: 1 for 0, else 0. */
  eqz(): Expr {
    return this.#unary('eqz', 'i32');
  }
  popcnt(): Expr {
    return this.#unary('popcnt');
  }
  clz(): Expr {
    return this.#unary('clz');
  }
  /** Vectors: 1 if any bit is set. */
  anyTrue(): Expr {
    return this.#unary('anyTrue', 'i32');
  }
  /** Vectors: 1 if no lane is 0. */
  allTrue(): Expr {
    return this.#unary('allTrue', 'i32');
  }

  eq(other: Operand): Expr {
    return this.#compare('eq', other);
  }
  ne(other: Operand): Expr {
    return this.#compare('ne', other);
  }
  lt(other: Operand): Expr {
    return this.#compare('lt', other);
  }
  le(other: Operand): Expr {
    return this.#compare('le', other);
  }
  gt(other: Operand): Expr {
    return this.#compare('gt', other);
  }
  ge(other: Operand): Expr {
    return this.#compare('ge', other);
  }
  ltU(other: Operand): Expr {
    return this.#compare('ltU', other);
  }
  leU(other: Operand): Expr {
    return this.#compare('leU', other);
  }
  gtU(other: Operand): Expr {
    return this.#compare('gtU', other);
  }
  geU(other: Operand): Expr {
    return this.#compare('geU', other);
  }

  /** This is the condition: `i32` that is not 0, or lanes that are all-ones or 0. */
  select(onTrue: Expr, onFalse: Operand): Expr {
    const y = typeof onFalse === 'number' ? constant(onTrue.type, onFalse) : onFalse;
    if (y.type !== onTrue.type || vectorsOf(y.type) !== vectorsOf(this.type))
      throw new InternalError(`kernel: select of ${onTrue.type} and ${y.type} by ${this.type}`);
    return new Expr(onTrue.type, { kind: 'select', condition: this, x: onTrue, y });
  }

  /** this · y + z, rounded once where the target can. */
  fma(y: Expr, z: Expr): Expr {
    return new Expr(this.type, { kind: 'fma', x: this, y: this.#lift(y), z: this.#lift(z) });
  }

  #convert(op: ConvertOp): Expr {
    const to = op.slice(0, 3).replace('u', 'i') as 'i32' | 'f32' | 'f64';
    return new Expr(inVectors(to, vectorsOf(this.type)), { kind: 'convert', op, x: this });
  }
  /** The same number as float32. `unsigned` reads an i32 as uint32. */
  toF32(unsigned = false): Expr {
    const from = elementOf(this.type);
    if (from === 'f32') return this;
    return this.#convert(from === 'f64' ? 'f32.f64' : unsigned ? 'f32.u32' : 'f32.i32');
  }
  /** The same number as float64. Scalars only. */
  toF64(unsigned = false): Expr {
    const from = elementOf(this.type);
    if (from === 'f64') return this;
    return this.#convert(from === 'f32' ? 'f64.f32' : unsigned ? 'f64.u32' : 'f64.i32');
  }
  /** Truncated and saturated to int32, or to uint32; NaN becomes 0. */
  toI32(unsigned = false): Expr {
    const from = elementOf(this.type);
    if (from === 'i32') return this;
    return this.#convert(`${unsigned ? 'u32' : 'i32'}.${from}` as ConvertOp);
  }
  /** The same 32 bits under the other 32-bit type. */
  bitcast(): Expr {
    if (elementOf(this.type) === 'f64') throw new InternalError('kernel: bitcast of f64');
    const to = elementOf(this.type) === 'i32' ? 'f32' : 'i32';
    return new Expr(inVectors(to, vectorsOf(this.type)), { kind: 'bitcast', x: this });
  }

  /** A scalar in all lanes. `vectors` 0: as it is. */
  splat(vectors: Vectors = 1): Expr {
    if (isVector(this.type) || vectors === 0) return this;
    const type = inVectors(elementOf(this.type), vectors);
    return this.constant !== null ? constant(type, this.constant) : new Expr(type, { kind: 'splat', x: this });
  }
  lane(lane: number): Expr {
    return new Expr(elementOf(this.type), { kind: 'lane', x: this, lane });
  }
  withLane(lane: number, value: Expr): Expr {
    return new Expr(this.type, { kind: 'withLane', x: this, lane, value });
  }
  /** The first or the second vector of a wide one. */
  half(half: 0 | 1): Expr {
    return new Expr(halfOf(this.type), { kind: 'half', x: this, half });
  }
  /** This vector and another side by side, as a wide one. */
  join(second: Expr): Expr {
    return new Expr(inVectors(elementOf(this.type), 2), { kind: 'join', x: this, y: this.#lift(second) });
  }
  /** Lanes picked from this (0 … L - 1) and another vector (L … 2L - 1). Not for wide vectors. */
  shuffle(other: Expr, lanes: readonly number[]): Expr {
    return new Expr(this.type, { kind: 'shuffle', x: this, y: this.#lift(other), lanes });
  }
}

/** A constant; in all lanes for a vector type. */
export function constant(type: KernelType, value: number): Expr {
  return new Expr(type, { kind: 'const', value });
}
export const i32 = (value: number): Expr => constant('i32', value);

/** What a slot of the context holds now. */
export const context = (slot: ContextSlot): Expr => new Expr('i32', { kind: 'context', slot });

/** A mutable local variable. Reading it is using it as an expression. */
export class Local extends Expr {
  constructor(
    type: KernelType,
    readonly index: number,
  ) {
    super(type, { kind: 'local', index });
  }
}

/** Statements that run together, and the locals that are made there and mean nothing after them. */
export interface Block {
  readonly statements: readonly Statement[];
  readonly locals: readonly number[];
}

export type Statement =
  | { readonly kind: 'set'; readonly local: number; readonly value: Expr }
  | { readonly kind: 'setContext'; readonly slot: ContextSlot; readonly value: Expr }
  | {
      readonly kind: 'store';
      readonly memory: MemoryType;
      readonly address: Expr;
      readonly offset: number;
      readonly value: Expr;
    }
  | {
      /** Runs `body` for local = start, start + step, … as long as it is below `end` (signed). */
      readonly kind: 'for';
      readonly local: Local;
      readonly end: Expr;
      readonly step: number;
      readonly body: Block;
      /** The loop is known to run at least once. */
      readonly entered: boolean;
    }
  | { readonly kind: 'while'; readonly condition: Expr; readonly body: Block }
  | {
      readonly kind: 'if';
      readonly condition: Expr;
      readonly then: Block;
      readonly otherwise: Block;
    }
  | { readonly kind: 'call'; readonly callee: Callee; readonly args: readonly Expr[] }
  | { readonly kind: 'return'; readonly value: Expr | null }
  | { readonly kind: 'touch'; readonly address: Expr; readonly offset: number }
  | { readonly kind: 'trap' }
  | { readonly kind: 'copy'; readonly to: Expr; readonly from: Expr; readonly bytes: Expr }
  | { readonly kind: 'fill'; readonly to: Expr; readonly byte: Expr; readonly bytes: Expr }
  | { readonly kind: 'atomicStore'; readonly address: Expr; readonly offset: number; readonly value: Expr }
  | { readonly kind: 'atomicNotify'; readonly address: Expr; readonly offset: number };

/** A function in the kernel language. */
export interface KernelFunction extends Callee {
  /** Types of all locals, the parameters first. */
  readonly locals: readonly KernelType[];
  readonly body: readonly Statement[];
  /** What it calls: functions of the module (found by object) and of the host. */
  readonly callees: readonly Callee[];
}

/** A function that the host provides, of float64 numbers: `Math.sin`. */
export interface HostFunction extends Callee {
  readonly host: true;
}

export function hostFunction(name: string, arity: number): HostFunction {
  return { name, params: Array.from({ length: arity }, () => 'f64' as const), result: 'f64', host: true };
}
