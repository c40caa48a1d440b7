import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { countedRequests, rolledUpRequests } from '../e2e/requests.ts';
import { axeViolations } from './browser.ts';
import { count, entry, rowsOf, textOf, useDashboard } from './dashboard-fixture.ts';

const { emulator, send, api, openShown } = useDashboard();
const agents = {
  people:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
  bots: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  ai: 'GPTBot/1.1',
  monitors: 'UptimeRobot/2.0',
};

/** Returns requests of a day: more of people than of the others, of pages and of assets, with all facts. */
const entriesOf = (day: string) =>
  Array.from({ length: 24 }, (_, hour) =>
    Array.from({ length: 10 }, (_, index) => ({
      ...entry({
        receivedAt: `${day}T${String(hour).padStart(2, '0')}:0${index}:00Z`,
        path: index % 3 === 0 ? '/app.js' : '/pricing',
        userAgent: Object.values(agents)[index < 6 ? 0 : index - 6] ?? agents.people,
        status: [200, 200, 200, 304, 404, 503, 200, 200, 200, undefined][index],
        bytes: 1_000,
        durationMs: 10 * (index + 1),
        clientIp: `192.0.2.${index}`,
      }),
    })),
  ).flat();

// A Tuesday. The week before has half as many requests.
const tuesday = '2025-12-16';
const search = `customer=cus-facts&from=${tuesday}T00:00Z&to=2025-12-17T00:00Z`;
const entries = entriesOf(tuesday);
const before = entriesOf('2025-12-09').filter((_entry, index) => index % 2 === 0);

beforeAll(async () => {
  await send('cus-facts', [...entries, ...before]);
  await rolledUpRequests(emulator, 'cus-facts', entries.length + before.length);
});

const total = () =>
  api(`/aggregates/total?from=${tuesday}T00:00:00Z&to=2025-12-17T00:00:00Z&top=100`, 'cus-facts');

describe('the charts', () => {
  it('have a legend of the classes of statuses, and of the week before', async () => {
    const { page } = await openShown(search);
    await expect
      .poll(() => page.locator('#chart-legend li').allInnerTexts())
      .toEqual(['2xx', '3xx', '4xx', '5xx', 'No status', 'A week before']);
    // The samples differ in their patterns, whatever their colours are.
    const samples = await page.evaluate<string[]>(`[...document.querySelectorAll('#chart-legend canvas')].map(
      (canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const pixels = [...new Uint32Array(data.buffer)];
        return pixels.map((pixel) => (pixel === pixels[0] ? '.' : '#')).join('');
      },
    )`);
    expect(new Set(samples).size).toBe(6);
    await expect.poll(() => textOf(page, '#change')).toBe('↑ 100 %');
    await expect
      .poll(() => textOf(page, '#change-note'))
      .toBe(`from ${before.length} a week before, on the same weekdays`);
  });

  it.each([1440, 360])(
    'are there before the time to compare with, which moves nothing: %i',
    async (width) => {
      const { page } = await openShown(search, { viewport: { width, height: 800 } });
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.context().route(/from=2025-12-09/, async (route) => {
        await released;
        await route.continue();
      });
      await page.reload();
      await expect.poll(() => textOf(page, '#change')).toBe('…');
      await page.locator('.list-paths[aria-busy=false]').waitFor();
      await page.locator('.list-errorpaths[aria-busy=false]').waitFor();
      await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(entries.length);
      await expect.poll(() => page.locator('#report').getAttribute('aria-busy')).toBe('true');
      const legend = ['2xx', '3xx', '4xx', '5xx', 'No status', 'A week before'];
      const legendOf = () => page.locator('#chart-legend li').allInnerTexts();
      await expect.poll(legendOf).toEqual(legend);
      const placesOf = () =>
        page.evaluate(`['chart', 'duration-chart', 'visitors-chart', 'paths', 'errorpaths', 'zone'].map((id) =>
        Math.round(scrollY + document.getElementById(id).getBoundingClientRect().top))`);
      const places = await placesOf();
      const csv = page.waitForEvent('download');
      await page.click('#series-csv');
      release();
      await expect.poll(() => textOf(page, '#change')).toBe('↑ 100 %');
      await expect.poll(() => page.locator('#report').getAttribute('aria-busy')).toBe('false');
      await expect.poll(legendOf).toEqual(legend);
      await expect.poll(placesOf).toEqual(places);
      const text = await readFile(await (await csv).path(), 'utf8');
      expect(text.split('\r\n')[0]).toContain('requestsBefore');
    },
  );

  it('are read by the keyboard, class by class', async () => {
    const { page } = await openShown(search);
    await page.locator('#chart').focus();
    await page.keyboard.press('Home');
    const tip = await textOf(page, '#chart-tip');
    expect(tip.split('\n').slice(0, 2)).toEqual(['10 requests', 'Tue 16 Dec, 01:00–02:00']);
    for (const row of ['2xx 6', '3xx 1', '4xx 1', '5xx 1', 'No status 1', 'A week before 5'])
      expect(tip.replaceAll(/\s+/g, ' ')).toContain(row);
  });

  it('show durations, bytes and visitors with the figures of the API', async () => {
    const { page } = await openShown(search);
    const { visitors, duration } = await total();
    await expect.poll(() => textOf(page, '#visitors')).toBe(`≈ ${String(visitors)}`);
    await expect.poll(() => textOf(page, '#visitors-note')).toContain('approximate');
    await expect.poll(() => textOf(page, '#visitors-note')).toContain('daily visitors');
    await expect.poll(() => textOf(page, '#bytes')).toBe('240 kB');
    await expect.poll(() => textOf(page, '#duration')).toBe(`${(duration as { p50Ms: number }).p50Ms} ms`);
    await expect
      .poll(() => page.locator('#duration-legend li').allInnerTexts())
      .toEqual(['p50', 'p95', 'p99']);
    await page.locator('#bytes-chart').focus();
    await page.keyboard.press('End');
    await expect.poll(() => textOf(page, '#bytes-chart-tip')).toContain('10 kB');
    await expect.poll(() => page.locator('#measures-note').isHidden()).toBe(true);
  });

  it('have the same as a table, for all who cannot see them', async () => {
    const { page } = await openShown(`${search}&view=table`);
    await expect
      .poll(() => page.locator('#series-head th').allInnerTexts())
      .toEqual(
        'Hour,Requests,Share,2xx,3xx,4xx,5xx,No status,A week before,p50,p95,p99,Bytes,Visitors, about'.split(
          /,(?! )/,
        ),
      );
    const cells = await page.locator('#series-rows tr').last().locator('td').allInnerTexts();
    expect(cells.slice(0, 8)).toEqual(['10', '4.2 %', '6', '1', '1', '1', '1', '5']);
    expect(cells.slice(-2)[0]).toBe('10 kB');
  });

  it('are absent where no entry has the facts, and a sentence says how to send them', async () => {
    const { page } = await openShown('customer=cus-page&from=2025-12-28T18:00Z&to=2025-12-28T20:00Z');
    await expect.poll(() => page.locator('.measures').isVisible()).toBe(false);
    await expect
      .poll(() => textOf(page, '#measures-note'))
      .toBe(
        'No durations, bytes or visitors in this period: to see them, send “durationMs”, “bytes” and “clientIp” with each entry.',
      );
  });
});

describe('the choice of agents', () => {
  it('counts the requests of people, and says what it does not apply to', async () => {
    const { page } = await openShown(search);
    const { agentClasses } = (await total()) as { agentClasses: { key: string; requests: number }[] };
    await page.getByRole('radio', { name: /^People/ }).check();
    await expect
      .poll(async () => count(await textOf(page, '#requests')))
      .toBe(agentClasses.find(({ key }) => key === 'browser')?.requests);
    await expect.poll(() => textOf(page, '#series-title')).toBe('Requests of people per hour');
    await expect
      .poll(() => page.locator('#chart-legend li').allInnerTexts())
      .toEqual(['People', 'A week before']);
    await expect
      .poll(() => textOf(page, '#agent-kinds-note'))
      .toContain('Only requests are counted by kind of agent');
    await expect.poll(() => textOf(page, '#errors-note')).toContain('of all agents');
    expect(new URL(page.url()).searchParams.get('agents')).toBe('people');
    await page.goBack();
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(entries.length);
  });

  it('has every request in exactly one kind', async () => {
    let sum = 0;
    for (const kind of ['people', 'bots', 'ai', 'monitors']) {
      const { page } = await openShown(`${search}&agents=${kind}`);
      const requests = count(await textOf(page, '#requests'));
      expect(requests).toBeGreaterThan(0);
      sum += requests;
    }
    expect(sum).toBe(entries.length);
  });
});

describe('the choice of pages or assets', () => {
  it('applies to the lists of paths, and says so', async () => {
    const { page } = await openShown(search);
    await page.getByLabel('Assets', { exact: true }).check();
    await expect.poll(() => rowsOf(page, 'paths')).toEqual([['GET /app.js', 96]]);
    await expect.poll(() => textOf(page, '#path-kinds-note')).toContain('96 of 240 requests (40.0 %)');
    await expect.poll(() => textOf(page, '#path-kinds-note')).toContain('not counted by path');
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(entries.length);
    await page.getByLabel('Pages', { exact: true }).check();
    await expect.poll(() => rowsOf(page, 'paths')).toEqual([['GET /pricing', 144]]);
  });
});

describe('the part that is not complete yet', () => {
  it('is marked and explained while a period runs', async () => {
    const receivedAt = new Date().toISOString();
    await send('cus-running', [entry({ receivedAt })]);
    await countedRequests(emulator, 'cus-running');
    const { page } = await openShown('customer=cus-running&period=24h');
    await expect
      .poll(() => textOf(page, '#strip-text'))
      .toMatch(/^Not complete yet, from \d\d:00 on: everything accepted before \d\d:\d\d:\d\d is counted/);
    const over = await openShown(search);
    await expect.poll(() => over.page.locator('#strip-note').isHidden()).toBe(true);
  });
});

describe('the page with all charts', () => {
  const sizes = { wide: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

  it.each([
    ['light', 'wide'],
    ['dark', 'wide'],
    ['light', 'phone'],
    ['dark', 'phone'],
  ] as const)('keeps the rules of accessibility: %s, %s', async (colorScheme, size) => {
    const { page, complaints } = await openShown(`${search}&agents=bots&paths=assets`, {
      colorScheme,
      viewport: sizes[size],
    });
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Table' }).check();
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(sizes[size].width);
    expect(complaints).toEqual([]);
  });
});
