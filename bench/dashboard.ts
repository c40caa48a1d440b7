import { programOptions } from '../commands/program-options.ts';
import { launchChromium } from '../test/real/launch-chromium.ts';
import { storeYear } from './dashboard/stored-year.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { count } from './option-kinds.ts';
import { processorMilliseconds } from './small-batches/processor-time.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { openAppIn } from './temporary-app.ts';

const { rounds, days, entries } = programOptions({
  program: 'npm run bench:dashboard --',
  summary:
    'Measures how long the dashboard takes to show 12 months of local time, in Chromium, which test/real/set-up.sh installs: a ' +
    'customer with all facts, and with as much data in the year before.',
  options: {
    rounds: count('times that the page is opened', 5),
    days: count('days of data', 735),
    entries: count('entries of an hour, on average', 3_000),
  },
});

const dayMilliseconds = 86_400_000;
const customer = 'cus-year';

const emulator = await startEmulator(pipeline, [], fill);
const browser = await launchChromium();
try {
  const seen: {
    readonly report: number;
    readonly all: number;
    readonly cpu: number;
    readonly requests: number;
  }[] = [];
  // The first round compiles the functions.
  for (let round = 0; round <= rounds; round++) {
    const measured = await openYear();
    if (round > 0) seen.push(measured);
  }
  printTable(
    `12 months in Europe/Berlin: median of ${rounds}, in ms`,
    ['report', 'with its comparison and lists', 'processor of the pipeline', 'requests'],
    [
      (['report', 'all', 'cpu', 'requests'] as const).map((name) =>
        median(seen.map((each) => each[name])).toFixed(0),
      ),
    ],
  );
} finally {
  await browser.close();
  await emulator.remove();
}

/** Opens the page in a session of its own. */
async function openYear() {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  const page = await context.newPage();
  let requests = 0;
  page.on('request', (request) => {
    if (/^\/(?:aggregates|alerts|customers)/.test(new URL(request.url()).pathname)) requests += 1;
  });
  const usedBefore = await processorMilliseconds(emulator.pid);
  const began = performance.now();
  await page.goto(String(new URL(`?customer=${customer}&period=12m`, emulator.baseUrl)));
  await page.locator('main[data-state=ready] #chart canvas').waitFor();
  const report = performance.now() - began;
  await page.locator('.report[aria-busy=false] .list-paths[aria-busy=false]').waitFor();
  const all = performance.now() - began;
  const cpu = (await processorMilliseconds(emulator.pid)) - usedBefore;
  await context.close();
  return { report, all, cpu, requests };
}

/** Stores the data before the pipeline starts. */
async function fill(directory: string): Promise<void> {
  const { parts, close } = await openAppIn(directory);
  const end = Math.floor(Date.now() / dayMilliseconds) * dayMilliseconds;
  await storeYear(customer, { end, days, entries }, parts.store);
  await close();
}
