import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeViolations } from './browser.ts';
import {
  period,
  isShown,
  nextLook,
  textOf,
  allCounted,
  type Said,
  useDashboard,
} from './dashboard-fixture.ts';

const { address, openSaying } = useDashboard();

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
    await expect
      .poll(() => textOf(page, '#counting'))
      .toBe('Still counting 23,401 entries · counted through 2 Jan, 10:59:00');
    await expect.poll(() => textOf(page, '#change')).toBe('–');
    const minute = (place: number) => page.locator('#series-rows tr').nth(place);
    await expect.poll(() => minute(0).innerText()).toContain('Not known yet');
    await expect.poll(() => minute(119).innerText()).toMatch(/\d+ so far/);
    await page.getByRole('radio', { name: 'Chart' }).check();
    await expect.poll(() => textOf(page, '#chart-note')).toContain('Hatched: still being counted.');
    await page.locator('#chart').focus();
    await page.keyboard.press('End');
    await expect.poll(() => textOf(page, '#chart-tip')).toContain('Not known yet');
    await expect.poll(() => hatchedPixels(page)).toBeGreaterThan(50);

    said = allCounted;
    await page.locator('#counting:not([data-counting])').waitFor({ timeout: nextLook });
    await expect.poll(() => textOf(page, '#counting')).toBe('Counted through 2 Jan, 11:00:00');
    await expect.poll(() => page.locator('#chart-note').isHidden()).toBe(true);
    await expect.poll(() => hatchedPixels(page)).toBe(0);
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
    await expect.poll(() => looks - waiting, { timeout: nextLook }).toBeGreaterThan(10);
    waiting = 0;
    await expect
      .poll(() => page.evaluate('window.readOut.at(-1)'), { timeout: nextLook })
      .toMatch(/^Everything/);
    const readOut = await page.evaluate<string[]>('window.readOut');
    expect(readOut.map((text) => text.slice(0, 14))).toEqual(['Still counting', 'Everything is ']);
    await expect.poll(() => page.locator('#counting').getAttribute('aria-live')).toBeNull();
  });

  it('differ from a period that is not over, and from a pipeline that does not know', async () => {
    const to = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    const running = `customer=cus-page&from=2025-12-28T18:00Z&to=${to}Z`;
    const countedThrough = new Date().toISOString();
    const open = await openSaying(running, () => ({ countedThrough, waiting: 0, complete: false }));
    await isShown(open.page);
    await expect
      .poll(() => textOf(open.page, '#counting'))
      .toMatch(/^Counted through .* · this period is not over yet$/);
    await expect.poll(() => open.page.locator('#chart-note').isHidden()).toBe(true);

    const unknown = await openSaying(`customer=cus-page&${period}`, () => ({
      countedThrough: null,
      complete: false,
    }));
    await isShown(unknown.page);
    await expect
      .poll(() => textOf(unknown.page, '#counting'))
      .toBe('Not known yet what is still being counted');
  });

  it('are reported in place of figures if there are none so far', async () => {
    const none = () => false;
    const { page } = await openSaying(`customer=cus-page&${period}`, () => stillCounting, { counts: none });
    await page.getByRole('heading', { name: 'Still counting 23,401 entries' }).waitFor();
    await expect.poll(() => page.locator('#message-command').isHidden()).toBe(true);
    await expect.poll(() => axeViolations(page)).toEqual([]);
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
      await expect.poll(() => axeViolations(page)).toEqual([]);
      await page.getByRole('radio', { name: 'Table' }).check();
      await expect.poll(() => axeViolations(page)).toEqual([]);
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
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
