import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../lib/domain/parse-batch.ts';
import { InvalidRequest } from '../../lib/errors.ts';

const entry = { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: 'curl/8.0' };
const json = 'application/json';
const ndjson = 'application/x-ndjson';

function failureOf(body: string | Buffer, mediaType: typeof json | typeof ndjson): InvalidRequest {
  try {
    parseBatch(Buffer.from(body), mediaType);
  } catch (error) {
    if (error instanceof InvalidRequest) return error;
    throw error;
  }
  throw new Error('The batch was taken.');
}

describe('parseBatch', () => {
  it('reads an array of entries, and lines of entries, alike', () => {
    const lines = `${JSON.stringify(entry)}\r\n\n  \n${JSON.stringify(entry)}`;
    expect(parseBatch(Buffer.from(JSON.stringify([entry, entry])), json)).toHaveLength(2);
    expect(parseBatch(Buffer.from(lines), ndjson)).toEqual(
      parseBatch(Buffer.from(JSON.stringify([entry, entry])), json),
    );
  });

  it('reads past a byte order mark', () => {
    expect(parseBatch(Buffer.from(`\ufeff${JSON.stringify([entry])}`), json)).toHaveLength(1);
  });

  it('keeps paths that are not ASCII', () => {
    expect(parseBatch(Buffer.from(JSON.stringify([{ ...entry, path: '/grüße/😀' }])), json)[0]?.path).toBe(
      '/grüße/😀',
    );
  });

  it.each([
    ['', json, /not JSON/],
    ['[', json, /not JSON/],
    ['{}', json, /not a JSON array/],
    ['"abc"', json, /not a JSON array/],
    ['0', json, /not a JSON array/],
    ['[]', json, /at least one entry/],
    ['\n\n', ndjson, /at least one entry/],
    [Buffer.from([0x5b, 0xff, 0x5d]), json, /not UTF-8/],
  ] as const)('refuses %j', (body, mediaType, message) => {
    expect(failureOf(body, mediaType).message).toMatch(message);
  });

  it('describes the first ten of the offending entries, and counts all', () => {
    const entries = [entry, ...Array.from({ length: 12 }, () => ({ ...entry, path: '' })), entry];
    const failure = failureOf(JSON.stringify(entries), json);
    expect(failure.message).toBe('12 of 14 entries are not valid.');
    expect(failure.problems.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(failure.problems[0]).toEqual({ index: 1, field: 'path', reason: 'must not be empty' });
  });

  it('names the line that is no JSON', () => {
    const failure = failureOf(`${JSON.stringify(entry)}\n{"a":1},{"b":2}\n`, ndjson);
    expect(failure.problems).toEqual([{ index: 1, reason: 'is not JSON' }]);
  });

  it('survives deep nesting', () => {
    const nested = '['.repeat(500_000) + ']'.repeat(500_000);
    expect(failureOf(nested, json)).toBeInstanceOf(InvalidRequest);
  });

  it('takes no key of an entry for a prototype', () => {
    const body = `[{"__proto__":{"path":"/polluted"},"receivedAt":"2025-12-28T18:03:07Z","method":"GET","userAgent":""}]`;
    expect(failureOf(body, json).problems).toEqual([{ index: 0, field: 'path', reason: 'is required' }]);
    expect(Object.prototype).not.toHaveProperty('path');
  });

  it('answers any bytes with entries or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(json, ndjson), (bytes, mediaType) => {
        expect(failureOf(Buffer.from(bytes), mediaType)).toBeInstanceOf(InvalidRequest);
      }),
    );
  });
});
