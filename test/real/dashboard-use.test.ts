import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';
import { countedRequests, postLogs } from '../e2e/requests.ts';
import { axeViolations } from './browser.ts';
import {
  from,
  to,
  period,
  entry,
  isShown,
  nextLook,
  textOf,
  count,
  rowsOf,
  useDashboard,
} from './dashboard-fixture.ts';

const run = promisify(execFile);

const { emulator, browser, send, api, address, openShown } = useDashboard();

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
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Table' }).check();
    await page.getByLabel('Custom', { exact: true }).check();
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(sizes[size].width);
    expect(complaints).toEqual([]);
  });

  it('shows what its address says, and says in its address what it shows', async () => {
    const { page } = await browser.open(address('customer=cus-page&period=30d&by=hour&view=table'));
    await page.getByRole('heading', { name: 'No requests in the last 30 days' }).waitFor();
    await expect.poll(() => page.locator('#period input:checked').inputValue()).toBe('30d');
    await expect.poll(() => page.locator('#unit input:checked').inputValue()).toBe('hour');
    await page.getByLabel('Custom', { exact: true }).check();
    await page.fill('#custom-from', '2025-12-28T19:00');
    await page.fill('#custom-to', '2025-12-28T21:00');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await isShown(page);
    expect(new URL(page.url()).search).toBe(`?customer=cus-page&${period}&by=hour&view=table`);

    await page.reload();
    await isShown(page);
    const { requests } = await api(`/aggregates/total?from=${from}&to=${to}`);
    await expect.poll(async () => count(await textOf(page, '#requests'))).toBe(requests);
    await page.goBack();
    await expect.poll(() => page.locator('#period input:checked').inputValue()).toBe('30d');
  });

  it('can be used by the keyboard alone', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`);
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Skip to the figures');
    await page.locator('#shows input:checked').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#series-view').isVisible()).toBe(true);
    await page.locator('.list-paths').getByRole('button', { name: 'Failed', exact: true }).focus();
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).searchParams.get('paths.sort')).toBe('errors');
  });

  it('keeps the colours that the user chose', async () => {
    const { page } = await openShown(`customer=cus-page&${period}`, { colorScheme: 'light' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.getByRole('button', { name: 'Dark colours' }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await expect.poll(() => background()).toBe(dark);
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
    await expect.poll(() => textOf(page, '#requests')).toBe('1');
    await page.locator('#paths-csv').focus();
    const scrolled = await page.evaluate('scrollY');

    await send('cus-live', [entry({ receivedAt, path: '/new' }), entry({ receivedAt, path: '/new' })]);
    await expect.poll(() => textOf(page, '#requests'), { timeout: nextLook }).toBe('3');
    await expect
      .poll(() => rowsOf(page, 'paths'))
      .toEqual([
        ['GET /new', 2],
        ['GET /pricing', 1],
      ]);
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('paths-csv');
    await expect.poll(() => page.evaluate('scrollY')).toBe(scrolled);
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
    await expect.poll(() => textOf(page, '#live')).toBe('Paused');
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
    await expect.poll(() => axeViolations(page)).toEqual([]);
    await run('bash', ['-c', await textOf(page, '#command')]);
    await page.locator('main[data-state=ready]').waitFor({ timeout: nextLook });
    await expect.poll(() => textOf(page, '#requests')).toBe('1');
    expect(complaints).toEqual([]);

    await page.goto(String(new URL(`/?${period}`, empty.baseUrl)));
    await page.getByRole('heading', { name: 'No requests in this period' }).waitFor();
    await page.getByRole('button', { name: /^Show all data, / }).click();
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
    await page.locator('#notice:has-text("The pipeline does not answer")').waitFor({ timeout: nextLook });
    await expect.poll(() => textOf(page, '#requests')).toBe('1');
    await expect.poll(() => axeViolations(page)).toEqual([]);

    await page.getByRole('radio', { name: '7 days' }).check();
    await page.getByRole('heading', { name: 'The pipeline does not answer' }).waitFor();
    await expect.poll(() => textOf(page, '#message-text')).toContain('npm start');
    await expect.poll(() => axeViolations(page)).toEqual([]);

    await stopped.start();
    await page.getByRole('button', { name: 'Try now' }).click();
    await isShown(page);
    await expect.poll(() => textOf(page, '#requests')).toBe('1');
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
    await expect.poll(() => axeViolations(page)).toEqual([]);
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
    await expect.poll(() => page.evaluate('Object.values(localStorage)')).toEqual([]);
    await page.getByRole('button', { name: 'Forget API key' }).click();
    await page.getByRole('dialog').waitFor();
  });
});
