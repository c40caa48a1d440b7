import { programOptions } from '../commands/program-options.ts';
import { value, wholeNumberOf } from '../commands/define-command/options.ts';
import { count } from './option-kinds.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { customers, entriesPerBatch, freshnessHeadings, measureFreshness } from './measure-freshness.ts';
import { sendLargeBatches } from './send-large-batches.ts';
import { printTable } from './table.ts';

const {
  seconds,
  rate: batchesPerSecond,
  large,
} = programOptions({
  program: 'npm run bench:freshness --',
  summary:
    'Measures, at a steady rate of batches with current timestamps, the time from the 202 of a batch until its count ' +
    'can be read.',
  options: {
    seconds: count('duration', 15),
    rate: count('batches per second', 200),
    large: value({
      shows: '<n>',
      help: 'batches of 16 MiB per minute, of another customer, that arrive meanwhile',
      default: 0,
      read: wholeNumberOf(0, 600),
    }),
  },
});

const emulator = await startEmulator(pipeline);
try {
  const largeBatches = large === 0 ? undefined : sendLargeBatches(emulator, large);
  const row = await measureFreshness(emulator, 'cus', seconds, batchesPerSecond);
  const what = `${batchesPerSecond} batches/s of ${entriesPerBatch} entries of this minute, ${customers} customers`;
  const answered = await largeBatches?.stop();
  printTable(`Freshness: ${what}`, freshnessHeadings, [row]);
  if (answered !== undefined) {
    console.log(
      `Batches of 16 MiB: ${answered.accepted} accepted, ${answered.refused} refused or without an answer.`,
    );
  }
} finally {
  await emulator.remove();
}
