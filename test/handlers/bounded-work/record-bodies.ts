import { filled, invented, mostEntries, scrambled } from './filled.ts';
import { combined } from './set-aside-bodies.ts';
import type { WorkBody } from './work-body.ts';

const names = ['log', 'message', 'MESSAGE', 'msg', 'line', 'raw', 'original', 'event', 'full_message'];
const inLines = ['', '\n', ''] as const;
const each = (unit: (n: number) => object) => filled((n) => JSON.stringify(unit(n)), inLines, mostEntries);
const inNames = (text: (n: number) => string) => (n: number) =>
  Object.fromEntries(names.map((name) => [name, text(n)]));

const bodies: Readonly<Record<string, () => string>> = {
  'lines of an access log': () => each((n) => ({ date: 1_766_945_040.5, log: combined(n) })),
  'texts that are nearly requests': () =>
    each((n) => ({ date: 1_766_945_040.5, log: `GET /${scrambled(n)} HTTP/1.1 method=` })),
  'texts that are no requests': () => each((n) => ({ time: '', message: `${scrambled(n)} `.repeat(8) })),
  'such a text in each field that may have a line': () => each(inNames(() => 'GET / HTTP/1.1 method=')),
  'a short text in each such field': () => each(inNames(() => 'x')),
  'long texts of quotes': () => each((n) => ({ log: `${scrambled(n)}${'"a '.repeat(20_000)}` })),
  'long texts of objects': () => each((n) => ({ log: `${scrambled(n)} ${'{"a":'.repeat(10_000)}` })),
  'objects in objects': () => each((n) => ({ log: JSON.stringify({ log: `{"log":"${scrambled(n)}"}` }) })),
  'invented names': () => filled((n) => `{"log":"x",${invented(100, n)}}`, inLines, mostEntries),
};

/** Bodies of the records of log shippers, which hold a line in a field. They are compared with an access log. */
export const recordBodies: readonly WorkBody[] = Object.entries(bodies).map(([name, make]) => ({
  name: `records: ${name}`,
  mediaType: 'application/x-ndjson',
  make,
  status: 202,
  invalid: 'set-aside',
  hasLines: true,
}));
