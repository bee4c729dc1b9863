/** @file Batches of digits, each moved, turned and made larger or smaller a little: another image in every epoch. */

/** Bytes of square images, side by side, and their labels. */
export interface Images {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly size: number;
}

/** Draws one image, seen through a small turn, a change of size and a shift, into `out` as ink from 0 to 1. */
function draw({ pixels, size }: Images, index: number, out: Float32Array, at: number, random: () => number): void {
  const between = (most: number): number => (2 * random() - 1) * most;
  const angle = between(0.2);
  const scale = 1 + between(0.1);
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const center = (size - 1) / 2;
  const [shiftX, shiftY] = [between(2), between(2)];
  const first = index * size * size;
  const ink = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= size || column >= size ? 0 : pixels[first + row * size + column];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [column - center - shiftX, row - center - shiftY];
      const [fromX, fromY] = [cos * x + sin * y + center, cos * y - sin * x + center];
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - left, fromY - top];
      const above = (1 - right) * ink(top, left) + right * ink(top, left + 1);
      const below = (1 - right) * ink(top + 1, left) + right * ink(top + 1, left + 1);
      out[at + row * size + column] = ((1 - down) * above + down * below) / 255;
    }
  }
}

/** All images once, in a new order, in batches of `ink [n, size, size, 1]` and labels `[n]` as flat arrays. */
export function* augmented(
  images: Images,
  batchSize: number,
  random: () => number,
): Generator<[Float32Array, Uint8Array]> {
  const count = images.labels.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  const area = images.size ** 2;
  for (let begin = 0; begin < count; begin += batchSize) {
    const chosen = order.subarray(begin, begin + batchSize);
    const ink = new Float32Array(chosen.length * area);
    chosen.forEach((index, place) => draw(images, index, ink, place * area, random));
    yield [ink, Uint8Array.from(chosen, (index) => images.labels[index])];
  }
}
