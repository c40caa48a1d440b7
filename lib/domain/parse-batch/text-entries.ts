import { createLogReader, type FormatName } from '../log-formats/log-reader.ts';
import type { ReadEntry, RejectedEntry } from '../read-entry.ts';
import { entryOfContent } from './entry-of-content.ts';

/** Longer than any request line and agent that a server accepts. */
const maxLineBytes = 65_536;
const lineFeed = 0x0a;
const byteOrderMark = '\ufeff';

const longLine: RejectedEntry = { problems: [{ reason: `has more than ${maxLineBytes} bytes` }] };

/**
 * Reads the lines of an access log. Lines of white space are left out, and lines that describe other lines are not
 * entries. Bytes that are not UTF-8 become U+FFFD, as `ship` reads them.
 * @param format  the format of the lines; `undefined`: each line is in the one that fits it
 */
export function* textEntries(
  body: Buffer,
  format: FormatName | undefined,
): Generator<ReadEntry | undefined, void> {
  const reader = createLogReader({ format });
  for (let start = 0; start < body.length;) {
    const lineBreak = body.indexOf(lineFeed, start);
    const end = lineBreak < 0 ? body.length : lineBreak;
    if (end - start > maxLineBytes) {
      yield longLine;
    } else {
      const text = textBetween(body, start, end);
      if (text.trim() !== '') yield entryOfContent(reader.read(text));
    }
    start = end + 1;
  }
}

function textBetween(body: Buffer, start: number, end: number): string {
  const text = body.toString('utf8', start, end);
  const isMarked = start === 0 && text.startsWith(byteOrderMark);
  return text.slice(isMarked ? 1 : 0, text.endsWith('\r') ? -1 : undefined);
}
