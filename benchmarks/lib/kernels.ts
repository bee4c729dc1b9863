/** @file Single kernels: products, convolutions and passes over memory, each as a program of its own on one thread. */
import { grad, jit, ops, random, setThreads, Variable } from 'keras-ts';
import type { Tensor } from 'keras-ts';

/** What is timed. */
export interface KernelJob {
  readonly name: string;
  /** Multiply-adds count two. */
  readonly flops: number;
  /** Bytes that must be read and written, each array once. */
  readonly bytes: number;
  /** Shapes of what is read. */
  readonly inputs: readonly (readonly number[])[];
  readonly compute: (...inputs: Tensor[]) => Tensor;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

function product(...[batch, m, k, n]: [number, number, number, number]): KernelJob {
  const inputs = [[batch, m, k], [batch, k, n]]; // prettier-ignore
  const outputs = batch * m * n;
  return {
    name: `product ${batch === 1 ? '' : `${batch} × `}${m} × ${k} × ${n}`,
    flops: 2 * outputs * k,
    bytes: 4 * (sizeOf(inputs[0]) + sizeOf(inputs[1]) + outputs),
    inputs: batch === 1 ? inputs.map((shape) => shape.slice(1)) : inputs,
    compute: (a, b) => ops.matmul(a, b),
  };
}

function convolution(
  images: number,
  side: number,
  channels: number,
  features: number,
  taps: number,
  strides: number,
): KernelJob {
  const out = Math.ceil(side / strides);
  const inputs = [[images, side, side, channels], [taps, taps, channels, features]]; // prettier-ignore
  const outputs = images * out * out * features;
  return {
    name: `conv ${images} × ${side}² × ${channels} → ${features}, ${taps}×${taps}${strides > 1 ? ` / ${strides}` : ''}`,
    flops: 2 * outputs * taps * taps * channels,
    bytes: 4 * (sizeOf(inputs[0]) + sizeOf(inputs[1]) + outputs),
    inputs,
    compute: (x, kernel) => ops.conv(x, kernel, { strides, padding: 'same' }),
  };
}

function depthwise(images: number, side: number, channels: number): KernelJob {
  const inputs = [[images, side, side, channels], [3, 3, channels, 1]]; // prettier-ignore
  const outputs = images * side * side * channels;
  return {
    name: `depthwise conv ${images} × ${side}² × ${channels}, 3×3`,
    flops: 2 * outputs * 9,
    bytes: 4 * (2 * outputs + sizeOf(inputs[1])),
    inputs,
    compute: (x, kernel) => ops.depthwiseConv(x, kernel, { padding: 'same' }),
  };
}

/** A convolution of 3×3 taps, and its gradients for what is named. */
function gradientOfConvolution(
  of: 'kernel' | 'input',
  images: number,
  side: number,
  channels: number,
  features: number,
): KernelJob {
  const forward = convolution(images, side, channels, features, 3, 1);
  const [x, kernel] = forward.inputs;
  const cotangent = [images, side, side, features]; // prettier-ignore
  const along = (a: Tensor, b: Tensor, dy: Tensor): Tensor =>
    ops.sum(ops.multiply(ops.conv(a, b, { padding: 'same' }), dy));
  return {
    ...forward,
    name: `${forward.name}, gradient for the ${of}`,
    inputs: [of === 'kernel' ? x : kernel, cotangent],
    compute: (given, dy) => {
      // The gradient of what is linear does not ask for the value.
      const wanted = ops.zeros(of === 'kernel' ? [...kernel] : [...x]);
      const loss = (): Tensor => (of === 'kernel' ? along(given, wanted, dy) : along(wanted, given, dy));
      return grad(loss, [wanted])[0];
    },
  };
}

function transposedConvolution(images: number, side: number, channels: number, features: number): KernelJob {
  const inputs = [[images, side, side, channels], [3, 3, features, channels]]; // prettier-ignore
  return {
    name: `transposed conv ${images} × ${side}² × ${channels} → ${features}, 3×3 × 2`,
    flops: 2 * images * side * side * channels * features * 9,
    bytes: 4 * (sizeOf(inputs[0]) + sizeOf(inputs[1]) + images * 4 * side * side * features),
    inputs,
    compute: (x, kernel) => ops.convTranspose(x, kernel, { strides: 2, padding: 'same' }),
  };
}

/** Pooling of 2×2, each element once; and the gradient of that of the greatest. */
function pooling(images: number, side: number, channels: number): KernelJob[] {
  const shape = [images, side, side, channels];
  const pooled = [images, side / 2, side / 2, channels];
  const most = (x: Tensor): Tensor => ops.maxPool(x, 2, { strides: 2 });
  const of = `${images} × ${side}² × ${channels}, 2×2`;
  const bytes = 4 * (sizeOf(shape) + sizeOf(pooled));
  return [
    { name: `max pooling ${of}`, flops: sizeOf(shape), bytes, inputs: [shape], compute: most },
    { name: `average pooling ${of}`, flops: sizeOf(shape), bytes, inputs: [shape], compute: (x) => ops.averagePool(x, 2, { strides: 2 }) },
    {
      name: `max pooling ${of}, gradient`,
      flops: sizeOf(shape),
      bytes: bytes + 4 * sizeOf(shape),
      inputs: [shape, pooled],
      compute: (x, dy) => grad(() => ops.sum(ops.multiply(most(x), dy)), [x])[0],
    },
  ]; // prettier-ignore
}

const ROWS = 512;
const COLUMNS = 512;

/** A pass over matrices of 1 MiB. `flops`: operations an element, as a person would count them. */
function pass(
  name: string,
  flops: number,
  count: number,
  compute: KernelJob['compute'],
  results = ROWS * COLUMNS,
): KernelJob {
  const size = ROWS * COLUMNS;
  return {
    name,
    flops: flops * size,
    bytes: 4 * (count * size + results),
    inputs: Array.from({ length: count }, () => [ROWS, COLUMNS]),
    compute,
  };
}

const SEGMENTS = 64;

/** A number below `most` for each row, in no order. */
const numbers = (most: number): Tensor => ops.convertToTensor(Array.from({ length: ROWS }, (_, i) => (i * 37) % most), { dtype: 'int32' }); // prettier-ignore

/** All kernels. tools/bench/torch_kernels.py has the same under the same names. */
export const kernelJobs: readonly KernelJob[] = [
  product(1, 128, 784, 512),
  product(1, 512, 512, 512),
  product(1, 2048, 128, 512),
  product(1, 64, 256, 1024),
  product(64, 128, 32, 128),
  product(1, 1, 512, 512),
  convolution(32, 28, 32, 64, 3, 1),
  convolution(32, 32, 16, 32, 3, 2),
  convolution(32, 32, 64, 64, 1, 1),
  gradientOfConvolution('kernel', 32, 28, 32, 64),
  gradientOfConvolution('input', 32, 28, 32, 64),
  convolution(32, 32, 16, 16, 3, 1),
  transposedConvolution(8, 24, 64, 64),
  depthwise(32, 32, 64),
  ...pooling(32, 32, 64),
  pass('negation', 1, 1, (x) => ops.negative(x)),
  pass('add', 1, 2, (x, y) => ops.add(x, y)),
  pass('relu', 1, 1, (x) => ops.relu(x)),
  pass('exp', 1, 1, (x) => ops.exp(x)),
  pass('tanh', 1, 1, (x) => ops.tanh(x)),
  pass('gelu', 1, 1, (x) => ops.gelu(x, { approximate: false })),
  pass('softmax of rows', 5, 1, (x) => ops.softmax(x)),
  pass('normalization of rows', 8, 1, (x) => ops.layerNormalization(x)),
  pass('sum of rows', 1, 1, (x) => ops.sum(x, { axis: 1 }), ROWS),
  pass('sum of columns', 1, 1, (x) => ops.sum(x, { axis: 0 }), COLUMNS),
  pass('greatest of rows', 1, 1, (x) => ops.argmax(x, { axis: 1 }), ROWS),
  pass('running sum of rows', 1, 1, (x) => ops.cumsum(x, { axis: 1 })),
  pass('sorting of rows', 9, 1, (x) => ops.sort(x, { axis: 1 })),
  pass('transpose', 0, 1, (x) => ops.transpose(x)),
  pass('rows by number', 0, 1, (x) => ops.take(x, numbers(ROWS), { axis: 0 })),
  pass(
    'sums of rows by number',
    1,
    1,
    (x) => ops.segmentSum(x, numbers(SEGMENTS), { numSegments: SEGMENTS }),
    SEGMENTS * COLUMNS,
  ),
  pass('uniform random numbers', 1, 0, () => random.uniform([ROWS, COLUMNS], { seed: 1 })),
  pass("Adam's step", 12, 4, (weights, gradient, m, v) => {
    const first = ops.add(ops.multiply(m, 0.9), ops.multiply(gradient, 0.1));
    const second = ops.add(ops.multiply(v, 0.999), ops.multiply(ops.square(gradient), 0.001));
    return ops.subtract(weights, ops.multiply(ops.divide(first, ops.add(ops.sqrt(second), 1e-7)), 1e-3));
  }),
];

/** Seconds of one call of a kernel, the quickest of some rounds. */
export async function timeKernel({ inputs, compute }: KernelJob, seconds = 0.4): Promise<number> {
  setThreads(1);
  const variables = inputs.map((shape, i) => new Variable(random.normal([...shape], { seed: i })));
  const result = new Variable(compute(...variables.map((variable) => variable.value)));
  const step = jit(() => {
    result.assign(compute(...variables.map((variable) => variable.value)));
    // What is made of variables that a program does not assign, such as packed weights, would be made once and kept.
    for (const variable of variables) variable.assign(variable.value);
    return ops.zeros([]);
  });
  let best = Infinity;
  // The engine optimizes on another thread while the first calls run.
  for (let round = 0; round < 2; round++) {
    best = Infinity;
    for (const end = performance.now() + (1000 * seconds) / 2; performance.now() < end;) {
      const start = performance.now();
      step();
      best = Math.min(best, performance.now() - start);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return best / 1000;
}
