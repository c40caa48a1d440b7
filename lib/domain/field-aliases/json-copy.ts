import { code } from '../parse-batch/json-scanner.ts';

/** Shorter ranges are copied faster by hand. */
const copiedByHand = 48;

/** A copy of parts of a JSON text, which is not longer than the text. */
export class JsonCopy {
  protected readonly bytes: Buffer;
  readonly #to: Buffer;
  /** Number of bytes copied; set it lower to remove the last ones. */
  length = 0;

  constructor(from: Buffer, maxLength: number) {
    this.bytes = from;
    this.#to = Buffer.allocUnsafe(maxLength);
  }

  addByte(byte: number): void {
    this.#to[this.length] = byte;
    this.length += 1;
  }

  addText(ascii: string): void {
    this.length += this.#to.write(ascii, this.length, 'latin1');
  }

  addRange(start: number, end: number): void {
    if (end - start > copiedByHand) {
      this.length += this.bytes.copy(this.#to, this.length, start, end);
      return;
    }
    for (let at = start; at < end; at++) this.addByte(this.bytes[at] ?? 0);
  }

  /** Adds a comma, unless an object or a list has just been opened. */
  addComma(): void {
    const last = this.#to[this.length - 1];
    if (last !== code.openBrace && last !== code.openBracket) this.addByte(code.comma);
  }

  toString(): string {
    return this.#to.toString('utf8', 0, this.length);
  }
}
