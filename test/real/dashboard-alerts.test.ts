import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { AlertEvent } from '../../lib/domain/alerts/alert-event.ts';
import { alertToJson } from '../../lib/domain/alerts/alert-json.ts';
import { alertEvent } from '../alert-events.ts';
import { windowStart } from '../factories.ts';
import { axeViolations } from './browser.ts';
import { isShown, period, useDashboard } from './dashboard-fixture.ts';

const { openShown } = useDashboard();

const raised = alertEvent();
const resolved = alertEvent({
  change: 'resolved',
  reason: 'recovered',
  raisedId: raised.id,
  windowStart: windowStart('2025-12-28T19:00:00Z'),
});

const openOf = ({ id, kind, windowStart, since }: AlertEvent) => ({ id, kind, windowStart, since });

/** Loads the page again, with a pipeline that answers these alerts. */
async function loadWith(page: Page, answer: object): Promise<void> {
  await page.context().route(/\/alerts\?/, (route) => route.fulfill({ status: 200, json: answer }));
  await page.reload();
  await isShown(page);
}

it('lists the alerts of the period, the latest first, and says which is not over', async () => {
  const { page, complaints } = await openShown(`customer=cus-page&${period}`);
  const alerts = page.locator('#alerts');
  await expect.poll(() => alerts.isVisible()).toBe(false); // this pipeline has no rules
  await loadWith(page, {
    judgedThrough: '2025-12-28T20:00:00Z',
    open: [openOf(raised)],
    alerts: [raised, resolved].map(alertToJson),
  });
  await alerts.waitFor();
  await expect
    .poll(() => page.locator('#alert-list li').allInnerTexts())
    .toEqual([
      expect.stringMatching(/^Sun 28 Dec, 20:00–21:00\s*Traffic is as usual again\.$/),
      expect.stringMatching(
        /^Sun 28 Dec, 19:00–20:00\s*Traffic fell to 1,250 requests; about 16,000 are usual\. Not over yet$/,
      ),
    ]);
  await expect.poll(() => axeViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

it('says that there are none, where hours are judged', async () => {
  const { page } = await openShown(`customer=cus-page&${period}`);
  await loadWith(page, { judgedThrough: '2025-12-28T20:00:00Z', open: [], alerts: [] });
  await page.locator('#alerts').waitFor();
  await expect.poll(() => page.locator('#alerts-note').innerText()).toBe('None in this period.');
});

it('marks them on the chart, where the keyboard and the table read them', async () => {
  const { page } = await openShown(`customer=cus-page&${period}&by=minute`, {
    viewport: { width: 360, height: 800 },
  });
  await loadWith(page, {
    judgedThrough: '2025-12-28T20:00:00Z',
    open: [openOf(raised)],
    alerts: [{ ...alertToJson(raised), since: raised.windowStart }],
  });
  await expect
    .poll(() => page.locator('#chart-legend').innerText())
    .toContain('Alert, for as long as it lasted');
  await expect.poll(() => page.locator('#chart').getAttribute('aria-label')).toContain('1 alert is marked.');
  const text = 'Alert from Sun 28 Dec, 19:00: Traffic fell to 1,250 requests; about 16,000 are usual.';
  await page.locator('#chart').focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.locator('#chart-tip').innerText()).toContain(text);
  await page.getByLabel('Table', { exact: true }).check();
  await expect.poll(() => page.locator('#series-head').innerText()).toContain('Alerts');
  await expect.poll(() => page.locator('#series-rows tr').first().innerText()).toContain(text);
  await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  await expect.poll(() => axeViolations(page)).toEqual([]);
});
