import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { HttpClient } from '../../../client/http-client.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { runVersionBefore } from './run-version-before.ts';

const customerId = 'cus-upgrade';
const agent = 'curl/8.0';
/** Minutes before now; those of the second list take the late stream. */
const recent = [1, 2, 3];
const late = [130, 200];
const pageSchema = z.object({
  windows: z.array(z.object({ requestsByUserAgent: z.record(z.string(), z.int()) })),
});

type RequestsByAgent = Readonly<Record<string, number>>;

/** Answers and counts that a client sees around an upgrade. */
export interface Upgraded {
  /** Answers to the two batches, to the same ones after the upgrade, and to one that only the new version got. */
  readonly statuses: readonly number[];
  readonly beforeUpgrade: RequestsByAgent;
  readonly afterUpgrade: RequestsByAgent;
  readonly withBatchOfThisVersion: RequestsByAgent;
}

/**
 * Upgrades `summarizer` and `api` when the version before, which knows no user agents, has emitted half of the partials
 * of one batch and none of another, and sends both again. Each has five entries; the partials of three go to
 * `insights` and those of two to `late`.
 */
export async function upgradeBetweenEmissions(cluster: LocalCluster, http: HttpClient): Promise<Upgraded> {
  const now = Date.now();
  const body = JSON.stringify(
    [...recent, ...late].map((minutes) => ({
      receivedAt: new Date(now - minutes * 60_000).toISOString(),
      method: 'GET',
      path: '/',
      userAgent: agent,
    })),
  );
  const send = async (key: string) => {
    const headers = {
      'x-customer-id': customerId,
      'idempotency-key': key,
      'content-type': 'application/json',
    };
    return (await http.request('/logs', { method: 'POST', headers, body })).status;
  };
  /** Returns the requests of all minutes by user agent. */
  const countedByAgent = async () => {
    const [from, to] = [now - 300 * 60_000, now + 60_000].map((time) => new Date(time).toISOString());
    const query = new URLSearchParams({ window: 'minute', limit: '1000', from: from ?? '', to: to ?? '' });
    const headers = { 'x-customer-id': customerId };
    const { status, body } = await http.request(`/aggregates?${query.toString()}`, { headers });
    const sums: Record<string, number> = {};
    if (status !== 200) return sums;
    for (const { requestsByUserAgent } of pageSchema.parse(JSON.parse(body.toString())).windows) {
      for (const [family, requests] of Object.entries(requestsByUserAgent))
        sums[family] = (sums[family] ?? 0) + requests;
    }
    return sums;
  };
  const untilCounted = async (requests: number) => {
    for (;;) {
      const counted = await countedByAgent();
      if (Object.values(counted).reduce((sum, each) => sum + each, 0) >= requests) return counted;
      await sleep(200);
    }
  };

  const summarizer = await runVersionBefore(cluster, 'summarizer', { DIES_BETWEEN_SENDS: 'true' });
  const api = await runVersionBefore(cluster, 'api');
  const statuses = [await send('half-emitted')];
  await summarizer.died;
  await summarizer.stop();
  statuses.push(await send('not-emitted'));
  const beforeUpgrade = await untilCounted(recent.length);
  await api.stop();

  for (const role of ['summarizer', 'api'] as const)
    await Promise.all(cluster.of(role).map((each) => each.start()));
  statuses.push(await send('half-emitted'), await send('not-emitted'));
  const afterUpgrade = await untilCounted(2 * (recent.length + late.length));
  statuses.push(await send('of-this-version'));
  const withBatchOfThisVersion = await untilCounted(3 * (recent.length + late.length));
  return { statuses, beforeUpgrade, afterUpgrade, withBatchOfThisVersion };
}
