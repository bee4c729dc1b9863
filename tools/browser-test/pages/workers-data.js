/** @file A data set of which each worker of the page makes its own. */
export default class Batches {
  constructor(count, broken = -1) {
    this.length = count;
    this.broken = broken;
  }

  getItem(index) {
    if (index === this.broken) throw new RangeError(`no file ${index}`);
    const inWorker = globalThis.document === undefined;
    const values = Float32Array.from({ length: 8 }, (_, i) => (index + i) / 8);
    return [{ data: values, shape: [4, 2] }, new Float32Array(4).fill(inWorker ? index : -1)];
  }
}
