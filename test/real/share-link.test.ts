import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiKeyRecord } from '../../lib/domain/api-key-record.ts';
import { createKeyAuthorizer } from '../../self-hosted/api-keys/key-authorizer.ts';
import { apiKeyRecord, installationSecret, newApiKey } from '../api-keys.ts';
import { customer } from '../factories.ts';
import { countAll } from '../handlers/app.ts';
import { useServedApp } from '../self-hosted/http/served-app.ts';
import { shareToken } from '../share-links.ts';
import { axeViolations, useBrowser, type OpenPage } from './browser.ts';
import { entry, isShown, period, textOf, useDashboard } from './dashboard-fixture.ts';

const dark = { colorScheme: 'dark', viewport: { width: 360, height: 740 } } as const;

/** Makes a link in the dialog, as a user does. */
async function makeLink(page: Page, days = '7 days'): Promise<string> {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('dialog').getByRole('radio', { name: days, exact: true }).check();
  await page.getByRole('button', { name: 'Make link' }).click();
  await page.locator('#share-made').waitFor();
  return page.getByLabel('Link', { exact: true }).inputValue();
}

/** Nothing that leaves the browser has the token, but for the header that proves it. */
function expectNoTokenIn({ requested, page }: OpenPage): void {
  expect(page.url()).not.toContain('las_');
  // The browser itself takes the part behind the # off before it sends an address.
  for (const { pathname, search } of requested) expect(`${pathname}${search}`).not.toContain('las_');
}

describe('a share link of the laptop form', () => {
  const { emulator, browser, send, openShown } = useDashboard();
  beforeAll(() => send('a-first-customer', [entry({ path: '/secret-of-another' })]));

  it('is made in a dialog, and shows the same counts in another browser, which has nothing else', async () => {
    const owner = await openShown(`customer=cus-page&${period}`);
    const requests = await textOf(owner.page, '#requests');
    const link = await makeLink(owner.page, '30 days');
    await expect.poll(() => axeViolations(owner.page)).toEqual([]);
    expect(link).toMatch(/\/\?from=2025-12-28T18:00Z&to=2025-12-28T20:00Z#share=las_/);
    const days = (Number(/las_(\d+)/.exec(link)?.[1]) * 1_000 - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 1);

    const reader = await browser.open(link);
    const { page, complaints } = reader;
    await isShown(page);
    await expect.poll(() => textOf(page, '#requests')).toBe(requests);
    await expect
      .poll(() => textOf(page, '#shared-text'))
      .toMatch(/^Traffic of cus-page\. Shared, read-only, until \d/);
    await expect.poll(() => axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expectNoTokenIn(reader);
    for (const id of ['customer', 'share', 'forget-key'])
      await expect.poll(async () => [id, await page.locator(`#${id}`).isVisible()]).toEqual([id, false]);
    await expect.poll(() => page.content()).not.toContain('a-first-customer');
  });

  it('shows the same after a reload, and its reader may choose periods and go back', async () => {
    const owner = await openShown(`customer=cus-page&${period}`);
    const reader = await browser.open(await makeLink(owner.page));
    const { page } = reader;
    await isShown(page);
    const requests = await textOf(page, '#requests');
    await page.reload();
    await isShown(page);
    await expect.poll(() => textOf(page, '#requests')).toBe(requests);
    await page.getByRole('radio', { name: 'Table' }).check();
    await page.locator('#series-view').waitFor();
    await page.goBack();
    await page.locator('#chart-view').waitFor();
    await expect.poll(() => textOf(page, '#requests')).toBe(requests);
    await page.goForward();
    await page.locator('#series-view').waitFor();
    expectNoTokenIn(reader);
    // The first entry of the history is the page without its token, not an address that would be taken again.
    await expect.poll(() => page.evaluate('history.length')).toBe(3);
  });

  it('shows no other customer, whatever its reader writes into the address', async () => {
    const owner = await openShown(`customer=cus-page&${period}`);
    const requests = await textOf(owner.page, '#requests');
    const { page } = await browser.open(await makeLink(owner.page));
    for (const search of [`customer=a-first-customer&${period}`, `show=customers&${period}`]) {
      await page.goto(String(new URL(`/?${search}`, emulator.baseUrl)));
      await isShown(page);
      await expect.poll(() => textOf(page, '#requests')).toBe(requests);
    }
    await expect.poll(() => textOf(page, '#shared-text')).toContain('cus-page');
    await expect.poll(() => page.content()).not.toContain('secret-of-another');
  });

  it('is of one customer, so the list of all customers offers none', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    const share = page.getByRole('button', { name: 'Share', exact: true });
    await share.waitFor();
    await page.getByRole('link', { name: 'All customers' }).click();
    await page.getByRole('link', { name: 'a-first-customer' }).waitFor();
    await share.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'a-first-customer' }).click();
    await share.click();
    await expect.poll(() => textOf(page, '#share-customer')).toBe('a-first-customer');
  });

  it('can be opened in a tab that shows the page already, and left', async () => {
    const owner = await openShown(`customer=a-first-customer&${period}`);
    const { page } = await openShown(`customer=cus-page&${period}`);
    await page.goto(await makeLink(owner.page));
    await page.getByText('Traffic of a-first-customer.').waitFor();
    await isShown(page);
    await expect.poll(() => textOf(page, '#requests')).toBe('1');
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.locator('#customer').waitFor();
    await isShown(page);
    await expect.poll(() => page.locator('#shared').isVisible()).toBe(false);
  });

  it('says plainly that it has expired, and does not ask again', async () => {
    const secret = Buffer.from(
      (await readFile(join(emulator.dataDirectory, 'link-secret'), 'utf8')).trim(),
      'hex',
    );
    const link = (expiresAt: string) =>
      String(
        new URL(
          `/?${period}#share=${shareToken({ customerId: 'cus-page', secret, expiresAt }).text}`,
          emulator.baseUrl,
        ),
      );
    const works = await browser.open(link('2096-01-01T00:00:00Z'));
    await isShown(works.page);

    const { page, requested } = await browser.open('about:blank', dark);
    await page.clock.install();
    await page.goto(link('2026-01-04T18:12:00Z'));
    await page.getByRole('heading', { name: 'This link has expired' }).waitFor();
    await expect.poll(() => textOf(page, '#message-text')).toContain('until 4 Jan 2026, 19:12');
    await expect.poll(() => page.locator('#report').isVisible()).toBe(false);
    await expect.poll(() => axeViolations(page)).toEqual([]);
    const asked = requested.length;
    await page.clock.runFor(120_000); // a page that fails otherwise asks again within a minute
    await page.evaluate('fetch("health").then(({ status }) => status)'); // sent after anything that it asked
    expect(requested.slice(asked).map(({ pathname }) => pathname)).toEqual(['/health']);
  });

  it('does not ask its reader to send requests where there are none', async () => {
    const owner = await openShown(`customer=cus-page&${period}`);
    const link = new URL(await makeLink(owner.page));
    link.search = '?period=24h';
    const { page } = await browser.open(link);
    await page.getByRole('heading', { name: 'No requests in the last 24 hours' }).waitFor();
    await expect.poll(() => textOf(page, '#message')).not.toMatch(/send a request|curl/);
    await expect.poll(() => page.locator('#copy').isVisible()).toBe(false);
  });

  it('says plainly that it is damaged', async () => {
    const { page } = await browser.open(new URL(`/?${period}#share=las_17675503`, emulator.baseUrl));
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await expect.poll(() => page.content()).not.toContain('a-first-customer');
  });

  it('is made and read by the keyboard alone, on a phone, in the dark', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`, dark);
    await page.getByRole('button', { name: 'Share', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#share-form input:checked').inputValue()).toBe('30');
    await page.keyboard.press('Enter');
    await page.locator('#share-made').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('share-copy');
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    // A link for another time would be another one.
    await page.getByRole('dialog').getByRole('radio', { name: '1 day' }).check();
    await expect.poll(() => page.locator('#share-made').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await expect.poll(() => page.locator('#share-link').inputValue()).toBe('');
  });
});

describe('a share link of a pipeline with API keys', () => {
  const { secret } = installationSecret();
  const records = new Map<string, ApiKeyRecord>();
  /** The time of the served app. */
  const now = new Date('2025-12-28T18:04:00Z');
  const clock = { now: () => now };
  const served = useServedApp({ authorizer: createKeyAuthorizer(() => records, clock, [secret]) });
  const browser = useBrowser();
  const key = newApiKey();

  beforeAll(async () => {
    records.set(key.id, apiKeyRecord(key, { customerId: customer('cus-key') }));
    const { status } = await served.http.request('/logs', {
      method: 'POST',
      headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
      body: JSON.stringify([entry()]),
    });
    if (status !== 202) throw new Error(`The batch was not accepted: ${status}`);
    await countAll(served.app);
  });

  it('is made with a key, shows the counts without one, and ends when the key is revoked', async () => {
    const owner = await browser.open(new URL(`/?${period}`, served.baseUrl));
    await owner.page.getByLabel('Key', { exact: true }).fill(key.text);
    await owner.page.keyboard.press('Enter');
    await isShown(owner.page);
    const link = await makeLink(owner.page, '1 day');
    expect(link).toContain(`_${key.id}_`);

    const reader = await browser.open(link);
    await isShown(reader.page);
    await expect.poll(() => textOf(reader.page, '#requests')).toBe('1');
    await expect.poll(() => reader.page.locator('#key-dialog').isVisible()).toBe(false);
    expectNoTokenIn(reader);

    records.delete(key.id);
    await reader.page.clock.setFixedTime(now);
    await reader.page.reload();
    await reader.page.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await expect.poll(() => reader.page.locator('#key-dialog').isVisible()).toBe(false);
  });
});
