import { filled, filledWithEntries, largestBatch, minute, mostEntries, scrambled, text } from './filled.ts';
import type { WorkBody } from './work-body.ts';

/** Longer lines are not read. */
const longestLine = 65_000;
const lines = ['', '\n', ''] as const;
const entryLines = (unit: (n: number) => string) => filled(unit, lines, mostEntries);
const longLines = (unit: string) =>
  filled((n) => `${n} ${unit.repeat(Math.floor(longestLine / Buffer.byteLength(unit)))}`, lines);

export const combined = (n: number, agent = '-') =>
  `192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /${scrambled(n)} HTTP/1.1" 200 512 "-" "${agent}"`;

/** Returns the time of an access log in the minute of a number. */
function timeOfLog(n: number): string {
  const [, , day, month, year, clock] =
    /^(\w+), (\d\d) (\w{3}) (\d{4}) (\S+)/.exec(new Date(minute(n % 10_080)).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock}`;
}

/** Units of lines as long as may be: each starts something that a reader of lines must find the end of. */
const units: Readonly<Record<string, string>> = {
  quotes: '"',
  'escaped quotes': '\\"',
  backslashes: '\\',
  brackets: '[',
  braces: '{',
  'opened objects': '{"a":',
  spaces: ' a',
  tabs: '\t-',
  commas: ',',
  'equals signs': 'a=',
  'quoted values': 'a="b" ',
  percents: '%2',
  'characters that are not ASCII': '\u3000é',
  requests: '"GET / HTTP/1.1" ',
  times: '[28/Dec/2025:18:03:07 +0000] ',
  'instants and addresses': '2025-12-28T18:03:07Z 192.0.2.7:80 ',
};

const textBodies: Readonly<Record<string, () => string>> = {
  'lines of an access log with long agents': () =>
    filled((n) => combined(n, `${scrambled(n)} ${'a '.repeat(500)}`), lines),
  'lines that are not requests': () => entryLines(() => 'x'),
  'lines of words that are not requests': () => entryLines((n) => `${scrambled(n)} is not a request at all`),
  'every second line wrong': () => entryLines((n) => (n % 2 === 0 ? combined(n) : 'x')),
  'lines of JSON': () => entryLines((n) => text({ path: `/${scrambled(n)}` })),
  'lines of another format each': () =>
    entryLines(
      (n) =>
        [combined(n), text({ path: `/${scrambled(n)}` }), `time=2025-12-28T18:03:07Z method=GET path=/${n}`][
          n % 3
        ] ?? '',
    ),
  'lines of pairs with names of their own each': () =>
    entryLines((n) => {
      const name = scrambled(n);
      return `time=2025-12-28T18:03:07Z a${name}=1 b${name}=2 method=GET path=/${n}`;
    }),
  'lines of an access log with another time each': () =>
    entryLines((n) => combined(n).replace('28/Dec/2025:18:03:07', timeOfLog(n))),
  'lines of fields, which are not entries': () =>
    filled((n) => `#Fields: date time c${n}`, ['x\n', '\n', '']),
  'blank lines': () => `x${'\t\r\n'.repeat(Math.floor(largestBatch / 3) - 1)}`,
  'one line that is too long': () => 'x'.repeat(largestBatch),
  ...Object.fromEntries(
    Object.entries(units).map(([name, unit]) => [`long lines of ${name}`, () => longLines(unit)]),
  ),
};

/** Arrays of wrong entries, which are accepted and set aside. */
const setAsideArrays: Readonly<Record<string, () => string>> = {
  zeros: () => filledWithEntries(() => '0'),
  'empty objects': () => filledWithEntries(() => '{}'),
  'every second entry wrong': () =>
    filledWithEntries((n) => (n % 2 === 0 ? text({ path: `/${scrambled(n)}` }) : '0')),
  'every second minute wrong': () =>
    filledWithEntries((n) => text({ receivedAt: n % 2 === 0 ? minute(n % 10_080) : '' })),
  'long wrong values': () => filled((n) => text({ receivedAt: `${scrambled(n)}${'x'.repeat(100_000)}` })),
  'everything wrong': () =>
    filledWithEntries(() => text({ receivedAt: 0, method: [], path: {}, userAgent: 1 })),
  'small objects with a name of their own each': () => filledWithEntries((n) => `{"${scrambled(n)}":0}`),
};

const setAsideLines: Readonly<Record<string, () => string>> = {
  'lines that are not JSON': () => entryLines(() => 'x'),
  'lines of opened objects': () => longLines('{"a":'),
  'every second line wrong': () => entryLines((n) => (n % 2 === 0 ? text({}) : '{')),
};

const inEach = (
  bodies: Readonly<Record<string, () => string>>,
  mediaType: WorkBody['mediaType'],
  form: string,
): WorkBody[] =>
  Object.entries(bodies).map(([name, make]) => ({
    name: `${form}: ${name}`,
    mediaType,
    make,
    status: 202,
    invalid: 'set-aside',
  }));

/** An access log of the maximum size. Other texts, and requests in the protocols of other programs, are compared with it. */
export const usualLog: WorkBody = {
  name: 'a usual access log',
  mediaType: 'text/plain',
  make: () => entryLines((n) => combined(n)),
  status: 202,
};

/** Bodies with entries that are set aside, and access logs. */
export const setAsideBodies: readonly WorkBody[] = [
  ...inEach(setAsideArrays, 'application/json', 'set aside'),
  ...inEach(setAsideLines, 'application/x-ndjson', 'set aside'),
  ...inEach(textBodies, 'text/plain', 'text'),
];
