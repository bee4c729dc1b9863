/** @file `Permute`: the axes of each sample in another order. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/**
 * Axis i of a sample's output is axis `dims[i]` of its input, counted from 1; the batch stays.
 *
 * @param dims The axes of a sample in their new order, counted from 1.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} `dims` is no permutation of 1, 2, …
 * @see `keras.layers.Permute`
 * @example
 * new Permute([2, 1]) // (batch, a, b) → (batch, b, a)
 */
export class Permute extends Layer {
  static readonly positional = ['dims'];
  readonly dims: readonly number[];

  constructor(dims: readonly number[], options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    const sorted = Array.isArray(dims) ? [...(dims as readonly number[])].sort((a, b) => a - b) : null;
    if (sorted === null || sorted.some((dim, i) => dim !== i + 1)) {
      throw new ValueError(
        `${ownerOf(this)}: dims=${quote(dims)}. Expected the numbers from 1 in some order, such as [2, 1].`,
      );
    }
    this.dims = [...dims];
    this.inputSpec = new InputSpec({ ndim: dims.length + 1 });
  }

  override call(inputs: Tensor): Tensor {
    return ops.transpose(inputs, { axes: [0, ...this.dims] });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], ...this.dims.map((dim) => inputShape[dim])];
  }

  override computeOutputSpec(inputs: Spec): Tree<Spec> {
    return { shape: this.computeOutputShape(inputs.shape), dtype: inputs.dtype };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dims: this.dims };
  }
}
