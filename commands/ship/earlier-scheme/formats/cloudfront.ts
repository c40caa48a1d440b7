import type { LineFormat, ReadingOptions } from './line-format.ts';
import { readEntry } from './read-entry.ts';
import { decodePercents } from './unescape.ts';

const header = '#Fields:';
const required = ['date', 'time', 'cs-method', 'cs-uri-stem'] as const;

/**
 * Reads standard logs of CloudFront: columns between tabs, which the header names; times in UTC.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export function cloudFrontFormat(options: ReadingOptions): LineFormat {
  let columns = new Map<string, number>();
  return {
    name: 'cloudfront',
    recognises: (line) => line.startsWith(header) && columnsOf(line) !== undefined,
    read(line) {
      if (line.startsWith('#')) {
        columns = columnsOf(line) ?? columns;
        return undefined;
      }
      if (columns.size === 0) return { reason: `comes before any ${header} that names the columns` };
      const values = line.split('\t');
      // A line that was cut off could have half an agent.
      if (values.length !== columns.size) {
        return { reason: `has ${values.length} columns, where the header names ${columns.size}` };
      }
      const valueOf = (name: string) => values[columns.get(name) ?? -1] ?? '-';
      const query = valueOf('cs-uri-query');
      return readEntry(
        {
          receivedAt: `${valueOf('date')}T${valueOf('time')}Z`,
          method: valueOf('cs-method'),
          target: query === '-' ? valueOf('cs-uri-stem') : `${valueOf('cs-uri-stem')}?${query}`,
          userAgent: decodeAgent(valueOf('cs(User-Agent)')),
          status: valueOf('sc-status'),
        },
        options,
      );
    },
  };
}

/** Returns the position of each column; `undefined` where the line lacks the name of a required one. */
function columnsOf(line: string): Map<string, number> | undefined {
  if (!line.startsWith(header)) return undefined;
  const names = line.slice(header.length).trim().split(/\s+/);
  const columns = new Map(names.map((name, position) => [name, position]));
  return required.every((name) => columns.has(name)) ? columns : undefined;
}

/** Decodes an agent; logs from before 2019 have agents that are encoded twice. */
function decodeAgent(text: string): string {
  const once = decodePercents(text);
  return text.includes('%2520') ? decodePercents(once) : once;
}
