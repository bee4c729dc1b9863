/**
 * @file Times Fourier transforms beside NumPy, both on one thread: `tsx --tsconfig tsconfig.build.json benchmarks/fourier.ts`. The variable
 * PYTHON names a Python that has NumPy. Contestants take turns, so that what else the machine does meets both; the best of the rounds counts.
 * NumPy transforms complex numbers that lie side by side, keras-ts pairs of arrays; each has its input in its own form.
 */
import { jit, ops, random, setThreads, type Tensor } from 'keras-ts';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const PYTHON = process.env['PYTHON'] ?? 'python3';
const ROUNDS = 30;

/** NumPy as a process that answers with milliseconds. */
const rival = `
import sys, time
import numpy as np
rng = np.random.default_rng(0)
work = {"fft": np.fft.fft, "fft2": np.fft.fft2, "rfft": np.fft.rfft}
made = {}
for line in sys.stdin:
    name, dtype, *shape = line.split()
    shape = tuple(map(int, shape))
    if (name, dtype, shape) not in made:
        x = rng.standard_normal(shape)
        if name != "rfft":
            x = x + 1j * rng.standard_normal(shape)
        made[name, dtype, shape] = x.astype(dtype if name == "rfft" else "complex64" if dtype == "float32" else "complex128")
    x = made[name, dtype, shape]
    start = time.perf_counter()
    work[name](x)
    print((time.perf_counter() - start) * 1e3, flush=True)
`;
const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
const numpy = spawn(PYTHON, ['-c', rival], { env: { ...process.env, ...one }, stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: numpy.stdout })[Symbol.asyncIterator]();
async function timeNumPy(name: string, shape: readonly number[], dtype: string): Promise<number> {
  numpy.stdin.write(`${name} ${dtype} ${shape.join(' ')}\n`);
  const answer = (await answers.next()) as { readonly value: string };
  return Number(answer.value);
}

setThreads(1);
type Work = (re: Tensor, im: Tensor) => Tensor[];
const work: Record<string, Work> = {
  fft: (re, im) => ops.fft([re, im]),
  fft2: (re, im) => ops.fft2([re, im]),
  rfft: (re) => ops.rfft(re),
};
const SHAPES: readonly (readonly [name: string, shape: readonly number[]])[] = [
  ...[256, 1024, 4096, 16384, 65536, 1000, 10007].map((n) => ['fft', [n]] as const),
  ['fft', [64, 1024]],
  ...[1024, 65536].map((n) => ['rfft', [n]] as const),
  ['fft2', [512, 512]],
];
const format = (ms: number): string => (ms < 10 ? ms.toPrecision(3) : ms.toFixed(0));
console.log('| transform | shape | dtype | keras-ts, ms | NumPy, ms | ratio |');
console.log('| --- | --- | --- | ---: | ---: | ---: |');
for (const [name, shape] of SHAPES) {
  const compiled = jit(work[name]);
  for (const dtype of ['float32', 'float64'] as const) {
    const re = ops.cast(random.normal([...shape], { seed: 1 }), dtype);
    const im = ops.cast(random.normal([...shape], { seed: 2 }), dtype);
    let [own, other] = [Infinity, Infinity];
    for (let round = 0; round <= ROUNDS; round++) {
      const start = performance.now();
      compiled(re, im);
      const took = performance.now() - start;
      const theirs = await timeNumPy(name, shape, dtype);
      if (round < 3) continue; // compiling, and first touch of memory
      [own, other] = [Math.min(own, took), Math.min(other, theirs)];
    }
    console.log(`| ${name} | ${shape.join(' × ')} | ${dtype} | ${format(own)} | ${format(other)} | ${(own / other).toFixed(2)} |`); // prettier-ignore
  }
}
numpy.stdin.end();
