/**
 * @file Discrete Fourier transforms of arrays of float64: roots of unity, lengths that have a fast transform, and the transform by which the
 * engine's kernels are judged.
 *
 * @see Cooley & Tukey 1965, "An algorithm for the machine calculation of complex Fourier series"
 */

/** Prime factors that kernels know. Transforms of other lengths are made of theirs: see `transforms.ts`. */
const RADICES = [2, 3, 5, 7] as const;

/** The factors of a length, or null if it has others than 2, 3, 5 and 7. */
export function smoothFactors(n: number): number[] | null {
  const factors: number[] = [];
  let rest = n;
  for (const radix of RADICES) for (; rest > 1 && rest % radix === 0; rest /= radix) factors.push(radix);
  return rest === 1 ? factors : null;
}

/** The least length of the form 2ᵃ·3ᵇ (b up to 1), hence a fast one, that is not below `n`. */
export function fastLength(n: number): number {
  let best = 1;
  while (best < n) best *= 2;
  const other = (best / 4) * 3;
  return other >= n && Number.isInteger(other) ? other : best;
}

/** e^(−2πi·k/n) as [cos, −sin], exact to the last bit or so: the angle is brought into the first eighth of the circle before. */
export function rootOfUnity(k: number, n: number): [re: number, im: number] {
  const at = ((k % n) + n) % n;
  const [eighths, angle] = [Math.floor((8 * at) / n), (x: number): number => (2 * Math.PI * x) / n];
  const [c, s] = [(x: number): number => Math.cos(angle(x)), (x: number): number => Math.sin(angle(x))];
  switch (eighths) {
    case 0:
      return [c(at), -s(at)];
    case 1:
      return [s(n / 4 - at), -c(n / 4 - at)];
    case 2:
      return [-s(at - n / 4), -c(at - n / 4)];
    case 3:
      return [-c(n / 2 - at), -s(n / 2 - at)];
    case 4:
      return [-c(at - n / 2), s(at - n / 2)];
    case 5:
      return [-s((3 * n) / 4 - at), c((3 * n) / 4 - at)];
    case 6:
      return [s(at - (3 * n) / 4), c(at - (3 * n) / 4)];
    default:
      return [c(n - at), s(n - at)];
  }
}

/** Σ_j x_j·e^(∓2πi·jk/n) for all k, by splitting off one factor after the other. */
export function fourier(
  re: Float64Array,
  im: Float64Array,
  inverse: boolean,
): [re: Float64Array<ArrayBuffer>, im: Float64Array<ArrayBuffer>] {
  const n = re.length;
  const roots = Array.from({ length: n }, (_, k) => rootOfUnity(inverse ? -k : k, n));
  const factors = smoothFactors(n) ?? [n];
  const solve = (
    start: number,
    step: number,
    size: number,
    depth: number,
  ): [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>] => {
    // prettier-ignore
    if (size === 1) return [Float64Array.of(re[start]), Float64Array.of(im[start])];
    const r = factors[depth];
    const m = size / r;
    const parts = Array.from({ length: r }, (_, j) => solve(start + j * step, step * r, m, depth + 1));
    const [outRe, outIm] = [new Float64Array(size), new Float64Array(size)];
    for (let k = 0; k < size; k++) {
      parts.forEach(([partRe, partIm], j) => {
        const [c, s] = roots[((j * k) % size) * step];
        const [x, y] = [partRe[k % m], partIm[k % m]];
        outRe[k] += x * c - y * s;
        outIm[k] += x * s + y * c;
      });
    }
    return [outRe, outIm];
  };
  return n === 0 ? [re.slice(), im.slice()] : solve(0, 1, n, 0);
}
