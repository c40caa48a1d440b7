import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { json } from '../e2e/requests.ts';
import { axeViolations } from './browser.ts';
import { entry, isShown, textOf, useDashboard } from './dashboard-fixture.ts';

const { emulator, browser, send, address } = useDashboard();

const overview = 'show=customers&from=2025-12-28T00:00Z&to=2025-12-29T00:00Z';

beforeAll(async () => {
  for (let customer = 0; customer < 60; customer++) {
    const requests = 1 + (customer % 10);
    const days = customer === 7 ? ['2025-12-27', '2025-12-28', '2025-12-28'] : ['2025-12-28'];
    const entries = days.flatMap((day) =>
      Array.from({ length: requests }, (_, index) =>
        entry({ receivedAt: `${day}T1${index}:00:00Z`, status: customer === 3 && index === 0 ? 500 : 200 }),
      ),
    );
    await send(`cus-${String(customer).padStart(2, '0')}`, entries);
  }
  // The list follows the days, which follow their minutes.
  const path = '/customers?from=2025-12-27T00:00:00Z&to=2025-12-29T00:00:00Z';
  const listed = async () => {
    const { customers } = json(await emulator.http.request(path)) as {
      customers: { customerId: string; requests: number }[];
    };
    const others = customers.filter(({ customerId }) => customerId !== 'cus-page');
    return others.reduce((sum, { requests }) => sum + requests, 0);
  };
  while ((await listed()) < 346) await setTimeout(100);
});

async function openOverview(search = overview, options = {}): Promise<Page> {
  const { page, complaints } = await browser.open(address(search), options);
  await isListed(page);
  expect(complaints).toEqual([]);
  return page;
}
const isListed = (page: Page) =>
  page.locator('main[data-state=customers] .list-customers[aria-busy=false]').waitFor();
const row = (page: Page, name: string) => page.locator('#customers tr', { hasText: name });
const names = (page: Page) => page.locator('#customers th').allInnerTexts();
const cells = (page: Page, name: string) => row(page, name).locator('td').allInnerTexts();

describe('the list of all customers', () => {
  it('has their requests, change, failures and when they were last seen', async () => {
    const page = await openOverview();
    await expect.poll(() => cells(page, 'cus-07')).toContain('↑ 100 %');
    await expect
      .poll(async () => (await cells(page, 'cus-07')).slice(0, 4))
      .toEqual(['16', '↑ 100 %', '0 %', '28 Dec 2025']);
    await expect.poll(async () => (await cells(page, 'cus-page')).slice(1, 2)).toEqual(['New']);
    await page.getByLabel('Search customers').fill('cus-03');
    await expect.poll(() => names(page)).toEqual(['cus-03']);
    await expect.poll(async () => (await cells(page, 'cus-03')).slice(0, 3)).toEqual(['4', 'New', '25.0 %']);
    await expect
      .poll(() => page.locator('.list-customers .list-note').innerText())
      .toContain('28 Dec 2025 with 27 Dec 2025');
  });

  it('shows no change before all of the days to compare are there', async () => {
    const { page } = await browser.open('about:blank');
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const total = (customerId: string, requests: number) => ({
      customerId,
      requests,
      errors: 0,
      firstWindow: '2025-12-28T10:00:00Z',
      lastWindow: '2025-12-28T10:00:00Z',
    });
    await page.route(/\/customers\?.*sort=requests/, async (route) => {
      const { searchParams } = new URL(route.request().url());
      const isBefore = searchParams.get('from')?.startsWith('2025-12-27') === true;
      const isSecond = searchParams.has('nextToken');
      if (isBefore && isSecond) await released;
      const all = [total('cus-00', isBefore ? 3 : 6), total('cus-01', isBefore ? 2 : 4)];
      const customers = isBefore ? all.slice(isSecond ? 1 : 0, isSecond ? 2 : 1) : all;
      const nextToken = isBefore && !isSecond ? 'more' : undefined;
      await route.fulfill({
        status: 200,
        json: { customers, countedThrough: null, complete: false, nextToken },
      });
    });
    const second = page.waitForRequest(/nextToken=more/);
    await page.goto(String(address(overview)));
    await second;
    await expect.poll(async () => (await cells(page, 'cus-01'))[1]).toBe('…');
    release();
    await expect.poll(async () => (await cells(page, 'cus-01'))[1]).toBe('↑ 100 %');
    await expect.poll(async () => (await cells(page, 'cus-00'))[1]).toBe('↑ 100 %');
  });

  it('is sorted by each column, and has pages', async () => {
    const page = await openOverview();
    await expect.poll(async () => (await names(page))[0]).toBe('cus-page');
    await page.getByRole('button', { name: 'Customer', exact: true }).click();
    await expect.poll(async () => (await names(page)).slice(0, 2)).toEqual(['cus-00', 'cus-01']);
    await page.getByRole('button', { name: 'Failed', exact: true }).click();
    await expect.poll(async () => (await names(page))[0]).toBe('cus-03');
    await page.getByRole('button', { name: 'Next customers' }).click();
    await expect.poll(() => page.locator('.list-customers .pager-summary').innerText()).toBe('26–50 of 61');
    await expect.poll(() => names(page)).toHaveLength(25);
  });

  it('draws sparklines of rows on the screen alone', async () => {
    const { page, requested } = await browser.open(address(overview), {
      viewport: { width: 1200, height: 700 },
    });
    await isListed(page);
    await page.locator('.sparkline svg').first().waitFor();
    const drawn = () => requested.filter(({ pathname }) => pathname === '/aggregates').length;
    await expect.poll(async () => drawn() - (await page.locator('.sparkline svg').count())).toBe(0);
    expect(drawn()).toBeLessThan(25);
    const last = page.locator('#customers tr').last();
    await expect.poll(() => last.locator('svg').count()).toBe(0);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await last.locator('svg').waitFor();
    expect(drawn()).toBeLessThanOrEqual(25);
  });

  it('opens the report of a customer, and the back button returns to its row', async () => {
    const page = await openOverview(`${overview}&customers.page=2`);
    const [name = ''] = await names(page);
    await page.locator('#customers a').first().focus();
    await page.keyboard.press('Enter');
    await isShown(page);
    expect(new URL(page.url()).searchParams.get('customer')).toBe(name);
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
    await page.goBack();
    await isListed(page);
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(name);
    await expect.poll(() => names(page)).toContain(name);
  });

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as const)('keeps the rules of accessibility: %s, %i pixels', async (colorScheme, width) => {
    const page = await openOverview(overview, { colorScheme, viewport: { width, height: 800 } });
    await page.locator('.sparkline svg').first().waitFor();
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await page.locator('#customer').click();
    await page.getByRole('option').first().waitFor();
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

describe('the box for a customer', () => {
  const box = (page: Page) => page.getByRole('combobox', { name: 'Customer' });

  it('finds one by typing, with the arrows and Enter', async () => {
    const page = await openOverview();
    await page.locator('#customer:enabled').focus();
    await page.keyboard.type('4');
    await expect.poll(() => page.getByRole('option').count()).toBe(15);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const active = await box(page).getAttribute('aria-activedescendant');
    await expect.poll(() => page.locator(`#${active ?? ''}`).innerText()).toBe('cus-14');
    await expect
      .poll(() => page.locator('[role=option][aria-selected=true]').allInnerTexts())
      .toEqual(['cus-14']);
    await page.keyboard.press('Enter');
    await isShown(page);
    await expect.poll(() => box(page).inputValue()).toBe('cus-14');
    await expect.poll(() => textOf(page, '#requests')).toBe('5');
    await expect.poll(() => box(page).getAttribute('aria-expanded')).toBe('false');
  });

  it('closes with Escape, and then has the customer that is shown', async () => {
    const page = await openOverview();
    await page.goto(String(address('customer=cus-14&from=2025-12-28T00:00Z&to=2025-12-29T00:00Z')));
    await isShown(page);
    await box(page).click();
    await page.getByRole('option').nth(49).waitFor(); // the names are read when the box opens
    await expect.poll(() => page.getByRole('option').count()).toBe(50);
    await expect.poll(() => textOf(page, '#customer-more')).toBe('… and 11 more. Type a part of the name.');
    await page.keyboard.type('nobody');
    await expect.poll(() => textOf(page, '#customer-more')).toBe('No customer matches.');
    await page.keyboard.press('Escape');
    await expect.poll(() => box(page).inputValue()).toBe('cus-14');
    await expect.poll(() => page.getByRole('listbox').isHidden()).toBe(true);
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('customer');
  });
});
