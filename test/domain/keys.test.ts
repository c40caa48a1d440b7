import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchIdFromKey, batchIdFromPayload } from '../../lib/domain/batch-id.ts';
import { parseCustomerId } from '../../lib/domain/customer-id.ts';
import {
  batchKey,
  enclosingWindowKey,
  minuteKey,
  partsPrefix,
  windowKey,
  windowPrefix,
  windowStartOfKey,
} from '../../lib/domain/keys.ts';
import { batchIdOf, customer, windowStart } from '../factories.ts';

const customerTexts = fc.string({
  unit: fc.constantFrom(...'abzABZ019._-%'.split('')),
  minLength: 1,
  maxLength: 128,
});
const keyTexts = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 255 });

/** Segments that no file system can take for another one, or for a place outside. */
const safeSegment = /^(?!\.)[a-z0-9%~._-]{1,200}(?<!\.)$/;

describe('keys', () => {
  it('has a place for a batch by its id, apart for given and derived ids', () => {
    expect(batchKey(customer('cus-axon'), batchIdOf('order-7'))).toBe('batches/cus-axon/k-order-7');
    const hash = 'a'.repeat(64);
    expect(batchKey(customer('cus-axon'), batchIdFromPayload(hash))).toBe(`batches/cus-axon/h-${hash}`);
    expect(batchKey(customer('cus-axon'), batchIdOf(`sha256-${hash}`))).toBe(
      `batches/cus-axon/k-sha256-${hash}`,
    );
  });

  it('has a place for each minute, from which the minute can be read', () => {
    const start = windowStart('2025-12-28T18:03:00Z');
    const key = minuteKey(customer('cus-axon'), start);
    expect(key).toBe('aggregates/minute/cus-axon/2025/12/28/18/03.json');
    expect(windowStartOfKey(key)).toBe(start);
  });

  it.each([
    ['hour', '2025-12-28T18:00:00Z', 'aggregates/hour/cus-axon/2025/12/28/18.json'],
    ['day', '2025-12-28T00:00:00Z', 'aggregates/day/cus-axon/2025/12/28.json'],
  ] as const)('has a place for each %s as well', (size, start, expected) => {
    const key = windowKey(customer('cus-axon'), size, windowStart(start));
    expect(key).toBe(expected);
    expect(key.startsWith(windowPrefix(customer('cus-axon'), size))).toBe(true);
    expect(windowStartOfKey(key)).toBe(start);
  });

  it.each(['cus-axon', 'Acme', 'A'.repeat(128), 'aggregates', '00.json'])(
    'leads from a minute of %s to its hour and day, and back to all of their parts',
    (text) => {
      const id = customer(text);
      const minute = minuteKey(id, windowStart('2025-12-28T18:03:00Z'));
      const hour = windowKey(id, 'hour', windowStart('2025-12-28T18:00:00Z'));
      const day = windowKey(id, 'day', windowStart('2025-12-28T00:00:00Z'));
      expect(enclosingWindowKey(minute, 'hour')).toBe(hour);
      expect(enclosingWindowKey(hour, 'day')).toBe(day);
      expect(minute.startsWith(partsPrefix(hour, 'hour'))).toBe(true);
      expect(hour.startsWith(partsPrefix(day, 'day'))).toBe(true);
      const nextHour = windowKey(id, 'hour', windowStart('2025-12-28T19:00:00Z'));
      expect(minute.startsWith(partsPrefix(nextHour, 'hour'))).toBe(false);
    },
  );

  it.each([
    ['Acme', '%41cme'],
    ['a%b', 'a%25b'],
    ['..a', '%2e.a'],
    ['a.', 'a%2e'],
    ['con', '%63on'],
    ['nul.txt', '%6eul.txt'],
    ['console', 'console'],
  ])('writes the customer %s as %s', (text, segment) => {
    expect(batchKey(customer(text), batchIdOf('k'))).toBe(`batches/${segment}/k-k`);
  });

  it.each(['../../etc/passwd', '/', '\\', 'a b', 'ÄÖÜ'.normalize('NFKD').replace(/[^ -~]/g, '?'), '~', '.'])(
    'keeps the key %j in its place',
    (text) => {
      const [, , segment = '', ...more] = batchKey(customer('c'), batchIdOf(text)).split('/');
      expect(segment).toMatch(safeSegment);
      expect(more).toEqual([]);
    },
  );

  it('makes safe segments only, and different ones of different texts', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(customerTexts, { minLength: 2, maxLength: 2 }),
        keyTexts,
        (customers, keyText) => {
          const ids = customers.map(parseCustomerId).filter((id) => id !== undefined);
          const batchId = batchIdFromKey(keyText);
          fc.pre(ids.length === 2 && batchId !== undefined);
          const keys = ids.map((id) => batchKey(id, batchId));
          expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(2);
          for (const key of keys) {
            expect(key.split('/')).toHaveLength(3);
            for (const segment of key.split('/')) expect(segment).toMatch(safeSegment);
          }
        },
      ),
    );
  });

  it('names what is too long for a file name by its hash', () => {
    const long = batchKey(customer('c'), batchIdOf('A'.repeat(255)));
    expect(long).toMatch(/^batches\/c\/k-~[0-9a-f]{64}$/);
    expect(batchKey(customer('c'), batchIdOf(`${'A'.repeat(254)}B`))).not.toBe(long);
  });
});

describe('batchIdFromKey', () => {
  it('takes a quoted key for the key within', () => {
    expect(batchIdFromKey('"k"')).toEqual(batchIdFromKey('k'));
    expect(batchIdFromKey('"')?.text).toBe('"');
  });

  it.each(['', '""', ' ', 'é', 'a\tb', 'k'.repeat(256)])('refuses %j', (header) => {
    expect(batchIdFromKey(header)).toBeUndefined();
  });
});

describe('parseCustomerId', () => {
  it.each(['', '.', '..', 'a/b', 'a b', 'é', 'c'.repeat(129)])('refuses %j', (text) => {
    expect(parseCustomerId(text)).toBeUndefined();
  });

  it.each(['a', '...', '%2e', 'A'.repeat(128)])('takes %j', (text) => {
    expect(parseCustomerId(text)).toBe(text);
  });
});
