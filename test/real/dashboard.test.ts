import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';
import { countedRequests, json, postLogs, rolledUpRequests } from '../e2e/requests.ts';
import { axeViolations, useBrowser, type OpenPage } from './browser.ts';

const run = promisify(execFile);
const emulator = useEmulator();
const browser = useBrowser();

const from = '2025-12-28T18:00:00Z';
const to = '2025-12-28T20:00:00Z';
const period = 'from=2025-12-28T18:00Z&to=2025-12-28T20:00Z';

/** Texts that attackers send in the hope that a browser or a spreadsheet runs them. */
const hostilePaths = [
  '/<img src=x onerror="window.ran=1">',
  '/"><script>window.ran=1</script>',
  "/=cmd|' /C calc'!A0",
  '/\u202Egnp.exe',
  `/${'long'.repeat(500)}`,
];
const hostileAgent = '<svg onload=window.ran=1>';

const entry = (fields: object = {}) => ({
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path: '/pricing',
  userAgent: 'curl/8.7.1',
  status: 200,
  ...fields,
});

beforeAll(async () => {
  const minutes = Array.from({ length: 120 }, (_, minute) =>
    Array.from({ length: 1 + (minute % 7) }, (_, index) =>
      entry({
        receivedAt: new Date(Date.parse(from) + minute * 60_000).toISOString(),
        path: `/page-${index % 5}`,
        status: index === 6 ? 503 : index === 5 ? 404 : 200,
      }),
    ),
  );
  const hostile = hostilePaths.map((path) => entry({ path, userAgent: hostileAgent }));
  const formula = entry({ method: '+cmd', path: '/x' });
  const entries = [...minutes.flat(), ...hostile, formula];
  await send('cus-page', entries);
  // Hours and days follow their minutes.
  await rolledUpRequests(emulator, 'cus-page', entries.length);
});

async function send(customerId: string, body: readonly object[]): Promise<void> {
  const answer = await postLogs(emulator, { customerId, body });
  if (answer.status !== 202) throw new Error(`The batch was not accepted: ${answer.body.toString()}`);
}

async function api(path: string, customerId = 'cus-page'): Promise<Record<string, unknown>> {
  const answer = await emulator.http.request(path, { headers: { 'x-customer-id': customerId } });
  return json(answer) as Record<string, unknown>;
}

const address = (search: string): URL => new URL(`/?${search}`, emulator.baseUrl);

/** Waits until the figures of the requested view are shown. */
async function isShown(page: Page): Promise<void> {
  await page.locator('main[data-state=ready] .report[aria-busy=false]').waitFor();
}

async function openShown(search: string, options = {}): Promise<OpenPage> {
  const opened = await browser.open(address(search), options);
  await isShown(opened.page);
  return opened;
}

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
const count = (text: string): number => Number(text.replaceAll(',', ''));

/** Returns the rows of a table: the whole head of each, as the page has it, and its count. */
async function rowsOf(page: Page, bodyId: string): Promise<[string, number][]> {
  const rows = await page.locator(`#${bodyId} tr`).all();
  return Promise.all(
    rows.map(async (row): Promise<[string, number]> => [
      (await row.locator('th').textContent()) ?? '',
      count((await row.locator('td').first().textContent()) ?? ''),
    ]),
  );
}

interface KeyCount {
  readonly key: string;
  readonly requests: number;
}

describe('the figures on the page', () => {
  it('are those of the API', async () => {
    const { page } = await openShown(`customer=cus-page&${period}&view=table`);
    const total = await api(`/aggregates/total?from=${from}&to=${to}&top=500`);
    expect(count(await textOf(page, '#requests'))).toBe(total.requests);

    for (const more of await page.locator('.more:visible').all()) await more.click();
    for (const [bodyId, field] of [
      ['paths', 'topPaths'],
      ['agents', 'topUserAgents'],
      ['statuses', 'topStatuses'],
    ] as const) {
      const counts = total[field] as KeyCount[];
      expect((await rowsOf(page, bodyId)).map(([, requests]) => requests)).toEqual(
        counts.map(({ requests }) => requests),
      );
    }

    const { windows } = (await api(`/aggregates?window=minute&from=${from}&to=${to}`)) as {
      windows: { requests: number }[];
    };
    await page.getByLabel('Minute', { exact: true }).check();
    await isShown(page);
    expect((await rowsOf(page, 'series-rows')).map(([, requests]) => requests)).toEqual(
      windows.map(({ requests }) => requests).toReversed(),
    );
    const most = Math.max(...windows.map(({ requests }) => requests));
    expect(count(await textOf(page, '#busiest'))).toBe(most);
  });

  it('are in the time zone of the browser, and name it', async () => {
    const { page } = await openShown(`customer=cus-page&${period}&view=table`, {
      timezoneId: 'Asia/Kolkata',
    });
    expect(await textOf(page, '#range')).toContain('28 Dec 2025, 23:30');
    expect(await textOf(page, '#range')).toMatch(/Asia\/(?:Kolkata|Calcutta) \(UTC\+5:30\)/);
    expect((await rowsOf(page, 'series-rows')).at(-1)?.[0]).toBe('Sun 28 Dec, 23:30');
  });

  it('have days of a zone whose midnight is not a full hour of UTC', async () => {
    const { page } = await openShown(
      'customer=cus-page&from=2025-12-27T18:30Z&to=2025-12-29T18:30Z&by=day&view=table',
      { timezoneId: 'Asia/Kolkata' },
    );
    const before = await api(`/aggregates/total?from=${from}&to=2025-12-28T18:30:00Z`);
    const behind = await api(`/aggregates/total?from=2025-12-28T18:30:00Z&to=${to}`);
    expect(await rowsOf(page, 'series-rows')).toEqual([
      ['Mon 29 Dec', behind.requests],
      ['Sun 28 Dec', before.requests],
    ]);
  });

  it('compares with the previous period', async () => {
    const { page } = await openShown('customer=cus-page&from=2025-12-28T19:00Z&to=2025-12-28T20:00Z');
    const now = await api(`/aggregates/total?from=2025-12-28T19:00:00Z&to=${to}`);
    const before = await api(`/aggregates/total?from=${from}&to=2025-12-28T19:00:00Z`);
    expect(await textOf(page, '#change-note')).toContain(`from ${String(before.requests)} `);
    const share = (100 * (Number(now.requests) - Number(before.requests))) / Number(before.requests);
    expect(await textOf(page, '#change')).toBe(`${share < 0 ? '↓' : '↑'} ${Math.abs(share).toFixed(1)} %`);
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
    expect(await textOf(page, '#chart-tip')).toBe(
      `${String(requests)} request${requests === 1 ? '' : 's'}\nSun 28 Dec, 20:59`,
    );
  });
});

describe('text of attackers', () => {
  it('is shown as text, and never run', async () => {
    const { page, complaints, requested } = await openShown(`customer=cus-page&${period}`);
    for (const more of await page.locator('.more:visible').all()) await more.click();
    const paths = (await rowsOf(page, 'paths')).map(([path]) => path);
    expect(paths).toContain('GET /<img src=x onerror="window.ran=1">');
    expect(paths).toContain('GET /"><script>window.ran=1</script>');
    expect(paths).toContain('GET /⟨U+202E⟩gnp.exe');
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(await page.locator('.ranking img, .ranking script, .ranking svg').count()).toBe(0);
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
      '\uFEFFfrom,to,requests,stillCounting,countedThrough\r\n' +
        '2025-12-28T19:00:00+01:00,2025-12-28T19:01:00+01:00,1,false,2026-01-02T10:00:00.000Z\r\n' +
        '2025-12-28T19:01:00+01:00,2025-12-28T19:02:00+01:00,2,false,2026-01-02T10:00:00.000Z\r\n',
    );
    expect(await download(page, '#agents-csv')).toBe(
      '\uFEFFuserAgent,requests,countedThrough\r\ncurl,3,2026-01-02T10:00:00.000Z\r\n',
    );
  });

  it('claims nothing if the pipeline does not report how far it has counted', async () => {
    const { page } = await openSaying(twoMinutes, () => ({ complete: true }));
    await isShown(page);
    expect(await download(page, '#series-csv')).toMatch(/^\uFEFFfrom,to,requests\r\n/);
    expect(await page.locator('#counting').isHidden()).toBe(true);
  });
});

/** Values of an answer that the test replaces. */
interface Said {
  readonly countedThrough?: string | null;
  readonly waiting?: number;
  readonly complete: boolean;
}

const allCounted: Said = { countedThrough: '2026-01-02T10:00:00.000Z', waiting: 0, complete: true };

/**
 * Opens a view as if the pipeline gave these values. Its counts do not change meanwhile, which a real pipeline would
 * not guarantee for long enough to look.
 * @param counts  returns the counts to show of its windows, by their place; by default all
 */
async function openSaying(
  search: string,
  said: () => Said,
  { counts = () => true, ...options }: { counts?: (place: number) => boolean } & BrowserContextOptions = {},
): Promise<OpenPage> {
  const opened = await browser.open('about:blank', options);
  await opened.page.context().route(/\/aggregates/, async (route) => {
    const response = await route.fetch({ headers: { ...route.request().headers(), 'if-none-match': '' } });
    const { countedThrough: _through, waiting: _waiting, ...body } = (await response.json()) as Body;
    const { complete } = said();
    const windows = body.windows
      ?.filter((_window, place) => counts(place))
      .map((window) => Object.assign(window, { complete }));
    const requests = counts(0) ? body.requests : 0;
    await route.fulfill({
      status: 200,
      json: { ...body, ...said(), ...(windows === undefined ? { requests } : { windows }) },
    });
  });
  await opened.page.goto(String(address(search)));
  return opened;
}

interface Body {
  readonly countedThrough?: unknown;
  readonly waiting?: unknown;
  readonly requests?: number;
  readonly windows?: readonly object[];
}

describe('entries not counted yet', () => {
  const stillCounting: Said = {
    countedThrough: '2026-01-02T09:59:00.000Z',
    waiting: 23_401,
    complete: false,
  };

  it('are reported beside the figures, and never shown as zero, until they are counted', async () => {
    let said = stillCounting;
    const { page, complaints } = await openSaying(`customer=cus-page&${period}&view=table`, () => said, {
      counts: (place) => said.complete || place < 60,
    });
    await isShown(page);
    expect(await textOf(page, '#counting')).toBe(
      'Still counting 23,401 entries · counted through 2 Jan, 10:59:00',
    );
    expect(await textOf(page, '#change')).toBe('–');
    const minute = (place: number) => page.locator('#series-rows tr').nth(place);
    expect(await minute(0).innerText()).toContain('Not known yet');
    expect(await minute(119).innerText()).toMatch(/\d+ so far/);
    await page.getByRole('radio', { name: 'Chart' }).check();
    expect(await textOf(page, '#chart-note')).toContain('Hatched: still being counted.');
    await page.locator('#chart').focus();
    await page.keyboard.press('End');
    expect(await textOf(page, '#chart-tip')).toContain('Not known yet');
    expect(await hatchedPixels(page)).toBeGreaterThan(50);

    said = allCounted;
    await page.locator('#counting:not([data-counting])').waitFor({ timeout: 20_000 });
    expect(await textOf(page, '#counting')).toBe('Counted through 2 Jan, 11:00:00');
    expect(await page.locator('#chart-note').isHidden()).toBe(true);
    expect(await hatchedPixels(page)).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('are read out when they wait for long, and when they are counted, but not at each look', async () => {
    let waiting = 23_401;
    const { page } = await openSaying(`customer=cus-page&${period}`, () =>
      waiting > 0 ? { ...stillCounting, waiting: (waiting -= 1) } : allCounted,
    );
    await isShown(page);
    await page.evaluate(`{
      window.readOut = [];
      const announcement = document.getElementById('announcement');
      new MutationObserver(() => window.readOut.push(announcement.textContent))
        .observe(announcement, { childList: true, characterData: true, subtree: true });
    }`);
    const looks = waiting;
    await expect.poll(() => looks - waiting, { timeout: 30_000 }).toBeGreaterThan(10);
    waiting = 0;
    await expect
      .poll(() => page.evaluate('window.readOut.at(-1)'), { timeout: 30_000 })
      .toMatch(/^Everything/);
    const readOut = await page.evaluate<string[]>('window.readOut');
    expect(readOut.map((text) => text.slice(0, 14))).toEqual(['Still counting', 'Everything is ']);
    expect(await page.locator('#counting').getAttribute('aria-live')).toBeNull();
  });

  it('differ from a period that is not over, and from a pipeline that does not know', async () => {
    const to = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    const running = `customer=cus-page&from=2025-12-28T18:00Z&to=${to}Z`;
    const countedThrough = new Date().toISOString();
    const open = await openSaying(running, () => ({ countedThrough, waiting: 0, complete: false }));
    await isShown(open.page);
    expect(await textOf(open.page, '#counting')).toMatch(
      /^Counted through .* · this period is not over yet$/,
    );
    expect(await open.page.locator('#chart-note').isHidden()).toBe(true);

    const unknown = await openSaying(`customer=cus-page&${period}`, () => ({
      countedThrough: null,
      complete: false,
    }));
    await isShown(unknown.page);
    expect(await textOf(unknown.page, '#counting')).toBe('Not known yet what is still being counted');
  });

  it('are reported in place of figures if there are none so far', async () => {
    const none = () => false;
    const { page } = await openSaying(`customer=cus-page&${period}`, () => stillCounting, { counts: none });
    await page.getByRole('heading', { name: 'Still counting 23,401 entries' }).waitFor();
    expect(await page.locator('#message-command').isHidden()).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await page.goto(String(address(`customer=cus-new&${period}`)));
    await page.getByRole('heading', { name: 'Still counting 23,401 entries' }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'keep the rules of accessibility, also on a phone: %s',
    async (colorScheme) => {
      const viewport = { width: 360, height: 740 };
      const { page } = await openSaying(`customer=cus-page&${period}`, () => stillCounting, {
        counts: (place) => place < 60,
        colorScheme,
        viewport,
      });
      await isShown(page);
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole('radio', { name: 'Table' }).check();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    },
  );
});

/** Counts the pixels in the upper part of the last quarter of the chart, above all bars, that are not empty. */
async function hatchedPixels(page: Page): Promise<number> {
  return page.evaluate<number>(`{
    const chart = document.querySelector('#chart canvas');
    const { width, height } = chart;
    // A copy: the browser complains of a canvas that is read again and again.
    const copy = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
    copy.drawImage(chart, 0, 0);
    const { data } = copy.getImageData(width * 0.75, height * 0.02, width * 0.24, height * 0.02);
    data.filter((alpha, index) => index % 4 === 3 && alpha > 0).length;
  }`);
}

describe('a link to a time of minutes to months', () => {
  it('shows exactly that time', async () => {
    for (const [start, end] of [
      ['18:03', '18:07'],
      ['18:10', '19:23'],
    ]) {
      const { page } = await openShown(`customer=cus-page&from=2025-12-28T${start}Z&to=2025-12-28T${end}Z`);
      const total = await api(`/aggregates/total?from=2025-12-28T${start}:00Z&to=2025-12-28T${end}:00Z`);
      expect(count(await textOf(page, '#requests'))).toBe(total.requests);
    }
    // Shows hours and days, of which the first and the last are partial.
    for (const [search, rows] of [
      ['from=2025-12-28T14:00Z&to=2025-12-28T19:17Z', 6],
      ['from=2025-10-28T14:00Z&to=2025-12-28T19:17Z', 62],
    ] as const) {
      const { page } = await openShown(`customer=cus-page&${search}&view=table`);
      const total = await api(`/aggregates/total?from=${from}&to=2025-12-28T19:17:00Z`);
      expect(count(await textOf(page, '#requests'))).toBe(total.requests);
      const shown = await rowsOf(page, 'series-rows');
      expect(shown).toHaveLength(rows);
      expect(shown.reduce((sum, [, requests]) => sum + requests, 0)).toBe(total.requests);
      expect(new URL(page.url()).search).toContain(search);
    }
  });
});

async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  expect(file.suggestedFilename()).toMatch(/^cus-page-[a-z]+-2025-12-28\.csv$/);
  return readFile(await file.path(), 'utf8');
}

describe('the page', () => {
  const sizes = { wide: { width: 1440, height: 1000 }, phone: { width: 360, height: 740 } };

  it.each([
    ['light', 'wide'],
    ['dark', 'wide'],
    ['light', 'phone'],
    ['dark', 'phone'],
  ] as const)('keeps the rules of accessibility: %s, %s', async (colorScheme, size) => {
    const { page, complaints } = await openShown(`customer=cus-page&${period}`, {
      colorScheme,
      viewport: sizes[size],
    });
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Table' }).check();
    await page.getByLabel('Custom', { exact: true }).check();
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(sizes[size].width);
    expect(complaints).toEqual([]);
  });

  it('shows what its address says, and says in its address what it shows', async () => {
    const { page } = await browser.open(address('customer=cus-page&period=30d&by=hour&view=table'));
    await page.getByRole('heading', { name: 'No requests in the last 30 days' }).waitFor();
    expect(await page.locator('#period input:checked').inputValue()).toBe('30d');
    expect(await page.locator('#unit input:checked').inputValue()).toBe('hour');
    await page.getByLabel('Custom', { exact: true }).check();
    await page.fill('#custom-from', '2025-12-28T19:00');
    await page.fill('#custom-to', '2025-12-28T21:00');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await isShown(page);
    expect(new URL(page.url()).search).toBe(`?customer=cus-page&${period}&by=hour&view=table`);

    await page.reload();
    await isShown(page);
    const { requests } = await api(`/aggregates/total?from=${from}&to=${to}`);
    expect(count(await textOf(page, '#requests'))).toBe(requests);
    await page.goBack();
    expect(await page.locator('#period input:checked').inputValue()).toBe('30d');
  });

  it('can be used by the keyboard alone', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the figures');
    await page.locator('#shows input:checked').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#series-view').isVisible()).toBe(true);
    await page.locator('#paths-more').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#paths-more').getAttribute('aria-expanded')).toBe('true');
  });

  it('keeps the colours that the user chose', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`, { colorScheme: 'light' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.getByRole('button', { name: 'Dark colours' }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await background()).toBe(dark);
  });
});

describe('a page that is left open', () => {
  it('shows new requests by itself, and leaves focus and scroll where they are', async () => {
    const receivedAt = new Date().toISOString();
    await send('cus-live', [entry({ receivedAt })]);
    await countedRequests(emulator, 'cus-live');
    const { page, complaints } = await openShown('customer=cus-live&period=1h', {
      viewport: { width: 800, height: 500 },
    });
    expect(await textOf(page, '#requests')).toBe('1');
    await page.locator('#paths-csv').focus();
    const scrolled = await page.evaluate('scrollY');

    await send('cus-live', [entry({ receivedAt, path: '/new' }), entry({ receivedAt, path: '/new' })]);
    await expect.poll(() => textOf(page, '#requests'), { timeout: 20_000 }).toBe('3');
    expect(await rowsOf(page, 'paths')).toEqual([
      ['GET /new', 2],
      ['GET /pricing', 1],
    ]);
    expect(await page.evaluate('document.activeElement.id')).toBe('paths-csv');
    expect(await page.evaluate('scrollY')).toBe(scrolled);
    expect(complaints).toEqual([]);
  });

  it('asks for nothing while it is paused', async () => {
    const { page, requested } = await openShown(`customer=cus-page&${period}`);
    await page.clock.install();
    await page.reload();
    await isShown(page);
    await page.getByRole('button', { name: 'Live' }).click();
    const before = requested.length;
    await page.clock.fastForward('05:00');
    expect(await textOf(page, '#live')).toBe('Paused');
    expect(requested).toHaveLength(before);
    await page.getByRole('button', { name: 'Paused' }).click();
    await expect.poll(() => requested.length).toBeGreaterThan(before);
  });
});

describe('a pipeline without requests', () => {
  const empty = useEmulator();

  it('says how to send the first one, which then appears by itself', async () => {
    const { page, complaints } = await browser.open(empty.baseUrl);
    await page.getByRole('heading', { name: 'No requests yet' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await run('bash', ['-c', await textOf(page, '#command')]);
    await page.locator('main[data-state=ready]').waitFor({ timeout: 20_000 });
    expect(await textOf(page, '#requests')).toBe('1');
    expect(complaints).toEqual([]);

    await page.goto(String(new URL(`/?${period}`, empty.baseUrl)));
    await page.getByRole('heading', { name: 'No requests in this period' }).waitFor();
    await page.getByRole('button', { name: 'Look at the last 30 days' }).click();
    await isShown(page);
  });
});

describe('a pipeline that stops', () => {
  const stopped = useEmulator();

  it('is reported, above the last figures, until it is back', async () => {
    const receivedAt = new Date().toISOString();
    await postLogs(stopped, { customerId: 'cus-axon', body: [entry({ receivedAt })] });
    await countedRequests(stopped, 'cus-axon');
    const { page } = await browser.open(stopped.baseUrl);
    await isShown(page);
    await stopped.end();
    await page.locator('#notice:has-text("The pipeline does not answer")').waitFor({ timeout: 20_000 });
    expect(await textOf(page, '#requests')).toBe('1');
    expect(await axeViolations(page)).toEqual([]);

    await page.getByLabel('7 days').check();
    await page.getByRole('heading', { name: 'The pipeline does not answer' }).waitFor();
    expect(await textOf(page, '#message-text')).toContain('npm start');
    expect(await axeViolations(page)).toEqual([]);

    await stopped.start();
    await page.getByRole('button', { name: 'Try now' }).click();
    await isShown(page);
    expect(await textOf(page, '#requests')).toBe('1');
  });
});

describe('a pipeline that wants an API key', () => {
  it('gets the one that the user enters, and keeps it only for the session', async () => {
    const opened = await browser.open('about:blank');
    const { page } = opened;
    const keys: (string | undefined)[] = [];
    // Stands in for the gateway's authorizer, which the emulator does not have.
    await page.context().route(/\/(?:customers|aggregates)/, async (route) => {
      const key = route.request().headers().authorization;
      keys.push(key);
      if (key === 'Bearer good-key') await route.continue();
      else await route.fulfill({ status: 401, json: { message: 'Unauthorized' } });
    });
    await page.goto(String(address(`customer=cus-page&${period}`)));
    await page.getByRole('dialog').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(keys).toEqual([undefined]);

    await page.getByLabel('Key', { exact: true }).fill('bad-key');
    await page.keyboard.press('Enter');
    await page.getByText('The pipeline wants an API key.').waitFor();
    await page.getByLabel('Key', { exact: true }).fill('good-key');
    await page.keyboard.press('Enter');
    await isShown(page);
    expect(page.url()).not.toContain('good-key');

    await page.reload();
    await isShown(page);
    expect(await page.evaluate('Object.values(localStorage)')).toEqual([]);
    await page.getByRole('button', { name: 'Forget API key' }).click();
    await page.getByRole('dialog').waitFor();
  });
});
