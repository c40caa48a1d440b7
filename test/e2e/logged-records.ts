import { join } from 'node:path';
import { readDurableDatabase } from '../../local-store/durable-database.ts';

/** Counts the records of each stream in the log of a data directory that an emulator has left. */
export async function loggedRecords(dataDirectory: string): Promise<Record<'insights' | 'late', number>> {
  const { environment, close } = await readDurableDatabase(join(dataDirectory, 'log'));
  const recordsOf = (stream: string) =>
    environment.openDB(`records/log-analytics-pipeline-dev-${stream}`, { encoding: 'binary' }).getCount();
  try {
    return { insights: recordsOf('insights'), late: recordsOf('late') };
  } finally {
    await close();
  }
}
