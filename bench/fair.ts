import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { pipeline, startEmulator } from './emulator.ts';
import { startAbuser } from './fair/abuser.ts';
import { freshnessHeadings, measureFreshness, warmUpSeconds } from './measure-freshness.ts';
import { printTable } from './table.ts';

const {
  seconds,
  rate: batchesPerSecond,
  connections,
} = programOptions({
  program: 'npm run bench:fair --',
  summary:
    'Measures what one customer can do to the others: freshness and refusals of live batches, first alone, then ' +
    'beside a customer that sends batches of a week of minutes as fast as it gets answers: new ones, each of them ' +
    'again under its key, and some in the future.',
  options: {
    seconds: count('duration of each measurement', 30),
    rate: count('live batches per second', 20),
    connections: count('connections of the abusive customer', 4),
  },
});

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
