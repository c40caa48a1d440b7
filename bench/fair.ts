/**
 * Measures what one customer can do to the others: freshness and refusals of live batches, first alone, then beside a
 * customer that sends batches of a week of minutes as fast as it gets answers: new ones, each of them again under its
 * key, and some in the future.
 *
 *     npm run bench:fair [-- seconds [live batches per second [connections of the one customer]]]
 */
import { numbersOf } from './command-line.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { startAbuser } from './fair/abuser.ts';
import { freshnessHeadings, measureFreshness, warmUpSeconds } from './measure-freshness.ts';
import { printTable } from './table.ts';

const help =
  'npm run bench:fair [-- <seconds: 30> <live batches per second: 20> <connections of the abusive customer: 4>]';
const [seconds = 30, batchesPerSecond = 20, connections = 4] = numbersOf(help, 30, 20, 4);

const emulator = await startEmulator(pipeline);
try {
  const alone = await measureFreshness(emulator, 'cus-before', seconds, batchesPerSecond, 'request');
  const abuser = await startAbuser(emulator.baseUrl, connections);
  const [beside, answers] = await Promise.all([
    measureFreshness(emulator, 'cus-beside', seconds, batchesPerSecond, 'request'),
    abuser.sendFor(warmUpSeconds + seconds),
  ]);
  printTable(
    `From the request to the count: ${batchesPerSecond} live batches/s`,
    ['', ...freshnessHeadings],
    [
      ['alone', ...alone],
      ['beside the abusive customer', ...beside],
    ],
  );
  printTable(
    'Answers to the abusive customer',
    ['answer', 'times'],
    Object.entries(answers).toSorted(([a], [b]) => a.localeCompare(b)),
  );
} finally {
  await emulator.remove();
}
