import { InvalidRequest } from '../../errors.ts';

/** Wire types of protobuf. */
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

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
