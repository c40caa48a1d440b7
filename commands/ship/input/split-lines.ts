/** A line of a log and its position. */
export interface Line {
  /** The text without the line end and without null bytes at its start; `undefined` where it is too long. */
  readonly text: string | undefined;
  /** The number of null bytes before the text: what `copytruncate` leaves of a log whose server goes on writing. */
  readonly nulls: number;
  /** True if a line feed ends it. */
  readonly isTerminated: boolean;
  /** The offset of its first byte in the decompressed log; `end` is that of the first byte after its line feed. */
  readonly start: number;
  readonly end: number;
}

export interface LineSplitter {
  /** Returns the lines that end in these bytes. */
  push(bytes: Buffer): Line[];
  /** Returns the text after the last line feed, if there is any. */
  rest(): Line[];
  /** Returns whether a line has begun that has not ended. */
  isInLine(): boolean;
}

const lineFeed = 0x0a;
const byteOrderMark = '\ufeff';

/** Longer than any request line and agent that a server accepts; the rest of a line is dropped. */
export const maxLineBytes = 65_536;
/** The same for a line with a list of entries, as programs export them. */
const maxListBytes = 16 * 1_048_576;
const startsOfLists = ['[{', '{"records":', '{"messageType":"DATA_MESSAGE"'].map((text) => Buffer.from(text));

/** Cuts a log into lines. Bytes that are not UTF-8 become U+FFFD. */
export function createLineSplitter(): LineSplitter {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  /** The start of the line that has not ended yet. */
  let start = 0;
  let length = 0;
  let nulls = 0;
  let maxBytes = maxLineBytes;

  const keep = (all: Buffer): void => {
    const bytes = length === 0 ? withoutNulls(all) : all;
    nulls += all.length - bytes.length;
    if (length <= maxLineBytes && length + bytes.length > maxLineBytes && isList(kept[0] ?? bytes)) {
      maxBytes = maxListBytes;
    }
    length += bytes.length;
    if (length > maxBytes) kept = [];
    else kept.push(bytes);
    keptBytes = length > maxBytes ? 0 : keptBytes + bytes.length;
  };
  const take = (endBytes: number): Line => {
    const [only] = kept;
    const bytes = kept.length === 1 && only !== undefined ? only : Buffer.concat(kept, keptBytes);
    const end = start + nulls + length + endBytes;
    const text = length > maxBytes ? undefined : textOf(bytes, start === 0);
    const line = { text, nulls, isTerminated: endBytes > 0, start, end };
    kept = [];
    keptBytes = 0;
    start = end;
    length = 0;
    nulls = 0;
    maxBytes = maxLineBytes;
    return line;
  };

  return {
    push(bytes) {
      const lines: Line[] = [];
      let from = 0;
      for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, from)) {
        keep(bytes.subarray(from, at));
        lines.push(take(1));
        from = at + 1;
      }
      // Copy the bytes: the reader may reuse its buffer.
      if (from < bytes.length) keep(Buffer.from(bytes.subarray(from)));
      return lines;
    },
    rest: () => (length + nulls === 0 ? [] : [take(0)]),
    isInLine: () => length + nulls > 0,
  };
}

function isList(start: Buffer): boolean {
  return startsOfLists.some((text) => start.subarray(0, text.length).equals(text));
}

function withoutNulls(bytes: Buffer): Buffer {
  if (bytes[0] !== 0) return bytes;
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? bytes.subarray(bytes.length) : bytes.subarray(first);
}

function textOf(bytes: Buffer, isFirst: boolean): string {
  const isBeforeLineFeed = bytes.at(-1) === 0x0d;
  const text = bytes.toString('utf8', 0, isBeforeLineFeed ? bytes.length - 1 : bytes.length);
  return isFirst && text.startsWith(byteOrderMark) ? text.slice(1) : text;
}
