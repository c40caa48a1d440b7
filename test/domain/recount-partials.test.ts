import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countEntries } from '../../lib/domain/count-entries.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { recountPartials } from '../../lib/domain/recount-partials.ts';
import { minutesOf, summarise } from '../../lib/domain/summarise.ts';
import { windowStartOf } from '../../lib/domain/window.ts';
import { batchIdOf, customer, instant, logEntry, simpleRules } from '../factories.ts';

const formerRules = { ...simpleRules, version: 'former', countedPath: () => '/former' };
const noFacts = {
  bytes: undefined,
  durationMs: undefined,
  referrerHost: undefined,
  host: undefined,
  clientIp: undefined,
  country: undefined,
};
const entries = fc.array(
  fc.record({
    path: fc.constantFrom('/a', '/b', '/c'),
    receivedAt: fc.constantFrom('2025-12-28T18:03:07Z', '2025-12-28T18:04:07Z', '2025-12-28T18:05:07Z'),
    facts: fc.constantFrom(undefined, { ...noFacts, bytes: 7 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Makes partials as `ingest` does, by these rules; small records cut minutes into parts. */
function partialsOf(
  read: readonly ReturnType<typeof logEntry>[],
  rules: typeof simpleRules,
  maxRecordBytes: number,
) {
  const batch = {
    customerId: customer(),
    batchId: batchIdOf('first'),
    payloadHash: '0'.repeat(64),
    storedAt: instant('2025-12-28T18:30:00Z'),
  };
  const options = { rules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600, maxRecordBytes };
  return summarise(batch, minutesOf(read), options).map(({ data }) => decodePartial(data));
}

describe('recounted partials', () => {
  it('are those that ingest would have made by these rules, in every part', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom(500, 100_000), (fields, maxRecordBytes) => {
        const read = fields.map((each) => logEntry(each));
        const former = partialsOf(read, formerRules, maxRecordBytes);
        const recounted = recountPartials(former, read, simpleRules);
        for (const [place, partial] of former.entries()) {
          const { counts: _counts, measures: _measures, ...same } = partial;
          expect(recounted[place]).toMatchObject(same);
          const before = former
            .slice(0, place)
            .filter(({ windowStart }) => windowStart === partial.windowStart)
            .reduce((sum, { requests }) => sum + requests, 0);
          const ofMinute = read.filter(({ minute }) => windowStartOf(minute) === partial.windowStart);
          const share = ofMinute.slice(before, before + partial.requests);
          expect(recounted[place]).toMatchObject(countEntries(share, simpleRules));
        }
      }),
    );
  });

  it('are as they were where the rules are the same', () => {
    const read = [logEntry({ path: '/a' }), logEntry({ path: '/b', receivedAt: '2025-12-28T18:04:07Z' })];
    const partials = partialsOf(read, simpleRules, 100_000);
    expect(recountPartials(partials, read, simpleRules)).toEqual(partials);
  });

  it('are unknown in a minute of which other numbers of entries are read, and there alone', () => {
    const first = logEntry({ path: '/a' });
    const second = logEntry({ path: '/b', receivedAt: '2025-12-28T18:04:07Z' });
    const partials = partialsOf([first, second], formerRules, 100_000);
    const [ofFirst, ofSecond] = recountPartials(partials, [first], simpleRules);
    expect(ofFirst?.counts.requestsByPath).toEqual(new Map([['GET /a', 1]]));
    expect(ofSecond).toBeUndefined();
    expect(recountPartials(partials, [first, second, second], simpleRules)[1]).toBeUndefined();
  });
});
