import { describe, expect, it } from 'vitest';
import { countsTexts } from '../../../lib/domain/counts-text.ts';
import { findTimeZone } from '../../../lib/domain/time-zone.ts';
import { query, type WindowQuery } from '../../../lib/pipeline/query/query.ts';
import type { ServedWindow, WindowReader } from '../../../lib/ports/window-reader.ts';
import { countsWith, customer, foldingLimits, instant, windowStart } from '../../factories.ts';

const hourMilliseconds = 3_600_000;
const unknown = { through: undefined, entries: undefined, waitsWithin: () => true };
const progress = { of: async () => ({ minutes: unknown, rollUps: unknown }) };

/** Has every hour, each with one request of a path that is this long, and counts the hours that it gives. */
function hourReader(pathLength: number) {
  const read = { hours: 0 };
  const requestsByPath = new Map([[`GET /${'x'.repeat(pathLength)}`, 1]]);
  const hour = {
    customerId: customer(),
    requests: 1,
    lateRequests: 0,
    revision: 1,
    updatedAt: instant('2026-01-01T00:00:00Z'),
    counts: countsTexts(countsWith({ requestsByPath })),
  };
  const reader: Pick<WindowReader, 'windows'> = {
    async *windows({ windowSize, from, to }) {
      expect(windowSize).toBe('hour');
      for (let start = Date.parse(from); start < Date.parse(to); start += hourMilliseconds) {
        read.hours += 1;
        const at = windowStart(new Date(start).toISOString().replace('.000Z', 'Z'));
        yield { ...hour, windowStart: at } satisfies ServedWindow;
      }
    },
  };
  return { reader, read };
}

async function pagesOf(to: string, pathLength: number) {
  const zone = findTimeZone('America/New_York');
  if (zone === undefined) throw new Error('There is no such zone.');
  const { reader, read } = hourReader(pathLength);
  const asked: WindowQuery = {
    customerId: customer(),
    windowSize: 'day',
    from: windowStart('2025-01-01T05:00:00Z'),
    to: windowStart(to),
    limit: 1_000,
    top: 1,
    local: { zone, foldingLimits },
    allowedLatenessSeconds: 600,
  };
  const pages: { readonly days: number; readonly requests: number; readonly hoursRead: number }[] = [];
  let after: WindowQuery['after'];
  do {
    read.hours = 0;
    const page = await query({ ...asked, after }, { reader, progress }, ({ requests }) => ({
      requests,
      bytesSent: 100,
    }));
    const requests = page.windows.reduce((sum, window) => sum + window.requests, 0);
    pages.push({ days: page.windows.length, requests, hoursRead: read.hours });
    after = page.lastWindow;
  } while (after !== undefined);
  return pages;
}

describe('a page of local days', () => {
  it('ends after half a year of hours, and the next one goes on behind it', async () => {
    const pages = await pagesOf('2026-01-01T05:00:00Z', 1);
    expect(pages.map(({ days }) => days)).toEqual([184, 181]);
    expect(pages.reduce((sum, { requests }) => sum + requests, 0)).toBe(365 * 24);
    for (const { hoursRead } of pages) expect(hoursRead).toBeLessThanOrEqual(4_416 + 2 * 25);
  });

  it('ends earlier where hours are large', async () => {
    const pages = await pagesOf('2025-01-31T05:00:00Z', 512 * 1_024);
    expect(pages.map(({ days }) => days)).toEqual([21, 9]);
    expect(pages.reduce((sum, { requests }) => sum + requests, 0)).toBe(30 * 24);
  });
});
