/** A line of a log, at its place. */
export interface Line {
  /** Without its end; `undefined` where it is too long to be one. */
  readonly text: string | undefined;
  /** Of its first byte, and of the first byte behind its line feed, in the decompressed log. */
  readonly start: number;
  readonly end: number;
}

export interface LineSplitter {
  /** The lines that end in these bytes. */
  push(bytes: Buffer): Line[];
  /** What is behind the last line feed, if there is anything. */
  rest(): Line[];
}

const lineFeed = 0x0a;
const byteOrderMark = '\ufeff';

/** Longer than any request line and agent that a server takes; more of a line is not kept. */
const maxLineBytes = 65_536;

/** Cuts a log into lines. Bytes that are no UTF-8 become U+FFFD. */
export function createLineSplitter(): LineSplitter {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  /** Of the line that has not ended yet. */
  let start = 0;
  let length = 0;

  const keep = (bytes: Buffer): void => {
    length += bytes.length;
    if (length > maxLineBytes) kept = [];
    else kept.push(bytes);
    keptBytes = length > maxLineBytes ? 0 : keptBytes + bytes.length;
  };
  const take = (endBytes: number): Line => {
    const [only] = kept;
    const bytes = kept.length === 1 && only !== undefined ? only : Buffer.concat(kept, keptBytes);
    const end = start + length + endBytes;
    const line = { text: length > maxLineBytes ? undefined : textOf(bytes, start === 0), start, end };
    kept = [];
    keptBytes = 0;
    start = end;
    length = 0;
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
      // A copy: the reader may use its buffer again.
      if (from < bytes.length) keep(Buffer.from(bytes.subarray(from)));
      return lines;
    },
    rest: () => (length === 0 ? [] : [take(0)]),
  };
}

function textOf(bytes: Buffer, isFirst: boolean): string {
  const isBeforeLineFeed = bytes.at(-1) === 0x0d;
  const text = bytes.toString('utf8', 0, isBeforeLineFeed ? bytes.length - 1 : bytes.length);
  return isFirst && text.startsWith(byteOrderMark) ? text.slice(1) : text;
}
