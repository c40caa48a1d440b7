import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipelineClient } from '../../../bench/scenario/pipeline-client.ts';
import { planScenario, referenceSize } from '../../../bench/scenario/plan.ts';
import { runScenario } from '../../../bench/scenario/run.ts';
import { createHttpClient, type HttpClient } from '../../../client/http-client.ts';
import { protocolRequests } from '../../../test/handlers/protocols/protocol-requests.ts';
import { senderRequests } from '../../../test/handlers/protocols/sender-requests.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { testOperatorCommands } from './operator-commands.ts';
import { playFaults } from './play-faults.ts';
import { playOutage } from './play-outage.ts';
import { readTotal } from './read-counts.ts';
import { runCommand } from './run-command.ts';
import { upgradeBetweenEmissions } from './upgrade-between-emissions.ts';
import { startTestCluster } from './use-cluster.ts';

/** Leaves most of two cores to what is tested. */
const maxPauseMilliseconds = 250;
/** A batch of one entry in each native protocol. */
const nativeRequests = firstAccepted([...protocolRequests, ...senderRequests]);
const start = new Date('2025-12-28T18:03:00Z');
const december = { from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' };

/** The tests build on each other: each goes on with the cluster, and the data, of the one before. */
describe('a cluster on one machine', () => {
  let cluster: LocalCluster;
  let remove: () => Promise<void>;
  let http: HttpClient;

  beforeAll(async () => {
    ({ cluster, remove } = await startTestCluster({ firstPort: 19_300 }));
    const [url] = cluster.urls;
    if (url === undefined) throw new Error('The cluster has no address.');
    http = createHttpClient(url, 32);
  });
  afterAll(async () => {
    http?.close();
    await remove?.();
  });

  it('counts the reference scenario exactly', async () => {
    const plan = planScenario({ runId: 'reference', start, size: referenceSize, seed: 1 });
    const figures = await runScenario(plan, createPipelineClient(http, 'cus-axon'), {
      concurrency: 16,
      retryForSeconds: 120,
    });
    expect(figures).toMatchObject({ isExact: true, wrongAnswers: 0, requests: 5_200 });
    expect([...figures.statuses.keys()]).toEqual([202, 409]);
  });

  it.each(nativeRequests)('counts what another program sends with %s', async (route, status, event) => {
    const customerId = `cus-native${event.rawPath.replace(/\W+/g, '-')}`;
    const { body = '', headers } = event;
    const answer = await http.request(event.rawPath, {
      method: event.requestContext.http.method,
      headers: { ...headers, 'x-customer-id': customerId },
      body: Buffer.from(body, 'base64'),
    });
    expect([route, answer.status]).toEqual([route, status]);
    let total = await readTotal(http, customerId, december);
    while (total === undefined || total.requests === 0) {
      await sleep(200);
      total = await readTotal(http, customerId, december);
    }
    expect(total.requests).toBe(1);
  });

  it('rolls it up into an hour and a day, and says that it is complete', async () => {
    let total = await readTotal(http, 'cus-axon', december);
    while (total?.requests !== 64_000 || total.complete === 0) {
      await sleep(200);
      total = await readTotal(http, 'cus-axon', december);
    }
    expect(total).toMatchObject({ requests: 64_000, complete: 1 });
  });

  it('answers 503 in bounded time while Kafka is away for 45 s, loses nothing, and goes on by itself', async () => {
    const told: string[] = [];
    const result = await playOutage(cluster, {
      seed: 20_251_229,
      seconds: 45,
      maxPauseMilliseconds,
      settleSeconds: 300,
      tell: (line) => void told.push(line),
    });
    expect({ ...result, told }).toMatchObject({
      lies: [],
      differences: [],
      readyWithoutKafka: [],
      died: [],
      outage: { withoutRetryAfter: 0 },
    });
    expect(Object.keys(result.outage.statuses)).toEqual(['503']);
    expect(result.outage.statuses['503']).toBeGreaterThan(10);
    // The client waits no longer.
    expect(result.outage.slowestSeconds).toBeLessThan(30);
    // Otherwise nothing was at stake before and after.
    expect(result.statuses['202']).toBeGreaterThan(20);
  });

  it('counts everything once, and never says too much, while each process is killed and stopped in turn', async () => {
    const told: string[] = [];
    const result = await playFaults(cluster, {
      seed: 20_251_228,
      minutes: 0,
      maxPauseMilliseconds,
      settleSeconds: 300,
      tell: (line) => void told.push(line),
    });
    const { dated, complete } = result.answers;
    expect({ ...result, told }).toMatchObject({ lies: [], differences: [] });
    // Otherwise the watch has seen nothing.
    expect(dated).toBeGreaterThan(20);
    expect(complete).toBeGreaterThan(20);
    expect(result.statuses['202']).toBeGreaterThan(100);
  });

  it('emits the rest of a batch after an upgrade, as the version before has decided, and counts it once', async () => {
    expect(await upgradeBetweenEmissions(cluster, http)).toEqual({
      statuses: [202, 202, 409, 409, 202],
      beforeUpgrade: { Other: 3 },
      afterUpgrade: { Other: 10 },
      withBatchOfThisVersion: { Other: 10, curl: 5 },
    });
  });

  it('agrees with the audit', async () => {
    const audit = await runCommand(cluster, 'audit', '--pending-seconds', '0');
    expect(audit.output).toMatch(/exact|agree|no difference/i);
    expect(audit.exitCode).toBe(0);
  });

  it('forgets a customer, whose counts leave the hours and days too', async () => {
    const forgotten = await runCommand(cluster, 'customers', 'forget', 'cus-axon', '--yes');
    expect([forgotten.exitCode, forgotten.output]).toEqual([0, expect.any(String)]);
    while ((await readTotal(http, 'cus-axon', december))?.requests !== 0) await sleep(200);
  });

  testOperatorCommands(() => cluster);
});

/** Returns the first request to each route with `POST` that is accepted. */
function firstAccepted(requests: typeof protocolRequests): typeof protocolRequests {
  const accepted = requests.filter(([route, status]) => route.startsWith('POST ') && status < 300);
  return accepted.filter(([route], place) => accepted.findIndex(([other]) => other === route) === place);
}
