import { InvalidRequest } from '../../errors.ts';

/** Wire types of protobuf. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const maxVarintBytes = 10;

/**
 * Reads the fields of a protobuf message one after the other. It builds nothing for fields that nobody reads, so it takes
 * time in proportion to the length of the message, whatever its content.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;
  #field = 0;
  #wireType = 0;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /**
   * Moves to the next field; read or skip its value before the next call.
   * @returns its number; 0 at the end of the message
   * @throws InvalidRequest  the message is damaged
   */
  next(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.#varint();
    this.#field = Math.floor(tag / 8);
    this.#wireType = tag % 8;
    if (this.#field === 0) throw notProtobuf();
    return this.#field;
  }

  /** Number of bytes that were not read yet. */
  get length(): number {
    return this.#end - this.#at;
  }

  /** Skips the value of the field. */
  skip(): void {
    switch (this.#wireType) {
      case wire.varint:
        this.#varint();
        return;
      case wire.fixed64:
        this.#take(8);
        return;
      case wire.bytes:
        this.#take(this.#varint());
        return;
      case wire.fixed32:
        this.#take(4);
        return;
      default:
        throw notProtobuf();
    }
  }

  /** Reads a text. */
  text(): string {
    const start = this.#startOfBytes();
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** Returns a reader of a message within this one. */
  message(): ProtobufReader {
    const start = this.#startOfBytes();
    return new ProtobufReader(this.#bytes, start, this.#at);
  }

  /** Reads a number that is not negative; beyond 2^53 it is not exact. */
  number(): number {
    if (this.#wireType !== wire.varint) throw notProtobuf();
    return this.#varint();
  }

  /** Reads an `int64`; a number beyond 2^53 is not exact. */
  int64(): number {
    const start = this.#at;
    const value = this.number();
    const isNegative = this.#at - start === maxVarintBytes && (this.#bytes[this.#at - 1] ?? 0) % 2 === 1;
    return isNegative ? -1 - this.#complementAt(start) : value;
  }

  /** Reads a `fixed64`. */
  fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#startOfFixed64());
  }

  /** Reads a `double`. */
  double(): number {
    return this.#bytes.readDoubleLE(this.#startOfFixed64());
  }

  /** Returns the complement of a varint of ten bytes: for a number near 0, 2^64 less it would not be exact. */
  #complementAt(start: number): number {
    let value = 0;
    for (let place = maxVarintBytes - 2; place >= 0; place--) {
      value = value * 128 + (~(this.#bytes[start + place] ?? 0) & 0x7f);
    }
    return value;
  }

  #startOfFixed64(): number {
    if (this.#wireType !== wire.fixed64) throw notProtobuf();
    return this.#take(8);
  }

  #startOfBytes(): number {
    if (this.#wireType !== wire.bytes) throw notProtobuf();
    return this.#take(this.#varint());
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#end - start) throw notProtobuf();
    this.#at = start + length;
    return start;
  }

  #varint(): number {
    let value = 0;
    let weight = 1;
    for (let n = 0; n < maxVarintBytes; n++) {
      if (this.#at >= this.#end) throw notProtobuf();
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 128;
    }
    throw notProtobuf();
  }
}

function notProtobuf(): InvalidRequest {
  return new InvalidRequest('The body is not a valid protobuf message.');
}
