/** @file The lowering of singular values, with vectors and without. */
import type { Expr, FunctionBuilder, Target } from '../../codegen/index.js';
import { constant, i32 } from '../../codegen/index.js';
import type { Node } from '../../graph/graph.js';
import type { SvdParams } from '../../graph/lax.js';
import { columnsOf, rowsOf } from '../../graph/matrices.js';
import type { Lowering, LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { bidiagonalize, diagonalizeBoth, PAIRS } from './bidiagonal.js';
import { blockWorkspace, factorizeQr, formProduct } from './householder.js';
import { fillMatrix, multiply, productWorkspace } from './product.js';
import { forgetSweeps, sweepsWorkspace, turnedRowBytes } from './rotations.js';
import { ascending } from './tridiagonal.js';
import type { Real } from './vectors.js';
import { realOf, transposed } from './vectors.js';

/** Memory, given out piece by piece. */
class Pieces {
  #taken = 0;
  constructor(private readonly real: Real) {}
  /** Numbers taken so far. */
  get taken(): number {
    return this.#taken;
  }
  /** A piece of so many numbers (or bytes), at a whole line of the cache: its place in bytes. */
  take(numbers: number, bytes = numbers * this.real.bytes): number {
    const place = this.#taken * this.real.bytes;
    this.#taken += (Math.ceil(bytes / 64) * 64) / this.real.bytes;
    return place;
  }
}

/** Where everything is: m ≥ n, as the matrix or its transpose is. */
function plan(m: number, n: number, columns: number, real: Real) {
  const pieces = new Pieces(real);
  const turned = turnedRowBytes(n, real);
  return {
    turned,
    d: pieces.take(0, 8 * n),
    e: pieces.take(0, 8 * n),
    order: pieces.take(0, 4 * n),
    a: pieces.take(m * n),
    taus: pieces.take(n),
    left: pieces.take(n),
    right: pieces.take(n),
    square: pieces.take(n * n),
    reflections: pieces.take(n * n),
    x: pieces.take(PAIRS * n),
    y: pieces.take(PAIRS * n),
    u: pieces.take(0, n * turned),
    v: pieces.take(0, n * turned),
    listU: pieces.take(sweepsWorkspace(n, real)),
    listV: pieces.take(sweepsWorkspace(n, real)),
    q: pieces.take(m * columns),
    out: pieces.take(m * columns),
    blocks: pieces.take(Math.max(blockWorkspace(m, Math.max(n, columns)), productWorkspace(m, n, n))),
    taken: pieces.taken,
  };
}

/**
 * Write the decomposition of one matrix.
 *
 * @param wide Whether the matrix has more columns than rows: its transpose is decomposed.
 * @param outs Where U (or null), s and Vᵀ (or null) go.
 */
function emitSvd(
  f: FunctionBuilder,
  target: Target,
  real: Real,
  { rows, columns: width, full }: { rows: number; columns: number; full: boolean },
  from: Expr,
  [outU, outS, outVt]: readonly [Expr | null, Expr, Expr | null],
  own: Expr,
): void {
  const wide = rows < width;
  const [m, n] = wide ? [width, rows] : [rows, width];
  const columns = full ? m : n;
  const places = plan(m, n, columns, real);
  const { bytes, memory } = real;
  const place = (name: keyof typeof places): Expr => f.let(own.add(places[name]));
  const [d, e, order, a, square, u, v, listU, listV] = (
    ['d', 'e', 'order', 'a', 'square', 'u', 'v', 'listU', 'listV'] as const
  ).map(place);
  const blocks = place('blocks');
  const [line, turned, cell] = [i32(n * bytes), i32(places.turned), i32(bytes)];
  const [zero, one] = [constant(memory, 0), constant(memory, 1)];
  const vectors = outU !== null;
  const tall = m > n;
  if (wide) f.run(transposed(target, real), [i32(rows), i32(width), from, i32(width * bytes), a, line]);
  else f.copy(a, from, i32(m * n * bytes));
  if (tall) {
    f.run(factorizeQr(target, real), [i32(m), i32(n), a, line, place('taus'), blocks]);
    f.copy(square, a, i32(n * n * bytes));
    f.for(1, n, 1, (k) => f.fill(square.add(k.mul(n * bytes)), i32(0), k.mul(bytes)));
  } else f.copy(square, a, i32(n * n * bytes));
  const reflections = place('reflections');
  const [left, right] = [place('left'), place('right')];
  f.run(bidiagonalize(target, real), [i32(n), square, line, d, e, left, right, reflections, place('x'), place('y'), blocks]); // prettier-ignore
  forgetSweeps(f, listU);
  forgetSweeps(f, listV);
  if (vectors) {
    // U and V of the bidiagonal form, transposed: their rows are turned.
    const wholeRow = i32(places.turned / bytes);
    const formed = place('out');
    f.run(fillMatrix(target, real), [i32(n), wholeRow, u, turned, zero]);
    f.run(fillMatrix(target, real), [i32(n), wholeRow, v, turned, zero]);
    f.run(formProduct(target, real), [i32(n), i32(n), i32(n), reflections, cell, line, left, formed, line, blocks]);
    f.run(transposed(target, real), [i32(n), i32(n), formed, line, u, turned]);
    if (n > 1) {
      const short = i32((n - 1) * bytes);
      f.run(formProduct(target, real), [
        i32(n - 1), i32(n - 1), i32(n - 1), square.add(bytes), cell, line, right, formed, short, blocks,
      ]); // prettier-ignore
      f.run(transposed(target, real), [i32(n - 1), i32(n - 1), formed, short, v.add(places.turned + bytes), turned]);
    }
    f.store(memory, v, one);
  }
  const found = f.call(diagonalizeBoth(target, real), [i32(n), d, e, i32(vectors ? 1 : 0), u, v, turned, listU, listV]);
  f.run(ascending(target, real), [i32(n), d, order]);
  /** The place of the singular value that is number i from above. */
  const source = (i: Expr): Expr =>
    f.let(
      f.load(
        'i32',
        order.add(
          i32(n - 1)
            .sub(i)
            .mul(4),
        ),
      ),
    );
  f.for(0, n, 1, (i) => {
    const value = f.load('f64', d.add(source(i).mul(8)));
    f.store(memory, outS.add(i.mul(bytes)), memory === 'f32' ? value.toF32() : value);
  });
  const none = constant(memory, NaN);
  if (vectors) {
    const [long, short] = wide ? [outVt!, outU] : [outU, outVt!];
    // The side of n columns: rows of v, or, if it is U of the matrix, columns.
    if (wide) {
      f.for(0, n, 1, (i) => f.copy(reflections.add(i.mul(n * bytes)), v.add(source(i).mul(places.turned)), line));
      f.run(transposed(target, real), [i32(n), i32(n), reflections, line, short, line]);
    } else f.for(0, n, 1, (i) => f.copy(short.add(i.mul(n * bytes)), v.add(source(i).mul(places.turned)), line));
    // The other side, as columns in a matrix of m rows: Q times that of R.
    const result = wide ? place('out') : long;
    const wideLine = i32(columns * bytes);
    f.for(0, n, 1, (i) => f.copy(reflections.add(i.mul(n * bytes)), u.add(source(i).mul(places.turned)), line));
    if (tall) {
      const q = place('q');
      f.run(formProduct(target, real), [i32(m), i32(n), i32(columns), a, line, cell, place('taus'), q, wideLine, blocks]); // prettier-ignore
      f.run(fillMatrix(target, real), [i32(m), i32(n), result, wideLine, zero]);
      f.run(multiply(target, real), [
        i32(m), i32(n), i32(n), one, q, wideLine, cell, reflections, cell, line, result, wideLine, blocks,
      ]); // prettier-ignore
      if (columns > n) {
        const rest = i32((columns - n) * bytes);
        f.for(0, m, 1, (i) => {
          const shift = f.let(i.mul(columns * bytes).add(n * bytes));
          f.copy(result.add(shift), q.add(shift), rest);
        });
      }
    } else f.run(transposed(target, real), [i32(n), i32(n), reflections, line, result, wideLine]);
    if (wide) f.run(transposed(target, real), [i32(m), i32(columns), result, wideLine, long, i32(m * bytes)]);
  }
  f.if(found.eqz(), () => {
    const fill = (to: Expr, count: number): void =>
      f.run(fillMatrix(target, real), [i32(1), i32(count), to, i32(0), none]);
    fill(outS, n);
    if (vectors) {
      fill(wide ? outVt! : outU, m * columns);
      fill(wide ? outU : outVt!, n * n);
    }
  });
}

function lowerSvd(node: Node, lowering: Lowering, full: boolean): void {
  const [input] = node.inputs;
  const [rows, columns] = [rowsOf(input), columnsOf(input)];
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)];
  const real = realOf(input.dtype);
  addBatch(lowering, node, {
    work: 12 * m * n * n,
    own: plan(m, n, full ? m : n, real).taken,
    real,
    emit: (f, [from], outputs, own) => {
      const outs = outputs.length === 1 ? ([null, outputs[0], null] as const) : ([outputs[0], outputs[1], outputs[2]] as const); // prettier-ignore
      if (n > 0) emitSvd(f, lowering.target, real, { rows, columns, full }, from, outs, own);
      else
        outputs.forEach((to, i) => {
          // Without elements U and V are unit matrices.
          const { shape } = node.outputs[i];
          const size = shape[shape.length - 1];
          if (size === 0 || i === 1) return;
          f.run(fillMatrix(lowering.target, real), [i32(size), i32(size), to, i32(size * real.bytes), constant(real.memory, 0)]); // prettier-ignore
          f.for(0, size, 1, (k) =>
            f.store(real.memory, to.add(k.mul((size + 1) * real.bytes)), constant(real.memory, 1)),
          );
        });
    },
  });
}

export const svd: LowerRule = {
  lower: (node, lowering) => lowerSvd(node, lowering, (node.params as SvdParams).full),
};

export const singularValues: LowerRule = {
  lower: (node, lowering) => lowerSvd(node, lowering, false),
};
