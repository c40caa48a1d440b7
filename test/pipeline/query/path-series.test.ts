import { describe, expect, it } from 'vitest';
import { countsText } from '../../../lib/domain/counts-text.ts';
import { mapDimensions } from '../../../lib/domain/dimensions.ts';
import { windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { pathSeries, type PathSeriesQuery } from '../../../lib/pipeline/query/path-series.ts';
import type { ServedWindow, WindowReader } from '../../../lib/ports/window-reader.ts';
import { customer, instant, minuteOf, windowStart } from '../../factories.ts';
import { playedProgress } from '../played-progress.ts';

const clock = { now: () => instant('2026-01-01T00:00:00Z') };
const query: PathSeriesQuery = {
  customerId: customer(),
  windowSize: 'minute',
  from: windowStart('2025-12-01T00:00:00Z'),
  to: windowStart('2025-12-31T00:00:00Z'),
  path: '/a',
  zone: undefined,
  limit: 1_000,
  allowedLatenessSeconds: 600,
};

/** Creates a reader of windows, each with these paths, that counts how many were read. */
function readerOf(windows: number, pathsOf: (window: number) => Readonly<Record<string, number>>) {
  const first = minuteOf(query.from);
  const read = { windows: 0 };
  const reader: Pick<WindowReader, 'windows'> = {
    async *windows({ after, from, to }) {
      for (let window = 0; window < windows; window++) {
        const start = windowStartOf((first + window) as typeof first);
        if (start < from || start >= to || (after !== undefined && start <= after)) continue;
        read.windows += 1;
        yield served(start, pathsOf(window));
      }
    },
  };
  return { reader, read };
}

function served(start: WindowStart, paths: Readonly<Record<string, number>>): ServedWindow {
  const requestsByPath = countsText(new Map(Object.entries(paths)));
  return {
    customerId: customer(),
    windowStart: start,
    requests: 1,
    revision: 1,
    lateRequests: 0,
    updatedAt: clock.now(),
    counts: { ...mapDimensions(() => countsText(new Map())), requestsByPath },
  };
}

async function pagesOf(reader: Pick<WindowReader, 'windows'>, changed: Partial<PathSeriesQuery> = {}) {
  const pages = [];
  for (let after: WindowStart | undefined; ;) {
    const page = await pathSeries(
      { ...query, ...changed, after },
      { reader, progress: playedProgress(clock) },
    );
    pages.push(page.windows.length);
    if (page.lastWindow === undefined) return pages;
    after = page.lastWindow;
  }
}

describe('the windows of one path', () => {
  it('end a page after 4,000 windows were read, also if none had the path', async () => {
    const { reader, read } = readerOf(9_000, (window) => ({ [window > 8_500 ? 'GET /a' : 'GET /']: 1 }));
    expect(await pagesOf(reader)).toEqual([0, 0, 499]);
    expect(read.windows).toBeLessThan(9_010);
  });

  it('end a page after 256 MiB were read', async () => {
    const large = Object.fromEntries(
      Array.from({ length: 8 }, (_, path) => [`GET /${path}${'x'.repeat(1_000_000)}`, 1]),
    );
    const { reader } = readerOf(40, (window) => ({ ...large, [window % 10 === 9 ? 'GET /a' : 'GET /']: 1 }));
    const pages = await pagesOf(reader);
    expect(pages.length).toBe(2);
    expect(pages.reduce((sum, windows) => sum + windows, 0)).toBe(4);
  });

  it('have no next page where nothing is behind the last window', async () => {
    const { reader } = readerOf(6, () => ({ 'GET /a': 1 }));
    expect(await pagesOf(reader, { limit: 3 })).toEqual([3, 3]);
    expect(await pagesOf(reader, { limit: 4 })).toEqual([4, 2]);
  });
});
