import { describe, expect, it } from 'vitest';
import {
  from,
  to,
  period,
  isShown,
  textOf,
  count,
  entry,
  rowsOf,
  listedRows,
  download,
  type KeyCount,
  allCounted,
  useDashboard,
} from './dashboard-fixture.ts';

const { emulator, send, api, openShown, openSaying } = useDashboard();

describe('the figures on the page', () => {
  it('are those of the API', async () => {
    const { page } = await openShown(`customer=cus-page&${period}&view=table`);
    const total = await api(`/aggregates/total?from=${from}&to=${to}&top=500`);
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(total.requests);

    for (const [bodyId, field] of [
      ['paths', 'topPaths'],
      ['agents', 'topUserAgents'],
      ['statuses', 'topStatuses'],
    ] as const) {
      const counts = total[field] as KeyCount[];
      expect((await listedRows(page, bodyId)).map(([, requests]) => requests)).toEqual(
        counts.map(({ requests }) => requests),
      );
    }

    const { windows } = (await api(`/aggregates?window=minute&from=${from}&to=${to}`)) as {
      windows: { requests: number }[];
    };
    await page.getByLabel('Minute', { exact: true }).check();
    await isShown(page);
    await expect
      .poll(async () => (await rowsOf(page, 'series-rows')).map(([, requests]) => requests))
      .toEqual(windows.map(({ requests }) => requests).toReversed());
    const most = Math.max(...windows.map(({ requests }) => requests));
    await expect.poll(async () => count(await textOf(page, '#busiest'))).toBe(most);
  });

  it('are in the time zone of the browser, and name it', async () => {
    const { page } = await openShown(`customer=cus-page&${period}&view=table`, {
      timezoneId: 'Asia/Kolkata',
    });
    await expect.poll(() => textOf(page, '#range')).toContain('28 Dec 2025, 23:30');
    await expect.poll(() => textOf(page, '#range')).toMatch(/Asia\/(?:Kolkata|Calcutta) \(UTC\+5:30\)/);
    await expect.poll(async () => (await rowsOf(page, 'series-rows')).at(-1)?.[0]).toBe('Sun 28 Dec, 23:30');
  });

  it('have days of a zone whose midnight is not a full hour of UTC', async () => {
    const { page } = await openShown(
      'customer=cus-page&from=2025-12-27T18:30Z&to=2025-12-29T18:30Z&by=day&view=table',
      { timezoneId: 'Asia/Kolkata' },
    );
    const before = await api(`/aggregates/total?from=${from}&to=2025-12-28T18:30:00Z`);
    const behind = await api(`/aggregates/total?from=2025-12-28T18:30:00Z&to=${to}`);
    await expect
      .poll(() => rowsOf(page, 'series-rows'))
      .toEqual([
        ['Mon 29 Dec', behind.requests],
        ['Sun 28 Dec', before.requests],
      ]);
  });

  it('compares with the same time of the same weekday, and names it', async () => {
    const weekAfter = 'from=2026-01-04T18:00:00Z&to=2026-01-04T20:00:00Z';
    await send('cus-page', [entry({ receivedAt: '2026-01-04T18:30:00Z' })]);
    const total = () => api(`/aggregates/total?${weekAfter}`);
    await expect.poll(async () => (await total()).complete).toBe(true);
    const { page } = await openShown(`customer=cus-page&${weekAfter}`);
    const now = await total();
    const before = await api(`/aggregates/total?from=${from}&to=${to}`);
    await expect
      .poll(() => textOf(page, '#change-note'))
      .toBe(`from ${String(before.requests)} a week before, on the same weekdays`);
    const share = (100 * (Number(now.requests) - Number(before.requests))) / Number(before.requests);
    await expect.poll(() => textOf(page, '#change')).toBe(`↓ ${Math.abs(share).toFixed(1)} %`);
  });

  it('is drawn, with a bar for each minute that can be read by the keyboard', async () => {
    const { page } = await openShown('customer=cus-page&from=2025-12-28T19:00Z&to=2025-12-28T20:00Z');
    const colours = await page.evaluate<number>(`{
      const canvas = document.querySelector('#chart canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      new Set(new Uint32Array(data.buffer)).size;
    }`);
    expect(colours).toBeGreaterThan(3);
    await page.locator('#chart').focus();
    await page.keyboard.press('End');
    const { requests } = await api(`/aggregates/total?from=2025-12-28T19:59:00Z&to=${to}`);
    await expect
      .poll(() => textOf(page, '#chart-tip'))
      .toContain(`${String(requests)} request${requests === 1 ? '' : 's'}\nSun 28 Dec, 20:59`);
  });
});

describe('text of attackers', () => {
  it('is shown as text, and never run', async () => {
    const { page, complaints, requested } = await openShown(`customer=cus-page&${period}`);
    const paths = (await listedRows(page, 'paths')).map(([path]) => path);
    expect(paths).toContain('GET /<img src=x onerror="window.ran=1">');
    expect(paths).toContain('GET /"><script>window.ran=1</script>');
    expect(paths).toContain('GET /⟨U+202E⟩gnp.exe');
    await expect.poll(() => page.evaluate('window.ran')).toBeUndefined();
    await expect.poll(() => page.locator('.list img, .list script, .list svg').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requested.filter(({ host }) => host !== emulator.baseUrl.host)).toEqual([]);
  });

  it('is no formula in a downloaded table', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    const csv = await download(page, '#paths-csv');
    expect(csv).toContain('\r\n"\'+CMD /x",1');
    expect(csv).toContain('\r\n"GET /<img src=x onerror=""window.ran=1"">",1');
    const { topPaths } = (await api(`/aggregates/total?from=${from}&to=${to}&top=500`)) as {
      topPaths: KeyCount[];
    };
    expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + topPaths.length);
  });
});

describe('a download', () => {
  const twoMinutes = 'customer=cus-page&from=2025-12-28T18:00Z&to=2025-12-28T18:02Z';

  it('has the requests over time with the offset of their zone, and the time through which they are counted', async () => {
    const { page } = await openSaying(twoMinutes, () => allCounted);
    await isShown(page);
    expect(await download(page, '#series-csv')).toBe(
      '\uFEFFfrom,to,requests,2xx,stillCounting,countedThrough\r\n' +
        '2025-12-28T19:00:00+01:00,2025-12-28T19:01:00+01:00,1,1,false,2026-01-02T10:00:00.000Z\r\n' +
        '2025-12-28T19:01:00+01:00,2025-12-28T19:02:00+01:00,2,2,false,2026-01-02T10:00:00.000Z\r\n',
    );
    expect(await download(page, '#agents-csv')).toBe(
      '\uFEFFuserAgent,requests,countedThrough\r\ncurl,3,2026-01-02T10:00:00.000Z\r\n',
    );
  });

  it('claims nothing if the pipeline does not report how far it has counted', async () => {
    const { page } = await openSaying(twoMinutes, () => ({ complete: true }));
    await isShown(page);
    expect(await download(page, '#series-csv')).toMatch(/^\uFEFFfrom,to,requests,2xx\r\n/);
    await expect.poll(() => page.locator('#counting').isHidden()).toBe(true);
  });
});

describe('a link to a time of minutes to months', () => {
  it('shows exactly that time', async () => {
    for (const [start, end] of [
      ['18:03', '18:07'],
      ['18:10', '19:23'],
    ]) {
      const { page } = await openShown(`customer=cus-page&from=2025-12-28T${start}Z&to=2025-12-28T${end}Z`);
      const total = await api(`/aggregates/total?from=2025-12-28T${start}:00Z&to=2025-12-28T${end}:00Z`);
      await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(total.requests);
    }
    // Shows hours and days, of which the first and the last are partial.
    for (const [search, rows] of [
      ['from=2025-12-28T14:00Z&to=2025-12-28T19:17Z', 6],
      ['from=2025-10-28T14:00Z&to=2025-12-28T19:17Z', 62],
    ] as const) {
      const { page } = await openShown(`customer=cus-page&${search}&view=table`);
      const total = await api(`/aggregates/total?from=${from}&to=2025-12-28T19:17:00Z`);
      await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(total.requests);
      const shown = await rowsOf(page, 'series-rows');
      expect(shown).toHaveLength(rows);
      expect(shown.reduce((sum, [, requests]) => sum + requests, 0)).toBe(total.requests);
      expect(new URL(page.url()).search).toContain(search);
    }
  });
});
