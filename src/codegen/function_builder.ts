/** @file Builds functions of the kernel language statement by statement: locals, loops, loads and stores. */
import { InternalError } from '../core/errors.js';
import type {
  Block,
  Callee,
  ContextSlot,
  KernelFunction,
  KernelType,
  MemoryType,
  Statement,
  Target,
  Vectors,
} from './ir.js';
import { constant, elementOf, Expr, inVectors, isVector, loadedType, Local, vectorsOf } from './ir.js';

type Index = Expr | number;
const lift = (x: Index): Expr => (typeof x === 'number' ? constant('i32', x) : x);

/** One function while it is written. Blocks are written by callbacks: `f.for(0, n, 1, (i) => …)`. */
export class FunctionBuilder {
  readonly #locals: KernelType[] = [];
  readonly #callees = new Set<Callee>();
  #block: Statement[] = [];
  /** Locals that are made in the block. */
  #own: number[] = [];
  readonly params: readonly Local[];

  constructor(
    readonly name: string,
    readonly target: Target,
    params: readonly KernelType[],
    readonly result: KernelType | null = null,
  ) {
    this.params = params.map((type) => this.#newLocal(type));
  }

  /** The function as it stands. */
  finish(): KernelFunction {
    return {
      name: this.name,
      params: this.params.map((p) => p.type),
      result: this.result,
      locals: this.#locals,
      body: this.#block,
      callees: [...this.#callees],
    };
  }

  #newLocal(type: KernelType): Local {
    this.#own.push(this.#locals.push(type) - 1);
    return new Local(type, this.#locals.length - 1);
  }

  #inBlock(write: () => void): Block {
    const [statements, locals] = [this.#block, this.#own];
    [this.#block, this.#own] = [[], []];
    write();
    const made: Block = { statements: this.#block, locals: this.#own };
    [this.#block, this.#own] = [statements, locals];
    return made;
  }

  /** A mutable local that starts as `value`. */
  local(value: Expr): Local {
    const local = this.#newLocal(value.type);
    this.set(local, value);
    return local;
  }

  /** Bind a value to a name, so that it is computed once. Constants and locals bound by `let` stay as they are. */
  let(value: Expr): Expr {
    return value.node.kind === 'const' ? value : this.local(value);
  }

  set(local: Local, value: Expr): void {
    if (value.type !== local.type) throw new InternalError(`kernel: ${value.type} put into a local of ${local.type}`);
    this.#block.push({ kind: 'set', local: local.index, value });
  }

  /** Put a number into a slot of the context, for this function and all that it calls. */
  setContext(slot: ContextSlot, value: Expr): void {
    this.#block.push({ kind: 'setContext', slot, value });
  }

  /** A number from memory. `offset` in bytes, not negative. */
  load(memory: MemoryType, address: Expr, offset = 0): Expr {
    return new Expr(loadedType(memory), { kind: 'load', memory, address, offset });
  }

  /** As many numbers as some vectors have lanes, one after another; 0: one number. */
  loadVector(memory: MemoryType, address: Expr, offset = 0, vectors: Vectors = 1): Expr {
    return new Expr(inVectors(loadedType(memory), vectors), { kind: 'load', memory, address, offset });
  }

  /** One float from memory in all lanes. */
  loadSplat(address: Expr, offset = 0, vectors: 1 | 2 = 1, memory: 'f32' | 'f64' = 'f32'): Expr {
    return new Expr(inVectors(memory, vectors), { kind: 'loadSplat', address, offset });
  }

  /** Write a scalar, or all lanes one after another; integers are cut to the memory type. */
  store(memory: MemoryType, address: Expr, value: Expr, offset = 0): void {
    if (value.type.slice(0, 3) !== loadedType(memory))
      throw new InternalError(`kernel: ${value.type} stored as ${memory}`);
    this.#block.push({ kind: 'store', memory, address, offset, value });
  }

  /** i = start, start + step, … below `end` (signed). `entered`: known to run at least once. */
  for(start: Index, end: Index, step: number, body: (i: Expr) => void, { entered = false } = {}): void {
    const [from, to] = [lift(start), lift(end)];
    if (from.constant !== null && to.constant !== null) {
      if (from.constant >= to.constant) return;
      entered = true;
    }
    const local = this.local(from);
    const limit = this.let(to);
    const block = this.#inBlock(() => body(local));
    this.#block.push({ kind: 'for', local, end: limit, step, body: block, entered });
  }

  /**
   * Run `body` for the elements `start` to before `end`, some at a time: by wide vectors, by single ones, one by one, as far as each
   * fits into what is left.
   *
   * @param widest The most vectors at a time.
   * @param options.unit What the number of elements is a multiple of, as far as that is known and the bounds are no constants.
   * @param options.before Called before each loop is written.
   */
  forElements(
    start: Index,
    end: Index,
    widest: Vectors,
    body: (i: Expr, vectors: Vectors) => void,
    { unit = 1, before }: { unit?: number; before?: (vectors: Vectors) => void } = {},
  ): void {
    const to = this.let(lift(end));
    let next = this.let(lift(start));
    for (const vectors of [2, 1, 0] as const) {
      if (vectors > widest) continue;
      const whole = this.#wholeSteps(next, to, this.elements(vectors), unit);
      before?.(vectors);
      this.for(next, whole, this.elements(vectors), (i) => body(i, vectors));
      if (whole === to) return;
      next = whole;
    }
  }

  /** Where the last whole step from `from` on ends. */
  #wholeSteps(from: Expr, to: Expr, step: number, unit: number): Expr {
    const length = to.sub(from);
    if ((length.constant ?? unit) % step === 0) return to;
    return length.constant === null
      ? this.let(from.add(length.and(-step)))
      : from.add(length.constant - (length.constant % step));
  }

  /** The condition is evaluated anew before each round. */
  while(condition: Expr, body: () => void): void {
    this.#block.push({ kind: 'while', condition, body: this.#inBlock(body) });
  }

  if(condition: Expr, then: () => void, otherwise: () => void = () => undefined): void {
    if (condition.constant !== null) {
      (condition.constant !== 0 ? then : otherwise)();
      return;
    }
    this.#block.push({ kind: 'if', condition, then: this.#inBlock(then), otherwise: this.#inBlock(otherwise) });
  }

  /** The result of a function, bound to a name. */
  call(callee: Callee, args: readonly Expr[]): Expr {
    this.#check(callee, args);
    if (callee.result === null) throw new InternalError(`kernel: ${callee.name} gives nothing`);
    return this.local(new Expr(callee.result, { kind: 'call', callee, args }));
  }

  /** Call a function that gives nothing. */
  run(callee: Callee, args: readonly Expr[]): void {
    this.#check(callee, args);
    this.#block.push({ kind: 'call', callee, args });
  }

  #check(callee: Callee, args: readonly Expr[]): void {
    const fits = args.length === callee.params.length && args.every((x, i) => x.type === callee.params[i]);
    if (!fits) throw new InternalError(`kernel: ${callee.name}(${args.map((x) => x.type).join()}) does not fit`);
    this.#callees.add(callee);
  }

  return(value: Expr | null = null): void {
    this.#block.push({ kind: 'return', value });
  }

  trap(): void {
    this.#block.push({ kind: 'trap' });
  }

  /** Read a word and do nothing with it, so that its line of the cache is there when it is needed. `offset` in bytes, not negative. */
  touch(address: Expr, offset = 0): void {
    this.#block.push({ kind: 'touch', address, offset });
  }

  /** Copy bytes; the ranges may overlap. */
  copy(to: Expr, from: Expr, bytes: Expr): void {
    this.#block.push({ kind: 'copy', to, from, bytes });
  }

  fill(to: Expr, byte: Expr, bytes: Expr): void {
    this.#block.push({ kind: 'fill', to, byte, bytes });
  }

  atomicLoad(address: Expr, offset = 0): Expr {
    return new Expr('i32', { kind: 'atomicLoad', address, offset });
  }
  /** Adds, and gives what stood there before; bound to a name. */
  atomicAdd(address: Expr, value: Expr, offset = 0): Expr {
    return this.local(new Expr('i32', { kind: 'atomicAdd', address, offset, value }));
  }
  atomicStore(address: Expr, value: Expr, offset = 0): void {
    this.#block.push({ kind: 'atomicStore', address, offset, value });
  }
  /** Sleep as long as the word is `expected`, at most `timeout` nanoseconds; wakes by `atomicNotify`. */
  atomicWait(address: Expr, expected: Expr, timeout: number, offset = 0): void {
    this.local(new Expr('i32', { kind: 'atomicWait', address, offset, expected, timeout }));
  }
  /** Wake all who wait at the word. */
  atomicNotify(address: Expr, offset = 0): void {
    this.#block.push({ kind: 'atomicNotify', address, offset });
  }

  // ---- vectors ----

  /** The widest vectors that the target computes in. */
  get widest(): 1 | 2 {
    return this.target.wide ? 2 : 1;
  }

  /** Elements of a value of 32-bit numbers: lanes of all its vectors, or one. */
  elements(vectors: Vectors): number {
    return vectors === 0 ? 1 : vectors * this.target.lanes;
  }

  /** Sum of the lanes, in pairs: (0 + 2) + (1 + 3). */
  sumLanes(x: Expr): Expr {
    return this.#fold(x, (a, b) => a.add(b));
  }
  /** Combine the lanes pairwise. */
  reduceLanes(x: Expr, combine: (a: Expr, b: Expr) => Expr): Expr {
    return this.#fold(x, combine);
  }
  #fold(x: Expr, combine: (a: Expr, b: Expr) => Expr): Expr {
    if (!isVector(x.type)) return x;
    const bound = this.let(x);
    const lanes = this.elements(vectorsOf(x.type)) / (elementOf(x.type) === 'f64' ? 2 : 1);
    let parts = Array.from({ length: lanes }, (_, i) => bound.lane(i));
    while (parts.length > 1) {
      const half = parts.length / 2;
      parts = parts.slice(0, half).map((part, i) => this.let(combine(part, parts[half + i])));
    }
    return parts[0];
  }
}
