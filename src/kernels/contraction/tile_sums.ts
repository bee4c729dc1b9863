/** @file The sums of a tile of C in registers: what the kernels of products share, wherever their operands lie. */
import type { Expr, FunctionBuilder, Local } from '../../codegen/index.js';
import { constant, inVectors, MEMORY_BYTES } from '../../codegen/index.js';
import type { Tile } from './gemm_tile.js';

/** Rows of sums, each as wide as the tile, that start as zero. */
export class TileSums {
  readonly #rows: readonly (readonly Local[])[];
  /** Bytes of the elements of one value. */
  readonly #bytes: number;

  /**
   * @param rows Default: the tile's.
   * @param memory The type of the elements.
   */
  constructor(
    private readonly f: FunctionBuilder,
    private readonly tile: Tile,
    rows = tile.rows,
    private readonly memory: 'f32' | 'f64' = 'f32',
  ) {
    const { columns, vectors } = tile;
    this.#bytes = vectors * f.target.lanes * MEMORY_BYTES.f32; // as many bytes of each type
    const across = (columns * MEMORY_BYTES[memory]) / this.#bytes;
    const zero = constant(inVectors(memory, vectors), 0);
    this.#rows = Array.from({ length: rows }, () => Array.from({ length: across }, () => f.local(zero)));
  }

  /** Row by row; `shift`: bytes from the first column to those of the sum. */
  each(body: (sum: Local, row: number, shift: number) => void): void {
    this.#rows.forEach((sums, row) => sums.forEach((sum, v) => body(sum, row, v * this.#bytes)));
  }

  /** Put what lies at C into the sums. */
  load(placeOf: (row: number) => readonly [at: Expr, offset: number]): void {
    this.each((sum, row, shift) => {
      const [at, offset] = placeOf(row);
      this.f.set(sum, this.f.loadVector(this.memory, at, offset + shift, this.tile.vectors));
    });
  }

  /**
   * Add the products of a column of A and a row of B.
   *
   * @param b Where the row of B begins.
   * @param offsets Bytes from `a` to the element of each row.
   */
  addProducts(b: Expr, a: Expr, offsets: (row: number) => number): void {
    const { f, memory, tile } = this;
    const columns = this.#rows[0].map((_, v) => f.let(f.loadVector(memory, b, v * this.#bytes, tile.vectors)));
    this.#rows.forEach((sums, row) => {
      const element = f.let(f.loadSplat(a, offsets(row), tile.vectors, memory));
      sums.forEach((sum, v) => f.set(sum, element.fma(columns[v], sum)));
    });
  }
}
