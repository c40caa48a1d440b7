import { validateHeaderName, validateHeaderValue } from 'node:http';
import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../command-line.ts';
import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import type { JsonField } from './formats/json-fields.ts';
import { parseFieldNames } from './formats/json.ts';
import { formatNames, type FormatName } from './formats/known-formats.ts';

export interface ShipOptions {
  /** Files, or `-` for standard input. */
  readonly paths: readonly string[];
  readonly url: URL;
  readonly customerId: CustomerId;
  /** In addition to those that each request has. Never shown: they have the API key. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: found out for each log. */
  readonly format: FormatName | undefined;
  readonly fieldNames: ReadonlyMap<JsonField, string>;
  readonly isQueryKept: boolean;
  readonly source: string;
  readonly isFollowing: boolean;
  readonly flushAfterSeconds: number;
  readonly concurrency: number;
  /** May be `Infinity`. */
  readonly retryForSeconds: number;
  /** How long to wait until what was sent is counted; 0: not at all. */
  readonly waitForSeconds: number;
  readonly isStrict: boolean;
  readonly isDryRun: boolean;
}

export const help = `
Sends access logs to the pipeline, so that each line is counted once, however often they are sent.

  npm run ship -- --customer <id> [options] <file> ...        - is standard input

  --customer <id>         whose traffic it is                     (LOG_CUSTOMER)
  --url <url>             where the pipeline listens              (LOG_URL or http://localhost:3000)
  --header <name: value>  sent with each request, such as an API key; may be repeated
                                                                  (LOG_HEADERS, one a line)
  --format <name>         ${formatNames.join(', ')}     (from the first lines)
  --field <field=name>    json: what a field is called, such as path=request_uri; may be repeated
  --keep-query            send paths with their query strings; they can have secrets, and each is a path
                          of its own
  --source <name>         tells logs of several servers apart that may begin with the same line
  --follow                go on with what is written to the file, also when it is rotated, until Ctrl-C
  --flush-after <s>       how long a line may wait for others while nothing more comes, 0-3600       (2)
  --concurrency <n>       batches at a time, 1-64                                                    (4)
  --retry-for <seconds>   how long a batch is repeated after a failed connection, 408, 429 or 5xx,
                          0-86400                                 (300; with --follow without end)
  --no-wait               end when all is accepted; without it, end when all is counted
  --wait-for <seconds>    how long to wait for that, 0-86400      (900; with --follow 0)
  --strict                lines that are skipped make the exit code 1
  --dry-run               print the entries that would be sent, and send none
  --help                  this text

Files may be compressed with gzip, whatever their name. Lines that are no HTTP request, or that the pipeline would not
take, are skipped, counted and explained. A log may be sent again at any time, with the same options: after a crash, when
it has grown, renamed or compressed. What was sent before is not counted again. docs/reference/ship.md says how, and what the
formats are.

When it ends, everything that it sent is counted, and it prints the time range of that and a link to the dashboard.
A deployed pipeline knows what is counted a few minutes later.

Exit code: 0 all is sent, but for skipped lines, and counted as far as the pipeline says; 1 not all could be sent, or
--strict; 2 wrong options, or a log that cannot be read or understood; 3 all is sent, but not counted within --wait-for;
130 or 143 interrupted. It is sent again with the same command.
`;

/**
 * @param environment  for what is not given
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 */
export function parseOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): ShipOptions | undefined {
  const { values, positionals: paths } = parse(args);
  if (values.help) return undefined;
  if (paths.length === 0) throw new BadArguments('Which log? Name a file, or - for standard input.');
  if (values.follow && (paths.length > 1 || paths.includes('-'))) {
    throw new BadArguments('--follow takes one file. Standard input is read as it comes, until it ends.');
  }
  const retryFor = values['retry-for'];
  const waitFor = values['wait-for'];
  if (values['no-wait'] && waitFor !== undefined) {
    throw new BadArguments('--no-wait and --wait-for contradict each other: give one of them.');
  }
  return {
    paths,
    url: urlOf(values.url ?? (environment['LOG_URL'] || 'http://localhost:3000')),
    customerId: customerOf(values.customer ?? environment['LOG_CUSTOMER'] ?? ''),
    headers: headersOf([...(environment['LOG_HEADERS'] ?? '').split('\n'), ...values.header]),
    format: formatOf(values.format),
    fieldNames: parseFieldNames(values.field),
    isQueryKept: values['keep-query'],
    source: values.source,
    isFollowing: values.follow,
    flushAfterSeconds: wholeNumber('--flush-after', values['flush-after'], 0, 3_600),
    concurrency: wholeNumber('--concurrency', values.concurrency, 1, 64),
    retryForSeconds:
      retryFor === undefined
        ? values.follow
          ? Infinity
          : 300
        : wholeNumber('--retry-for', retryFor, 0, 86_400),
    // A log that is followed has no end at which somebody reads the counts; what stops it, stops it soon.
    waitForSeconds: values['no-wait']
      ? 0
      : wholeNumber('--wait-for', waitFor ?? (values.follow ? '0' : '900'), 0, 86_400),
    isStrict: values.strict,
    isDryRun: values['dry-run'],
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        customer: { type: 'string' },
        url: { type: 'string' },
        header: { type: 'string', multiple: true, default: [] },
        format: { type: 'string' },
        field: { type: 'string', multiple: true, default: [] },
        'keep-query': { type: 'boolean', default: false },
        source: { type: 'string', default: '' },
        follow: { type: 'boolean', default: false },
        'flush-after': { type: 'string', default: '2' },
        concurrency: { type: 'string', default: '4' },
        'retry-for': { type: 'string' },
        'no-wait': { type: 'boolean', default: false },
        'wait-for': { type: 'string' },
        strict: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    }),
  );
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new BadArguments(`--url must be an http or https URL, and is "${text}".`);
  }
  return url;
}

function customerOf(text: string): CustomerId {
  const customerId = parseCustomerId(text);
  if (customerId !== undefined) return customerId;
  throw new BadArguments(
    text === '' ? 'Whose traffic is it? --customer says so.' : `--customer is no customer id: "${text}".`,
  );
}

function formatOf(text: string | undefined): FormatName | undefined {
  const format = formatNames.find((name) => name === text);
  if (text === undefined || format !== undefined) return format;
  throw new BadArguments(`--format must be one of ${formatNames.join(', ')}, and is "${text}".`);
}

/** What is set for each batch; another value would make another batch of it. */
const ownHeaders = new Set([
  'content-type',
  'content-encoding',
  'content-length',
  'idempotency-key',
  'x-customer-id',
]);

/** The messages have no value, as it is secret. */
function headersOf(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts.map((each) => each.trim()).filter((each) => each !== '')) {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new BadArguments('--header must be a name, a colon and a value.', { cause });
    }
    if (ownHeaders.has(name)) throw new BadArguments(`--header cannot set ${name}.`);
    headers[name] = value;
  }
  return headers;
}
