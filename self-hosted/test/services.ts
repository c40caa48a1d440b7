import { Admin } from '@platformatic/kafka';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { clientOptions } from '../kafka/connection.ts';
import { startClickHouse } from '../local-services/start-clickhouse.ts';
import { startKafka } from '../local-services/start-kafka.ts';
import { startVersitygw } from '../local-services/start-versitygw.ts';
import { until } from './kafka/until.ts';

/** The services that tests share; each test has topics and buckets of its own. */
export interface Services {
  readonly brokers: readonly string[];
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly clickHouseUrl: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    services: Services;
  }
}

const kafkaPort = 19_000;
const s3Port = 19_150;
const clickHousePort = 19_160;

/** Starts one Kafka node, one S3 server and one ClickHouse for all tests, in a directory that is removed afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'cluster-test-'));
  const kafka = await startKafka({ nodes: 1, directory, firstPort: kafkaPort });
  const s3 = await startVersitygw({ directory, port: s3Port });
  await untilGroupsHavePositions(kafka.brokers);
  const clickHouse = await startClickHouse({ directory, port: clickHousePort });
  const { endpoint, region, credentials } = s3;
  const services: ProvidedContext['services'] = {
    brokers: kafka.brokers,
    s3: { endpoint, region, credentials },
    clickHouseUrl: clickHouse.url,
  };
  project.provide('services', services);
  return async () => {
    await Promise.all([kafka.stop(), s3.stop(), clickHouse.stop()]);
    await rm(directory, { recursive: true, force: true });
  };
}

/** The first question about a group has Kafka create its topic of positions; until that is done, it refuses the others. */
async function untilGroupsHavePositions(brokers: readonly string[]): Promise<void> {
  const admin = new Admin(clientOptions({ brokers, prefix: '', clientId: 'test' }));
  const ask = () => admin.listConsumerGroupOffsets({ groups: [{ groupId: 'nobody', topics: [] }] });
  await until(() =>
    ask().then(
      () => true,
      () => false,
    ),
  );
  await admin.close();
}
