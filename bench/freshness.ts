/**
 * Measures, at a steady 200 batches per second with current timestamps, the time from the 202 of a batch until its
 * count can be read.
 *
 *     npm run bench:freshness [-- seconds [batches per second]]
 */
import { numbersOf } from './command-line.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { customers, entriesPerBatch, freshnessHeadings, measureFreshness } from './measure-freshness.ts';
import { printTable } from './table.ts';

const help = 'npm run bench:freshness [-- <seconds: 15> <batches per second: 200>]';
const [seconds = 15, batchesPerSecond = 200] = numbersOf(help, 15, 200);

const emulator = await startEmulator(pipeline);
try {
  const row = await measureFreshness(emulator, 'cus', seconds, batchesPerSecond);
  const what = `${batchesPerSecond} batches/s of ${entriesPerBatch} entries of this minute, ${customers} customers`;
  printTable(`Freshness: ${what}`, freshnessHeadings, [row]);
} finally {
  await emulator.remove();
}
