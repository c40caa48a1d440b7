import { isUtf8 } from 'node:buffer';
import { InvalidRequest } from '../../errors.ts';
import {
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  malformed,
} from '../parse-batch/json-scanner.ts';

/** The place of an object in a body. */
export interface JsonItem {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds objects deep within the JSON of a body without parsing the rest of it, in time proportional to its length.
 * @param way       the fields that lead to the objects, each an array of objects: `['a', 'b']` finds those in the arrays
 *                  `b` of the objects in the arrays `a` of the body
 * @param expected  what the body should be, for the message of a refusal
 * @throws InvalidRequest  the body is not JSON, or a field on the way is not an array of objects
 */
export function* jsonItems(
  body: Buffer,
  way: readonly string[],
  expected: string,
): Generator<JsonItem, void> {
  const scanner = new JsonItems(body, way, expected);
  yield* scanner.itemsIn(0);
  scanner.requireEnd();
}

/** A position in a body. */
class JsonItems {
  readonly #bytes: Buffer;
  readonly #way: readonly string[];
  readonly #expected: string;
  #at = 0;

  constructor(bytes: Buffer, way: readonly string[], expected: string) {
    this.#bytes = bytes;
    this.#way = way;
    this.#expected = expected;
    if (!isUtf8(bytes)) this.#refuse();
  }

  /** Reads an object that is `step` steps on the way. */
  *itemsIn(step: number): Generator<JsonItem, void> {
    this.#require(code.openBrace);
    if (this.#skip(code.closeBrace)) return;
    do {
      const isOnWay = this.#name() === this.#way[step];
      if (isOnWay && this.#next() === code.openBracket) yield* this.#list(step);
      else if (this.#isNull() || !isOnWay) this.#value();
      else this.#refuse();
    } while (this.#skip(code.comma));
    this.#require(code.closeBrace);
  }

  *#list(step: number): Generator<JsonItem, void> {
    this.#require(code.openBracket);
    if (this.#skip(code.closeBracket)) return;
    do {
      if (this.#next() !== code.openBrace) this.#refuse();
      if (step < this.#way.length - 1) yield* this.itemsIn(step + 1);
      else yield this.#value();
    } while (this.#skip(code.comma));
    this.#require(code.closeBracket);
  }

  requireEnd(): void {
    if (this.#next() !== undefined) this.#refuse();
  }

  #next(): number | undefined {
    this.#at = afterWhiteSpace(this.#bytes, this.#at, code.lineFeed);
    return this.#bytes[this.#at];
  }

  #isNull(): boolean {
    return this.#next() === firstOfNull;
  }

  #skip(byte: number): boolean {
    if (this.#next() !== byte) return false;
    this.#at += 1;
    return true;
  }

  #require(byte: number): void {
    if (!this.#skip(byte)) this.#refuse();
  }

  /** Reads the name of a field and its colon. */
  #name(): string {
    this.#next();
    const after = afterString(this.#bytes, this.#at);
    if (after === malformed) this.#refuse();
    const start = this.#at + 1;
    this.#at = isEscaped(after) ? ~after : after;
    const name = this.#bytes.toString('utf8', start, this.#at - 1);
    this.#require(code.colon);
    return name;
  }

  #value(): JsonItem {
    this.#next();
    const start = this.#at;
    const end = afterValue(this.#bytes, start, code.lineFeed);
    if (end === malformed) this.#refuse();
    this.#at = end;
    return { start, end };
  }

  #refuse(): never {
    throw new InvalidRequest(`The body is not ${this.#expected} in JSON.`);
  }
}

const firstOfNull = 0x6e;
