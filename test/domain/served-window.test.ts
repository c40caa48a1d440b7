import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCountsText, type CountsTexts } from '../../lib/domain/counts-text.ts';
import { answeredMeasures } from '../../lib/domain/answered-measures.ts';
import { dimensions, mapDimensions, type Counts } from '../../lib/domain/dimensions.ts';
import { decodeRolledUp, encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { decodeServedWindow, type ServedWindow } from '../../lib/domain/served-window.ts';
import { addStoredErrorPaths, toStoredErrorPaths } from '../../lib/domain/stored-error-paths.ts';
import { fromStoredMeasures } from '../../lib/domain/stored-measures.ts';
import { decodeWindowCounts, encodeWindow } from '../../lib/domain/window-format.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import { customer, instant, windowStart } from '../factories.ts';
import { arbitraryMeasures } from './arbitrary-measures.ts';
import { propertyRuns } from '../property-runs.ts';

const start = windowStart('2025-12-28T18:00:00Z');
const key = fc.oneof(
  fc.constantFrom(
    'GET /',
    '200',
    '404',
    '(other)',
    '__proto__',
    'GET /"a"',
    'GET /\\',
    'GET /é\u2028',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);
const requestsByKey = fc
  .array(
    fc.tuple(
      key,
      fc.oneof(
        fc.integer({ min: 1, max: 2_000 }),
        fc.maxSafeNat().map((n) => n + 1),
      ),
    ),
    {
      maxLength: 6,
    },
  )
  .map((entries) => new Map(entries.map(([name, n]) => [name, Math.min(n, Number.MAX_SAFE_INTEGER)])));
const counts: fc.Arbitrary<Counts> = fc.record(mapDimensions(() => requestsByKey));
/** Gives some errors the paths of the window, as nearly all have. */
function withPaths(counts: Counts, hasFacts: boolean): Counts {
  if (!hasFacts) return counts;
  const errors = Array.from(counts.requestsByPath, ([path, requests]) => [`404 ${path}`, requests] as const);
  return { ...counts, requestsByErrorPath: new Map([...errors, ...counts.requestsByErrorPath]) };
}

const stored = fc
  .record({ counts, size: fc.constantFrom('minute', 'hour'), ids: fc.nat(3), hasFacts: fc.boolean() })
  .chain(({ counts, hasFacts, ...rest }) =>
    (hasFacts ? arbitraryMeasures(counts.requestsByPath) : fc.constant(undefined)).map((measures) =>
      Object.assign({}, rest, { counts: withPaths(counts, hasFacts) }, measures && { measures }),
    ),
  )
  .map(({ counts, size, ids, ...measures }) => {
    const fields = {
      customerId: customer(),
      windowStart: start,
      requests: 7,
      revision: 2,
      lateRequests: 1,
      counts,
      ...measures,
    };
    const updatedAt = instant('2025-12-28T18:30:00Z');
    const body =
      size === 'minute'
        ? encodeWindow({ ...fields, updatedAt, batches: 3, partialIds: Buffer.alloc(16 * ids, 7) })
        : encodeRolledUp({ ...fields, updatedAt, windowSize: 'hour' });
    return { size, body } as const;
  });

/** Returns what the schema reads, and what is cut out of the text, or the kind of failure. */
function bothOf(body: Buffer, size: 'minute' | 'hour') {
  const attempt = <T>(decode: () => T) => {
    try {
      return decode();
    } catch (error) {
      if (error instanceof UnreadableFormat) return error.message;
      throw error;
    }
  };
  return {
    read: attempt(() => (size === 'minute' ? decodeWindowCounts(body) : decodeRolledUp(body))),
    served: attempt(() => decodeServedWindow(body, size)),
  };
}

const readTexts = (texts: CountsTexts) => mapDimensions((field) => readCountsText(texts[field]));

/** Reads the texts and lists of a served window. */
function parsed({ counts: texts, measures: lists, errorsOfPaths = {}, ...fields }: ServedWindow): object {
  const counts = readTexts(texts);
  const paths = [...counts.requestsByPath.keys()];
  const errors = new Map<string, number>();
  expect(addStoredErrorPaths(errorsOfPaths, paths, errors)).toBe(true);
  for (const [key, requests] of errors) expect(counts.requestsByErrorPath.get(key)).toBe(requests);
  const measures = lists && fromStoredMeasures(lists, counts.requestsByPath);
  return { ...fields, counts, ...(measures && { measures }) };
}

describe('a window as it is served', () => {
  it('has the counts as they are stored, byte by byte', () => {
    fc.assert(
      fc.property(stored, ({ size, body }) => {
        const { read, served } = bothOf(body, size);
        if (typeof served !== 'object' || typeof read !== 'object') return expect.fail('it is not read');
        expect(parsed(served)).toEqual(read);
        const { requestsByErrorPath, requestsByPath } = readTexts(served.counts);
        const { errorsOfPaths } = toStoredErrorPaths(requestsByErrorPath, [...requestsByPath.keys()]);
        expect(served.errorsOfPaths).toEqual(errorsOfPaths);
        for (const [field, { json, escapes }] of Object.entries(served.counts)) {
          if (json.toString() !== '{}' && field !== 'requestsByErrorPath')
            expect(body.includes(json)).toBe(true);
          expect(Buffer.byteLength(JSON.stringify(json.toString()))).toBe(json.length + escapes + 2);
        }
      }),
    );
  });

  it('is read, refused or longer than its start exactly where the schema says so, whatever became of the bytes', () => {
    const piece = fc.constantFrom(
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '0',
      '1',
      ' ',
      '\n',
      '-',
      '1e2',
      '\u0001',
      '\xff',
    );
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.nat(3),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      copied: fc.nat(20),
      added: fc.array(piece, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(stored, fc.array(edit, { minLength: 1, maxLength: 2 }), ({ size, body }, edits) => {
        let damaged = body;
        for (const { at, removed, from, copied, added } of edits) {
          const place = Math.floor(at * damaged.length);
          const source = Math.floor(from * damaged.length);
          damaged = Buffer.concat([
            damaged.subarray(0, place),
            Buffer.from(added.join(''), 'latin1'),
            damaged.subarray(source, source + copied),
            damaged.subarray(place + removed),
          ]);
        }
        const { read, served } = bothOf(damaged, size);
        if (typeof served !== 'object') expect(served).toEqual(read);
        else expect(parsed(served)).toEqual(read);
      }),
      { numRuns: propertyRuns(2_000) },
    );
  });

  it('has the counts that stand in another place than usual', () => {
    const head =
      '{"formatVersion":1,"windowSize":"hour","customerId":"cus-axon","windowStart":"2025-12-28T18:00:00Z"';
    const rest = '"requests":1,"revision":1,"lateRequests":0,"updatedAt":"2025-12-28T18:30:00.000Z"';
    const body = Buffer.from(`${head},"requestsByStatus":{"200":1},${rest},"requestsByPath":{"GET /":1}}\n`);
    const { read, served } = bothOf(body, 'hour');
    if (typeof served !== 'object') return expect.fail('it is not read');
    expect(parsed(served)).toEqual(read);
    expect(readTexts(served.counts).requestsByStatus).toEqual(new Map([['200', 1]]));
  });

  it('is refused where a newer version wrote it', () => {
    const body = Buffer.from(
      '{"formatVersion":99,"requestsByPath":{},"requestsByUserAgent":{},"requestsByStatus":{}}\n',
    );
    expect(() => decodeServedWindow(body, 'day')).toThrow(NewerFormat);
  });

  it('has only the dimensions that were asked for, and the same sums of all', () => {
    const subsets = fc.subarray(dimensions.map(({ field }) => field));
    fc.assert(
      fc.property(stored, subsets, ({ body, size }, names) => {
        const fields = new Set(names);
        const whole = decodeServedWindow(body, size);
        const part = decodeServedWindow(body, size, fields);
        if (whole === undefined || part === undefined) throw new Error('The window has no end.');
        for (const { field } of dimensions) {
          const json = fields.has(field) ? whole.counts[field].json.toString() : '{}';
          expect(part.counts[field].json.toString()).toBe(json);
        }
        expect(answeredMeasures(part.measures)).toEqual(answeredMeasures(whole.measures));
        if (fields.has('requestsByPath')) expect(part.measures).toEqual(whole.measures);
        const { counts: _counts, measures: _measures, errorsOfPaths: _errors, ...rest } = whole;
        expect(part).toMatchObject(rest);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });
});
