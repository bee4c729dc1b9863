/**
 * @file `npm run programs`: hashes of the programs that are generated for the workloads, one line a module. A change that only moves code
 * leaves every line as it was; one that changes programs can say which.
 *
 *     npm run programs                        all workloads
 *     npm run programs -- mnist_mlp fcn       some of them
 *     npm run programs > before.txt           … and after the change: npm run programs | diff before.txt -
 *
 * Each workload trains on two batches, is evaluated on one and predicts one, so that programs of all three kinds are made. It runs on
 * the sources, without a build.
 */
import { createHash } from 'node:crypto';
import { ops, setThreads } from 'keras-ts';
import type { Tensor } from 'keras-ts';
import { workloadOf, workloads } from './workloads/index.js';

const seen: Uint8Array[] = [];
const Module = WebAssembly.Module;
// The bytes are taken where every backend must hand them over, so that the hashes do not depend on how the engine is built.
WebAssembly.Module = new Proxy(Module, {
  construct(target, args: [BufferSource], newTarget) {
    seen.push(Uint8Array.from(args[0] as Uint8Array));
    return Reflect.construct(target, args, newTarget) as object;
  },
});

/** The first `count` samples. */
const first = (x: Tensor, count: number): Tensor => ops.slice(x, x.shape.map(() => 0), [count, ...x.shape.slice(1)]); // prettier-ignore

const names = process.argv.slice(2);
setThreads(2);
for (const workload of names.length === 0 ? workloads : names.map(workloadOf)) {
  const { batchSize } = workload;
  const [x, y] = await workload.data();
  const model = workload.build();
  const report = (kind: string): void => {
    seen.forEach((code, i) => {
      const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
      console.log(`${workload.name} ${kind} ${i}: ${hash} ${code.length} bytes`);
    });
    seen.length = 0;
  };
  report('build');
  const [some, targets] = [first(x, 2 * batchSize), first(y, 2 * batchSize)];
  report('data');
  await model.fit(some, targets, { batchSize, epochs: 1, verbose: 0, shuffle: false });
  report('fit');
  await model.evaluate(first(x, batchSize), first(y, batchSize), { batchSize, verbose: 0 });
  report('evaluate');
  await model.predict(first(x, batchSize), { batchSize, verbose: 0 });
  report('predict');
}
