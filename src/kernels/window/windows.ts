/** @file Sliding windows: how they lie in an array, and the loops over them and over their elements. */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo } from '../../core/dtype.js';
import { sizeOf, stridesOf } from '../../core/shape.js';
import type { Shape } from '../../core/shape.js';
import type { Expr, FunctionBuilder, Vectors } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { WindowParams } from '../../graph/lax.js';
import { decode } from '../work.js';

/** An axis along which windows reach over more than one element, or are moved or padded. */
interface WindowAxis {
  readonly size: number;
  readonly outSize: number;
  readonly window: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
  /** Elements per step, in the input and in the output. */
  readonly inStep: number;
  readonly outStep: number;
}

/**
 * How windows lie: axes that windows leave alone are merged to an outer part (before the first axis of windows) and an inner part
 * (after the last), the latter done in lanes.
 */
export interface Geometry {
  readonly outer: number;
  readonly axes: readonly WindowAxis[];
  readonly inner: number;
  /** Elements of one outer part, in the input and in the output. */
  readonly inBlock: number;
  readonly outBlock: number;
  /** Window elements in all. */
  readonly taps: number;
}

export function geometryOf(shape: Shape, out: Shape, p: WindowParams): Geometry {
  const isUntouched = (d: number): boolean =>
    p.window[d] === 1 && p.strides[d] === 1 && p.padding[d][0] === 0 && p.padding[d][1] === 0;
  let first = 0;
  while (first < shape.length && isUntouched(first)) first++;
  let last = shape.length;
  while (last > first && isUntouched(last - 1)) last--;
  const [inSteps, outSteps] = [stridesOf(shape), stridesOf(out)];
  const axes: WindowAxis[] = [];
  for (let d = first; d < last; d++) {
    axes.push({
      size: shape[d],
      outSize: out[d],
      window: p.window[d],
      stride: p.strides[d],
      before: p.padding[d][0],
      dilation: p.dilation[d],
      inStep: inSteps[d],
      outStep: outSteps[d],
    });
  }
  return {
    outer: sizeOf(shape.slice(0, first)),
    axes,
    inner: sizeOf(shape.slice(last)),
    inBlock: sizeOf(shape.slice(first)),
    outBlock: sizeOf(out.slice(first)),
    taps: axes.reduce((n, axis) => n * axis.window, 1),
  };
}

/** More window elements than this are visited by loops rather than one after another in the code. */
export const UNROLLED_TAPS = 16;

/** Whether every window lies in the input as a whole. */
export function isAllInside({ axes }: Geometry): boolean {
  return axes.every(
    (x) => x.before <= 0 && (x.outSize - 1) * x.stride - x.before + (x.window - 1) * x.dilation < x.size,
  );
}

/** Where one window begins, and which of its elements lie inside the input. */
export interface WindowPlace {
  /** Offset of the window's first element, which may lie in the padding. */
  readonly start: Expr;
  /** Per axis the range of window elements that lie inside; null: all of every window do. */
  readonly ranges: readonly { readonly lo: Expr; readonly hi: Expr }[] | null;
}

/** Visits the elements of one window that lie inside the input. */
export class WindowLoops {
  readonly #allInside: boolean;

  constructor(
    private readonly f: FunctionBuilder,
    private readonly geometry: Geometry,
  ) {
    this.#allInside = isAllInside(geometry);
  }

  /** Elements of a window, those in the padding too. */
  get taps(): number {
    return this.geometry.taps;
  }

  place(position: readonly Expr[]): WindowPlace {
    const { f } = this;
    const { axes } = this.geometry;
    const firsts = axes.map(({ stride, before }, d) => f.let(position[d].mul(stride).sub(before)));
    const start = f.let(firsts.reduce<Expr>((sum, first, d) => sum.add(first.mul(axes[d].inStep)), i32(0)));
    if (this.#allInside) return { start, ranges: null };
    const ranges = axes.map(({ size, window, dilation }, d) => {
      // lo = ⌈max(0, -first) / dilation⌉, hi = ⌈(size - first) / dilation⌉, both within [0, window]
      const up = (x: Expr): Expr => f.let(x.add(dilation - 1).divS(dilation));
      const lo = f.let(up(f.let(i32(0).sub(firsts[d]).maxS(0))).minS(window));
      const hi = f.let(up(f.let(i32(size).sub(firsts[d]).maxS(0))).minS(window));
      return { lo, hi };
    });
    return { start, ranges };
  }

  /**
   * Run `body` for each element of the window: an address that it is `offset` bytes away from, and its number in the window.
   *
   * @param at Address of the element at offset 0 of the input's block.
   */
  each(
    { start, ranges }: WindowPlace,
    at: Expr,
    bytes: number,
    body: (address: Expr, offset: number, tap: Expr) => void,
  ): void {
    const { f } = this;
    const { axes, taps } = this.geometry;
    const from = f.let(at.add(start.mul(bytes)));
    if (ranges === null && taps <= UNROLLED_TAPS) {
      const unroll = (d: number, offset: number, tap: number): void => {
        if (d === axes.length) return body(from, offset * bytes, i32(tap));
        const { inStep, dilation, window } = axes[d];
        for (let k = 0; k < window; k++) unroll(d + 1, offset + k * dilation * inStep, tap * window + k);
      };
      return unroll(0, 0, 0);
    }
    const walk = (d: number, address: Expr, tap: Expr): void => {
      if (d === axes.length) return body(address, 0, tap);
      const { inStep, dilation, window } = axes[d];
      const [lo, hi] = ranges === null ? [i32(0), i32(window)] : [ranges[d].lo, ranges[d].hi];
      f.for(lo, hi, 1, (k) =>
        walk(d + 1, f.let(address.add(k.mul(dilation * inStep * bytes))), f.let(tap.mul(window).add(k))),
      );
    };
    walk(0, from, i32(0));
  }
}

/** Run `body` along the inner part: vectors, then single elements. */
export function forInner(
  f: FunctionBuilder,
  inner: number,
  dtype: DType,
  body: (c: Expr, vectors: Vectors) => void,
): void {
  f.forElements(0, inner, dtypeInfo(dtype).storage === 'f64' ? 0 : f.widest, body);
}

/** The position of a window from its number in one outer part. */
export const positionOf = (f: FunctionBuilder, window: Expr, { axes }: Geometry): Expr[] =>
  decode(
    f,
    window,
    axes.map((axis) => axis.outSize),
  );
