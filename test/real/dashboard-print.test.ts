import { describe, expect, it } from 'vitest';
import { axeViolations } from './browser.ts';
import { rolledUpRequests } from '../e2e/requests.ts';
import { entry, period, textOf, useDashboard } from './dashboard-fixture.ts';

const { emulator, openShown, send } = useDashboard();

describe('a printed page', () => {
  it('says whose traffic it is, of what time and zone, and when it was printed', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    await page.emulateMedia({ media: 'print' });
    const head = await textOf(page, '.print-head');
    expect(head).toContain('cus-page');
    expect(head).toContain('28 Dec 2025, 19:00 – 21:00');
    expect(head).toContain('Europe/Berlin (UTC+1)');
    expect(head).toMatch(/Printed\s+\d{1,2} \w{3,4} \d{4}, \d\d:\d\d/);
    await expect.poll(() => axeViolations(page)).toEqual([]);
  });

  it('says that it is of all customers, if it is', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    await page.getByRole('link', { name: 'All customers' }).click();
    await page.locator('#customers-view tbody tr').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    const head = await textOf(page, '.print-head');
    expect(head).toContain('All customers');
    expect(head).toContain('28 Dec 2025');
    expect(head).toContain('UTC');
  });

  it('has no controls', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    await page.emulateMedia({ media: 'print' });
    const controls = page.locator('button:not(.key):not(.sort), input, select, .skip-link');
    for (const control of await controls.all()) await expect.poll(() => control.isVisible()).toBe(false);
  });

  it('has whole tables', async () => {
    const { page } = await openShown(`customer=cus-page&${period}&view=table`);
    await page.emulateMedia({ media: 'print' });
    const heights = await page.evaluate<[number, number]>(
      `[document.getElementById('series-view').clientHeight, document.getElementById('series-view').scrollHeight]`,
    );
    expect(heights[0]).toBe(heights[1]);
    expect(heights[0]).toBeGreaterThan(1_000);
  });

  it('has the rows of all pages of a list, and those of one page again on the screen', async () => {
    const long = Array.from({ length: 1_200 }, (_, n) =>
      entry({ path: `/page-${n}`, status: 200 + (n % 12) }),
    );
    await send('cus-long', long);
    await rolledUpRequests(emulator, 'cus-long', long.length);
    const { page } = await openShown(`customer=cus-long&${period}`);
    const rows = (list: string) => page.locator(`#${list} tr`).count();
    const onScreen = [await rows('paths'), await rows('statuses')];
    expect(onScreen).toEqual([20, 10]);
    await page.emulateMedia({ media: 'print' });
    await page.locator('#paths tr').nth(999).waitFor();
    await expect.poll(async () => [await rows('paths'), await rows('statuses')]).toEqual([1_000, 12]);
    await expect
      .poll(() => page.locator('.list-paths .printed').innerText())
      .toBe('The first 1,000 of more than 1,000 paths. The CSV has all of them.');
    await expect.poll(() => page.locator('.list-statuses .printed').isVisible()).toBe(false);
    await expect.poll(() => page.locator('.pager').first().isVisible()).toBe(false);
    await page.emulateMedia({ media: 'screen' });
    await page.locator('#paths tr').nth(20).waitFor({ state: 'detached' });
    await expect.poll(async () => [await rows('paths'), await rows('statuses')]).toEqual(onScreen);
    await expect.poll(() => page.locator('.list-paths .printed').isVisible()).toBe(false);
  });

  it.each(['A4', 'Letter'])('fits on %s, in light colours whatever the screen has', async (format) => {
    const { page } = await openShown(`customer=cus-page&${period}&view=table`, { colorScheme: 'dark' });
    const pdf = (await page.pdf({ format })).toString('latin1');
    const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThanOrEqual(2);
    expect(pages).toBeLessThanOrEqual(8);

    // The width of the paper within its margins, in pixels of the style sheet.
    const width = format === 'A4' ? 687 : 710;
    await page.setViewportSize({ width, height: 1_000 });
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await expect.poll(() => page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(26, 29, 27)');
  });
});
