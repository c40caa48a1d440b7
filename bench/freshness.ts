import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { customers, entriesPerBatch, freshnessHeadings, measureFreshness } from './measure-freshness.ts';
import { printTable } from './table.ts';

const { seconds, rate: batchesPerSecond } = programOptions({
  program: 'npm run bench:freshness --',
  summary:
    'Measures, at a steady rate of batches with current timestamps, the time from the 202 of a batch until its count ' +
    'can be read.',
  options: {
    seconds: count('duration', 15),
    rate: count('batches per second', 200),
  },
});

const emulator = await startEmulator(pipeline);
try {
  const row = await measureFreshness(emulator, 'cus', seconds, batchesPerSecond);
  const what = `${batchesPerSecond} batches/s of ${entriesPerBatch} entries of this minute, ${customers} customers`;
  printTable(`Freshness: ${what}`, freshnessHeadings, [row]);
} finally {
  await emulator.remove();
}
