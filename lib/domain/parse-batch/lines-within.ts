import { isObject } from '../../is-object.ts';
import { linesInStep, maxRecordBytes } from '../batch-limits.ts';
import { createLogReader, type LogReader } from '../log-formats/log-reader.ts';
import type { ReadEntry } from '../read-entry.ts';
import { entryOfContent } from './entry-of-content.ts';
import { RejectedLine } from './rejected-line.ts';

/** Shorter than any object with a line. */
const minBytes = 64;

/** Reads records of log shippers, which hold a line of an access log in a field such as `log` or `message`. */
export class LinesWithin {
  #reader: LogReader | undefined;
  #readSincePause = 0;

  /**
   * Reads the line in an object that is not an entry; returns `undefined` if there is none.
   * @param value  its fields as those of an entry
   * @param text   returns the object as it was sent
   */
  read(value: unknown, bytes: number, text: () => string): ReadEntry | undefined {
    if (bytes < minBytes || bytes > maxRecordBytes || !isObject(value)) return undefined;
    if (value['method'] !== undefined || value['path'] !== undefined) return undefined;
    this.#readSincePause += 1;
    this.#reader ??= createLogReader();
    const content = this.#reader.read(text());
    if (content.kind === 'request') return entryOfContent(content);
    return content.kind === 'no-request' ? new RejectedLine(content.reason) : undefined;
  }

  /** Reports, once for so many lines, that others should have a turn. */
  isPauseDue(): boolean {
    const isDue = this.#readSincePause >= linesInStep;
    if (isDue) this.#readSincePause = 0;
    return isDue;
  }
}
