import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { pipelineOptions } from '../commands/pipeline-options.ts';
import { programOptions } from '../commands/program-options.ts';
import { launchChromium } from '../test/real/launch-chromium.ts';

const desktop = { width: 1_120, height: 1_280 };
const pictures: Readonly<Record<string, BrowserContextOptions>> = {
  'dashboard-light': { viewport: desktop, colorScheme: 'light' },
  'dashboard-dark': { viewport: desktop, colorScheme: 'dark' },
  'dashboard-phone': { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true },
};

const { url } = programOptions({
  program: 'npx tsx scripts/take-screenshots.ts',
  summary: 'Takes the pictures of docs/images from a running demo. Start it before: npm run demo -- --days 9',
  options: { url: pipelineOptions.url },
  details: ['Shrink them with: pngquant --ext .png --force 64'],
});
const browser = await launchChromium();
try {
  for (const [name, options] of Object.entries(pictures)) {
    const page = await browser.newPage({
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    await page.goto(new URL('?customer=lantern-shop', url).href);
    await page.locator('main[data-state=ready] .report[aria-busy=false]').waitFor();
    await page.screenshot({ path: fileURLToPath(new URL(`../docs/images/${name}.png`, import.meta.url)) });
    await page.close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
}
