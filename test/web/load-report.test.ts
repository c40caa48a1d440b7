import { describe, expect, it } from 'vitest';
import type { Client } from '../../web/api/client.ts';
import { loadReport, type Report, type ReportQuery } from '../../web/api/load-report.ts';
import type { Period, Unit } from '../../web/period/period.ts';
import { gate } from '../gate.ts';
import { clientOf, json, none } from './answering-client.ts';

const { signal } = new AbortController();
const at = (text: string): number => Date.parse(text);

describe('loadReport', () => {
  const now = at('2025-12-28T18:03:07Z');
  const queryOf = (
    period: Period,
    { unit, zone = 'UTC' }: { readonly unit?: Unit; readonly zone?: string } = {},
  ): ReportQuery => ({
    customer: 'cus-axon',
    period,
    unit,
    now,
    zone,
    paths: 'all',
    hasAlerts: false,
  });

  it('reads every page of windows', async () => {
    const window = (windowStart: string, requests: number) => ({ windowStart, requests });
    const { client } = clientOf(({ pathname, searchParams }) => {
      if (pathname === '/aggregates/total') return json({ ...none, requests: 5 });
      return searchParams.get('nextToken') === 'more'
        ? json({ windows: [window('2025-12-28T18:00:00Z', 3)] })
        : json({ windows: [window('2025-12-28T17:00:00Z', 2)], nextToken: 'more' });
    });
    const period = { kind: 'preset', preset: '24h' } as const;
    const query = queryOf(period);
    const { buckets, unit } = await loadReport(query, client, signal);
    expect(unit).toBe('hour');
    expect(buckets.slice(-3).map(({ requests }) => requests)).toEqual([0, 2, 3]);
  });

  it('reads days of the zone, also where they begin within an hour', async () => {
    const { client, asked } = clientOf(({ pathname }) => {
      if (pathname === '/aggregates/total') return json({ ...none, requests: 3 });
      return json({ windows: [{ windowStart: '2025-12-22T18:30:00Z', requests: 3, complete: true }] });
    });
    const period = { kind: 'preset', preset: '7d' } as const;
    const query = queryOf(period, { unit: 'day', zone: 'Asia/Kolkata' });
    const { buckets } = await loadReport(query, client, signal);
    expect(buckets.map(({ requests }) => requests)).toEqual([0, 3, 0, 0, 0, 0, 0]);
    expect(buckets[1]).toMatchObject({ isComplete: true });
    expect(asked.map(({ url }) => decodeURIComponent(url))).toContain(
      '/aggregates?window=day&from=2025-12-21T18:30:00Z&to=2025-12-28T18:30:00Z&tz=Asia/Kolkata&dimensions=status,agentClass&top=20',
    );
  });

  it('looks for the data of a customer whose period depends on it', async () => {
    const { client, asked } = clientOf(({ pathname }) => {
      if (pathname === '/customers') {
        return json({
          customers: [{ firstWindow: '2015-05-17T10:05:00Z', lastWindow: '2015-05-20T21:05:00Z' }],
        });
      }
      return json(pathname === '/aggregates' ? { windows: [] } : none);
    });
    const period = { kind: 'preset', preset: 'latest' } as const;
    const query = queryOf(period);
    const report = await loadReport(query, client, signal);
    const range = { from: at('2015-05-17T00:00Z'), to: at('2015-05-21T00:00Z') };
    expect(report).toMatchObject({ unit: 'hour', range, period: { kind: 'custom', ...range } });
    expect(asked[0]?.url).toBe('/customers?customer=cus-axon');
  });

  it('has exactly the minutes of a custom period, whose first and last hours can be partial', async () => {
    const hours = ['10', '11', '12', '13'].map((hour) => ({
      windowStart: `2025-12-28T${hour}:00:00Z`,
      requests: Number(hour),
      complete: true,
    }));
    const { client, asked } = clientOf(({ pathname, searchParams }) => {
      const from = searchParams.get('from') ?? '';
      if (pathname === '/aggregates')
        return json({ windows: hours.filter(({ windowStart }) => windowStart >= from) });
      return json({ ...none, requests: from === '2025-12-28T10:15:00Z' ? 1 : 2 });
    });
    const period = { kind: 'custom', from: at('2025-12-28T10:15Z'), to: at('2025-12-28T14:03Z') } as const;
    const query = queryOf(period, { zone: 'Europe/Berlin' });
    const { buckets, range } = await loadReport(query, client, signal);
    expect(range).toEqual({ from: period.from, to: period.to });
    expect(buckets.map(({ requests }) => requests)).toEqual([1, 11, 12, 13, 2]);
    const urls = asked.map(({ url }) => decodeURIComponent(url));
    expect(urls[0]).toContain('/aggregates/total?from=2025-12-28T10:15:00Z&to=2025-12-28T14:03:00Z&');
    expect(urls).toContain(
      '/aggregates?window=hour&from=2025-12-28T11:00:00Z&to=2025-12-28T14:00:00Z&dimensions=status,agentClass&top=20',
    );
    expect(urls).toContain(
      '/aggregates/total?from=2025-12-28T14:00:00Z&to=2025-12-28T14:03:00Z&top=500&dimensions=status,agentClass',
    );
  });

  it('has what was counted at the same times of the same weekdays before', async () => {
    const { client } = clientOf(({ pathname, searchParams }) => {
      const isBefore = (searchParams.get('from') ?? '').startsWith('2025-12-20');
      if (pathname === '/aggregates/total') return json({ ...none, requests: isBefore ? 7 : 9 });
      const day = isBefore ? '20' : '27';
      return json({ windows: [{ windowStart: `2025-12-${day}T20:00:00Z`, requests: isBefore ? 3 : 4 }] });
    });
    const period = { kind: 'preset', preset: '24h' } as const;
    const query = queryOf(period);
    const { buckets, comparison, weeksBack } = await loadReport(query, client, signal);
    expect([weeksBack, comparison?.total.requests]).toEqual([1, 7]);
    expect(comparison?.buckets).toHaveLength(buckets.length);
    expect([buckets[1]?.requests, comparison?.buckets[1]?.requests]).toEqual([4, 3]);
  });

  it('is there before a comparison and failed paths that take long, and all at once with those that do not', async () => {
    const [before, failed] = [gate(), gate()];
    const client: Client = {
      async get({ path, parameters }, parse) {
        const isBefore = (parameters?.from ?? '') < '2025-12-27';
        const isOfErrors = parameters?.dimensions === 'errorPath';
        if (isBefore) await before.opened;
        if (isOfErrors) await failed.opened;
        return parse(
          path === 'aggregates/total'
            ? {
                ...none,
                requests: isBefore ? 7 : 9,
                ...(isOfErrors && { topErrorPaths: [{ key: '404 GET /x', requests: 2 }] }),
              }
            : { windows: [{ windowStart: '2025-12-27T20:00:00Z', requests: 4 }] },
        );
      },
    };
    const period = { kind: 'preset', preset: '24h' } as const;
    const query = queryOf(period);
    const parts: Report[] = [];
    const topErrorPaths = [{ key: '404 GET /x', requests: 2 }];
    const whole = await loadReport(query, client, signal, (part) => {
      parts.push(part);
      (parts.length === 1 ? failed : before).open();
    });
    expect(whole).toMatchObject({ comparison: { total: { requests: 7 } }, total: { topErrorPaths } });
    expect(parts).toMatchObject([
      { total: { requests: 9, topErrorPaths: undefined }, comparison: undefined, weeksBack: 1 },
      { total: { requests: 9, topErrorPaths }, comparison: undefined },
    ]);

    await loadReport(query, client, signal, (part) => parts.push(part));
    expect(parts).toHaveLength(2);
  });

  it('has requests by class of status and by kind of agent, and the sums of facts', async () => {
    const { client } = clientOf(({ pathname }) =>
      pathname === '/aggregates/total'
        ? json({ ...none, visitors: 12 })
        : json({
            windows: [
              {
                windowStart: '2025-12-28T18:00:00Z',
                requests: 9,
                requestsByStatus: { 200: 3, 204: 1, 404: 2, '(other)': 1 },
                requestsByAgentClass: { browser: 2, app: 1, crawler: 1, other: 1, ai: 1, futuristic: 1 },
                bytes: 900,
                duration: { requests: 9, sumMs: 90, p50Ms: 8.5, p95Ms: 20, p99Ms: 21 },
                visitors: 2,
              },
            ],
          }),
    );
    const period = { kind: 'preset', preset: '24h' } as const;
    const query = queryOf(period);
    const { buckets, total } = await loadReport(query, client, signal);
    expect(total.visitors).toBe(12);
    expect(buckets.at(-1)).toMatchObject({
      statuses: { '2xx': 4, '4xx': 2, other: 1 },
      agents: { people: 3, bots: 3, ai: 1 },
      bytes: 900,
      duration: { p50Ms: 8.5, p95Ms: 20, p99Ms: 21 },
      visitors: 2,
    });
    expect(buckets.at(-2)).not.toHaveProperty('bytes');
  });

  describe('while entries wait', () => {
    const period = { kind: 'preset', preset: '24h' } as const;
    const query = queryOf(period);
    const historyEnds = '2025-12-28T17:00:00Z';
    const waiting = { countedThrough: '2025-12-28T18:03:05Z', waiting: 23_401, complete: false };
    const report = async (isHistoryComplete: boolean, progress: object = waiting) => {
      const { client, asked } = clientOf(({ pathname, searchParams }) => {
        if (pathname === '/aggregates/total') {
          const isHistory = searchParams.get('to') === historyEnds;
          return json({ ...none, ...progress, ...(isHistory ? { complete: isHistoryComplete } : {}) });
        }
        return json({
          windows: [
            { windowStart: '2025-12-28T10:00:00Z', requests: 5, complete: true },
            { windowStart: '2025-12-28T11:00:00Z', requests: 5, complete: false },
          ],
        });
      });
      const { buckets, ...rest } = await loadReport(query, client, signal);
      const pending = buckets.filter(({ isPending }) => isPending);
      const hours = pending.map(({ from }) => new Date(from).getUTCHours());
      return { ...rest, hours, urls: asked.map(({ url }) => decodeURIComponent(url)) };
    };

    it('does not take hours without a window, or with one that is not complete, for counted', async () => {
      const { hours, counting, isPending } = await report(false);
      expect(counting).toEqual({ kind: 'waiting', entries: 23_401, through: at(waiting.countedThrough) });
      expect(isPending).toBe(true);
      // All except the one that is complete and the one that runs.
      expect(hours).toHaveLength(22);
      expect(hours).not.toContain(10);
      expect(hours).not.toContain(18);
    });

    it('takes them for counted where the pipeline says that nothing of that time waits', async () => {
      const { hours, urls } = await report(true);
      expect(hours).toEqual([17]); // entries of the last hour can wait
      expect(urls.filter((url) => url.includes(`to=${historyEnds}&top=1&`))).toHaveLength(1);
    });

    it('asks the minutes how many entries wait, if hours and days do not say', async () => {
      const { client, asked } = clientOf(({ pathname, searchParams }) =>
        pathname === '/aggregates/total'
          ? json({ ...none, countedThrough: '2025-12-28T18:02:00Z', complete: false })
          : json({ windows: [], waiting: searchParams.get('limit') === '1' ? 417 : undefined }),
      );
      const { counting, total } = await loadReport(query, client, signal);
      expect(counting).toMatchObject({ kind: 'waiting', entries: 417 });
      expect(total.progress?.waiting).toBe(417);
      expect(decodeURIComponent(asked[1]?.url ?? '')).toBe(
        '/aggregates?window=minute&from=2025-12-27T19:00:00Z&to=2025-12-27T19:01:00Z&top=1&limit=1',
      );
    });

    it('asks nothing more if nothing is missing, and claims nothing about an older version', async () => {
      for (const progress of [
        { countedThrough: '2025-12-28T18:03:05Z', waiting: 0, complete: false },
        { complete: false },
      ]) {
        const { hours, isPending, urls } = await report(false, progress);
        expect(hours).toEqual([]);
        expect(isPending).toBe(false);
        expect(urls).toHaveLength(5);
      }
    });
  });
});
