import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { longFilesFirst } from '../test/long-files-first.ts';

/**
 * Files that take half a minute or more. Whole clusters need the processor; the files of Kafka mostly wait, for a session to
 * expire or a broker to start. So the third cluster starts when the first is nearly done, with those files before it.
 */
const longFiles = [
  'cluster/cluster.test.ts',
  'cluster/flink.test.ts',
  'kafka/broker-kill.test.ts',
  'kafka/broker-outage.test.ts',
  'kafka/queue-sources.test.ts',
  'cluster/clickhouse.test.ts',
  'image.test.ts',
];

// Most processes that tests start live for less than a minute. So Java compiles with its quick compiler alone, and Node.js
// keeps what it has compiled for the next process: a cluster starts with two thirds of the processor time.
process.env['JDK_JAVA_OPTIONS'] ??= '-XX:TieredStopAtLevel=1';
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/cluster/compiled');

/** Tests with a real Kafka and a real S3 server; `set-up.sh` installs them. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/services.ts'],
    // Each file has topics, or services, of its own, but two cores are soon busy with them.
    maxWorkers: 2,
    sequence: { sequencer: longFilesFirst(longFiles) },
    // No test depends on the speed of the machine: these limits end what hangs. A poll would give up after a second.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 100_000 } },
  },
});
