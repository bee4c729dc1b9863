/** @file Layouts of weights in files of Keras 1 and 2: which arrays a layer had, in which order and in which form. */
import { ValueError } from '../../core/errors.js';
import type { NDArray } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { classNameOf } from '../../core/serialization.js';
import { formatShape, sameShape } from '../../core/shape.js';
import type { Layer } from '../../layers/layer.js';
import type { Variable } from '../../runtime/index.js';
import { joined, reshaped, reversed, split, transposed } from './arrays.js';

/** Who wrote a file, as its attributes say. */
export interface Writer {
  /** `keras_version`; files without one are of Keras 1. */
  readonly version: string;
  /** `backend`. Theano's convolutions turn their kernels round. */
  readonly backend: string | null;
}

/** What of a layer tells the layout of its weights. */
interface LayerParts extends Layer {
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly layers?: readonly Layer[];
  readonly dataFormat?: string;
}

/** The weights of a layer in the order of `.h5` files: those that train, then the others. */
export const fileWeights = (layer: Layer): Variable[] => [...layer.trainableWeights, ...layer.nonTrainableWeights];

const CONVOLUTIONS = ['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'ConvLSTM2D', 'SeparableConv2D'];

/** The kernel of Keras 1 as later ones have it. */
function upgradeKernel(kernel: NDArray, className: string, channelsFirst: boolean, filters: number): NDArray {
  const { shape } = kernel;
  switch (className) {
    case 'Conv1D': {
      if (shape.length !== 4) return kernel;
      // (steps, 1, inputs, filters), and before 1.2 (filters, inputs, steps, 1).
      const four = shape[1] === 1 && shape[3] === filters ? kernel : transposed(kernel, [2, 3, 1, 0]);
      return reshaped(four, [four.shape[0], four.shape[2], four.shape[3]]);
    }
    case 'Conv2D':
      return channelsFirst ? transposed(kernel, [2, 3, 1, 0]) : kernel;
    case 'Conv2DTranspose':
      return transposed(kernel, channelsFirst ? [2, 3, 0, 1] : [0, 1, 3, 2]);
    case 'Conv3D':
      return channelsFirst ? transposed(kernel, [2, 3, 4, 1, 0]) : kernel;
    default:
      return kernel;
  }
}

/** Gates in arrays of their own, three for each, as one array for all gates. */
function joinGates(arrays: readonly NDArray[], gates: readonly number[]): NDArray[] {
  return [0, 1, 2].map((part) => joined(gates.map((gate) => arrays[3 * gate + part])));
}

function upgradeKeras1(layer: LayerParts, className: string, arrays: readonly NDArray[]): readonly NDArray[] {
  const channelsFirst = layer.dataFormat === 'channels_first';
  const { filters = 0 } = layer as unknown as { readonly filters?: number };
  // Keras 1 kept the gates of LSTM as i, c, f, o.
  if (className === 'LSTM' && arrays.length === 12) return joinGates(arrays, [0, 2, 1, 3]);
  if (className === 'GRU' && arrays.length === 9) return joinGates(arrays, [0, 1, 2]);
  if (className === 'ConvLSTM2D' && arrays.length === 12) {
    const all = joinGates(arrays, [0, 2, 1, 3]);
    return channelsFirst ? [...all.slice(0, 2).map((kernel) => transposed(kernel, [2, 3, 1, 0])), all[2]] : all;
  }
  if (arrays.length === 0) return arrays;
  return [upgradeKernel(arrays[0], className, channelsFirst, filters), ...arrays.slice(1)];
}

/** The kernels of one gate from CuDNN's layout, which has the input's transposed within its place. */
const fromCudnn = (kernel: NDArray): NDArray => {
  const [rows, columns] = kernel.shape;
  return transposed(reshaped(kernel, [columns, rows]), [1, 0]);
};

/** LSTM and GRU from the layers CuDNNLSTM and CuDNNGRU, known by their twice as many biases. */
function upgradeCudnn(className: string, arrays: readonly NDArray[]): readonly NDArray[] {
  const gates = className === 'LSTM' ? 4 : className === 'GRU' ? 3 : 0;
  if (gates === 0 || arrays.length !== 3) return arrays;
  const [kernel, recurrent, bias] = arrays;
  const units = recurrent.shape[0];
  if (bias.shape.length !== 1 || bias.shape[0] !== 2 * gates * units) return arrays;
  const parts = [
    joined(split(kernel, gates).map(fromCudnn)),
    joined(split(recurrent, gates).map((part) => transposed(part, [1, 0]))),
  ];
  if (className === 'GRU') return [...parts, reshaped(bias, [2, gates * units])];
  const [input, other] = split(bias, 2);
  return [
    ...parts,
    ndarray(
      bias.dtype,
      input.shape,
      input.data.map((x, i) => x + other.data[i]),
    ),
  ];
}

/** The arrays of the layers in a model, each of which may have to change. */
function upgradeInner(model: LayerParts, arrays: readonly NDArray[], writer: Writer): readonly NDArray[] {
  let trainable = arrays.slice(0, model.trainableWeights.length);
  let others = arrays.slice(model.trainableWeights.length);
  const done: { trainable: NDArray[]; others: NDArray[] } = { trainable: [], others: [] };
  for (const layer of model.layers ?? []) {
    const [count, rest] = [layer.trainableWeights.length, layer.nonTrainableWeights.length];
    const own = upgradeArrays(layer, [...trainable.slice(0, count), ...others.slice(0, rest)], writer);
    done.trainable.push(...own.slice(0, count));
    done.others.push(...own.slice(count));
    trainable = trainable.slice(count);
    others = others.slice(rest);
  }
  return [...done.trainable, ...trainable, ...done.others, ...others];
}

/**
 * The arrays that a file of Keras 1 or 2 has for a layer, in the form and order of `fileWeights(layer)`.
 *
 * @param arrays In the order of the file.
 */
export function upgradeArrays(layer: Layer, arrays: readonly NDArray[], writer: Writer): readonly NDArray[] {
  const parts = layer as LayerParts;
  const className = classNameOf(layer);
  // Arrays of gates are joined first: until then the layer's own numbers of arrays do not tell them apart.
  const isKeras1 = writer.version.startsWith('1');
  if (parts.forwardLayer !== undefined && parts.backwardLayer !== undefined) {
    const half = arrays.length / 2;
    return [
      ...upgradeArrays(parts.forwardLayer, arrays.slice(0, half), writer),
      ...upgradeArrays(parts.backwardLayer, arrays.slice(half), writer),
    ];
  }
  if (parts.layer !== undefined) return upgradeArrays(parts.layer, arrays, writer);
  if (parts.layers !== undefined && !isKeras1 && arrays.length === fileWeights(layer).length)
    return upgradeInner(parts, arrays, writer);
  if (parts.layers !== undefined) return upgradeInnerKeras1(parts, arrays, writer);
  let made = isKeras1 ? upgradeKeras1(parts, className, arrays) : arrays;
  if (writer.backend === 'theano' && CONVOLUTIONS.includes(className) && made.length > 0) {
    const count = className === 'ConvLSTM2D' ? 2 : 1;
    made = made.map((array, i) => (i < count ? reversed(array, array.shape.length - 2) : array));
  }
  return upgradeCudnn(className, made);
}

/** How many arrays Keras 1 kept for a layer that trains. */
function keras1Count(layer: Layer): number {
  const { forwardLayer, backwardLayer, layer: inner } = layer as LayerParts;
  if (forwardLayer !== undefined && backwardLayer !== undefined)
    return keras1Count(forwardLayer) + keras1Count(backwardLayer);
  if (inner !== undefined) return keras1Count(inner);
  const count = layer.trainableWeights.length;
  const gates = { LSTM: 12, ConvLSTM2D: 12, GRU: 9 } as const;
  const className = classNameOf(layer);
  return count > 0 && className in gates ? gates[className as keyof typeof gates] : count;
}

/** As `upgradeInner`, where layers may have had more arrays than they have now. */
function upgradeInnerKeras1(model: LayerParts, arrays: readonly NDArray[], writer: Writer): readonly NDArray[] {
  const layers = model.layers ?? [];
  const counts = layers.map(keras1Count);
  const total = counts.reduce((a, b) => a + b, 0);
  const rest = model.nonTrainableWeights.length;
  // Gates that were joined already (consume_less='gpu') count as today.
  if (total + rest !== arrays.length) return upgradeInner(model, arrays, writer);
  const done: { trainable: NDArray[]; others: NDArray[] } = { trainable: [], others: [] };
  let [start, after] = [0, total];
  layers.forEach((layer, i) => {
    const others = layer.nonTrainableWeights.length;
    const own = [...arrays.slice(start, start + counts[i]), ...arrays.slice(after, after + others)];
    const upgraded = upgradeArrays(layer, own, writer);
    done.trainable.push(...upgraded.slice(0, upgraded.length - others));
    done.others.push(...upgraded.slice(upgraded.length - others));
    start += counts[i];
    after += others;
  });
  return [...done.trainable, ...done.others];
}

/** Check arrays against the weights they are for. @throws {ValueError} Their number or a shape differs. */
export function checkArrays(owner: string, weights: readonly Variable[], arrays: readonly NDArray[]): void {
  if (arrays.length !== weights.length) {
    throw new ValueError(
      `${owner}: the layer has ${weights.length} weight${weights.length === 1 ? '' : 's'}, the file has ${arrays.length} for it.`,
    );
  }
  weights.forEach((weight, i) => {
    if (sameShape(weight.shape, arrays[i].shape)) return;
    throw new ValueError(
      `${owner}: the weight '${weight.path}' has the shape ${formatShape(weight.shape)}, the file has ${formatShape(arrays[i].shape)} for it.`,
    );
  });
}
