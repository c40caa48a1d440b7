/**
 * A process to be killed: writers that put without end, each under its own key, and print `writer put` as soon as a
 * put is acknowledged. A put has several records, which contain their number and the total.
 */
import { openPartitionedLog } from '../../../local-store/partitioned-log.ts';
import { appendedRecords, appenderStream, writerCount } from './appended-records.ts';

const [directory = '', firstPut = '0'] = process.argv.slice(2);
const log = await openPartitionedLog(directory, { clock: { now: () => new Date() } });
const stream = await log.stream(appenderStream.name, appenderStream.settings);

async function write(writer: number): Promise<never> {
  for (let put = Number(firstPut); ; put += 1) {
    await stream.put(appendedRecords(writer, put));
    process.stdout.write(`${writer} ${put}\n`);
  }
}

await Promise.all(Array.from({ length: writerCount }, (_, writer) => write(writer)));
