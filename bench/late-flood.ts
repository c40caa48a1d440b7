import { setTimeout as sleep } from 'node:timers/promises';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { freshnessHeadings, measureFreshness, warmUpSeconds } from './measure-freshness.ts';
import { startShipper, type Shipped } from './shipper.ts';
import { printTable } from './table.ts';

const {
  entries,
  connections,
  rate: batchesPerSecond,
} = programOptions({
  program: 'npm run bench:late --',
  summary:
    'Measures the effect of a flood of history on the current minute: freshness at a steady rate, without and with a ' +
    'million entries of last week being shipped beside it, and the time that these take alone.',
  options: {
    entries: count('entries of the flood', 1_000_000),
    connections: count('connections of the flood', 1),
    rate: count('live batches per second', 50),
  },
});
/** Shorter than the flood, so that all live batches are measured during it. */
const liveSeconds = 10;

function figuresOf({ accepted, counted }: Shipped): string[] {
  return [accepted.toFixed(1), counted.toFixed(1), (entries / counted).toFixed(0)];
}

const emulator = await startEmulator(pipeline);
try {
  const flood = { url: emulator.baseUrl.href, entries, connections };
  const without = await measureFreshness(emulator, 'cus-before', liveSeconds, batchesPerSecond);
  const alone = await (await startShipper({ ...flood, customer: 'cus-flood-alone' })).ship();
  const shipper = await startShipper({ ...flood, customer: 'cus-flood-beside' });
  const [withFlood, beside] = await Promise.all([
    measureFreshness(emulator, 'cus-beside', liveSeconds, batchesPerSecond),
    sleep(warmUpSeconds * 1_000).then(() => shipper.ship()),
  ]);
  printTable(
    `Freshness of ${batchesPerSecond} live batches/s`,
    ['', ...freshnessHeadings],
    [
      ['alone', ...without],
      ['beside the flood', ...withFlood],
    ],
  );
  printTable(
    `A flood of ${entries} entries of last week`,
    ['', 'accepted after s', 'counted after s', 'entries/s'],
    [
      ['alone', ...figuresOf(alone)],
      ['beside live traffic', ...figuresOf(beside)],
    ],
  );
} finally {
  await emulator.remove();
}
