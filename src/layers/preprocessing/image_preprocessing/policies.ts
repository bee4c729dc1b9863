/** @file The layers from which `RandAugment` and `AugMix` choose. */
import type { DataFormat } from '../../../core/config.js';
import type { DTypePolicy } from '../../../core/dtype_policy.js';
import { toCamelCase } from '../../../core/naming.js';
import * as ops from '../../../ops/index.js';
import type { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { AutoContrast } from './auto_contrast.js';
import type { BaseImagePreprocessingLayer, ImageData } from './base_image_preprocessing_layer.js';
import type { BoundingBoxFormat } from './bounding_boxes/index.js';
import { Equalization } from './equalization.js';
import type { Range } from './factors.js';
import { RandomBrightness } from './random_brightness.js';
import { RandomColorDegeneration } from './random_color_degeneration.js';
import { RandomContrast } from './random_contrast.js';
import { RandomPosterization } from './random_posterization.js';
import { RandomRotation } from './random_rotation.js';
import { RandomSharpness } from './random_sharpness.js';
import { RandomShear } from './random_shear.js';
import { RandomTranslation } from './random_translation.js';
import { Solarization } from './solarization.js';

/** What the layers of a policy have in common. */
export interface PolicyOptions {
  readonly factor: Range;
  readonly valueRange: Range;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly seed: number | null;
  readonly dataFormat: DataFormat;
  readonly boundingBoxFormat: BoundingBoxFormat | null;
  readonly dtype: DTypePolicy;
}

/** How each layer of a policy is made. */
const MAKERS = {
  random_shear: ({ factor, valueRange: _, ...rest }: PolicyOptions) =>
    new RandomShear({ xFactor: factor, yFactor: factor, ...rest }),
  random_translation: ({ factor, valueRange: _, ...rest }: PolicyOptions) =>
    new RandomTranslation(factor, factor, rest),
  random_rotation: ({ factor, valueRange: _, ...rest }: PolicyOptions) => new RandomRotation(factor, rest),
  random_brightness: ({ factor, interpolation: _, ...rest }: PolicyOptions) => new RandomBrightness(factor, rest),
  random_color_degeneration: ({ factor, interpolation: _, ...rest }: PolicyOptions) =>
    new RandomColorDegeneration(factor, rest),
  random_contrast: ({ factor, interpolation: _, ...rest }: PolicyOptions) => new RandomContrast(factor, rest),
  random_sharpness: ({ factor, interpolation: _, ...rest }: PolicyOptions) => new RandomSharpness(factor, rest),
  solarization: ({ factor, interpolation: _, ...rest }: PolicyOptions) =>
    new Solarization({ additionFactor: factor, thresholdFactor: factor, ...rest }),
  random_posterization: ({ factor, interpolation: _, ...rest }: PolicyOptions) =>
    new RandomPosterization(Math.max(1, Math.trunc(8 * factor[1])), rest),
  auto_contrast: ({ factor: _, interpolation: _i, seed: _s, ...rest }: PolicyOptions) => new AutoContrast(rest),
  equalization: ({ factor: _, interpolation: _i, seed: _s, ...rest }: PolicyOptions) => new Equalization(rest),
} satisfies Record<string, (options: PolicyOptions) => BaseImagePreprocessingLayer>;

/** Keras's names of the layers of policies. */
export type PolicyName = keyof typeof MAKERS;

/** The layers of policies under the names of the fields that hold them. */
export type PolicyFields = { readonly [N in PolicyName as CamelCase<N>]: BaseImagePreprocessingLayer };

type CamelCase<S extends string> = S extends `${infer A}_${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : S;

/** The layers of those names, made in this order: layers without a seed draw one of the process's generator. */
export function policyLayers(names: readonly PolicyName[], options: PolicyOptions): PolicyFields {
  return Object.fromEntries(names.map((name) => [toCamelCase(name), MAKERS[name](options)])) as unknown as PolicyFields;
}

/** Some of the layers, in this order. */
export const layersOf = (fields: PolicyFields, names: readonly PolicyName[]): BaseImagePreprocessingLayer[] =>
  names.map((name) => fields[toCamelCase(name) as keyof PolicyFields]);

/** A layer with what was drawn for it. */
export interface Step {
  readonly layer: BaseImagePreprocessingLayer;
  readonly transformation: unknown;
}

/** Draw for a layer. */
export function drawStep(layer: BaseImagePreprocessingLayer, data: ImageData, seed: SeedGenerator): Step {
  return { layer, transformation: layer.getRandomTransformation(data, { seed }) };
}

/** What the step of a number that was drawn makes of a tensor. Only that step is computed. */
export function runStep(index: Tensor, steps: readonly ((x: Tensor) => Tensor)[], x: Tensor): Tensor {
  return ops.switch(index, steps, x);
}
