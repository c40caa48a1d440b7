import { InvalidRequest } from '../../errors.ts';
import { knownFieldsAt } from '../field-aliases/known-fields.ts';
import {
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  malformed,
  positionOf,
} from '../parse-batch/json-scanner.ts';
import { TextWindow } from '../parse-batch/text-window.ts';

/**
 * A position in a JSON body, for bodies whose entries lie deep within one value. It visits members and elements one after
 * the other, so that nothing larger than an entry is ever built.
 */
export class JsonCursor {
  readonly #body: Buffer;
  readonly #text: TextWindow;
  at: number;

  constructor(body: Buffer, at = 0, text = new TextWindow(body)) {
    this.#body = body;
    this.#text = text;
    this.at = at;
  }

  /** Skips white space; returns whether the body has more. */
  hasMore(): boolean {
    this.at = afterWhiteSpace(this.#body, this.at, code.lineFeed);
    return this.at < this.#body.length;
  }

  /** Returns whether the next value is an array. */
  isArray(): boolean {
    return this.#body[this.at] === code.openBracket;
  }

  /** Returns whether the next value is an object. */
  isObject(): boolean {
    return this.#body[this.at] === code.openBrace;
  }

  /**
   * Visits the elements of an array. The loop's body has to skip or read each of them.
   * @throws InvalidRequest  it is not valid JSON
   */
  *elements(): Generator<void, void, undefined> {
    yield* this.#contents(code.openBracket, code.closeBracket);
  }

  /**
   * Visits the members of an object by name. The loop's body has to skip or read the value of each.
   * @throws InvalidRequest  it is not valid JSON
   */
  *members(): Generator<string, void, undefined> {
    for (const _ of this.#contents(code.openBrace, code.closeBrace)) {
      const start = this.at;
      const after = afterString(this.#body, start);
      if (after === malformed) throw notJson();
      this.at = positionOf(after);
      const name = isEscaped(after)
        ? (this.valueFrom(start) as string)
        : this.#text.between(start + 1, after - 1);
      this.hasMore();
      if (!this.#skipByte(code.colon)) throw notJson();
      this.hasMore();
      yield name;
    }
  }

  /** Returns another cursor at a place of the same body. */
  from(at: number): JsonCursor {
    return new JsonCursor(this.#body, at, this.#text);
  }

  /**
   * Skips a value, and returns where it begins.
   * @throws InvalidRequest  it is not valid JSON
   */
  skip(): number {
    const start = this.at;
    const after = afterValue(this.#body, start, code.lineFeed);
    if (after === malformed) throw notJson();
    this.at = after;
    return start;
  }

  /**
   * Reads a value.
   * @throws InvalidRequest  it is not valid JSON
   */
  read(): unknown {
    return this.valueFrom(this.skip());
  }

  /**
   * Reads a value: of an object only the fields that have a meaning for an entry, of an array nothing.
   * @throws InvalidRequest  it is not valid JSON
   */
  readKnown(): unknown {
    const isObject = this.isObject();
    const isArray = this.isArray();
    const start = this.skip();
    if (isObject) return JSON.parse(knownFieldsAt(this.#body, start, this.at));
    return isArray ? [] : this.valueFrom(start);
  }

  /** Builds the value that was skipped last, of which `skip` returned the start. */
  valueFrom(start: number): unknown {
    return JSON.parse(this.#text.between(start, this.at));
  }

  *#contents(open: number, close: number): Generator<void, void, undefined> {
    if (!this.#skipByte(open)) throw notJson();
    this.hasMore();
    if (this.#skipByte(close)) return;
    for (;;) {
      yield;
      this.hasMore();
      if (this.#skipByte(close)) return;
      if (!this.#skipByte(code.comma)) throw notJson();
      this.hasMore();
    }
  }

  #skipByte(byte: number): boolean {
    if (this.#body[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }
}

function notJson(): InvalidRequest {
  return new InvalidRequest('The body is not valid JSON.');
}
