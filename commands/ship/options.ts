import { BadArguments } from '../command-line.ts';
import { customerIdOf } from '../customer.ts';
import { headersOf } from '../headers.ts';
import { waitForStart } from '../not-running.ts';
import { pipelineOptions } from '../pipeline-options.ts';
import { anyText, flag, list, oneOf, value, wholeNumberOf } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { AliasedField } from '../../lib/domain/field-aliases.ts';
import { createLogReader, formatNames, type FormatName } from '../../lib/domain/log-formats/log-reader.ts';
import { InvalidCustomFormat } from '../../lib/domain/log-formats/custom-format.ts';
import { parseFieldNames } from './field-names.ts';

export interface ShipOptions {
  /** Files, or `-` for standard input. */
  readonly paths: readonly string[];
  readonly url: URL;
  readonly customerId: CustomerId;
  /** Additional headers of each request. They are never shown, because they hold the API key. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: detected for each line. */
  readonly format: FormatName | undefined;
  /** A format in the syntax of nginx or Apache. */
  readonly customFormat: string | undefined;
  /** The offset of times that have none. */
  readonly utcOffset: string | undefined;
  readonly fieldNames: ReadonlyMap<AliasedField, string>;
  readonly isQueryKept: boolean;
  /** Entries have the address of the client. */
  readonly hasVisitors: boolean;
  readonly source: string;
  /** Logs go on under the scheme of version 0.2, whatever the pipeline has. */
  readonly hasEarlierKeys: boolean;
  readonly isFollowing: boolean;
  readonly flushAfterSeconds: number;
  readonly concurrency: number;
  /** May be `Infinity`. */
  readonly retryForSeconds: number;
  /** The time to wait for a pipeline that is not running. */
  readonly waitForStartSeconds: number;
  /** The time to wait until the sent entries are counted; 0: do not wait. */
  readonly waitForSeconds: number;
  readonly isStrict: boolean;
  readonly isDryRun: boolean;
}

const seconds = wholeNumberOf(0, 86_400);

/** @throws BadArguments */
function customFormatOf(text: string): string {
  try {
    createLogReader({ customFormat: text });
    return text;
  } catch (error) {
    if (error instanceof InvalidCustomFormat) throw new BadArguments(error.message);
    throw error;
  }
}

/** @throws BadArguments */
function utcOffsetOf(text: string): string {
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  if (sign === undefined || Number(hours) > 14 || Number(minutes) > 59) {
    throw new BadArguments(`--utc-offset is an offset such as +02:00, and is "${text}".`);
  }
  return `${sign}${hours}:${minutes}`;
}

/** The options of `ship`. */
export const shipOptions = {
  customer: value({
    shows: '<id>',
    help: 'whose traffic it is',
    variable: 'LOG_CUSTOMER',
    read: customerIdOf,
  }),
  ...pipelineOptions,
  format: value({
    shows: '<name>',
    help: `the format of the lines: ${formatNames.join(', ')}`,
    shownDefault: 'detected for each line',
    read: oneOf(formatNames),
  }),
  'log-format': value({
    shows: '<format>',
    help: "the format of the lines in nginx's or Apache's own syntax, such as '$remote_addr [$time_local] \"$request\" $status'",
    read: customFormatOf,
  }),
  'utc-offset': value({
    shows: '<+hh:mm>',
    help: 'the offset of times that have none',
    shownDefault: '+00:00 where the format has none, such as HAProxy; other such lines are skipped',
    read: utcOffsetOf,
  }),
  field: list({
    shows: '<field=name>',
    help: 'the name of a field in the log (JSON, logfmt), such as path=request_uri; may be repeated',
    read: anyText,
  }),
  'keep-query': flag({
    help: 'send paths with their query strings; these can have secrets, and each makes a path of its own',
  }),
  visitors: flag({ help: "send the clients' addresses as well, so that visitors can be counted" }),
  source: value({
    shows: '<name>',
    help: 'the name of this server, for logs of several servers that may begin with the same entry',
    default: '',
    read: anyText,
  }),
  'earlier-keys': flag({
    help: 'send in the form of version 0.2: for logs that it sent, and whose raw batches have expired',
  }),
  follow: flag({
    help: 'continue with lines that are appended, also when the file is rotated, until Ctrl-C',
  }),
  'flush-after': value({
    shows: '<seconds>',
    help: 'how long a line waits for others while no more come, 0-3600',
    default: 2,
    read: wholeNumberOf(0, 3_600),
  }),
  concurrency: value({
    shows: '<n>',
    help: 'how many batches to send at a time, 1-64',
    default: 4,
    read: wholeNumberOf(1, 64),
  }),
  'retry-for': value({
    shows: '<seconds>',
    help: 'how long a batch is repeated after a failed connection, 408, 429 or 5xx, 0-86400',
    shownDefault: '300; with --follow without end',
    read: seconds,
  }),
  ...waitForStart,
  'no-wait': flag({ help: 'end when everything is accepted; without it, end when everything is counted' }),
  'wait-for': value({
    shows: '<seconds>',
    help: 'how long to wait until everything is counted, 0-86400',
    shownDefault: '900; with --follow 0',
    read: seconds,
  }),
  strict: flag({ help: 'exit with 1 if lines are skipped, or if a log has no status or no user agent' }),
  'dry-run': flag({ help: 'print the entries that would be sent, and send none' }),
};

/** The paragraphs after the options in the help of `ship`. */
export const shipDetails = [
  'Files may be compressed with gzip, whatever their name; - is standard input. Each line may be in another format, or in an ' +
    'envelope of docker, Kubernetes, syslog, journald or Filebeat. Lines that are not HTTP requests, or that the pipeline would ' +
    'refuse, are skipped, counted and explained. You may send a log again at any time with the same options: ' +
    'after a crash, or when it has grown, was renamed or compressed. Lines that were sent before are not counted again. ' +
    'docs/reference/ship.md explains how, and describes the formats.',
  'When the command ends, everything that it sent is counted, and it prints the time range of the entries and a link to the ' +
    'dashboard. A deployed pipeline needs a few minutes to know what is counted.',
];

/**
 * Makes settings from the arguments.
 * @throws BadArguments
 */
export function shipOptionsOf({ options, words: paths }: Given<typeof shipOptions>): ShipOptions {
  const { customer: customerId, follow: isFollowing } = options;
  if (paths.length === 0) throw new BadArguments('Which log? Name a file, or - for standard input.');
  if (isFollowing && (paths.length > 1 || paths.includes('-'))) {
    throw new BadArguments('--follow takes one file. Standard input is read as it comes, until it ends.');
  }
  const waitFor = options['wait-for'];
  if (options['no-wait'] && waitFor !== undefined) {
    throw new BadArguments('--no-wait and --wait-for contradict each other: give one of them.');
  }
  if (customerId === undefined)
    throw new BadArguments('Whose traffic is it? Give --customer, such as --customer cus-axon.');
  return {
    paths,
    url: options.url,
    customerId,
    headers: headersOf(options.header),
    format: options.format,
    customFormat: options['log-format'],
    utcOffset: options['utc-offset'],
    fieldNames: parseFieldNames(options.field),
    isQueryKept: options['keep-query'],
    hasVisitors: options.visitors,
    source: options.source,
    hasEarlierKeys: options['earlier-keys'],
    isFollowing,
    flushAfterSeconds: options['flush-after'],
    concurrency: options.concurrency,
    retryForSeconds: options['retry-for'] ?? (isFollowing ? Infinity : 300),
    waitForStartSeconds: options['wait-for-start'],
    // A followed log has no end at which somebody reads the counts, and must stop soon when it is stopped.
    waitForSeconds: options['no-wait'] ? 0 : (waitFor ?? (isFollowing ? 0 : 900)),
    isStrict: options.strict,
    isDryRun: options['dry-run'],
  };
}
