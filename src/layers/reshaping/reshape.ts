/** @file `Reshape`: the same numbers of each sample under another shape. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/**
 * Input (batch, …), output (batch, …targetShape).
 *
 * @param targetShape Shape of one sample; one size may be -1: what is left.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} Sizes that are none; a shape that the input does not fill.
 * @see `keras.layers.Reshape`
 * @example
 * new Reshape([7, 7, 64])
 */
export class Reshape extends Layer {
  protected override readonly takesOneTensor = true;
  static readonly positional = ['target_shape'];
  readonly targetShape: PartialShape;

  constructor(targetShape: PartialShape, options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    const owner = ownerOf(this);
    const list: readonly unknown[] | null = Array.isArray(targetShape) ? targetShape : null;
    const sound = list?.every((dim) => dim === null || (Number.isInteger(dim) && (dim as number) >= -1));
    if (list === null || !sound || list.filter((dim) => dim === -1).length > 1) {
      throw new ValueError(
        `${owner}: targetShape=${quote(targetShape)}. Expected a list of whole numbers, of which one may be -1.`,
      );
    }
    this.targetShape = list as PartialShape;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    const target = this.#resolve(inputs.shape);
    return ops.reshape(inputs, [inputs.shape[0], ...target.map((dim) => dim ?? -1)]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], ...this.#resolve(inputShape)];
  }

  override computeOutputSpec(inputs: Spec): Tree<Spec> {
    return { shape: this.computeOutputShape(inputs.shape), dtype: inputs.dtype };
  }

  #resolve(inputShape: PartialShape): PartialShape {
    const own = inputShape.slice(1);
    if (own.includes(null) || this.targetShape.includes(null))
      return this.targetShape.map((dim) => (dim === -1 ? null : dim));
    const target = this.targetShape as readonly number[];
    const size = sizeOf(own as readonly number[]);
    const known = sizeOf(target.filter((dim) => dim !== -1));
    const open = target.includes(-1);
    if (open ? known === 0 || size % known !== 0 : size !== known) {
      throw new ValueError(
        `${ownerOf(this)}: a sample of shape ${formatShape(own)} holds ${size} numbers, which do not fill targetShape=${formatShape(target)}.`,
      );
    }
    return target.map((dim) => (dim === -1 ? size / known : dim));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), target_shape: this.targetShape };
  }
}
