/** @file `EinsumDense`: a dense layer whose sums are spelled out by an equation. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import * as activations from '../../activations/index.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import type { InitializerFunction } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import type { KernelLayerOptions } from './kernel_layer.js';
import { KernelLayer } from './kernel_layer.js';
import { refuseLater } from './unsupported.js';

/** Options of `new EinsumDense(equation, outputShape, options)`. */
export interface EinsumDenseOptions extends KernelLayerOptions {
  /** Letters of the output's axes along which a bias varies: `'de'`. Default null: no bias. */
  readonly biasAxes?: string | null;
  /** Low-rank adaptation; not supported yet: null only. */
  readonly loraRank?: null;
  /** Of LoRA, which there is not yet: null. */
  readonly loraAlpha?: null;
  /** Quantization; not supported yet: null only. */
  readonly gptqUnpackedColumnSize?: null;
  readonly quantizationConfig?: null;
}

interface Plan {
  readonly kernel: number[];
  readonly bias: number[] | null;
  readonly output: PartialShape;
  readonly inputAxes: number[];
  readonly outputAxes: number[];
}

const FORMS = '[X],[Y]->[Z], ...[X],[Y]->...[Z] or [X]...,[Y]->[Z]...';

/** The shapes of kernel, bias and output. @throws {ValueError} The equation does not fit the shapes. */
function plan(
  owner: string,
  equation: string,
  biasAxes: string | null,
  inputShape: PartialShape,
  sample: PartialShape,
): Plan {
  const match = /^(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?$/.exec(
    equation.replace(/ /g, ''),
  );
  if (
    match === null ||
    match[1] !== match[5] ||
    match[3] !== match[7] ||
    (match[1] !== undefined && match[3] !== undefined)
  )
    throw new ValueError(`${owner}: equation='${equation}'. Expected the form ${FORMS}.`);
  const [, front, input, , kernel, , output] = match;
  const elided = inputShape.length - input.length;
  const leftElided = front !== undefined;
  if (elided < 0 || (elided > 0 && !leftElided && match[3] === undefined)) {
    throw new ValueError(
      `${owner}: equation='${equation}' speaks of ${input.length} axes, the input has shape ${formatShape(inputShape)}.`,
    );
  }
  const full = [inputShape[0], ...(leftElided ? inputShape.slice(1, elided) : []), ...sample];
  if (!leftElided && elided > 0) full.push(...inputShape.slice(inputShape.length - elided));
  const offset = leftElided ? elided : 0;
  const inputDims = new Map([...input].map((letter, i) => [letter, inputShape[i + offset]]));
  const outputDims = new Map([...output].map((letter, i) => [letter, full[i + offset]]));
  for (const [letter, dim] of inputDims) {
    const other = outputDims.get(letter);
    if (other !== undefined && other !== null && other !== dim) {
      throw new ValueError(
        `${owner}: the axis '${letter}' of equation='${equation}' has size ${dim} in the input and ${other} in the output.`,
      );
    }
  }
  for (const letter of output) {
    if (!inputDims.has(letter) && !kernel.includes(letter))
      throw new ValueError(
        `${owner}: the axis '${letter}' of the output is in neither input nor kernel of equation='${equation}'.`,
      );
  }
  const inputAxes: number[] = [];
  const outputAxes: number[] = [];
  const kernelShape = [...kernel].map((letter, i) => {
    const dim = outputDims.get(letter) ?? inputDims.get(letter);
    (outputDims.has(letter) ? outputAxes : inputAxes).push(i);
    if (dim === undefined || dim === null) {
      throw new ValueError(
        `${owner}: the size of the kernel's axis '${letter}' of equation='${equation}' is not known. Input shape ${formatShape(inputShape)}, output shape ${formatShape(full)}.`,
      );
    }
    return dim;
  });
  let bias: number[] | null = null;
  if (biasAxes !== null) {
    for (const letter of biasAxes) {
      if (!output.includes(letter))
        throw new ValueError(`${owner}: biasAxes='${biasAxes}', but '${letter}' is no axis of the output '${output}'.`);
    }
    const from = Math.min(...[...biasAxes].map((letter) => output.indexOf(letter)));
    bias = [...output.slice(from)].map((letter) => (biasAxes.includes(letter) ? outputDims.get(letter)! : 1));
    if (!leftElided) bias.push(...new Array<number>(elided).fill(1));
  }
  return { kernel: kernelShape, bias, output: full, inputAxes, outputAxes };
}

/**
 * activation(einsum(equation, x, kernel) + bias).
 *
 * @param equation Input, kernel and output by the letters of their axes: `'abc,cde->abde'`. `...` stands for axes left as they are.
 * @param outputShape Shape of one sample of the output (without axes that `...` stands for); null where it is as the input's.
 * @param options See {@link EinsumDenseOptions}.
 * @throws {ValueError} The equation cannot be read, or does not fit the shapes.
 * @see `keras.layers.EinsumDense`
 * @example
 * new EinsumDense('ab,bc->ac', 64, { biasAxes: 'c' })
 */
export class EinsumDense extends KernelLayer {
  protected override readonly takesOneTensor = true;
  static readonly positional = ['equation', 'output_shape'];
  readonly equation: string;
  readonly partialOutputShape: PartialShape;
  readonly biasAxes: string | null;

  constructor(equation: string, outputShape: number | PartialShape, options: EinsumDenseOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    const {
      biasAxes = null,
      loraRank = null,
      loraAlpha = null,
      gptqUnpackedColumnSize = null,
      quantizationConfig = null,
      ...rest
    } = options;
    super(rest);
    refuseLater(ownerOf(this), { loraRank, loraAlpha, gptqUnpackedColumnSize, quantizationConfig });
    if (typeof equation !== 'string')
      throw new ValueError(`${ownerOf(this)}: equation=${quote(equation)}. Expected the form ${FORMS}.`);
    this.equation = equation;
    this.partialOutputShape = typeof outputShape === 'number' ? [outputShape] : outputShape;
    this.biasAxes = biasAxes;
  }

  #plan(inputShape: PartialShape): Plan {
    return plan(ownerOf(this), this.equation, this.biasAxes, inputShape, this.partialOutputShape);
  }

  override build(inputShape: PartialShape): void {
    const { kernel, bias, inputAxes, outputAxes } = this.#plan(inputShape);
    this.inputSpec = new InputSpec({ ndim: inputShape.length });
    this.addKernel(kernel, withAxes(this.kernelInitializer, inputAxes, outputAxes));
    if (bias !== null) this.addBias(bias);
  }

  override call(inputs: Tensor): Tensor {
    return this.finish(ops.einsum(this.equation, inputs, this.kernel));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return this.#plan(inputShape).output;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      output_shape: this.partialOutputShape,
      equation: this.equation,
      activation: activations.serialize(this.activation),
      bias_axes: this.biasAxes,
      ...this.rulesConfig({ activity_regularizer: regularizers.serialize(this.activityRegularizer) }),
      quantization_config: null,
    };
  }
}

/** An initializer that counts inputs and outputs is told which axes of the kernel they are. */
function withAxes(
  initializer: InitializerFunction | null,
  inputAxes: readonly number[],
  outputAxes: readonly number[],
): InitializerFunction | null {
  if (!(initializer instanceof initializers.VarianceScaling)) return initializer;
  if (initializer.inputAxes !== null && initializer.outputAxes !== null) return initializer;
  const cls = initializer.constructor as typeof initializers.VarianceScaling;
  const config = { ...initializer.getConfig(), seed: initializer.seed, input_axes: inputAxes, output_axes: outputAxes };
  return cls.fromConfig(config);
}
