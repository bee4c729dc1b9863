/** @file What zero padding and cropping share: an amount before and after in each dimension of space. */
import type { DataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import type { LayerOptions } from '../layer_types.js';
import { mapSpace } from '../output_shapes.js';

/** [before, after] in each dimension of space. */
export type Edges = readonly (readonly [number, number])[];

/** What the options `padding` and `cropping` take: one number, one per dimension, or a pair [before, after] per dimension. */
export type EdgesLike = number | readonly (number | readonly number[])[];

/** The option that says where the channels are. */
export interface EdgeOptions extends LayerOptions {
  /** Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** Amounts for every axis: none for batch and channels. */
export function allAxes(edges: Edges, format: DataFormat): [number, number][] {
  const none = [0, 0] as const;
  const all = format === 'channels_first' ? [none, none, ...edges] : [none, ...edges, none];
  return all.map(([before, after]) => [before, after]);
}

export function paddedShape(shape: PartialShape, edges: Edges, format: DataFormat): PartialShape {
  return mapSpace(shape, format, (dim, i) => dim + edges[i][0] + edges[i][1]);
}

/** @throws {ValueError} Nothing would be left. */
export function croppedShape(owner: string, shape: PartialShape, edges: Edges, format: DataFormat): PartialShape {
  return mapSpace(shape, format, (dim, i) => {
    const left = dim - edges[i][0] - edges[i][1];
    if (left <= 0) {
      throw new ValueError(
        `${owner}: cropping=${JSON.stringify(edges)} leaves nothing of an input of shape ${formatShape(shape)} (spatial dimension ${i}).`,
      );
    }
    return left;
  });
}
