/** @file The option names of a layer class, for the suggestion in the message about an unknown one. */
import { constructorOptions } from '../core/option_names.js';

/** What every layer takes. */
export const LAYER_OPTIONS: readonly string[] = [
  'activityRegularizer',
  'autocast',
  'batchInputShape',
  'dtype',
  'inputDim',
  'inputLength',
  'inputShape',
  'name',
  'trainable',
  'weights',
];

/** Names that the constructors of a layer class and of its bases take. */
export function optionNames(cls: unknown): string[] {
  return constructorOptions(cls, LAYER_OPTIONS);
}
