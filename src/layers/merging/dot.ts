/** @file `Dot`: products of two tensors, summed over one axis of each, sample by sample. */
import { quote } from '../../core/describe.js';
import { checked, checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, normalizeAxis, range } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import type { ConcreteInputs, LayerOptions, MaskTree, SymbolicInputs } from '../layer_types.js';
import { LAYER_OPTIONS } from '../option_names.js';
import { requireTensors } from '../one_tensor.js';
import { listOfShapes, Merge } from './base_merge.js';

/** Options of `new Dot(axes, options)`. */
export interface DotOptions extends LayerOptions {
  /** Whether the tensors are brought to length 1 along the axes first, which gives cosines. Default false. */
  readonly normalize?: boolean;
}

/**
 * Products of two tensors, summed over an axis of each, sample by sample: (batch, n) and (batch, n) give (batch, 1).
 *
 * @param axes The axis in both tensors, or [axis of the first, axis of the second]. The batch is no choice.
 * @param options See {@link DotOptions}.
 * @throws {ValueError} The input is no list of two; axes of different sizes, or the batch.
 * @see `keras.layers.Dot`
 * @example
 * new Dot(1)([a, b])
 */
export class Dot extends Merge {
  static readonly positional = ['axes'];
  readonly axes: number | readonly [number, number];
  readonly normalize: boolean;

  constructor(axes: number | readonly number[], options: DotOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { normalize = false, ...rest } = options;
    super(rest);
    const list: readonly unknown[] = Array.isArray(axes) ? axes : [axes, axes];
    if (list.length !== 2 || !list.every(Number.isInteger))
      throw new ValueError(`${ownerOf(this)}: axes=${quote(axes)}. Expected a whole number, or a list of two.`);
    this.axes = axes as number | readonly [number, number];
    this.normalize = normalize;
  }

  /** The axes as indices from 0. */
  protected override checkInputs(inputs: unknown): void {
    requireTensors(this, inputs);
    if (inputs.length !== 2) throw new ValueError(`${ownerOf(this)}: got ${inputs.length} inputs. Expected two.`);
  }

  #axesIn(shapes: readonly PartialShape[]): readonly [number, number] {
    const owner = ownerOf(this);
    if (shapes.length !== 2) throw new ValueError(`${owner}: got ${shapes.length} inputs. Expected two.`);
    const [a, b] = shapes.map((shape, i) =>
      normalizeAxis(typeof this.axes === 'number' ? this.axes : this.axes[i], shape.length, owner),
    );
    const [n, m] = [shapes[0][a], shapes[1][b]];
    const all = shapes.map(formatShape).join(' and ');
    if (a === 0 || b === 0)
      throw new ValueError(`${owner}: axes=${quote(this.axes)} names the batch, axis 0. Choose another axis.`);
    if (n !== null && m !== null && n !== m) {
      throw new ValueError(
        `${owner}: inputs of shapes ${all} with axes=${quote(this.axes)}: the sizes ${n} (axis ${a}) and ${m} (axis ${b}) differ.`,
      );
    }
    return [a, b];
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return this.merge(inputs);
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    const [a, b] = this.#axesIn(inputs.map((x) => x.shape));
    const [x, y] = this.normalize
      ? [ops.normalize(inputs[0], { axis: a }), ops.normalize(inputs[1], { axis: b })]
      : inputs;
    // (batch, …left, n) · (batch, n, …right), with all on the left and all on the right as one axis each.
    const others = (t: Tensor, axis: number): number[] => range(t.ndim).filter((d) => d > 0 && d !== axis);
    const sizes = (t: Tensor, axes: readonly number[]): number[] => axes.map((d) => t.shape[d]);
    const [left, right] = [others(x, a), others(y, b)];
    const [batch, n] = [x.shape[0], x.shape[a]];
    const matrixX = ops.reshape(ops.transpose(x, { axes: [0, ...left, a] }), [batch, -1, n]);
    const matrixY = ops.reshape(ops.transpose(y, { axes: [0, b, ...right] }), [batch, n, -1]);
    const shape = [batch, ...sizes(x, left), ...sizes(y, right)];
    return ops.reshape(ops.matmul(matrixX, matrixY), shape.length === 1 ? [batch, 1] : shape);
  }

  override computeOutputShape(inputShape: readonly PartialShape[]): PartialShape {
    const shapes = listOfShapes(ownerOf(this), inputShape);
    const [a, b] = this.#axesIn(shapes);
    const shape = [...shapes[0].filter((_, i) => i !== a), ...shapes[1].filter((_, i) => i !== b && i !== 0)];
    return shape.length === 1 ? [shape[0], 1] : shape;
  }

  override computeMask(_inputs?: unknown, _previousMask?: MaskTree): null {
    return null;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axes: this.axes, normalize: this.normalize };
  }
}

function dotOf(
  inputs: readonly KerasTensor[],
  options?: DotOptions & { readonly axes?: number | readonly number[] },
): KerasTensor;
function dotOf(
  inputs: readonly ConcreteInputs[],
  options?: DotOptions & { readonly axes?: number | readonly number[] },
): Tensor;
function dotOf(
  inputs: readonly SymbolicInputs[],
  { axes = -1, ...options }: DotOptions & { readonly axes?: number | readonly number[] } = {},
): Tensor | KerasTensor {
  return new Dot(axes, options)(inputs);
}

/**
 * `new Dot(axes, options)(inputs)`.
 *
 * @param inputs Two tensors, symbolic or not.
 * @param options See {@link DotOptions}; and `axes`: the axis in both, or one of each. Default −1.
 * @returns The product, without the two axes.
 * @throws {ValueError} The sizes along the axes differ.
 * @see `keras.layers.dot`
 * @example
 * layers.dot([ops.array([[1, 2]]), ops.array([[3, 4]])], { axes: 1 }) // [[11]]
 */
export const dot = checked('dot', dotOf, [...LAYER_OPTIONS, 'normalize']);
