/**
 * @file How contractions in small groups (depthwise.ts) go along lines of positions: which elements of the input each tap meets, and
 * which lie in the padding. Nothing is copied for the padding: lines of taps outside read a line of zeros, and near the ends of a line
 * code is written for each position, which knows the taps that are outside.
 */
import { fromNumbers } from '../../core/ndarray.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { ContractionAxis } from '../contraction/contraction.js';
import { countOf } from '../contraction/contraction.js';
import { decode } from '../work.js';

/** Positions that are computed at once. */
const POSITIONS = 4;
/** Taps that are written one after another rather than as a loop. */
export const UNROLLED = 25;
/** Taps of a kernel, at most, of whose input no padded copy is made. */
const MOST_TAPS = 121;
/** Positions near the ends of a line for which code is written: more are as rare as kernels that reach as far. */
const MOST_NEAR_ENDS = 16;
/** Elements of a line of zeros at most. */
const MOST_ZEROS = 1 << 15;

/** How an axis meets the input: position p and tap t meet element index + p·move + t·tapMove, if it is there; elements are `step` apart. */
export interface Reach {
  readonly index: number;
  readonly size: number;
  readonly move: number;
  readonly tapMove: number;
  readonly step: number;
}

/** Positions and taps of a contraction, in the order of the axes of its images: those of one axis have a reach in common. */
export interface Meeting {
  readonly images: ContractionAxis;
  readonly positions: readonly ContractionAxis[];
  readonly taps: readonly ContractionAxis[];
  /** Features of the input that a group has. */
  readonly channels: ContractionAxis;
  readonly reach: readonly Reach[];
  /** Elements of the input from the first feature to the last. */
  readonly span: number;
}

/** A tap of some that are met from one address: its number among all, and the bytes from there. */
export interface Tap {
  readonly number: number;
  readonly offset: number;
  /** Its index along the line. */
  readonly column: number;
}

/** An address that some taps of the first element of a line are met from. */
export interface TapRow {
  readonly address: Expr;
  readonly taps: readonly Tap[];
}

/** Where a line begins: its image, and its indices along the other axes. */
export interface LinePlace {
  readonly start: Expr;
  readonly indices: readonly Expr[];
}

/** Some positions of a line, from `first` on, which code is written for. */
export interface Piece {
  readonly first: Expr;
  readonly count: number;
  /** Bytes by which addresses are moved, and bytes that are added to the offsets of taps. */
  readonly at: Expr;
  readonly offset: number;
  /** Whether a tap of the position lies in the padding. */
  isOutside(position: number, column: number): boolean;
}

const isAllInside = ({ positions, taps, reach }: Meeting): boolean =>
  reach.every(
    ({ index, size, move, tapMove }, d) =>
      index >= 0 && index + (positions[d].size - 1) * move + (taps[d].size - 1) * tapMove < size,
  );

/** Lines of zeros, by size: programs have one for all convolutions that need as much. */
const zeros = new Map<number, NDArray>();
function zerosOf(size: number): NDArray {
  const rounded = 2 ** Math.ceil(Math.log2(size));
  let array = zeros.get(rounded);
  if (array === undefined)
    zeros.set(rounded, (array = fromNumbers('float32', [rounded], new Array<number>(rounded).fill(0))));
  return array;
}

/** Lines of positions, and the taps that they meet. */
export class Lines {
  /** What the number of a line goes over: images, and all axes but the last. */
  readonly outer: readonly ContractionAxis[];
  readonly line: ContractionAxis;
  readonly zeros: Buffer | null;
  /** Positions from which on no tap lies outside, and before which. */
  readonly #inner: readonly [number, number];

  private constructor(
    lowering: Lowering,
    private readonly meeting: Meeting,
    private readonly tapNumber: (tap: number, channel: number) => number,
  ) {
    const { images, positions, taps, span } = meeting;
    this.outer = [images, ...positions.slice(0, -1)];
    this.line = positions.at(-1)!;
    const { index, size, move, tapMove, step } = meeting.reach.at(-1)!;
    const [count, last] = [this.line.size, index + (taps.at(-1)!.size - 1) * tapMove];
    const first = Math.min(count, Math.max(0, Math.ceil(-index / move)));
    this.#inner = [first, Math.max(first, Math.min(count, Math.floor((size - 1 - last) / move) + 1))];
    const meetsRows = isAllInside({ ...meeting, positions: positions.slice(0, -1), reach: meeting.reach.slice(0, -1) });
    this.zeros = meetsRows ? null : lowering.constant(zerosOf((size - 1) * step + span));
  }

  /**
   * The lines of a contraction; null if it should be done of an input with zeros around its elements.
   *
   * @param tapNumber The number of a tap (counted along all axes but that of channels) for a channel.
   */
  static of(lowering: Lowering, meeting: Meeting, tapNumber: (tap: number, channel: number) => number): Lines | null {
    const { taps, channels, reach, span } = meeting;
    const { size, step } = reach.at(-1)!;
    if (isAllInside(meeting) || countOf(taps) * channels.size > MOST_TAPS || channels.a < 0) return null;
    if (countOf(taps.slice(1)) * channels.size > UNROLLED) return null;
    if (reach.some((axis) => axis.step < 0) || (size - 1) * step + span > MOST_ZEROS) return null;
    const lines = new Lines(lowering, meeting, tapNumber);
    const [first, end] = lines.#inner;
    return first + lines.line.size - end > MOST_NEAR_ENDS ? null : lines;
  }

  get count(): number {
    return countOf(this.outer);
  }

  get reads(): readonly Buffer[] {
    return this.zeros === null ? [] : [this.zeros];
  }

  /** @param a Address of the element of the input that taps with index 0 would meet. */
  place(f: FunctionBuilder, a: Expr, number: Expr): LinePlace {
    const sizes = this.outer.map((axis) => axis.size);
    const [image, ...indices] = decode(f, number, sizes);
    return { start: f.let(a.add(image.mul(this.meeting.images.a * BYTES))), indices };
  }

  /**
   * Where the taps of a line are met.
   *
   * @param first The index of the taps along the first axis, if not all are asked for; their numbers are then those of index 0.
   */
  rows(f: FunctionBuilder, { start, indices }: LinePlace, first: Expr | null = null): TapRow[] {
    const { taps, channels, reach } = this.meeting;
    const outside = this.zeros?.pointer(f) ?? start;
    const { tapMove, step } = reach.at(-1)!;
    const columns = taps.at(-1)!.size;
    let rows: { tap: number; address: Expr; inside: Expr | null }[] = [{ tap: 0, address: start, inside: null }];
    indices.forEach((index, d) => {
      const { index: least, size, move, tapMove, step } = reach[d];
      const inside = least >= 0 && least + (this.outer[d + 1].size - 1) * move + (taps[d].size - 1) * tapMove < size;
      const tapsHere = first !== null && d === 0 ? [first] : Array.from({ length: taps[d].size }, (_, t) => i32(t));
      const at = tapsHere.map((tap) => f.let(index.mul(move).add(tap.mul(tapMove)).add(least)));
      const met = at.map((element) => (inside ? null : f.let(element.ltU(size))));
      rows = rows.flatMap(({ tap, address, inside }) =>
        at.map((element, t) => ({
          tap: tap * taps[d].size + t,
          address: f.let(address.add(element.mul(step * BYTES))),
          inside: inside === null || met[t] === null ? (inside ?? met[t]) : f.let(inside.and(met[t])),
        })),
      );
    });
    return rows.map(({ tap, address, inside }) => ({
      address: inside === null ? address : f.let(inside.select(address, outside)),
      taps: Array.from({ length: columns * channels.size }, (_, i): Tap => {
        const [column, channel] = [Math.floor(i / channels.size), i % channels.size];
        const offset = (column * tapMove * step + channel * channels.a) * BYTES;
        return { number: this.tapNumber(tap * columns + column, channel), offset, column };
      }),
    }));
  }

  /** Run `body` for all positions of a line, in order. */
  pieces(f: FunctionBuilder, body: (piece: Piece) => void): void {
    const { index, move, size, tapMove, step } = this.meeting.reach.at(-1)!;
    const written = (from: number, to: number): void => {
      for (let p = from; p < to; p += POSITIONS) {
        const element = (position: number, column: number): number => index + (p + position) * move + column * tapMove;
        body({
          first: i32(p),
          count: Math.min(POSITIONS, to - p),
          at: i32(0),
          offset: (index + p * move) * step * BYTES,
          isOutside: (position, column) => element(position, column) < 0 || element(position, column) >= size,
        });
      }
    };
    const [first, end] = this.#inner;
    const from = Math.min(this.line.size, Math.ceil(first / POSITIONS) * POSITIONS);
    const to = Math.max(from, end - ((end - from) % POSITIONS));
    written(0, from);
    f.for(from, to, POSITIONS, (p) =>
      body({
        first: p,
        count: POSITIONS,
        at: f.let(
          p
            .mul(move)
            .add(index)
            .mul(step * BYTES),
        ),
        offset: 0,
        isOutside: () => false,
      }),
    );
    written(to, this.line.size);
  }
}

/** Run `body` for all positions of a line of which no tap lies in the padding, in order. */
export function plainPieces(f: FunctionBuilder, line: ContractionAxis, body: (piece: Piece) => void): void {
  const piece = (first: Expr, count: number): void =>
    body({ first, count, at: f.let(first.mul(line.a * BYTES)), offset: 0, isOutside: () => false });
  const rest = line.size % POSITIONS;
  f.for(0, line.size - rest, POSITIONS, (first) => piece(first, POSITIONS));
  if (rest > 0) piece(i32(line.size - rest), rest);
}

/** What a position of a piece does with one tap. */
export interface Use {
  readonly tap: Tap;
  readonly position: number;
}

/**
 * Run `body` for all taps of all positions of a piece, those of one element of the input one after another: neighbours meet many of the
 * same elements. `load` is called once for each; `null`: it lies in the padding.
 *
 * @param move Bytes between positions.
 */
export function eachUse(
  f: FunctionBuilder,
  rows: readonly TapRow[],
  piece: Piece,
  move: number,
  body: (element: { readonly address: Expr; readonly offset: number } | null, uses: readonly Use[]) => void,
): void {
  for (const { address, taps } of rows) {
    if (taps.length === 0) continue;
    const from = f.let(address.add(piece.at));
    const inside = new Map<number, Use[]>();
    const outside = new Map<number, Use[]>();
    for (const tap of taps)
      for (let position = 0; position < piece.count; position++) {
        const places = piece.isOutside(position, tap.column) ? outside : inside;
        const place = piece.offset + tap.offset + position * move;
        places.set(place, [...(places.get(place) ?? []), { tap, position }]);
      }
    for (const place of [...new Set([...outside.keys(), ...inside.keys()])].sort((a, b) => a - b)) {
      const padding = outside.get(place);
      if (padding !== undefined) body(null, padding);
      const met = inside.get(place);
      if (met !== undefined) body({ address: from, offset: place }, met);
    }
  }
}
