/** @file `Lambda`: a function as a layer. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { NotImplementedError, ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { constructFromConfig, deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { flatten } from '../../core/tree.js';
import type { Mask } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions, MaskTree, ShapeTree } from '../layer_types.js';
import { mapShapes } from '../layer_types.js';

/** What a Lambda layer computes: a function over ops. Named arguments (`arguments`, `mask`, `training`) come in its last argument. */
export type LambdaFunction = (inputs: never, named: never) => unknown;

/** Options of `new Lambda(function, options)`. */
export interface LambdaOptions extends LayerOptions {
  /** Shape of one sample of the output, or a function from the input's shape to the output's. Default: found by a dry run. */
  readonly outputShape?: ShapeTree | ((inputShape: ShapeTree) => ShapeTree) | null;
  /** A mask for the output, or a function of the inputs and their mask. Default null: none. */
  readonly mask?: Mask | ((inputs: unknown, mask: MaskTree) => MaskTree) | null;
  /** Named arguments for the function. */
  readonly arguments?: Readonly<Record<string, unknown>> | null;
}

type Call = (...args: unknown[]) => unknown;

/**
 * A function of tensors as a layer. Variables that it uses are not the layer's: write a subclass of Layer to own weights.
 *
 * From a config it can only be made if the function is registered (`registerKerasSerializable`) or handed in (`customObjects`); code in a
 * config is never run.
 *
 * @param fn From the inputs to the outputs.
 * @param options See {@link LambdaOptions}.
 * @see `keras.layers.Lambda`
 * @example
 * new Lambda((x: Tensor) => ops.square(x))
 */
export class Lambda extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: null, mask: null };
  static readonly positional = ['function'];
  readonly function: LambdaFunction;
  override readonly arguments: Readonly<Record<string, unknown>>;
  readonly #outputShape: LambdaOptions['outputShape'];
  readonly #mask: LambdaOptions['mask'];

  /** @throws {ValueError} `fn` is no function. */
  constructor(fn: LambdaFunction, options: LambdaOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { outputShape = null, mask = null, arguments: named = null, ...rest } = options;
    super(rest);
    if (typeof fn !== 'function')
      throw new ValueError(`${ownerOf(this)}: the function is ${quote(fn)}. Expected a function of tensors.`);
    this.function = fn;
    this.arguments = named ?? {};
    this.#outputShape = outputShape;
    this.#mask = mask;
    this.supportsMasking = mask !== null;
  }

  override call(inputs: never, options: Readonly<Record<string, unknown>> = {}): unknown {
    const named = { ...this.arguments, ...options };
    return (this.function as Call)(inputs, ...(Object.keys(named).length > 0 ? [named] : []));
  }

  override computeMask(inputs: unknown, mask: MaskTree): MaskTree {
    return typeof this.#mask === 'function' ? this.#mask(inputs, mask) : (this.#mask ?? null);
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    if (typeof this.#outputShape === 'function') return this.#outputShape(inputShape);
    if (this.#outputShape !== null && this.#outputShape !== undefined) {
      const batch = flatten<number | null>(inputShape)[0];
      return mapShapes(this.#outputShape, (shape): PartialShape => [batch, ...shape]);
    }
    try {
      return super.computeOutputShape(inputShape);
    } catch (error) {
      throw new NotImplementedError(
        `${ownerOf(this)}: the shape of the output could not be found by a dry run (${String(error)}). Give it as outputShape.`,
      );
    }
  }

  override computeOutputSpec(...args: unknown[]): ReturnType<Layer['computeOutputSpec']> {
    if (this.#outputShape !== null) return super.computeOutputSpec(...args);
    return this.dryRun(args);
  }

  override getConfig(): Config {
    const write = (x: unknown): unknown => serializeKerasObject(x);
    return {
      ...super.getConfig(),
      function: write(this.function),
      ...(this.#outputShape === null ? {} : { output_shape: write(this.#outputShape) }),
      ...(this.#mask === null ? {} : { mask: write(this.#mask) }),
      arguments: write(this.arguments),
    };
  }

  /** @throws {ValueError} The function is Python code, or is not known here. */
  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const read = (key: string): Config =>
      Object.hasOwn(config, key) ? { [key]: deserializeKerasObject(config[key]) } : {};
    return constructFromConfig(this as SerializableClass<Layer>, {
      ...config,
      ...read('function'),
      ...read('output_shape'),
      ...read('mask'),
      ...read('arguments'),
    });
  }
}
