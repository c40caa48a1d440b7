import { createLogReader, type FormatName } from '../log-formats/log-reader.ts';
import { createWholeLineReader, unfinishedLine } from '../log-formats/whole-line-reader.ts';
import type { ReadEntry, RejectedEntry } from '../read-entry.ts';
import { entryOfContent } from './entry-of-content.ts';
import { code } from './json-scanner.ts';
import { TextWindow } from './text-window.ts';

/** Longer than any request line and agent that a server accepts. */
const maxLineBytes = 65_536;
const firstNotAscii = 0x80;
const byteOrderMark = '\ufeff';

const longLine: RejectedEntry = { problems: [{ reason: `has more than ${maxLineBytes} bytes` }] };
const unfinished: RejectedEntry = { problems: [{ reason: unfinishedLine }] };

/**
 * Reads the lines of an access log. Lines of white space are left out, and lines that describe other lines are not
 * entries. The entry of a line that a container runtime has split has the index of its last part. Bytes that are not
 * UTF-8 become U+FFFD, as `ship` reads them.
 * @param format  the format of the lines; if `undefined`, each line is read in the one that fits it
 */
export function* textEntries(
  body: Buffer,
  format: FormatName | undefined,
): Generator<ReadEntry | undefined, void> {
  const reader = createWholeLineReader(createLogReader({ format }));
  const window = new TextWindow(body);
  for (let start = 0; start < body.length;) {
    const lineBreak = body.indexOf(code.lineFeed, start);
    const end = lineBreak < 0 ? body.length : lineBreak;
    if (end - start > maxLineBytes) {
      reader.skipLine();
      yield longLine;
    } else {
      const content = afterAsciiSpace(body, start, end);
      const isBlank =
        content === end || (isForeign(body, content) && window.between(content, end).trim() === '');
      if (!isBlank) {
        const line = reader.read(lineBetween(window, start, withoutReturn(body, start, end)));
        yield line.kind === 'line'
          ? entryOfContent(line.content)
          : line.kind === 'part'
            ? undefined
            : longLine;
      }
    }
    start = end + 1;
  }
  if (reader.endLog()) yield unfinished;
}

function lineBetween(window: TextWindow, start: number, end: number): string {
  const text = window.between(start, end);
  return start === 0 && text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function withoutReturn(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === code.carriageReturn ? end - 1 : end;
}

/** Skips white space of ASCII, all of which `String.trim` removes. */
function afterAsciiSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isAsciiSpace(bytes[at] ?? 0)) at += 1;
  return at;
}

function isAsciiSpace(byte: number): boolean {
  return byte === code.space || (byte >= code.tab && byte <= code.carriageReturn);
}

function isForeign(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] ?? 0) >= firstNotAscii;
}
