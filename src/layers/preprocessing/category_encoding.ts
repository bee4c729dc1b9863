/** @file `CategoryEncoding`: numbers of categories as vectors with a place for each. */
import { checkedOptions } from '../../core/arguments.js';
import { quote } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor, TensorLike } from '../../runtime/index.js';
import { requireIndices, toTensor } from '../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { encodeCategories } from './encode_categories.js';

const MODES = ['one_hot', 'multi_hot', 'count'] as const;

/** Options of `new CategoryEncoding(options)`. */
export interface CategoryEncodingOptions extends LayerOptions {
  /** How many tokens there are: they are whole numbers from 0 to numTokens − 1. Must be given. */
  readonly numTokens?: number | null;
  /**
   * `'one_hot'`: a vector for each token; `'multi_hot'`: one for each sample, with 1 at the tokens that it has; `'count'`: with the number
   * of times that it has them. Default `'multi_hot'`.
   */
  readonly outputMode?: (typeof MODES)[number] | 'binary';
  /** Kept for configs: what comes out is a plain tensor, of the same numbers. Default false. */
  readonly sparse?: boolean;
}

/**
 * Tokens, which are whole numbers, as vectors with a place for each.
 *
 * Input (batch, tokens), output (batch, numTokens). `'one_hot'` keeps the axis of tokens if it is longer than 1: (batch, tokens,
 * numTokens). Called with `{ countWeights }`, mode `'count'` counts each token by its weight.
 *
 * @param options See {@link CategoryEncodingOptions}.
 * @throws {ValueError} No `numTokens`, another mode, weights in another mode than `'count'`. At a call, and where a model is given arrays:
 *   a token out of range. Computed tokens are not looked at: one out of range has no 1 anywhere.
 * @see `keras.layers.CategoryEncoding`
 * @example
 * new layers.CategoryEncoding({ numTokens: 4, outputMode: 'one_hot' })([3, 0]) // [[0, 0, 0, 1], [1, 0, 0, 0]]
 */
export class CategoryEncoding extends Layer {
  protected override readonly takesOneTensor = true;
  static override readonly callArguments: readonly string[] = ['inputs', 'count_weights'];
  readonly numTokens: number;
  readonly outputMode: (typeof MODES)[number];
  readonly sparse: boolean;
  /** Models look at the tokens that they are given before they run: see `requireIndices`. */
  readonly checksIndices = true;

  constructor(options: CategoryEncodingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { numTokens = null, outputMode = 'multi_hot', sparse = false, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    this.outputMode = oneOf(owner, 'outputMode', outputMode === 'binary' ? 'multi_hot' : outputMode, MODES);
    if (numTokens === null)
      throw new ValueError(
        `${owner}: numTokens must be set. If the number of tokens is not known beforehand, use IntegerLookup.`,
      );
    this.numTokens = positiveInteger(owner, 'numTokens', numTokens);
    this.sparse = sparse;
    this.convertsInputs = false;
  }

  override call(inputs: Tensor, { countWeights = null }: { readonly countWeights?: TensorLike | null } = {}): Tensor {
    if (countWeights !== null && this.outputMode !== 'count')
      throw new ValueError(
        `${ownerOf(this)}: countWeights are for outputMode='count' alone. This layer has outputMode=${quote(this.outputMode)}.`,
      );
    requireIndices(inputs, this.numTokens, ownerOf(this), 'token');
    return encodeCategories(inputs, {
      outputMode: this.outputMode,
      depth: this.numTokens,
      dtype: this.dtype,
      countWeights: countWeights === null ? null : ops.cast(toTensor(countWeights), this.computeDtype),
    });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const last = inputShape.at(-1);
    const keeps = this.outputMode === 'one_hot' && (last !== 1 || inputShape.length === 1);
    return [...(keeps ? inputShape : inputShape.slice(0, -1)), this.numTokens];
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const { shape } = args[0] as Spec;
    return { shape: this.computeOutputShape(shape), dtype: this.computeDtype };
  }

  override getConfig(): Config {
    const { numTokens, outputMode, sparse } = this;
    // Keras 3.15.1 loses `sparse`; its master keeps it.
    const kept = sparse ? { sparse } : {};
    return { ...super.getConfig(), num_tokens: numTokens, output_mode: outputMode, ...kept };
  }
}
