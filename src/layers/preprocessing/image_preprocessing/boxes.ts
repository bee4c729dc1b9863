/** @file Bounding boxes as augmentation layers take them: checks, lists of different lengths made dense. */
import { quote } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import { formatShape } from '../../../core/shape.js';
import { isDict } from '../../../core/tree.js';
import * as ops from '../../../ops/index.js';
import type { Tensor, TensorLike } from '../../../runtime/index.js';
import { tensor, toTensor } from '../../../runtime/index.js';

/** Boxes with the classes of what is in them. */
export interface BoundingBoxes {
  /** (batch, boxes, 4), or (boxes, 4) for one image. float32. */
  readonly boxes: Tensor;
  /** (batch, boxes), or with an axis of classes; without the batch for one image. Fillings are −1. */
  readonly labels: Tensor;
}

type Nested = readonly (readonly number[])[];

/** Lists of one image filled up to `count` boxes: boxes with zeros, labels with −1. */
function filled(boxes: Nested, labels: readonly number[], count: number): { boxes: Nested; labels: readonly number[] } {
  const missing = count - boxes.length;
  return {
    boxes: [...boxes, ...Array.from({ length: missing }, () => [0, 0, 0, 0])],
    labels: [...labels, ...new Array<number>(missing).fill(-1)],
  };
}

/**
 * Boxes and labels as tensors. Lists of lists of different lengths are filled up: boxes with zeros, labels with −1.
 *
 * @throws {ValueError} Not `{ boxes, labels }`; other ranks than 2 (one image) or 3 (a batch); other than 4 numbers a box; as many labels
 *   as there are not boxes.
 */
export function denseBoxes(owner: string, value: unknown, isBatched: boolean): BoundingBoxes {
  if (!isDict(value) || !('boxes' in value) || !('labels' in value)) {
    const got = isDict(value) ? `a dict with the keys ${Object.keys(value).join(', ')}` : quote(value);
    throw new ValueError(`${owner}: bounding boxes are ${got}. Expected a dict with the keys boxes and labels.`);
  }
  const found = ragged(owner, value['boxes'], value['labels'], isBatched);
  const boxes = found?.boxes ?? ops.cast(toTensor(value['boxes'] as TensorLike, null, owner), 'float32');
  const labels = found?.labels ?? toTensor(value['labels'] as TensorLike, null, owner);
  const rank = isBatched ? 3 : 2;
  const wanted = isBatched
    ? '(batch, boxes, 4) and (batch, boxes) or (batch, boxes, classes)'
    : '(boxes, 4) and (boxes,) or (boxes, classes)';
  const agrees = boxes.shape.slice(0, rank - 1).every((size, i) => labels.shape[i] === size);
  if (
    boxes.ndim !== rank ||
    boxes.shape[rank - 1] !== 4 ||
    (labels.ndim !== rank - 1 && labels.ndim !== rank) ||
    !agrees
  ) {
    throw new ValueError(
      `${owner}: boxes of shape ${formatShape(boxes.shape)} with labels of shape ${formatShape(labels.shape)}. ` +
        `Expected ${wanted}${isBatched ? ', as the images are a batch' : ', as there is one image'}.`,
    );
  }
  return { boxes, labels };
}

/** Lists of boxes for a batch, one list an image, as tensors; null where they are something else. */
function ragged(owner: string, boxes: unknown, labels: unknown, isBatched: boolean): BoundingBoxes | null {
  const isNested = (x: unknown): x is readonly Nested[] =>
    Array.isArray(x) && x.every((image) => Array.isArray(image) && image.every(Array.isArray));
  if (!isBatched || !isNested(boxes) || !Array.isArray(labels)) return null;
  const lists = labels as readonly (readonly number[])[];
  if (lists.length !== boxes.length || boxes.some((image, i) => lists[i].length !== image.length)) {
    throw new ValueError(
      `${owner}: lists of ${boxes.map((image) => image.length).join(', ')} boxes with lists of ` +
        `${lists.map((each) => each.length).join(', ')} labels. Expected one label for each box.`,
    );
  }
  if (lists.some((image) => image.some((label) => typeof label !== 'number'))) return null;
  const count = Math.max(0, ...boxes.map((image) => image.length));
  const dense = boxes.map((image, i) => filled(image, lists[i], count));
  return {
    boxes: tensor(
      dense.flatMap((image) => image.boxes.flat()),
      [boxes.length, count, 4],
      'float32',
    ),
    labels: tensor(
      dense.flatMap((image) => image.labels),
      [boxes.length, count],
      'int32',
    ),
  };
}
