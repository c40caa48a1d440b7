import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './browser.ts';
import { rolledUpRequests } from '../e2e/requests.ts';
import { download, entry, isShown, rowsOf, textOf, useDashboard } from './dashboard-fixture.ts';

const { emulator, send, api, openShown } = useDashboard();

const range = 'from=2025-12-28T18:00Z&to=2025-12-28T20:00Z';
const view = `customer=cus-lists&${range}`;
const query = 'from=2025-12-28T18:00:00Z&to=2025-12-28T20:00:00Z';
const count = 300;

beforeAll(async () => {
  const entries = Array.from({ length: count }, (_, index) => {
    const receivedAt = new Date(Date.parse('2025-12-28T18:00:00Z') + index * 20_000).toISOString();
    const isBroken = index % 10 === 0;
    return entry({
      receivedAt,
      path: isBroken ? '/checkout' : `/shop/item-${String(index % 45).padStart(2, '0')}`,
      status: isBroken ? (index % 20 === 0 ? 500 : 404) : 200,
      userAgent: index % 3 === 0 ? 'Googlebot/2.1 (+http://www.google.com/bot.html)' : 'curl/8.7.1',
      bytes: 1_000,
      durationMs: 20,
      country: index % 2 === 0 ? 'DE' : 'FR',
    });
  });
  await send('cus-lists', entries);
  await rolledUpRequests(emulator, 'cus-lists', count);
});

const list = (page: Page, name: string) => page.locator(`.list-${name}`);
const searchParameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const focusedText = (page: Page) => page.evaluate<string>('document.activeElement.textContent');
const settled = (page: Page) => list(page, 'paths').and(page.locator('[aria-busy=false]')).waitFor();

describe('a list', () => {
  it('has pages of fixed length, which the address and the back button know', async () => {
    const { page } = await openShown(view);
    await expect.poll(() => rowsOf(page, 'paths')).toHaveLength(20);
    await expect.poll(() => list(page, 'paths').locator('.pager-summary').innerText()).toBe('1–20 of 46');
    await list(page, 'paths').getByRole('button', { name: 'Next paths' }).click();
    await list(page, 'paths').getByText('21–40 of 46').waitFor();
    expect(searchParameter(page, 'paths.page')).toBe('2');
    await page.reload();
    await isShown(page);
    await expect.poll(() => list(page, 'paths').locator('.pager-summary').innerText()).toBe('21–40 of 46');
    await page.goBack();
    await list(page, 'paths').getByText('1–20 of 46').waitFor();
  });

  it('is searched and sorted on the server, with the answer of the API', async () => {
    const { page } = await openShown(view);
    await page.getByLabel('Search paths').fill('ITEM-1');
    await list(page, 'paths').getByText('1–10 of 10').waitFor();
    expect(searchParameter(page, 'paths.search')).toBe('ITEM-1');
    const answer = await api(`/aggregates/paths?${query}&search=item-1`, 'cus-lists');
    await expect
      .poll(async () => (await rowsOf(page, 'paths')).map(([path]) => path))
      .toEqual((answer.paths as { key: string }[]).map(({ key }) => key));
    await page.getByLabel('Search paths').fill('');
    await list(page, 'paths').getByRole('button', { name: 'Failed' }).click();
    await list(page, 'paths').getByText('of 46').waitFor();
    await expect.poll(async () => (await rowsOf(page, 'paths'))[0]?.[0]).toBe('GET /checkout');
    await expect.poll(() => list(page, 'paths').locator('[aria-sort=descending]').innerText()).toBe('Failed');
    await page.getByLabel('Search paths').fill('nothing like it');
    await list(page, 'paths').getByText('No path contains “nothing like it”.').waitFor();
  });

  it('of keys is sorted both ways, and searched where it has more than a page', async () => {
    const { page } = await openShown(`${view}&errorpaths.search=500`);
    await expect.poll(() => rowsOf(page, 'errorpaths')).toEqual([['500 GET /checkout', 15]]);
    await expect
      .poll(() => list(page, 'errorpaths').locator('.pager-summary').innerText())
      .toBe('1–1 of 1, found in 2');
    const byName = () => list(page, 'agents').getByRole('button', { name: 'User agent', exact: true });
    await byName().click();
    await expect
      .poll(async () => (await rowsOf(page, 'agents')).map(([agent]) => agent))
      .toEqual(['curl', 'Googlebot']);
    await byName().click();
    await expect
      .poll(async () => (await rowsOf(page, 'agents')).map(([agent]) => agent))
      .toEqual(['Googlebot', 'curl']);
    expect(searchParameter(page, 'agents.sort')).toBe('-key');
  });

  it('names what was not sent, and shows the rest of requests on every page', async () => {
    const { page } = await openShown(view);
    await expect
      .poll(() => textOf(page, '#lists-absent'))
      .toBe('No entry of this period has hosts or referrers.');
    await expect
      .poll(() => rowsOf(page, 'countries'))
      .toEqual([
        ['DE Germany', 150],
        ['FR France', 150],
      ]);
  });

  it('shows (other) on every page, and in its CSV', async () => {
    const { page } = await openShown(view);
    await page.context().route(/\/aggregates\/paths/, async (route) => {
      const response = await route.fetch({ headers: { ...route.request().headers(), 'if-none-match': '' } });
      const body = (await response.json()) as object;
      await route.fulfill({ json: { ...body, folded: 77, foldedErrors: 5 } });
    });
    await page.goto(String(new URL(`/?${view}`, emulator.baseUrl)));
    await isShown(page);
    const other = list(page, 'paths').locator('tfoot tr');
    await expect.poll(() => other.innerText()).toMatch(/\(other\)\s+77/);
    await list(page, 'paths').getByRole('button', { name: 'Next paths' }).click();
    await list(page, 'paths').getByText('21–40 of 46').waitFor();
    await expect.poll(() => other.innerText()).toMatch(/\(other\)\s+77/);
    const csv = (await download(page, '#paths-csv')).trimEnd().split('\r\n');
    expect(csv).toHaveLength(1 + 46 + 1);
    expect(csv.at(-1)).toMatch(/^\(other\),77,5,,,/);
  });
});

describe('details', () => {
  it('of a path are its failures by status, its bytes, its mean duration and its course', async () => {
    const { page, complaints } = await openShown(view);
    await list(page, 'paths').getByRole('button', { name: 'GET /checkout' }).click();
    const dialog = page.getByRole('dialog', { name: 'GET /checkout' });
    await dialog.getByText('at most').waitFor();
    expect(searchParameter(page, 'detail')).toBe('path:GET /checkout');
    await expect
      .poll(async () => (await dialog.locator('.detail-figures').innerText()).split('\n').filter(Boolean))
      .toEqual([
        'Requests',
        '30',
        '10.0 % of all requests',
        'Failed',
        '30',
        '100 % of its requests',
        'Bytes',
        '30 kB',
        'sum of what was sent',
        'Mean duration',
        '20 ms',
        'of the requests with a duration',
      ]);
    await expect
      .poll(() => rowsOf(page, 'failures'))
      .toEqual([
        ['404 Not Found', 15],
        ['500 Internal Server Error', 15],
      ]);
    await dialog.getByText('As a table').click();
    const perBucket = await dialog.locator('.course-table tbody tr td:nth-child(2)').allInnerTexts();
    expect(perBucket.reduce((sum, requests) => sum + Number(requests), 0)).toBe(30);
    await expect.poll(() => dialog.innerText()).toContain('are not counted by path');
    expect(complaints).toEqual([]);
  });

  it('of a status lead to its paths, and back by the back button', async () => {
    const { page } = await openShown(view);
    await list(page, 'statuses').getByRole('button', { name: '500' }).click();
    await page.getByRole('dialog', { name: '500' }).getByRole('button', { name: 'GET /checkout' }).click();
    await page.getByRole('dialog', { name: 'GET /checkout' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog', { name: '500' }).waitFor();
    await expect.poll(() => rowsOf(page, 'failures')).toEqual([['GET /checkout', 15]]);
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it.each([
    ['statuses', '200', 'so the page cannot say which paths answered 200'],
    ['agents', 'Googlebot', 'are not counted by user agent'],
    ['classes', 'crawler', 'are not counted by class of agents'],
    ['countries', 'DE', 'are not counted by country'],
  ])('of %s say what is not counted together', async (name, key, sentence) => {
    const { page } = await openShown(view);
    await list(page, name).getByRole('button', { name: key }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('at most').waitFor();
    await expect.poll(() => dialog.innerText()).toContain(sentence);
    const shown = await dialog.locator('.detail-figures .number').innerText();
    const perBucket = await dialog.locator('.course-table tbody tr td:nth-child(2)').allTextContents();
    expect(String(perBucket.reduce((sum, requests) => sum + Number(requests), 0))).toBe(shown);
  });

  it('open, close and give the focus back by the keyboard', async () => {
    const { page } = await openShown(view);
    const row = list(page, 'agents').getByRole('button', { name: 'curl' });
    await row.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('detail-title');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(() => focusedText(page)).toBe('curl');
    expect(searchParameter(page, 'detail')).toBeNull();
    await page.goBack();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('of a link are opened by it', async () => {
    const { page } = await openShown(`${view}&detail=path:GET+/checkout`);
    await page.getByRole('dialog', { name: 'GET /checkout' }).getByText('at most').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
  });
});

describe('lists and details keep the rules of accessibility', () => {
  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as const)('%s, %i pixels', async (colorScheme, width) => {
    const { page } = await openShown(view, { colorScheme, viewport: { width, height: 800 } });
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await expect.poll(() => cutLabels(page)).toEqual([]);
    await list(page, 'paths').getByRole('button', { name: 'GET /checkout' }).click();
    await page.getByRole('dialog').getByText('at most').waitFor();
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await expect.poll(() => cutLabels(page)).toEqual([]);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await settled(page);
  });
});

/** Returns the texts that are wider than the element that shows them. */
async function cutLabels(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('.list :is(th, td, button, h2, p), .detail :is(h2, h3, dt, dd, p, button), .segments span')]
      .filter((element) => element.checkVisibility() && element.closest('.visually-hidden') === null)
      .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
      .map(({ textContent }) => textContent)
  `);
}
