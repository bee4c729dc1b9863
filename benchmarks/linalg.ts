/**
 * @file Times decompositions beside NumPy, both on one thread: `npm run bench:linalg`. The variable
 * PYTHON names a Python that has NumPy. Contestants take turns, so that what else the machine does meets both; the best of the rounds counts.
 */
import { jit, ops, random, setThreads, type Tensor } from 'keras-ts';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const PYTHON = process.env['PYTHON'] ?? 'python3';
const SIZES = process.argv.slice(2).map(Number).filter(Number.isInteger);
const sizes = SIZES.length > 0 ? SIZES : [256, 512, 1024];
const ROUNDS = 5;

/** NumPy as a process that answers with milliseconds. */
const rival = `
import sys, time
import numpy as np
rng = np.random.default_rng(0)
made = {}
def inputs(n, dtype):
    if (n, dtype) not in made:
        a = rng.standard_normal((n, n)).astype(dtype)
        made[n, dtype] = a, (a @ a.T + n * np.eye(n)).astype(dtype), rng.standard_normal((n, 1)).astype(dtype)
    return made[n, dtype]
work = {
    "cholesky": lambda a, s, b: np.linalg.cholesky(s),
    "solve": lambda a, s, b: np.linalg.solve(a, b),
    "qr": lambda a, s, b: np.linalg.qr(a),
    "eigh": lambda a, s, b: np.linalg.eigh(s),
    "svd": lambda a, s, b: np.linalg.svd(a, full_matrices=False),
    "eig": lambda a, s, b: np.linalg.eig(a),
}
for line in sys.stdin:
    name, n, dtype = line.split()
    given = inputs(int(n), dtype)
    start = time.perf_counter()
    work[name](*given)
    print((time.perf_counter() - start) * 1e3, flush=True)
`;
const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
const numpy = spawn(PYTHON, ['-c', rival], { env: { ...process.env, ...one }, stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: numpy.stdout })[Symbol.asyncIterator]();
async function timeNumPy(name: string, n: number, dtype: string): Promise<number> {
  numpy.stdin.write(`${name} ${n} ${dtype}\n`);
  const answer = (await answers.next()) as { readonly value: string };
  return Number(answer.value);
}

setThreads(1);
const work: Record<string, (a: Tensor, s: Tensor, b: Tensor) => unknown> = {
  cholesky: (_a, s) => ops.cholesky(s),
  solve: (a, _s, b) => ops.solve(a, b),
  qr: (a) => ops.qr(a),
  eigh: (_a, s) => ops.eigh(s),
  svd: (a) => ops.svd(a, { fullMatrices: false }),
  // NumPy computes it in float64 whatever the dtype, and so does keras-ts.
  eig: (a) => ops.eig(a),
};
const format = (ms: number): string => (ms < 10 ? ms.toPrecision(3) : ms.toFixed(0));
console.log('| decomposition | n | dtype | keras-ts, ms | NumPy, ms | ratio |');
console.log('| --- | ---: | --- | ---: | ---: | ---: |');
for (const [name, fn] of Object.entries(work)) {
  const compiled = jit(fn as (a: Tensor, s: Tensor, b: Tensor) => Tensor);
  for (const dtype of ['float32', 'float64'] as const) {
    for (const n of sizes) {
      const a = ops.cast(random.normal([n, n], { seed: 1 }), dtype);
      const b = ops.cast(random.normal([n, 1], { seed: 2 }), dtype);
      const s = ops.add(ops.cast(ops.matmul(ops.cast(a, 'float32'), ops.transpose(ops.cast(a, 'float32'))), dtype), ops.multiply(ops.eye(n, { dtype }), n)); // prettier-ignore
      let [own, other] = [Infinity, Infinity];
      for (let round = 0; round <= ROUNDS; round++) {
        const start = performance.now();
        compiled(a, s, b);
        const took = performance.now() - start;
        const theirs = await timeNumPy(name, n, dtype);
        if (round === 0) continue; // compiling, and first touch of memory
        [own, other] = [Math.min(own, took), Math.min(other, theirs)];
      }
      console.log(`| ${name} | ${n} | ${dtype} | ${format(own)} | ${format(other)} | ${(own / other).toFixed(2)} |`);
    }
  }
}
numpy.stdin.end();
