import { createSampleTraffic } from '../../../bench/sample-traffic.ts';
import { entry, filled, filledWithEntries, largestBatch, minute, scrambled, text } from './filled.ts';
import { recordBodies } from './record-bodies.ts';
import { setAsideBodies } from './set-aside-bodies.ts';
import type { WorkBody } from './work-body.ts';

/** A batch of a site's normal traffic, of the maximum size. All others are compared with it. */
export const usualBatch: WorkBody = {
  name: 'a usual batch',
  mediaType: 'application/json',
  make: () => createSampleTraffic(1).batchOf(largestBatch, new Date('2025-12-28T18:03:00Z'), 5).body,
  status: 202,
};

const padded = (start: string, unit: string, length: number) =>
  (start + unit.repeat(length / unit.length + 1)).slice(0, length);
const nested = (open: string, close: string) => {
  const depth = Math.floor((largestBatch - 20) / (open.length + close.length));
  return `[${open.repeat(depth)}0${close.repeat(depth)}]`;
};
/** Creates a body with one valid entry, which has an unknown field as large as there is space for. */
const withUnknown = (value: string) => `[${text({}).slice(0, -1)},"unknown":${value}}]`;

const refusedArrays: Readonly<Record<string, () => string>> = {
  zeros: () => filled(() => '0'),
  'empty objects': () => filled(() => '{}'),
  'empty arrays': () => filled(() => '[]'),
  'empty strings': () => filled(() => '""'),
  'small objects with a name of their own each': () => filled((n) => `{"${scrambled(n)}":0}`),
  'small objects with escaped names': () => filled((n) => `{"\\u0041${scrambled(n)}":0}`),
  'small objects with large indices': () => filled((n) => `{"${4_294_967_295 - n}":0}`),
  'an object with names of all kinds': () => filled((n) => `"${scrambled(n)}":0`, ['[{', ',', '}]']),
  'an object with one name': () => filled(() => '"path":"/"', ['[{', ',', '}]']),
  'an object with indices': () => filled((n) => `"${400_000 - n}":0`, ['[{', ',', '}]']),
  prototypes: () => filled(() => '"__proto__":{}', ['[{', ',', '}]']),
  'deep arrays': () => nested('[', ']'),
  'deep objects': () => nested('{"a":', '}'),
  'brackets that are never closed': () => '['.repeat(largestBatch),
  'a long number': () => `[${'9'.repeat(largestBatch - 2)}]`,
  'numbers with many decimals': () => filled((n) => `0.${'123456789'.repeat(9)}${n}`),
  'tiny numbers': () => filled(() => '1e-320'),
  escapes: () => `["${'\\u0041'.repeat(Math.floor((largestBatch - 4) / 6))}"]`,
  'strings of an escape': () => filled(() => '"\\n"'),
  'the wrong types': () =>
    filled(() => JSON.stringify({ ...entry, path: { a: [1, {}] }, method: [[]], userAgent: 1 })),
  'long wrong values': () => filled((n) => text({ receivedAt: padded(scrambled(n), 'x', 100_000) })),
  'white space in values': () => filled(() => text({ path: ' '.repeat(100_000) })),
  'one wrong entry at the end': () => filled((n) => text({ path: `/${scrambled(n)}` }), ['[', ',', ',0]']),
  'nine wrong entries, and right ones': () => filled(() => text({}), [`[${'0,'.repeat(9)}`, ',', ']']),
  'an array that is cut off': () => usualBatch.make().toString().slice(0, -1),
  'minutes that are too many': () => filled((n) => text({ receivedAt: minute(n) })),
};

const refusedLines: Readonly<Record<string, () => string>> = {
  'lines that are not JSON': () => 'x\n'.repeat(largestBatch / 2),
  'lines of a zero': () => '0\n'.repeat(largestBatch / 2),
  'lines of an empty object': () => '{}\n'.repeat(largestBatch / 3),
  'lines of brackets': () => '[[[[[[[[]]]]]]]]\n'.repeat(largestBatch / 17),
  'line breaks': () => '\n'.repeat(largestBatch),
  'blank lines': () => ' \t\r\n'.repeat(largestBatch / 4),
  'blank lines of other white space': () => '\u00a0\n'.repeat(largestBatch / 3),
  'a blank line': () => ' '.repeat(largestBatch),
  'a blank line of other white space': () => '\u3000'.repeat(largestBatch / 3),
  'half a line': () => text({}).slice(0, -1).padEnd(largestBatch, ' '),
};

const nginx = {
  time_iso8601: entry.receivedAt,
  request_method: 'GET',
  request_uri: '/',
  http_user_agent: '',
};
const other = (fields: object) => JSON.stringify({ ...nginx, ...fields });
/** An entry under names of other programs, with fields in front that are as long as there is room for. */
const withOthers = (unit: (n: number) => string, [open, close] = ['', '']) =>
  filled(unit, [`[{${open}`, ',', `${close},${other({}).slice(1)}]`]);

const acceptedAliases: Readonly<Record<string, () => string>> = {
  'names of other programs': () =>
    filledWithEntries((n) => other({ request_uri: `/${scrambled(n)}`, status_code: 200 })),
  'requests in one field': () =>
    filledWithEntries((n) =>
      JSON.stringify({ time_local: '28/Dec/2025:18:03:07 +0000', request: `GET /${scrambled(n)} HTTP/1.1` }),
    ),
  'numbers for times': () =>
    filledWithEntries((n) =>
      JSON.stringify({ ts: 1_766_945_040 + n / 1_000, method: 'GET', uri: `/${scrambled(n)}` }),
    ),
  'times in the last of many fields': () =>
    filledWithEntries((n) =>
      JSON.stringify({
        start_time: '-',
        time: 'x',
        timestamp: 'y',
        ts: 'z',
        datetime: '0',
        msec: 'é',
        '@timestamp': entry.receivedAt,
        method: 'GET',
        url: `http://a.example/${scrambled(n)}`,
      }),
    ),
  'nested names of other programs': () =>
    filledWithEntries((n) =>
      JSON.stringify({
        '@timestamp': entry.receivedAt,
        http: { request: { method: 'GET' } },
        url: { path: `/${scrambled(n)}` },
        user_agent: { original: '' },
      }),
    ),
  'names in lists of pairs': () =>
    filledWithEntries((n) =>
      other({ httpRequest: { headers: [{ name: 'User-Agent', value: scrambled(n) }] } }),
    ),
  'a name of another program over and over': () => withOthers(() => '"url":"/"'),
  'many names of other programs over and over': () =>
    withOthers(
      (n) => `"${['url', 'uri', 'verb', 'ts', 'time', 'ua', 'agent', 'code'][n % 8]}":"${scrambled(n)}"`,
    ),
  'names that begin like those of other programs': () =>
    withOthers((n) => `"http_user_agenx${scrambled(n)}":0`),
  'names of other programs with escapes': () => withOthers((n) => `"\\u0075rl":"\\u0041${scrambled(n)}"`),
  'fields that are looked into': () =>
    withOthers((n) => `"${scrambled(n)}":0`, ['"data":{"data":{"data":{"data":{', '}}}}']),
  'lists of pairs that are looked into': () =>
    withOthers(
      (n) => `{"name":"${scrambled(n)}","value":0}`,
      ['"data":[{"name":"data","value":[{"name":"data","value":[', ']}]}]'],
    ),
  'a long time': () =>
    `[${other({ time_iso8601: undefined, time: '9'.repeat(19), ts: entry.receivedAt, time_utc: '1'.repeat(1_900_000) })}]`,
  'a long agent of another name': () => `[${other({ http_user_agent: '%20'.repeat(600_000) })}]`,
};

const acceptedArrays: Readonly<Record<string, () => string>> = {
  'the shortest entries': () => filled(() => text({})),
  'entries with another path each': () => filled((n) => text({ path: `/${scrambled(n)}` })),
  'paths that are not ASCII': () => filled((n) => text({ path: `/é${scrambled(n)}` })),
  'paths with escapes': () => filled((n) => text({ path: `/${scrambled(n)}"\\\u0001` })),
  'the longest paths': () => filled((n) => text({ path: padded(`/${scrambled(n)}`, '/a', 2_048) })),
  'another method and path each': () =>
    filled((n) => text({ method: `M${scrambled(n)}`, path: `/${scrambled(n)}` })),
  'another short agent each': () => filled((n) => text({ userAgent: `a${scrambled(n)}` })),
  'another browser each': () =>
    filled((n) =>
      text({
        userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${n}.0 Safari/537.36`,
      }),
    ),
  'long agents of many words': () =>
    filled((n) => text({ userAgent: padded(`${scrambled(n)} `, 'a ', 1_024) })),
  'long agents of slow words': () =>
    filled((n) =>
      text({
        userAgent: padded(`${scrambled(n)} mozilla/5 droid trident mozilla/5 android `, 'ab1/ ', 1_024),
      }),
    ),
  'agents of as many words as are read': () =>
    filled((n) => text({ userAgent: 'a '.repeat(63) + scrambled(n) })),
  'agents of names that count elsewhere': () =>
    filled((n) => text({ userAgent: padded(`${scrambled(n)} `, 'node git ', 640) })),
  'agents of the beginnings of names': () =>
    filled((n) => text({ userAgent: padded(`${scrambled(n)} `, 'googlebo yandeximage ', 1_024) })),
  'agents of names that almost are crawlers': () =>
    filled((n) => text({ userAgent: padded(`${scrambled(n)} `, 'xcrawle cubot ', 640) })),
  'agents that nearly are of many browsers': () =>
    filled((n) => text({ userAgent: padded(scrambled(n), '(opera b baid;line/w3m(', 500) })),
  'agents that are looked at over and over': () =>
    filled((n) => text({ userAgent: padded(scrambled(n), ' b opera coc_coc', 500) })),
  'agents of many lines': () =>
    filled((n) => text({ userAgent: padded(scrambled(n), 'whale/1 naver\nfban/fbios fbav\n', 500) })),
  'agents of empty lines': () =>
    filled((n) => text({ userAgent: `${scrambled(n)}${'\u2028'.repeat(160)}.` })),
  'agents of one application over and over': () =>
    filled((n) => text({ userAgent: padded(scrambled(n), 'fban/fbios', 500) })),
  'short agents that are slow': () =>
    filled((n) => text({ userAgent: `ome/bad bome/t chrome/b ${scrambled(n)}` })),
  'agents that are not ASCII': () => filled((n) => text({ userAgent: padded(scrambled(n), 'é\u2028', 300) })),
  'another agent of one character more each': () =>
    filled((n) => text({ userAgent: `opera b ${scrambled(n)} chrome/1 safari` })),
  'as many minutes as there may be': () =>
    filled((n) => text({ receivedAt: minute(n % 10_080), status: 200 })),
  'as many minutes as there may be, and other paths in each': () =>
    filled((n) => text({ receivedAt: minute(n % 10_080), path: `/${scrambled(n)}`, status: 200 })),
  'as many minutes as there may be, and other agents in each': () =>
    filled((n) => text({ receivedAt: minute(n % 10_080), userAgent: `opera b ${scrambled(n)}` })),
  'as many minutes as there may be, in no order': () =>
    filled((n) => text({ receivedAt: minute((n * 7_919) % 10_080), path: `/${scrambled(n)}` })),
  'leap seconds': () => filled(() => text({ receivedAt: '2025-12-31T23:59:60Z' })),
  'unknown fields of other names': () => filled((n) => text({ [scrambled(n)]: 0 })),
  'deep unknown fields': () => withUnknown('['.repeat(1_000_000) + ']'.repeat(1_000_000)),
  'an unknown object of many names': () =>
    withUnknown(
      filled((n) => `"${scrambled(n)}":0`, ['{', ',', '}'])
        .slice(0, -2_000)
        .replace(/,[^,]*$/, '}'),
    ),
  'an unknown array of literals': () => withUnknown(`[${'true,'.repeat(400_000)}null]`),
  ...acceptedAliases,
  'white space': () => `[${text({})}${' '.repeat(largestBatch - 200)}]`,
};

const inEach = (
  bodies: Readonly<Record<string, () => string>>,
  mediaType: WorkBody['mediaType'],
  status: WorkBody['status'],
): WorkBody[] => Object.entries(bodies).map(([name, make]) => ({ name, mediaType, make, status }));

export const workBodies: readonly WorkBody[] = [
  {
    name: 'as many minutes as there may be, in no order, with an escape in each path',
    mediaType: 'application/json',
    make: () => filled((n) => text({ receivedAt: minute((n * 7_919) % 10_080), path: `/"${scrambled(n)}` })),
    status: 202,
  },
  {
    name: 'as many minutes as there may be, in no order, with an escape by number in each path and agent',
    mediaType: 'application/json',
    make: () =>
      filled((n) =>
        text({
          receivedAt: minute((n * 7_919) % 10_080),
          path: `/@${scrambled(n)}`,
          userAgent: `@${scrambled(n)}`,
        }).replaceAll('@', '\\u0040'),
      ),
    status: 202,
  },
  ...inEach(refusedArrays, 'application/json', 400),
  ...inEach(refusedLines, 'application/x-ndjson', 400),
  ...inEach(acceptedArrays, 'application/json', 202),
  {
    name: 'usual lines',
    mediaType: 'application/x-ndjson',
    make: () => usualBatch.make().toString().slice(1, -1).replaceAll('},{', '}\n{'),
    status: 202,
  },
  ...setAsideBodies,
  ...recordBodies,
];
