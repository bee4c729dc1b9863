/**
 * @file The Mersenne Twister MT19937, seeded and read as Python's `random` does: Keras draws the seeds of unseeded layers from it.
 * @see Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998)
 */
const N = 624;
const M = 397;

/** What a word is made of beside a third one: its highest bit, and the others of the next word. */
function mixed(word: number, next: number): number {
  const y = (word & 0x80000000) | (next & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}

/** 0 … n − 1, each from the last on exchanged with one that `place` names among those up to it. */
export function shuffled(n: number, place: (i: number) => number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = place(i);
    const other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  return order;
}

/** A stream of 32-bit numbers. */
export class MersenneTwister {
  readonly #state = new Uint32Array(N);
  #index = N;

  /** Seed by one 32-bit number, as NumPy's `np.random.seed` does. */
  seedByNumber(seed: number): void {
    const s = this.#state;
    s[0] = seed >>> 0;
    for (let i = 1; i < N; i++) s[i] = Math.imul(1812433253, s[i - 1] ^ (s[i - 1] >>> 30)) + i;
    this.#index = N;
  }

  /** Seed by the 32-bit digits of a number, least ones first, as Python's `random.seed` does. */
  seedByArray(key: readonly number[]): void {
    this.seedByNumber(19650218);
    const s = this.#state;
    let i = 1;
    let j = 0;
    const wrap = (): void => {
      if (++i < N) return;
      s[0] = s[N - 1];
      i = 1;
    };
    for (let k = Math.max(N, key.length); k > 0; k--) {
      s[i] = (s[i] ^ Math.imul(s[i - 1] ^ (s[i - 1] >>> 30), 1664525)) + key[j] + j;
      if (++j >= key.length) j = 0;
      wrap();
    }
    for (let k = N - 1; k > 0; k--) {
      s[i] = (s[i] ^ Math.imul(s[i - 1] ^ (s[i - 1] >>> 30), 1566083941)) - i;
      wrap();
    }
    s[0] = 0x80000000;
  }

  /** All that the next numbers depend on: 625 whole numbers. */
  get words(): number[] {
    return [...this.#state, this.#index];
  }
  set words(words: readonly number[]) {
    this.#state.set(words.slice(0, N));
    this.#index = words[N];
  }

  /** The next 32 bits. */
  next(): number {
    if (this.#index >= N) this.#twist();
    let y = this.#state[this.#index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < N - M; i++) s[i] = s[i + M] ^ mixed(s[i], s[i + 1]);
    for (let i = N - M; i < N - 1; i++) s[i] = s[i + M - N] ^ mixed(s[i], s[i + 1]);
    s[N - 1] = s[M - 1] ^ mixed(s[N - 1], s[0]);
    this.#index = 0;
  }

  /** A whole number in [low, high], as Python's `random.randint`. The span must be below 2^32. */
  randint(low: number, high: number): number {
    const span = high - low + 1;
    const bits = 32 - Math.clz32(span);
    let drawn = this.next() >>> (32 - bits);
    while (drawn >= span) drawn = this.next() >>> (32 - bits);
    return low + drawn;
  }

  /** 0 … n − 1 in random order, as NumPy's `np.random.permutation`. */
  permutation(n: number): Int32Array {
    return shuffled(n, (i) => {
      // As `below`, for numbers without a sign bit.
      const mask = (1 << (32 - Math.clz32(i))) - 1;
      let drawn = this.next() & mask;
      while (drawn > i) drawn = this.next() & mask;
      return drawn;
    });
  }

  /** A whole number in [0, n), as NumPy's `np.random.randint(n)`: an index of `np.random.choice`. One choice takes no draw. */
  below(n: number): number {
    const most = n - 1;
    if (most === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    let drawn = (this.next() & mask) >>> 0;
    while (drawn > most) drawn = (this.next() & mask) >>> 0;
    return drawn;
  }

  /** A number in [0, 1) of 53 random bits, as NumPy's `np.random.random`. */
  random(): number {
    const high = this.next() >>> 5;
    return (high * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }

  /** A number in [low, high), as NumPy's `np.random.uniform`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }
}
