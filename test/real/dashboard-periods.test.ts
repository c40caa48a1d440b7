import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { axeViolations } from './browser.ts';
import { count, entry, isShown, rowsOf, textOf, useDashboard } from './dashboard-fixture.ts';

const { browser, send, api, address, openShown } = useDashboard();

const hourMilliseconds = 3_600_000;
const every = (hours: number, from: string, to: string) => {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const times = Math.ceil((end - start) / (hours * hourMilliseconds));
  return Array.from({ length: times }, (_, n) =>
    new Date(start + n * hours * hourMilliseconds).toISOString(),
  );
};
const now = Date.now();
const iso = (instant: number) => new Date(instant).toISOString();

/** Instants of requests, by customer. */
const logs: Readonly<Record<string, readonly string[]>> = {
  'cus-old': every(7, '2015-05-17T10:05:00Z', '2015-05-20T21:05:00Z'),
  'cus-clocks': every(1, '2025-10-24T22:00:00Z', '2025-10-27T23:00:00Z'),
  'cus-year': every(31, iso(now - 400 * 24 * hourMilliseconds), iso(now)),
};

beforeAll(async () => {
  for (const [customer, instants] of Object.entries(logs)) {
    await send(
      customer,
      instants.map((receivedAt) => entry({ receivedAt })),
    );
  }
  // Hours, days and the index of customers follow the minutes.
  for (const [customer, { length }] of Object.entries(logs)) {
    await vi.waitFor(
      async () => {
        const { customers } = await api(`/customers?customer=${customer}`);
        const [total] = customers as { requests: number }[];
        if (total?.requests !== length) throw new Error(`Not all requests of ${customer} are rolled up yet.`);
      },
      { timeout: 60_000, interval: 100 },
    );
  }
});

const dayTable = (page: Page) => rowsOf(page, 'series-rows');

describe('a dashboard without a chosen period', () => {
  it('opens an old log where its data is', async () => {
    const { page, complaints } = await openShown('customer=cus-old');
    await expect
      .poll(() => textOf(page, '#range'))
      .toBe('Latest data: 17–20 May 2015 · Europe/Berlin (UTC+2)');
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(logs['cus-old']?.length);
    await expect.poll(() => textOf(page, '#zone')).toBe('Times are in Europe/Berlin, UTC+2.');
    await expect.poll(() => axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('opens a log that still grows with its last 24 hours', async () => {
    const { page } = await openShown('customer=cus-year');
    await expect.poll(() => page.getByLabel('24 hours').isChecked()).toBe(true);
    await expect.poll(() => textOf(page, '#range')).not.toContain('Latest');
    await expect.poll(() => textOf(page, '#requests-note')).toContain('in the last 24 hours');
  });

  it('goes from a period without requests to all data, and back', async () => {
    const { page } = await browser.open(address('customer=cus-old&period=today'));
    await page.getByRole('heading', { name: 'No requests in the day so far' }).waitFor();
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show all data, 17–20 May 2015' }).click();
    await isShown(page);
    expect(new URL(page.url()).searchParams.get('period')).toBe('all');
    await expect.poll(() => page.locator('#period input[value=all]').isChecked()).toBe(true);
    await expect.poll(() => textOf(page, '#range')).toMatch(/^17–20 May 2015/);
    await page.goBack();
    await page.getByRole('heading', { name: 'No requests in the day so far' }).waitFor();
  });
});

describe('local days', () => {
  it('have 25 hours where clocks are set back', async () => {
    const range = 'from=2025-10-24T22:00Z&to=2025-10-27T23:00Z';
    const { page } = await openShown(`customer=cus-clocks&${range}&by=day&view=table`);
    await expect
      .poll(() => dayTable(page))
      .toEqual([
        ['Mon 27 Oct', 24],
        ['Sun 26 Oct', 25],
        ['Sat 25 Oct', 24],
      ]);
    await expect.poll(() => textOf(page, '#range')).toContain('(UTC+2 and UTC+1)');
  });

  it.each(['Asia/Kolkata', 'America/St_Johns', 'Asia/Kathmandu', 'UTC'])(
    'of %s are those of the API, and make up its total',
    async (timezoneId) => {
      const { page } = await openShown('customer=cus-old&period=all&by=day&view=table', { timezoneId });
      const answer = await api(
        `/aggregates?window=day&tz=${timezoneId}&from=2015-05-01T00:00:00Z&to=2015-06-01T00:00:00Z`,
        'cus-old',
      );
      const windows = answer.windows as { requests: number }[];
      const requests = (await dayTable(page)).map(([, requests]) => requests);
      expect(requests).toEqual(windows.map(({ requests }) => requests).toReversed());
      expect(requests.reduce((sum, each) => sum + each, 0)).toBe(logs['cus-old']?.length);
    },
  );

  it('of a year load with at most 10 requests, and show no request twice', async () => {
    const { page, requested, complaints } = await openShown('customer=cus-year&period=12m&view=table');
    const asked = requested.filter(({ pathname }) => /^\/(?:aggregates|customers)/.test(pathname));
    expect(asked.length).toBeLessThanOrEqual(10);
    const rows = await dayTable(page);
    expect(rows).toHaveLength(365);
    const sum = rows.reduce((all, [, requests]) => all + requests, 0);
    expect(sum).toBe(count(await textOf(page, '#requests')));
    expect(sum).toBeGreaterThan(270);
    expect(complaints).toEqual([]);
  });
});

describe('the periods to choose', () => {
  it('are all there by keyboard, also on a phone, and each shows its own range', async () => {
    const { page } = await openShown('customer=cus-year&period=7d', {
      viewport: { width: 360, height: 800 },
    });
    const ranges = new Set<string>();
    for (const name of ['30d', '90d', '12m', 'all']) {
      await page.getByRole('radio', { name: '7 days' }).or(page.locator('#period :checked')).last().focus();
      await page.keyboard.press('ArrowRight');
      await isShown(page);
      expect(new URL(page.url()).searchParams.get('period')).toBe(name);
      ranges.add(await textOf(page, '#range'));
    }
    expect(ranges.size).toBe(4);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await expect.poll(() => axeViolations(page)).toEqual([]);
  });
});
