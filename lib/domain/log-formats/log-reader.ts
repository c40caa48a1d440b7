import { FieldSearch } from '../field-aliases/find-fields.ts';
import type { AliasedField } from '../field-aliases.ts';
import { ginFormat, uwsgiFormat } from './application-server.ts';
import { awsLoadBalancerFormat } from './aws-load-balancer.ts';
import { clfFormat } from './clf.ts';
import { customFormat } from './custom-format.ts';
import { openEnvelope } from './envelope.ts';
import { envoyFormat } from './envoy.ts';
import { haproxyFormat } from './haproxy.ts';
import { instantOf } from './instant.ts';
import { brokenJson, jsonFormat, type ReadInner } from './json.ts';
import {
  noRequest,
  unknown,
  type LineContent,
  type LineFormat,
  type LineReadingOptions,
} from './line-format.ts';
import { logfmtFormat } from './logfmt.ts';
import { ltsvFormat } from './ltsv.ts';
import { squidFormat } from './squid.ts';
import { leadingTimeOf, readUndatedRequest } from './undated.ts';
import { w3cFormat } from './w3c.ts';
import { unwrapLine, withoutColors } from './wrapped-line.ts';

export const formatNames = [
  'combined',
  'common',
  'alb',
  'cloudfront',
  'w3c',
  'json',
  'haproxy',
  'envoy',
  'logfmt',
  'squid',
  'uwsgi',
  'gin',
  'ltsv',
] as const;

export type FormatName = (typeof formatNames)[number];

export interface LogReaderOptions extends LineReadingOptions {
  /** The only format to read; `undefined`: each line is in the one that fits it. */
  readonly format?: FormatName | undefined;
  /** A format in the syntax of nginx or Apache, for lines in no known format. */
  readonly customFormat?: string | undefined;
  /** Names of fields with unusual names, for formats that have names. */
  readonly fieldNames?: ReadonlyMap<AliasedField, string> | undefined;
}

/** A reader of the lines of one log. */
export interface LogReader {
  /**
   * Reads a line without its line feed. Call it for all lines in order, because some formats have headers.
   * @param otherwiseAt  an instant, for a line that has none of its own
   */
  read(line: string, otherwiseAt?: string): Exclude<LineContent, undefined>;
  /** Reads the fields of a line, as a program sends them that has parsed it. */
  readFields(
    fields: Readonly<Record<string, unknown>>,
    otherwiseAt?: string,
  ): Exclude<LineContent, undefined>;
}

/** A line may stand in an envelope that stands in another one. */
const maxDepth = 3;
const unknownLine: Exclude<LineContent, undefined> = {
  kind: 'unknown',
  reason: 'is in none of the known formats',
};
const joinedLines: Exclude<LineContent, undefined> = {
  kind: 'unknown',
  reason: "has several lines that end in a carriage return alone; convert the log (tr '\\r' '\\n')",
};
const carriageReturn = 0x0d;
const nulls = /^\0+/;
const startedByRails = /(?:^|[ \]])(?:Started [A-Z]{3,7} "\/|Completed [1-5]\d\d [A-Z])/;
const ofNetworkLoadBalancer = /^(?:tls|tcp) \d\.\d \d{4}-\d\d-\d\dT\S{8,20} net\//;
// Null bytes are what to look for.
// oxlint-disable-next-line no-control-regex
const utf16 = /^(?:\ufffd\ufffd\0?)?(?:[ -~]\0){8}/;
/** A blank line, or the start or the end of a list in JSON. */
const bracketOnly = /^\s*(?:\[|\],?)?\s*$/;
const openingBrace = /\{\s{0,8}["']/;
/** A field of `journalctl -o export` that is not the message. */
const journalField = /^(?:__?[A-Z][A-Z0-9_]*|PRIORITY|SYSLOG_[A-Z]+|CODE_[A-Z]+)=/;

/**
 * Creates a reader of access logs. It decides for each line in which format it is, so the format may change within a log, and
 * looks inside envelopes. A line takes time in proportion to its length.
 * @throws InvalidCustomFormat
 */
export function createLogReader(options: LogReaderOptions = {}): LogReader {
  const { format, fieldNames } = options;
  const search = new FieldSearch(fieldNames);
  let depth = 0;
  /** The time for a line that has none: that of its envelope, or of the whole line. */
  let writtenAt: string | undefined;

  const readInner: ReadInner = (text, at) => within(text, at) ?? unknownLine;
  const json = jsonFormat({ search, options, readInner, otherwiseAt: () => writtenAt });
  const w3c = w3cFormat();
  const lineFormats: readonly LineFormat[] = [
    haproxyFormat(options),
    envoyFormat(),
    awsLoadBalancerFormat(),
    clfFormat(options),
    squidFormat(),
    uwsgiFormat(options),
    ginFormat(options),
    ltsvFormat(search, options, () => writtenAt),
    logfmtFormat(search, options, () => writtenAt),
  ];
  const custom =
    options.customFormat === undefined ? undefined : customFormat(options.customFormat, search, options);
  const only = custom ?? [json, w3c, ...lineFormats].find(({ name }) => name === readerOf(format));

  /** Reads a line that stands in another one. */
  function within(line: string, at: string | undefined): LineContent {
    if (depth >= maxDepth) return undefined;
    depth += 1;
    const before = writtenAt;
    writtenAt = at ?? before;
    try {
      return readLine(line);
    } finally {
      depth -= 1;
      writtenAt = before;
    }
  }

  function readLine(line: string): LineContent {
    const content = only === undefined ? readAny(line) : only.read(line);
    if (content?.kind === 'no-request') return readWrapped(line) ?? content;
    if (content !== undefined && content.kind !== 'unknown') return content;
    return readEnvelope(line) ?? content ?? (only === undefined ? readRest(line) : undefined);
  }

  /** Reads a line in a text of JSON or of a table. */
  function readWrapped(line: string): LineContent {
    const inner = unwrapLine(line);
    const content = inner === undefined ? undefined : within(inner, undefined);
    return content?.kind === 'request' ? content : undefined;
  }

  function readEnvelope(line: string): LineContent {
    const envelope = openEnvelope(line);
    if (envelope === undefined) return undefined;
    if (envelope.isPart === true) return noRequest('is a part of a longer line');
    const content = within(envelope.line, envelope.at);
    return content?.kind === 'unknown' ? undefined : content;
  }

  /** Tries the formats in an order in which no one takes the lines of another. */
  function readAny(line: string): LineContent {
    const first = line[0];
    if (first === '{' || (first === '[' && line[1] === '{') || (first === ',' && line.includes('{'))) {
      return json.read(line);
    }
    const columns = w3c.read(line);
    if (columns?.kind === 'header' || columns?.kind === 'request') return columns;
    // Syslog's own prefix may hide the start of a line.
    if (first === '<' || line[3] === ' ') {
      const content = readEnvelope(line);
      if (content !== undefined) return content;
    }
    for (const candidate of lineFormats) {
      const content = candidate.read(line);
      if (content !== undefined) return content;
    }
    return columns;
  }

  function readRest(line: string): LineContent {
    const content = readWrapped(line) ?? readUndatedRequest(line, writtenAt, options.utcOffset);
    if (content !== undefined) return content;
    const brace = line.search(openingBrace);
    const at = brace > 0 ? instantOf(leadingTimeOf(line), options.utcOffset) : undefined;
    return (brace > 0 ? within(line.slice(brace), at) : undefined) ?? brokenJson(line) ?? explain(line);
  }

  /** Reports whether lines that end in a carriage return alone were taken for one. */
  function isJoined(line: string, { kind }: Exclude<LineContent, undefined>): boolean {
    return kind === 'header' || readLine(line.slice(line.lastIndexOf('\r') + 1))?.kind === 'request';
  }

  return {
    read(line, otherwiseAt) {
      writtenAt = otherwiseAt;
      // A log that was emptied in place while its server went on writing begins with null bytes.
      const whole = withoutReturns(line.startsWith('\0') ? line.replace(nulls, '') : line);
      const text = withoutColors(whole);
      if (bracketOnly.test(text)) return { kind: 'header' };
      const start = text.charCodeAt(0) <= 0x20 ? text.trimStart() : text;
      const content = readLine(start) ?? (journalField.test(start) ? { kind: 'header' } : unknownLine);
      return start.includes('\r') && isJoined(start, content) ? joinedLines : content;
    },
    readFields(fields, otherwiseAt) {
      writtenAt = otherwiseAt;
      return json.readFields(fields, otherwiseAt) ?? unknownLine;
    },
  };
}

/** Removes carriage returns at the end: a conversion of line ends that was done twice leaves two. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === carriageReturn) end -= 1;
  return end === line.length ? line : line.slice(0, end);
}

/** Explains why a line of a well-known log is not read. */
function explain(line: string): LineContent {
  if (startedByRails.test(line)) {
    return unknown('is of Rails, which logs a request on several lines; Lograge makes it one');
  }
  if (ofNetworkLoadBalancer.test(line)) {
    return unknown('is of a Network Load Balancer, which logs connections and not requests');
  }
  if (utf16.test(line)) {
    return unknown('is UTF-16, as PowerShell writes it; convert the log (iconv -f UTF-16 -t UTF-8)');
  }
  return undefined;
}

/** Returns the name of the reader that reads a format. */
function readerOf(format: FormatName | undefined): FormatName | undefined {
  if (format === 'common') return 'combined';
  return format === 'cloudfront' ? 'w3c' : format;
}
