import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from '../../lib/domain/batch-format.ts';
import { decodeFailedRecord, encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { decodePartial, encodePartial } from '../../lib/domain/partial.ts';
import { decodeRolledUp, decodeWholeRolledUp, encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import {
  decodeWindow,
  decodeWindowCounts,
  encodeWindow,
  mayBeRecounted,
} from '../../lib/domain/window-format.ts';
import { packNumbers } from '../../lib/domain/packed-numbers.ts';
import { factsOfFormats } from './facts-of-formats.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import { countsWith, customer, instant, windowPartial, windowStart } from '../factories.ts';

/**
 * Reads a file that an earlier version stored, byte for byte. A file here is never changed: when a format changes, a
 * file of the new version is added, and the old ones must stay readable.
 */
function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/formats/${name}`, import.meta.url));
}

const partial = windowPartial({
  id: 'partial-1',
  part: 1,
  isLate: true,
  counts: {
    requestsByPath: { 'GET /': 2, 'GET /grüße?a=b': 1, 'GET /\ud800': 1 },
    requestsByUserAgent: { Chrome: 3, Other: 1 },
    requestsByStatus: { 200: 1 },
  },
});

const window = {
  customerId: customer('Acme.%2e'),
  windowStart: windowStart(),
  requests: 3,
  batches: 2,
  revision: 7,
  lateRequests: 1,
  updatedAt: instant('2025-12-28T18:04:05.678Z'),
  counts: countsWith({
    requestsByPath: new Map([
      ['GET /', 2],
      ['GET /",\n"partialIds":"', 1],
    ]),
    requestsByUserAgent: new Map([['Chrome', 3]]),
    requestsByStatus: new Map([['(other)', 3]]),
  }),
  partialIds: Buffer.from('partial-id-00001partial-id-00002'),
};

const { partialIds: _partialIds, batches: _batches, ...windowCounts } = window;
const hour = {
  ...windowCounts,
  windowSize: 'hour',
  windowStart: windowStart('2025-12-28T18:00:00Z'),
} as const;

const batch = {
  customerId: customer(),
  id: { text: 'order 7', origin: 'key' },
  payloadHash: '0123456789abcdef'.repeat(4),
  storedAt: instant('2025-12-28T18:04:05.678Z'),
  rulesVersion: 'rules-1',
  mediaType: 'application/x-ndjson',
  entries: 4,
  windows: 1,
  partials: [{ windowStart: windowStart(), part: 0, isLate: false, data: Buffer.from('{"partial":\n"0"}') }],
} as const;

const rejections = {
  rejected: 3,
  rejectedRanges: '0,5-6',
  details: [
    { index: 0, reason: 'is in none of the known formats' },
    { index: 5, field: 'path', reason: 'is required' },
  ],
} as const;

describe('a partial', () => {
  it('is read as it was written', () => {
    expect(decodePartial(encodePartial(partial))).toEqual(partial);
  });

  it('of version 1 stays readable, with and without the instant at which its batch was stored', () => {
    expect(decodePartial(fixture('partial-1.json'))).toEqual(partial);
    expect(decodePartial(fixture('partial-1-stored-at.json'))).toEqual({
      ...partial,
      storedAt: instant('2025-12-28T18:04:05.678Z'),
    });
  });

  it('of version 2 is read as it was written, with all facts, and stays readable', () => {
    const { partial: whole } = factsOfFormats;
    expect(decodePartial(encodePartial(whole))).toEqual(whole);
    expect(decodePartial(fixture('partial-2.json'))).toEqual(whole);
  });

  it.each([
    ['bytes that are not those of its paths', { bytes: 701 }],
    ['more durations than requests', { durations: packNumbers([7, 9]), pathTimed: packNumbers([9]) }],
    ['a duration that no request can have', { pathDurationMs: packNumbers([86_400_000 * 3]) }],
    ['sums of more paths than it has', { pathBytes: packNumbers([300, 400, 0, 0, 0, 7]) }],
    ['buckets out of order', { durations: packNumbers([120, 1, 7, 1]) }],
    ['numbers that nobody wrote', { pathBytes: '*' }],
    ['visitors that nobody wrote', { visitors: '!!!' }],
  ])('is refused with %s', (_what, change) => {
    const document = JSON.parse(encodePartial(factsOfFormats.partial).toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...document, ...change }));
    expect(() => decodePartial(forged)).toThrow(UnreadableFormat);
  });

  it('has a version that an earlier program leaves to a later one, since it would not count all of it', () => {
    expect(JSON.parse(encodePartial(partial).toString())).toMatchObject({ formatVersion: 2 });
  });
});

describe('a window', () => {
  it('is read as it was written, whatever its keys contain', () => {
    expect(decodeWindow(encodeWindow(window))).toEqual(window);
  });

  const forgottenBefore = instant('2025-12-28T18:03:59.999Z');

  it('of versions 1 and 2 stays readable', () => {
    expect(decodeWindow(fixture('window-1.json'))).toEqual(window);
    const storedSince = instant('2025-12-28T18:04:01.234Z');
    expect(decodeWindow(fixture('window-2.json'))).toEqual({ ...window, storedSince, forgottenBefore });
  });

  it('of version 3 is read as it was written, with all facts, and stays readable', () => {
    const { window: whole } = factsOfFormats;
    expect(decodeWindow(encodeWindow(whole))).toEqual(whole);
    expect(decodeWindow(fixture('window-3.json'))).toEqual(whole);
    expect(encodeWindow(whole).toString()).toContain('{"formatVersion":3,');
  });

  it('of version 4 is read as it was written, with the rules of its recount, and stays readable', () => {
    const recounted = { ...factsOfFormats.window, recounted: { rulesVersion: 'rules-2', partials: 1 } };
    expect(decodeWindow(encodeWindow(recounted))).toEqual(recounted);
    expect(decodeWindow(fixture('window-4.json'))).toEqual(recounted);
    expect(encodeWindow(recounted).toString()).toContain('{"formatVersion":4,');
  });

  it('has version 4 only where it was recounted: an earlier program would drop the rules', () => {
    expect(mayBeRecounted(encodeWindow(factsOfFormats.window))).toBe(false);
    expect(mayBeRecounted(fixture('window-4.json'))).toBe(true);
  });

  it('is damaged if more partials were recounted than it has', () => {
    const body = encodeWindow({ ...window, recounted: { rulesVersion: 'rules-2', partials: 3 } });
    expect(() => decodeWindow(body)).toThrow(UnreadableFormat);
  });

  it('has version 2 only where its customer was forgotten: an earlier program must not write that one', () => {
    expect(encodeWindow({ ...window, forgottenBefore }).toString()).toContain('{"formatVersion":2,');
    expect(encodeWindow({ ...window, storedSince: window.updatedAt }).toString()).toContain(
      '{"formatVersion":1,',
    );
  });

  it('is one JSON document', () => {
    expect(JSON.parse(encodeWindow(window).toString())).toMatchObject({ formatVersion: 1, requests: 3 });
  });

  it('gives its counts from its beginning alone, or says that there is more of them', () => {
    const { partialIds, ...counts } = window;
    const body = encodeWindow(window);
    const idsLength = partialIds.toString('base64').length + '"}\n'.length;
    expect(decodeWindowCounts(body.subarray(0, body.length - idsLength))).toEqual(counts);
    expect(decodeWindowCounts(body.subarray(0, 50))).toBeUndefined();
  });

  it('that is cut short anywhere is not taken for a whole one', () => {
    const body = encodeWindow(window);
    for (let length = 0; length < body.length; length++) {
      expect(() => decodeWindow(body.subarray(0, length))).toThrow(UnreadableFormat);
    }
  });
});

describe('the ids of a window', () => {
  const idBytes = 16;

  // One, two and three ids end with two, one and no padding characters.
  it.each([1, 2, 3])('of which any are zeroed, among %i, are not taken for fewer', (count) => {
    const body = encodeWindow({ ...window, partialIds: Buffer.alloc(count * idBytes, 'an id') });
    const start = body.indexOf('"partialIds":"') + '"partialIds":"'.length;
    const end = start + Math.ceil((count * idBytes * 8) / 6);
    for (let from = start; from < end; from++) {
      for (let to = from + 1; to <= end; to++) {
        const damaged = Buffer.from(body).fill(0, from, to);
        expect(() => decodeWindow(damaged), `zeroed from ${from} to ${to}`).toThrow(UnreadableFormat);
      }
    }
  });

  it('that make up a page of zeros, among thousands, are not taken for fewer', () => {
    const body = encodeWindow({ ...window, partialIds: Buffer.alloc(6_000 * idBytes, 'an id') });
    const page = Math.ceil(body.length / 2 / 4_096) * 4_096;
    expect(() => decodeWindow(body.fill(0, page, page + 4_096))).toThrow(UnreadableFormat);
  });
});

describe('an hour', () => {
  it('is read as it was written, whatever its keys contain', () => {
    expect(decodeRolledUp(encodeRolledUp(hour))).toEqual(hour);
  });

  it('of version 1 stays readable, and so does a day', () => {
    expect(decodeRolledUp(fixture('hour-1.json'))).toEqual(hour);
    expect(decodeRolledUp(fixture('day-1.json'))).toEqual({
      ...hour,
      windowSize: 'day',
      windowStart: windowStart('2025-12-28T00:00:00Z'),
    });
  });

  it('of version 2 is read as it was written, with all facts, and stays readable', () => {
    const { hour: whole } = factsOfFormats;
    expect(decodeRolledUp(encodeRolledUp(whole))).toEqual(whole);
    expect(decodeRolledUp(fixture('hour-2.json'))).toEqual(whole);
  });

  it('that is cut short anywhere is not taken for a whole one', () => {
    const body = encodeRolledUp(hour);
    for (let length = 0; length < body.length; length++) {
      expect(decodeRolledUp(body.subarray(0, length))).toBeUndefined();
    }
  });

  it('that does not begin with an hour is damaged', () => {
    const body = encodeRolledUp({ ...hour, windowStart: windowStart('2025-12-28T18:03:00Z') });
    expect(() => decodeRolledUp(body)).toThrow(UnreadableFormat);
  });
});

describe('a batch', () => {
  it('is read as it was written, with the bytes that were emitted', () => {
    const object = encodeBatch(batch, Buffer.from('the body'));
    expect(decodeBatch(object)).toEqual({ batch, gzippedBody: Buffer.from('the body') });
  });

  it('of version 1 stays readable', () => {
    const { batch: read, gzippedBody } = decodeBatch(fixture('batch-1'));
    expect(read).toEqual(batch);
    expect(gunzipSync(gzippedBody).toString()).toBe('{"receivedAt":"2025-12-28T18:03:07Z"}\n');
  });

  it('of version 2 stays readable', () => {
    const { batch: read, gzippedBody } = decodeBatch(fixture('batch-2'));
    expect(read).toEqual({ ...batch, ...rejections, mediaType: 'text/plain', logFormat: 'combined' });
    expect(gunzipSync(gzippedBody).toString()).toBe('a line\n');
  });

  it('has version 2 only where an earlier program could not read it', () => {
    const versionOf = (fields: object) =>
      /^{"formatVersion":(\d+),/.exec(encodeBatch({ ...batch, ...fields }, Buffer.alloc(0)).toString())?.[1];
    expect(versionOf({})).toBe('1');
    expect(versionOf({ mediaType: 'application/json' })).toBe('1');
    expect(versionOf({ mediaType: 'text/plain' })).toBe('2');
    expect(versionOf(rejections)).toBe('2');
  });

  it('of rejected entries alone is read as it was written', () => {
    const rejected = { ...batch, ...rejections, entries: 0, windows: 0, partials: [] };
    expect(decodeBatch(encodeBatch(rejected, Buffer.from('the body'))).batch).toEqual(rejected);
  });

  it('that ends before its partials do is refused', () => {
    const object = encodeBatch(batch, Buffer.alloc(0));
    expect(() => decodeBatch(object.subarray(0, object.length - 5))).toThrow(UnreadableFormat);
    expect(() => decodeBatch(object.subarray(0, 20))).toThrow(UnreadableFormat);
  });
});

describe('a failed record', () => {
  const failedRecord = {
    stream: 'insights',
    partition: 'shardId-000000000003',
    sequenceNumber: '42',
    partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    data: Buffer.from([0x00, 0x01, 0xff]),
    cause: 'A stream record is damaged: it is not JSON.',
    failedAt: instant('2025-12-28T18:04:05.678Z'),
  };

  it('is read as it was written', () => {
    expect(decodeFailedRecord(encodeFailedRecord(failedRecord))).toEqual(failedRecord);
  });

  it('of version 1 stays readable', () => {
    expect(decodeFailedRecord(fixture('failed-record-1.json'))).toEqual(failedRecord);
  });
});

describe('what a newer version wrote', () => {
  it.each([
    ['a partial', 2, (version: string) => decodePartial(Buffer.from(`{${version}}`))],
    ['a window', 4, (version: string) => decodeWindow(Buffer.from(`{${version},\n"partialIds":""}\n`))],
    ['an hour', 2, (version: string) => decodeRolledUp(Buffer.from(`{${version}}\n`))],
    ['a batch', 2, (version: string) => decodeBatch(Buffer.from(`{${version}}\n`))],
    ['a window in another form', 4, (version: string) => decodeWindow(Buffer.from(`{${version},"`))],
    ['an hour in another form', 2, (version: string) => decodeWholeRolledUp(Buffer.from(`{${version}}`))],
    ['a batch in another form', 2, (version: string) => decodeBatch(Buffer.from(`{${version}}`))],
    ['a failed record', 1, (version: string) => decodeFailedRecord(Buffer.from(`{${version}}`))],
  ])('is refused for %s, with a message that says so', (_what, newest, decode) => {
    const decodeNewer = () => decode(`"formatVersion":${newest + 1}`);
    expect(decodeNewer).toThrow(NewerFormat);
    expect(decodeNewer).toThrow(
      `has format version ${newest + 1}; this version of the program reads up to ${newest}.`,
    );
  });
});

describe('what is damaged', () => {
  it.each([
    '',
    'null',
    '7',
    '{}',
    '{"formatVersion":"1"}',
    '{"formatVersion":1}',
    '{"formatVersion":1,"requests":-1}',
  ])('is refused: %j', (text) => {
    expect(() => decodePartial(Buffer.from(text))).toThrow(UnreadableFormat);
    expect(() => decodeBatch(Buffer.from(`${text}\n`))).toThrow(UnreadableFormat);
    expect(() => decodeRolledUp(Buffer.from(`${text}\n`))).toThrow(UnreadableFormat);
  });
});
