/** @file `Input` and `InputLayer`: where data enter a functional model. */
import { checked } from '../../core/arguments.js';
import { describe, quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import type { DType } from '../../core/dtype.js';
import { standardizeInputDType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, sameShape } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import { FunctionalNode, KerasTensor, Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';

/** Options of `Input(options)`. One of `shape`, `batchShape` and `tensor` is needed. */
export interface InputOptions {
  /** Shape of one sample; null for sizes that are open. */
  readonly shape?: PartialShape | null;
  /** Size of the batch, if it is to be fixed. Default null: open. */
  readonly batchSize?: number | null;
  /** Shape with the batch size before: null where a size is open. */
  readonly batchShape?: PartialShape | null;
  /** Default: `floatx()`. */
  readonly dtype?: DType | null;
  /** Whether the data are sparse. Default false. */
  readonly sparse?: boolean | null;
  /** Not supported: null or false only. */
  readonly ragged?: boolean | null;
  /** Default: made up, `input_layer_3`. Unique in a model. */
  readonly name?: string | null;
  /** Whether null may be fed. Default false. */
  readonly optional?: boolean;
  /** Wrap this tensor: a symbolic one becomes the input, one with numbers feeds the model by itself. */
  readonly tensor?: KerasTensor | Tensor | null;
}

/** Options of `new InputLayer(options)`. */
export interface InputLayerOptions extends Omit<InputOptions, 'tensor'> {
  /** As `tensor` of `Input`. */
  readonly inputTensor?: KerasTensor | Tensor | null;
  /** The Keras 2 name of `shape`. */
  readonly inputShape?: PartialShape | null;
  /** The Keras 2 name of `batchShape`. */
  readonly batchInputShape?: PartialShape | null;
}

/**
 * The layer behind `Input()`.
 *
 * @param options See {@link InputLayerOptions}.
 * @throws {ValueError} There is neither a shape nor a tensor.
 * @see `keras.layers.InputLayer`
 * @example
 * const input = new layers.InputLayer({ shape: [4] });
 * new Sequential([input, new layers.Dense(2)]).outputShape; // [null, 2]
 */
export class InputLayer extends Layer {
  static override readonly callArguments: readonly string[] = [];
  readonly batchShape: PartialShape;
  readonly sparse: boolean;
  readonly optional: boolean;
  /** The tensor with numbers that feeds the model, if one was given. */
  readonly fedBy: Tensor | null;
  readonly #dtype: DType;

  /** @throws {ValueError} No shape, two that contradict each other, or a shape that is none. */
  constructor(options: InputLayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      inputShape = null,
      batchInputShape = null,
      shape = inputShape,
      batchSize = null,
      dtype = null,
      sparse = null,
      ragged = null,
      batchShape = batchInputShape,
      inputTensor = null,
      optional = false,
      name,
      ...rest
    } = options;
    super({ name, ...rest });
    const owner = ownerOf(this);
    if (ragged) throw new ValueError(`${owner}: ragged=true is not supported.`);
    for (const [key, value] of Object.entries({ shape, batchShape })) {
      if (value !== null && !Array.isArray(value))
        throw new ValueError(`${owner}: ${key}=${quote(value)}. Expected a list of sizes, such as [28, 28, 1].`);
    }
    if (inputTensor === null) {
      if (shape !== null && batchShape !== null)
        throw new ValueError(
          `${owner}: shape and batchShape cannot both be given. batchShape is the shape with the batch size before.`,
        );
      if (batchSize !== null && batchShape !== null)
        throw new ValueError(
          `${owner}: batchSize and batchShape cannot both be given. The batch size is the first of batchShape.`,
        );
      if (shape === null && batchShape === null)
        throw new ValueError(`${owner}: a shape is needed, as in Input({ shape: [28, 28, 1] }).`);
      this.batchShape = batchShape ?? [batchSize, ...shape!];
      this.#dtype = standardizeInputDType(dtype ?? floatx(), owner);
      this.sparse = sparse ?? false;
    } else {
      if (!(inputTensor instanceof KerasTensor) && !(inputTensor instanceof Tensor))
        throw new ValueError(
          `${owner}: the tensor to wrap is ${describe(inputTensor)}. Expected a KerasTensor or a Tensor.`,
        );
      const own: PartialShape = inputTensor.shape;
      const refuse = (key: string, given: unknown): void => {
        throw new ValueError(
          `${owner}: ${key}=${quote(given)} contradicts the tensor to wrap, which is ${inputTensor.dtype}${formatShape(own)}.`,
        );
      };
      if (batchSize !== null && own[0] !== batchSize) refuse('batchSize', batchSize);
      if (shape !== null && !sameShape(shape, own.slice(1))) refuse('shape', shape);
      if (batchShape !== null && !sameShape(batchShape, own)) refuse('batchShape', batchShape);
      if (dtype !== null && dtype !== inputTensor.dtype) refuse('dtype', dtype);
      const ownSparse = inputTensor instanceof KerasTensor && inputTensor.sparse;
      if (sparse !== null && sparse !== ownSparse) refuse('sparse', sparse);
      this.batchShape = own;
      this.#dtype = inputTensor.dtype;
      this.sparse = ownSparse;
    }
    this.optional = optional;
    this.fedBy = inputTensor instanceof Tensor ? inputTensor : null;
    const symbol =
      inputTensor instanceof KerasTensor
        ? inputTensor
        : new KerasTensor(this.batchShape, { dtype: this.#dtype, sparse: this.sparse, name });
    new FunctionalNode(this, [], [symbol]); // registers itself with the layer and the tensor
    this.buildAtInit();
  }

  override call(): null {
    return null;
  }

  override get dtype(): DType {
    return this.#dtype;
  }

  override getConfig(): Config {
    return {
      batch_shape: this.batchShape,
      dtype: this.dtype,
      sparse: this.sparse,
      ragged: false,
      name: this.name,
      optional: this.optional,
    };
  }
}

/**
 * A symbolic tensor that stands for the data of a functional model.
 *
 * @param options See {@link InputOptions}.
 * @returns A symbolic tensor.
 * @throws {ValueError} No shape, two that contradict each other, or a shape that is none.
 * @see `keras.Input`
 * @example
 * const image = Input({ shape: [28, 28, 1] });
 */
export const Input = checked(
  'Input',
  function Input(
    given: InputOptions | undefined = undefined, // all that it takes, and no options of something else
  ): KerasTensor {
    if (!isDict(given))
      throw new ValueError(`Input: got ${describe(given)}. Expected a shape, as in Input({ shape: [28, 28, 1] }).`);
    const { tensor, ...rest } = given as InputOptions;
    return new InputLayer({ ...rest, inputTensor: tensor }).output as KerasTensor;
  },
);
