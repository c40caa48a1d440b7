import { instantOf } from './instant.ts';
import { noRequest, unknown, type LineContent, type LineFormat } from './line-format.ts';
import { endOfQuoted } from './quoted-fields.ts';
import { decodeAgent, decodePercents, unescapeQuoted } from './unescape.ts';

const fieldsDirective = '#Fields:';
const dateDirective = /^#Date: *(\d{4}-\d\d-\d\d)/;
const directive = /^#(?:Software|Version|Fields|Date|Start-Date|End-Date|Remark|System|GMT-Offset)\b/i;
const clock = /^\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?$/;

/** The columns of a log, as its latest `#Fields:` names them. */
interface Columns {
  readonly names: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
}

/**
 * Reads logs in the W3C extended format, by the columns that their `#Fields:` name, such as those of IIS, NetScaler and
 * CloudFront. Times are in UTC, as the format demands.
 * @see https://www.w3.org/TR/WD-logfile.html
 */
export function w3cFormat(): LineFormat {
  let header: string | undefined;
  /** The columns of the header; read with the first line that has them, because a body may be made of headers. */
  let columns: Columns | undefined;
  let day: string | undefined;
  return {
    name: 'w3c',
    read(line) {
      if (line.startsWith('#')) {
        day = dateDirective.exec(line)?.[1] ?? day;
        if (line.startsWith(fieldsDirective)) {
          header = line;
          columns = undefined;
        }
        return directive.test(line) ? { kind: 'header' } : undefined;
      }
      if (header === undefined) return undefined;
      columns ??= columnsOf(header);
      return readColumns(line, columns, day);
    },
  };
}

function columnsOf(line: string): Columns {
  const text = line.slice(fieldsDirective.length).trim();
  const names = text.split(/[ \t]+/);
  return { names, positions: new Map(names.map((name, at) => [name.toLowerCase(), at])) };
}

function readColumns(line: string, { names, positions }: Columns, day: string | undefined): LineContent {
  // CloudFront names its columns between blanks, and separates their values by tabs.
  const split = line.includes('\t') ? line.split('\t').map(withoutQuotes) : splitBlanks(line);
  const agentAt = positions.get('cs(user-agent)') ?? positions.get('c-agent');
  const values = joinAgent(split, names.length, agentAt);
  if (values.length !== names.length) {
    return unknown(`has ${split.length} columns, where the header names ${names.length}`);
  }
  const valueOf = (...some: readonly string[]): string | undefined => {
    for (const name of some) {
      const value = values[positions.get(name) ?? -1];
      if (value !== undefined && value !== '-' && value !== '') return value;
    }
    return undefined;
  };
  const receivedAt = instantIn(valueOf, day);
  if (receivedAt === undefined) return unknown('has no time that can be read');
  if (isFtp(positions)) return noRequest('is of an FTP server');
  const method = valueOf('cs-method', 's-operation');
  const stem = valueOf('cs-uri-stem', 'cs-uri', 'cs-uri-path');
  if (method === undefined || stem === undefined) {
    const isUnnamed =
      !(positions.has('cs-method') || positions.has('s-operation')) ||
      !['cs-uri-stem', 'cs-uri', 'cs-uri-path'].some((name) => positions.has(name));
    return isUnnamed
      ? unknown('has no columns for method and path')
      : noRequest('no request was made on the connection');
  }
  const query = valueOf('cs-uri-query')?.replace(/^\?/, '');
  const agent = valueOf('cs(user-agent)', 'c-agent');
  const referrer = valueOf('cs(referer)', 'cs(referrer)', 'cs-referred');
  const seconds = valueOf('time-taken');
  return {
    kind: 'request',
    request: {
      receivedAt,
      method,
      target: query === undefined || stem.includes('?') ? stem : `${stem}?${query}`,
      userAgent:
        agentAt === undefined ? undefined : agent === undefined ? '-' : decodeAgent(unescapeQuoted(agent)),
      status: positions.has('sc-status') ? (valueOf('sc-status') ?? '-') : undefined,
      bytes: valueOf('sc-bytes', 'bytes'),
      // IIS has whole milliseconds, and CloudFront seconds with decimals.
      durationMs: seconds === undefined ? undefined : Number(seconds) * (seconds.includes('.') ? 1_000 : 1),
      referrer: referrer === undefined ? undefined : decodePercents(referrer),
      host: valueOf('x-host-header', 'cs(host)', 'cs-host', 'r-host'),
      clientIp: valueOf('c-ip'),
    },
  };
}

/** Returns whether the columns are those of IIS for commands of FTP. */
function isFtp(positions: ReadonlyMap<string, number>): boolean {
  return positions.has('x-session') && positions.has('x-fullpath');
}

function instantIn(
  valueOf: (...names: string[]) => string | undefined,
  day: string | undefined,
): string | undefined {
  const date = valueOf('date') ?? day;
  const time = valueOf('time');
  if (date !== undefined && time !== undefined && clock.test(time)) {
    return instantOf(`${date}T${time.length === 5 ? `${time}:00` : time}`, 'Z');
  }
  const whole = valueOf('timestamp', 'x-timestamp', 'time', 'date');
  return whole === undefined ? undefined : instantOf(whole, 'Z');
}

/** Joins the parts of an agent with blanks that nothing marks, as NetScaler writes it. */
function joinAgent(values: readonly string[], count: number, agentAt: number | undefined): readonly string[] {
  const extra = values.length - count;
  if (extra <= 0 || agentAt === undefined) return values;
  const agent = values.slice(agentAt, agentAt + extra + 1).join(' ');
  return [...values.slice(0, agentAt), agent, ...values.slice(agentAt + extra + 1)];
}

/** Splits a line at blanks outside of quotes. */
function splitBlanks(line: string): string[] {
  const values: string[] = [];
  let at = 0;
  let hasQuotes = true;
  for (;;) {
    while (line[at] === ' ') at += 1;
    if (at >= line.length) return values;
    const quoteEnd = hasQuotes && line[at] === '"' ? endOfQuoted(line, at + 1) : -1;
    // Where no closing quote follows, none follows a later place either.
    if (line[at] === '"' && quoteEnd < 0) hasQuotes = false;
    if (quoteEnd >= 0) {
      values.push(line.slice(at + 1, quoteEnd));
      at = quoteEnd + 1;
      continue;
    }
    const start = at;
    while (at < line.length && line[at] !== ' ') at += 1;
    values.push(line.slice(start, at));
  }
}

function withoutQuotes(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
