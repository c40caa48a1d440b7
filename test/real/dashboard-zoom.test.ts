import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { count, isShown, period, textOf, useDashboard } from './dashboard-fixture.ts';

const { api, openShown } = useDashboard();
const search = `customer=cus-page&${period}`;

const zoomOf = (page: Page): (string | null)[] => {
  const { searchParams } = new URL(page.url());
  return [searchParams.get('zoomFrom'), searchParams.get('zoomTo')];
};

/** Returns the requests of a part of the two hours, as the API has them. */
const requestsOf = async ([from, to]: readonly (string | null)[]): Promise<unknown> => {
  const instant = (minute: string | null) => (minute ?? '').replace('Z', ':00Z');
  return (await api(`/aggregates/total?from=${instant(from ?? null)}&to=${instant(to ?? null)}`)).requests;
};

/** Returns the place on the screen of a share of the chart's width. */
async function placeIn(page: Page, share: number): Promise<{ readonly x: number; readonly y: number }> {
  await page.locator('#chart').scrollIntoViewIfNeeded();
  const box = await page.locator('#chart .u-over').boundingBox();
  if (box === null) throw new Error('The chart is not visible.');
  return { x: box.x + share * box.width, y: box.y + box.height / 2 };
}

describe('dragging on the chart', () => {
  it('zooms into the selected part, and the back button undoes it', async () => {
    const { page, complaints } = await openShown(search);
    const all = count(await textOf(page, '#requests'));
    const [start, end] = [await placeIn(page, 0.25), await placeIn(page, 0.5)];
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(end.x, end.y, { steps: 4 });
    await expect.poll(() => textOf(page, '#chart-tip')).toContain('Escape to cancel');
    await page.mouse.up();
    await page.getByRole('button', { name: 'Zoom out' }).waitFor();
    await isShown(page);
    // A quarter of the two hours; the page shows whole minutes, and both ends belong to the selection.
    expect(zoomOf(page)).toEqual(['2025-12-28T18:30Z', '2025-12-28T19:01Z']);
    await expect
      .poll(async () => count(await textOf(page, '#requests')))
      .toBe(await requestsOf(zoomOf(page)));

    await page.goBack();
    await isShown(page);
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(all);
    expect(zoomOf(page)).toEqual([null, null]);
    expect(complaints).toEqual([]);
  });

  it('does nothing if it is only a click, or is cancelled', async () => {
    const { page } = await openShown(search);
    const [start, end] = [await placeIn(page, 0.25), await placeIn(page, 0.5)];
    await page.mouse.click(start.x, start.y);
    expect(zoomOf(page)).toEqual([null, null]);
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(end.x, end.y, { steps: 4 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(zoomOf(page)).toEqual([null, null]);
  });

  it('works by a finger too, from a chart of any measure', async () => {
    const { page } = await openShown(search, { hasTouch: true, viewport: { width: 360, height: 740 } });
    const [start, end] = [await placeIn(page, 0.3), await placeIn(page, 0.8)];
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    await touch('touchStart', [start]);
    for (const step of [0.25, 0.5, 0.75, 1])
      await touch('touchMove', [{ x: start.x + step * (end.x - start.x), y: start.y }]);
    await touch('touchEnd', []);
    await page.getByRole('button', { name: 'Zoom out' }).waitFor();
    await isShown(page);
    await expect
      .poll(async () => count(await textOf(page, '#requests')))
      .toBe(await requestsOf(zoomOf(page)));
  });
});

describe('the keyboard', () => {
  it('selects with Shift and the arrow keys, zooms with Enter, and Escape cancels', async () => {
    const { page } = await openShown(search);
    await page.locator('#chart').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => textOf(page, '#chart-tip')).toContain('28 Dec 2025, 19:00 – 19:02');
    await page.keyboard.press('Escape');
    await expect.poll(() => textOf(page, '#chart-tip')).not.toContain('Escape');

    await page.keyboard.press('Home');
    for (let step = 0; step < 9; step++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Zoom out' }).waitFor();
    await isShown(page);
    expect(zoomOf(page)).toEqual(['2025-12-28T18:00Z', '2025-12-28T18:10Z']);
    await expect
      .poll(async () => count(await textOf(page, '#requests')))
      .toBe(await requestsOf(zoomOf(page)));
  });

  it('zooms out to the whole period, whatever was zoomed into', async () => {
    const { page } = await openShown(`${search}&zoomFrom=2025-12-28T18:00Z&zoomTo=2025-12-28T18:10Z`);
    const part = count(await textOf(page, '#requests'));
    await page.locator('#chart').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect.poll(() => zoomOf(page)).toEqual(['2025-12-28T18:09Z', '2025-12-28T18:10Z']);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(() => zoomOf(page)).toEqual([null, null]);
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBeGreaterThan(part);
  });
});
