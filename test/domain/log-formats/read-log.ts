import { entryOfRequest, type LoggedEntry } from '../../../lib/domain/log-formats/entry-of-request.ts';
import { createLogReader, type LogReaderOptions } from '../../../lib/domain/log-formats/log-reader.ts';

/** Reads lines as one log. For each line it returns the entry, or else the kind of the line. */
export function readLog(
  lines: readonly string[],
  options: LogReaderOptions = {},
): (LoggedEntry | 'header' | 'unknown' | 'no-request')[] {
  const reader = createLogReader(options);
  return lines.map((line) => {
    const content = reader.read(line);
    if (content.kind !== 'request') return content.kind;
    return entryOfRequest(content.request, { isQueryKept: true, hasClientIp: true }).entry ?? 'no-request';
  });
}

/** Reads one line. */
export function readOne(line: string, options: LogReaderOptions = {}): ReturnType<typeof readLog>[number] {
  return readLog([line], options)[0] ?? 'unknown';
}
