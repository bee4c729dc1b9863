/** @file The penalty on rows or columns that are not orthogonal. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { factorOf, Regularizer } from './regularizer.js';

/** Options of `OrthogonalRegularizer`. */
export interface OrthogonalRegularizerOptions {
  /** Default 0.01. */
  readonly factor?: number;
  /** What should be orthogonal. Default `'rows'`. */
  readonly mode?: 'rows' | 'columns';
}

/**
 * factor · mean |cosine| of all pairs of rows (or columns) of a matrix.
 *
 * @param options See {@link OrthogonalRegularizerOptions}.
 * @throws {ValueError} `mode` is unknown; when it is called: the tensor is no matrix.
 * @see `keras.regularizers.OrthogonalRegularizer`
 * @example
 * new regularizers.OrthogonalRegularizer({ factor: 0.1 })(ops.array([[1, 0], [0.6, 0.8]])) // 0.060000002
 */
export class OrthogonalRegularizer extends Regularizer {
  static readonly positional = [];
  readonly factor: number;
  readonly mode: 'rows' | 'columns';

  constructor(options: OrthogonalRegularizerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const { factor = 0.01, mode = 'rows', ...rest } = options;
    refuseUnknownOptions('OrthogonalRegularizer', rest, ['factor', 'mode']);
    this.factor = factorOf(factor, 'OrthogonalRegularizer', 'factor');
    if (mode !== 'rows' && mode !== 'columns')
      throw new ValueError(`OrthogonalRegularizer: mode=${describe(mode)}. Expected 'rows' or 'columns'.`);
    this.mode = mode;
  }

  /** @throws {ValueError} `x` is no matrix. */
  override call(x: Tensor): Tensor {
    if (x.ndim !== 2)
      throw new ValueError(`OrthogonalRegularizer: got a tensor of shape ${formatShape(x.shape)}. Expected a matrix.`);
    const rows = this.mode === 'rows';
    const unit = ops.normalize(x, { axis: rows ? 1 : 0 });
    const size = x.shape[rows ? 0 : 1];
    const product = rows ? ops.matmul(unit, ops.transpose(unit)) : ops.matmul(ops.transpose(unit), unit);
    const others = ops.multiply(product, ops.subtract(1, ops.eye(size, { dtype: x.dtype })));
    const pairs = (size * (size - 1)) / 2;
    return ops.divide(ops.multiply(0.5 * this.factor, ops.sum(ops.abs(others))), pairs);
  }

  override getConfig(): Config {
    return { factor: Math.fround(this.factor), mode: this.mode };
  }
}
