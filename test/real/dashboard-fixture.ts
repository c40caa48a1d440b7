import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished } from 'vitest';
import { ConnectionFailed } from '../../client/http-client.ts';
import { useEmulator } from '../e2e/emulator.ts';
import { json, postLogs, rolledUpRequests } from '../e2e/requests.ts';
import { useBrowser, type OpenPage } from './browser.ts';

export const from = '2025-12-28T18:00:00Z';
export const to = '2025-12-28T20:00:00Z';
export const period = 'from=2025-12-28T18:00Z&to=2025-12-28T20:00Z';

/** Longest time until the page looks again: it looks less often where looking takes long, but once a minute. */
export const nextLook = 75_000;

/** Texts that attackers send in the hope that a browser or a spreadsheet runs them. */
const hostilePaths = [
  '/<img src=x onerror="window.ran=1">',
  '/"><script>window.ran=1</script>',
  "/=cmd|' /C calc'!A0",
  '/\u202Egnp.exe',
  `/${'long'.repeat(500)}`,
];
const hostileAgent = '<svg onload=window.ran=1>';

export const entry = (fields: object = {}) => ({
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path: '/pricing',
  userAgent: 'curl/8.7.1',
  status: 200,
  ...fields,
});
/**
 * Waits until the figures of the requested view are shown. What a later choice shows arrives part by part, so a test
 * polls for it.
 */
export async function isShown(page: Page): Promise<void> {
  await page
    .locator('main[data-state=ready] .report[aria-busy=false] .list-paths[aria-busy=false]')
    .waitFor();
}

export const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
export const count = (text: string): number => Number(text.replaceAll(',', ''));

/** Returns the rows of a table at one moment: the whole head of each, as the page has it, and its count. */
export async function rowsOf(page: Page, bodyId: string): Promise<[string, number][]> {
  const rows = await page.evaluate<[string, string][]>(
    `[...document.querySelectorAll('#${bodyId} tr')].map((row) =>
      ['th', 'td'].map((cell) => row.querySelector(cell)?.textContent ?? ''))`,
  );
  return rows.map(([head, requests]) => [head, count(requests)]);
}

/** Returns the rows of all pages of a list, and leaves it on the last page. */
export async function listedRows(page: Page, list: string): Promise<[string, number][]> {
  const rows = await rowsOf(page, list);
  const next = page.locator(`.list-${list}`).getByRole('button', { name: 'Next' });
  while ((await next.isVisible()) && (await next.getAttribute('aria-disabled')) !== 'true') {
    await next.click();
    await page.locator(`.list-${list}[aria-busy=false]`).waitFor();
    rows.push(...(await rowsOf(page, list)));
  }
  return rows;
}

/** Presses a button that downloads a file, and returns its content. */
export async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  expect(file.suggestedFilename()).toMatch(/^cus-[a-z]+-[a-z]+-2025-12-28\.csv$/);
  return readFile(await file.path(), 'utf8');
}

export interface KeyCount {
  readonly key: string;
  readonly requests: number;
}
/** Values of an answer that the test replaces. */
export interface Said {
  readonly countedThrough?: string | null;
  readonly waiting?: number;
  readonly complete: boolean;
}

export const allCounted: Said = { countedThrough: '2026-01-02T10:00:00.000Z', waiting: 0, complete: true };

interface Body {
  readonly countedThrough?: unknown;
  readonly waiting?: unknown;
  readonly requests?: number;
  readonly windows?: readonly object[];
  readonly paths?: readonly object[];
}

/** Runs a pipeline with requests of `cus-page`, and a browser to look at its dashboard, for the tests of a file. */
export function useDashboard() {
  const emulator = useEmulator();
  const browser = useBrowser();

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

  /** Sends entries, and as a sender would, again where the server has just closed the idle connection. */
  async function send(customerId: string, body: readonly object[]): Promise<void> {
    const post = () => postLogs(emulator, { customerId, body });
    const answer = await post().catch((error: unknown) => {
      if (!(error instanceof ConnectionFailed)) throw error;
      return post();
    });
    if (answer.status !== 202) throw new Error(`The batch was not accepted: ${answer.body.toString()}`);
  }

  async function api(path: string, customerId = 'cus-page'): Promise<Record<string, unknown>> {
    const answer = await emulator.http.request(path, { headers: { 'x-customer-id': customerId } });
    return json(answer) as Record<string, unknown>;
  }

  const address = (search: string): URL => new URL(`/?${search}`, emulator.baseUrl);

  async function openShown(search: string, options = {}): Promise<OpenPage> {
    const opened = await browser.open(address(search), options);
    await isShown(opened.page);
    return opened;
  }

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
      if (body.paths !== undefined) return route.fulfill({ status: 200, json: body });
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
    // Answers may still be under way when the test ends.
    onTestFinished(() => opened.page.context().unrouteAll({ behavior: 'ignoreErrors' }));
    await opened.page.goto(String(address(search)));
    return opened;
  }

  return { emulator, browser, send, api, address, openShown, openSaying };
}
