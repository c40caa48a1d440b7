/** Longer texts are written by `Buffer.write`, which takes 60 ns for any; shorter ones by hand, at 1 ns a character. */
const writtenByHand = 48;
const firstBytes = 64 * 1_024;

const quote = 0x22;
const backslash = 0x5c;
const firstPrintable = 0x20;
const firstNotAscii = 0x80;

/**
 * Text that is put together as UTF-8. A batch can have 10,000 partials of 300 characters, and to put each together from
 * strings takes three times as long, mostly for what is thrown away.
 */
export class TextBytes {
  /** So many bytes are written; fewer where what was written last is taken back. */
  length = 0;
  #bytes = Buffer.allocUnsafe(firstBytes);

  text(text: string): void {
    this.#makeRoom(3 * text.length); // UTF-8 has no more bytes for a UTF-16 code unit
    if (text.length > writtenByHand || !this.#writeAscii(text)) {
      this.length += this.#bytes.write(text, this.length);
    }
  }

  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A text as JSON, in quotes. */
  json(text: string): void {
    if (text.length > writtenByHand) {
      this.text(JSON.stringify(text));
      return;
    }
    const start = this.length;
    this.text('"');
    this.#makeRoom(2 * text.length);
    if (this.#writeAscii(text, true)) {
      this.text('"');
    } else {
      this.length = start;
      this.text(JSON.stringify(text));
    }
  }

  /** What is written, in memory of its own. */
  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.length));
  }

  /** Writes a text for which there is room, if it is ASCII and, for JSON, has no control characters. */
  #writeAscii(text: string, isJson = false): boolean {
    const bytes = this.#bytes;
    let at = this.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= firstNotAscii) return false;
      if (isJson) {
        if (code < firstPrintable) return false;
        if (code === quote || code === backslash) {
          bytes[at] = backslash;
          at += 1;
        }
      }
      bytes[at] = code;
      at += 1;
    }
    this.length = at;
    return true;
  }

  #makeRoom(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }
}
