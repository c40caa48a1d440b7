import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launchChromium } from './launch-chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page of a real browser, with everything it did that a user does not see. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings on the console, and errors that nobody caught. */
  readonly complaints: readonly string[];
  /** All requested addresses. */
  readonly requested: readonly URL[];
}

export interface TestBrowser {
  /** Opens a page in a session of its own, which ends with the test. */
  open(url: string | URL, options?: BrowserContextOptions): Promise<OpenPage>;
}

/**
 * Starts a browser for the tests of the file.
 * @param args  of Chromium's command line
 */
export function useBrowser(args: string[] = []): TestBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium(args);
  });
  afterAll(() => browser?.close());

  return {
    async open(url, options = {}) {
      if (browser === undefined) throw new Error('The browser has not been started.');
      const context = await browser.newContext({
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        reducedMotion: 'reduce',
        ...options,
      });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      const requested: URL[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => requested.push(new URL(request.url())));
      await page.goto(String(url));
      return { page, complaints, requested };
    },
  };
}

/** Returns the violations of all of axe-core's rules on a page, one line per place. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}
