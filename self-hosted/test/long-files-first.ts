import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take half a minute or more, the longest first. One that begins last would leave the other workers idle; the
 * order of all others does not matter. Each waits for much of its time: for a session to expire, or a broker to start.
 */
const longFiles = [
  'cluster/cluster.test.ts',
  'cluster/flink.test.ts',
  'cluster/clickhouse.test.ts',
  'kafka/broker-kill.test.ts',
  'kafka/broker-outage.test.ts',
  'roles-command.test.ts',
  'kafka/tls.test.ts',
];

/** Begins with the files that take long. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longFiles.findIndex((file) => moduleId.endsWith(`/test/${file}`));
  return place < 0 ? longFiles.length : place;
}
