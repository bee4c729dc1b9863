/** @file A growing list of bytes with WebAssembly's number encodings. */

const scratch = new DataView(new ArrayBuffer(8));

/** Bytes of a binary module. */
export class Bytes {
  #data = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#data.length, this.#length + count));
    larger.set(this.#data);
    this.#data = larger;
  }

  byte(value: number): this {
    if (this.#length === this.#data.length) this.#reserve(1);
    this.#data[this.#length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.#reserve(values.length);
    this.#data.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  append(other: Bytes): this {
    return this.bytes(other.#data.subarray(0, other.#length));
  }

  /** Unsigned LEB128. */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Unsigned LEB128 of 21 bits in three bytes, whatever the number: `setWide` may put another in its place. */
  wide(value: number): this {
    const at = this.#length;
    this.#reserve(3);
    this.#length += 3;
    this.setWide(at, value);
    return this;
  }

  setWide(at: number, value: number): void {
    this.#data[at] = (value & 0x7f) | 0x80;
    this.#data[at + 1] = ((value >> 7) & 0x7f) | 0x80;
    this.#data[at + 2] = value >> 14;
  }

  /** Signed LEB128 of 32 bits. */
  i32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of 64 bits, of a number that is exact. */
  i64(value: number): this {
    let rest = BigInt(value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  f32(value: number): this {
    scratch.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(scratch.getUint8(i));
    return this;
  }

  /** 32 bits as they are. */
  word(value: number): this {
    return this.byte(value & 0xff)
      .byte((value >> 8) & 0xff)
      .byte((value >> 16) & 0xff)
      .byte(value >>> 24);
  }

  f64(value: number): this {
    scratch.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.byte(scratch.getUint8(i));
    return this;
  }

  /** A name: its length and its UTF-8. */
  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.u32(encoded.length).bytes(encoded);
  }

  toUint8Array(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }
}
