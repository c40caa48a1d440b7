/**
 * A process whose files may not grow beyond a limit (`ulimit -f`), as on a full disk: puts until three puts were
 * refused, and prints their outcomes.
 */
import { openPartitionedLog } from '../../../local-store/partitioned-log.ts';

const [directory = ''] = process.argv.slice(2);
const log = await openPartitionedLog(directory, { clock: { now: () => new Date() } });
const stream = await log.stream('insights', { partitionCount: 1, consumers: [] });
const acknowledged: string[] = [];
const refusals: string[] = [];
for (let put = 1; refusals.length < 3; put += 1) {
  try {
    await stream.put([{ partitionKey: 'key', data: Buffer.from(`${put}`.padStart(20_000, '0')) }]);
    acknowledged.push(`${put}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    refusals.push(`${String(error)} ${cause}`);
  }
}
const { records } = await stream.backlog();
await log.close();
process.stdout.write(JSON.stringify({ acknowledged, refusals, records }));
