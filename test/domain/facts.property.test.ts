import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import { countEntries } from '../../lib/domain/count-entries.ts';
import { parseFacts } from '../../lib/domain/entry-facts.ts';
import type { LogEntry } from '../../lib/domain/log-entry.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { minutesOf, summarise } from '../../lib/domain/summarise.ts';
import { createVisitorMarks } from '../../lib/domain/visitor-marks.ts';
import { addPartials, type WindowAggregate } from '../../lib/domain/window-aggregate.ts';
import { decodeWindow, encodeWindow } from '../../lib/domain/window-format.ts';
import { addToSum, emptySum, foldSum } from '../../lib/domain/window-sum.ts';
import { batchIdOf, customer, foldingLimits, instant, logEntry } from '../factories.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
const rules = createCountingRules([], 'keep', createVisitorMarks('s'.repeat(32)));

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const entry: fc.Arbitrary<LogEntry> = fc
  .record({
    path: fc.constantFrom('/', '/a', '/b', '/__proto__'),
    method: fc.constantFrom('GET', 'POST'),
    userAgent: fc.constantFrom(firefox, 'curl/8', 'GPTBot/1.2'),
    status: optional(fc.constantFrom(200, 302, 404, 503)),
    facts: optional(
      fc.record({
        bytes: optional(fc.nat(2 ** 30)),
        durationMs: optional(fc.nat(90_000)),
        referrer: optional(fc.constantFrom('https://a.example/', 'https://b.example/x')),
        host: optional(fc.constantFrom('a.example', 'c.example')),
        clientIp: optional(fc.nat(30).map((n) => `192.0.2.${n}`)),
        country: optional(fc.constantFrom('DE', 'FR')),
      }),
    ),
  })
  .map(({ facts, status, ...fields }) =>
    Object.assign(logEntry(fields), { status, facts: facts && parseFacts(facts) }),
  );

/** Counts batches into a window, each call with the partials of some of them. */
function windowOf(calls: readonly (readonly number[])[], batches: readonly (readonly LogEntry[])[]) {
  let window: WindowAggregate | undefined;
  for (const call of calls) {
    const partials = call.flatMap((batch) => partialsOf(batch, batches[batch] ?? []));
    const [first, ...others] = partials;
    if (first === undefined) continue;
    window =
      addPartials(window, [first, ...others], instant('2025-12-28T18:04:00Z'), foldingLimits) ?? window;
  }
  return window;
}

function partialsOf(batch: number, entries: readonly LogEntry[]) {
  const summarised = {
    customerId: customer(),
    batchId: batchIdOf(`batch-${batch}`),
    payloadHash: 'a'.repeat(64),
    storedAt: instant('2025-12-28T18:04:00Z'),
  };
  // Records of this size cut batches into parts.
  const options = { rules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600, maxRecordBytes: 1_500 };
  return summarise(summarised, minutesOf(entries), options).map(({ data }) => decodePartial(data));
}

function contentOf(window: Pick<WindowAggregate, 'requests' | 'counts' | 'measures'> | undefined) {
  return window && { requests: window.requests, counts: window.counts, measures: window.measures };
}

describe('the counts of facts', () => {
  const batches = fc.array(fc.array(entry, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 6 });

  it('are the same in any order, any repetition and any split of batches, and those of all entries together', () => {
    fc.assert(
      fc.property(batches, fc.infiniteStream(fc.nat()), (sent, random) => {
        const all = sent.map((_, batch) => batch);
        const atOnce = windowOf([all], sent);
        const shuffled = [...all, ...all].toSorted(() => ((random.next().value ?? 0) % 2) * 2 - 1);
        const oneByOne = windowOf(
          shuffled.map((batch) => [batch]),
          sent,
        );
        expect(contentOf(oneByOne)).toEqual(contentOf(atOnce));
        expect(contentOf(atOnce)).toEqual({
          requests: sent.flat().length,
          ...countEntries(sent.flat(), rules),
        });
        expect(atOnce && contentOf(decodeWindow(encodeWindow(atOnce)))).toEqual(contentOf(atOnce));
      }),
      { numRuns: 60 },
    );
  });

  it('are in classes that add up to the requests', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        const { requestsByAgentClass } = countEntries(entries, rules).counts;
        expect([...requestsByAgentClass.values()].reduce((a, b) => a + b)).toBe(entries.length);
      }),
      { numRuns: 30 },
    );
  });

  it('of an hour are those of its minutes, in any order', () => {
    fc.assert(
      fc.property(batches, (sent) => {
        const minutes = sent.map((_, n) => windowOf([[n]], sent));
        const sumOf = (parts: typeof minutes) => {
          const sum = emptySum();
          for (const part of parts) if (part !== undefined) addToSum(sum, part);
          return foldSum(sum, foldingLimits);
        };
        expect(sumOf(minutes)).toEqual(sumOf(minutes.toReversed()));
        expect(contentOf(sumOf(minutes))).toEqual(contentOf(windowOf([sent.map((_, n) => n)], sent)));
      }),
      { numRuns: 60 },
    );
  });

  it('are under (other) where their path is, and add up to the same', () => {
    const limits = { ...foldingLimits, maxKeysPerDimension: 1 };
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 40 }), (entries) => {
        const [first, ...others] = partialsOf(0, entries);
        if (first === undefined) return;
        const window = addPartials(undefined, [first, ...others], instant('2025-12-28T18:04:00Z'), limits);
        const { requestsByPath } = window?.counts ?? expect.fail('there is no window');
        const whole = countEntries(entries, rules).measures;
        for (const field of ['bytesByPath', 'durationMsByPath', 'timedByPath'] as const) {
          const sums = window?.measures?.[field] ?? new Map<string, number>();
          expect([...sums.keys()].every((path) => requestsByPath.has(path))).toBe(true);
          const all = (of: ReadonlyMap<string, number> = new Map()) =>
            [...of.values()].reduce((a, b) => a + b, 0);
          expect(all(sums)).toBe(all(whole?.[field]));
        }
        expect(window?.measures?.durations).toEqual(whole?.durations);
        expect(window?.measures?.visitors).toEqual(whole?.visitors);
      }),
      { numRuns: 60 },
    );
  });
});
