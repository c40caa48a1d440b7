import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import type { LogEntry } from '../../lib/domain/log-entry.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { minutesOf, summarise, summariseInSteps } from '../../lib/domain/summarise.ts';
import { batchIdOf, countsWith, customer, instant, logEntry, simpleRules } from '../factories.ts';

const options = {
  rules: simpleRules,
  allowedLatenessSeconds: 600,
  maxFutureSeconds: 3_600,
  maxRecordBytes: 1_048_576,
};

function partialsOf(
  entries: readonly LogEntry[],
  changed: Partial<typeof options & { storedAt: string }> = {},
) {
  const { storedAt = '2025-12-28T18:04:00Z', ...otherOptions } = changed;
  const batch = {
    customerId: customer(),
    batchId: batchIdOf('batch-1'),
    payloadHash: 'f'.repeat(64),
    storedAt: instant(storedAt),
  };
  return summarise(batch, minutesOf(entries), { ...options, ...otherOptions });
}

describe('summarise', () => {
  it('counts each minute by method and path, by agent, and by status where there is one', () => {
    const [first, second, ...more] = partialsOf([
      logEntry({ receivedAt: '2025-12-28T18:04:59Z', path: '/b' }),
      logEntry({ receivedAt: '2025-12-28T18:03:00Z', status: 200 }),
      logEntry({ receivedAt: '2025-12-28T18:03:59Z', userAgent: 'Wget/1.2' }),
      logEntry({ receivedAt: '2025-12-28T18:03:30Z', method: 'POST', userAgent: '' }),
    ]).map(({ data }) => decodePartial(data));
    expect(more).toEqual([]);
    expect(first).toMatchObject({ windowStart: '2025-12-28T18:03:00Z', part: 0, requests: 3, isLate: false });
    expect(first?.counts).toEqual(
      countsWith({
        requestsByPath: new Map([
          ['GET /', 2],
          ['POST /', 1],
        ]),
        requestsByUserAgent: new Map([
          ['curl', 1],
          ['Wget', 1],
          ['Other', 1],
        ]),
        requestsByStatus: new Map([['200', 1]]),
        requestsByAgentClass: new Map([['other', 3]]),
      }),
    );
    expect(second).toMatchObject({ windowStart: '2025-12-28T18:04:00Z', requests: 1 });
    expect(second?.id).toEqual(first?.id);
  });

  it('counts each agent by its family, of however many there are', () => {
    const agents = Array.from(
      { length: 20_000 },
      (_, version) => `Mozilla/5.0 (X11) Chrome/${version}.0 Safari/537.36`,
    );
    const rules = createCountingRules([]);
    const [partial] = partialsOf(
      agents.map((userAgent) => logEntry({ userAgent })),
      { rules },
    );
    expect(partial && decodePartial(partial.data).counts.requestsByUserAgent).toEqual(
      new Map([['Chrome', 20_000]]),
    );
  });

  it('calls a window late that ended longer before the batch was stored than is allowed', () => {
    const entry = logEntry({ receivedAt: '2025-12-28T18:03:07Z' });
    expect(partialsOf([entry], { storedAt: '2025-12-28T18:14:00.000Z' })[0]?.isLate).toBe(false);
    expect(partialsOf([entry], { storedAt: '2025-12-28T18:14:00.001Z' })[0]?.isLate).toBe(true);
  });

  it('calls a window future that starts further ahead of when the batch was stored than is allowed, and not late', () => {
    const entry = logEntry({ receivedAt: '2025-12-28T18:03:07Z' });
    const storedAt = (time: string) => partialsOf([entry], { storedAt: `2025-12-28T${time}Z` })[0];
    expect(storedAt('17:03:00.000')).not.toHaveProperty('isFuture');
    expect(storedAt('17:02:59.999')).toMatchObject({ isFuture: true, isLate: false });
  });

  it('tells how many entries each partial counts', () => {
    const entries = ['18:03:07', '18:03:08', '18:04:00'].map((time) =>
      logEntry({ receivedAt: `2025-12-28T${time}Z` }),
    );
    expect(partialsOf(entries).map(({ requests }) => requests)).toEqual([2, 1]);
  });

  it('divides what is too large for a record into parts that fit and add up', () => {
    const entries = Array.from({ length: 200 }, (_, index) =>
      logEntry({ path: `/${'p'.repeat(50)}/${index}` }),
    );
    const maxRecordBytes = 2_000;
    const parts = partialsOf(entries, { maxRecordBytes });
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index));
    const partials = parts.map(({ data }) => decodePartial(data));
    expect(new Set(partials.map(({ id }) => id.toString('hex'))).size).toBe(parts.length);
    expect(partials.reduce((sum, { requests }) => sum + requests, 0)).toBe(entries.length);
    for (const { data } of parts) expect(data.length).toBeLessThan(maxRecordBytes);
    for (const { counts, requests } of partials) {
      expect([...counts.requestsByPath.values()].reduce((sum, count) => sum + count, 0)).toBe(requests);
    }
  });

  it('cuts what is many times too large once, and gives others a turn meanwhile', () => {
    let keys = 0;
    const rules = { ...simpleRules, countedPath: (path: string) => (keys++, path) };
    const entries = Array.from({ length: 20_000 }, (_, index) =>
      logEntry({ path: `/${'p'.repeat(90)}/${index}` }),
    );
    const batch = {
      customerId: customer(),
      batchId: batchIdOf('batch-1'),
      payloadHash: 'f'.repeat(64),
      storedAt: instant('2025-12-28T18:04:00Z'),
    };
    const steps = summariseInSteps(batch, minutesOf(entries), { ...options, rules, maxRecordBytes: 60_000 });
    let turns = 0;
    while (steps.next().done !== true) turns += 1;
    expect(turns).toBeGreaterThan(20);
    expect(keys).toBeLessThan(3 * entries.length);
  });

  it('fits the longest entry that there can be into a record', () => {
    const entry = logEntry({
      method: 'M'.repeat(32),
      path: '\u0001'.repeat(2_048),
      userAgent: '\ud800'.repeat(1_024),
    });
    expect(partialsOf([entry])).toHaveLength(1);
  });

  it('counts every entry once, whatever the batch', () => {
    const entries = fc.array(
      fc.record({
        minute: fc.integer({ min: 0, max: 3 }),
        path: fc.string({ unit: 'binary' }),
        userAgent: fc.string(),
      }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(entries, fc.constantFrom(600, 1_048_576), (sent, maxRecordBytes) => {
        const parts = partialsOf(
          sent.map(({ minute, ...fields }) =>
            logEntry({ receivedAt: `2025-12-28T18:0${minute}:00Z`, ...fields }),
          ),
          { maxRecordBytes },
        );
        const found = new Map<string, number>();
        for (const { data } of parts) {
          const { windowStart, counts } = decodePartial(data);
          for (const [key, requests] of counts.requestsByPath) {
            found.set(`${windowStart} ${key}`, (found.get(`${windowStart} ${key}`) ?? 0) + requests);
          }
        }
        const expected = new Map<string, number>();
        for (const { minute, path } of sent) {
          const key = `2025-12-28T18:0${minute}:00Z GET ${path}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        expect(found).toEqual(expected);
      }),
    );
  });
});
