import { cp, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../client/http-client.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { compareModel, type ModelComparison } from './compare-model.ts';
import { readMinutes } from './read-counts.ts';
import { underLoad } from './under-load.ts';
import { startTestCluster } from './use-cluster.ts';

const maxPauseMilliseconds = 250;

/** The tests build on each other: each goes on with the cluster, and the data, of the one before. */
describe('a cluster that answers from ClickHouse', () => {
  let cluster: LocalCluster;
  let remove: () => Promise<void>;
  let http: HttpClient;

  beforeAll(async () => {
    ({ cluster, remove } = await startTestCluster({
      firstPort: 19_400,
      hasClickHouse: true,
      processes: { api: 1, summarizer: 1, aggregate: 1, verify: 1, 'roll-up': 1, project: 2 },
      env: { READ_FROM: 'clickhouse' },
    }));
    const [url] = cluster.urls;
    if (url === undefined) throw new Error('The cluster has no address.');
    http = createHttpClient(url, 8);
  });
  afterAll(async () => {
    http?.close();
    await remove?.();
  });

  /** Plays something under load; then the counts must be exact in the store and in ClickHouse. */
  async function play(seed: number, happens: () => Promise<void>): Promise<void> {
    const told: string[] = [];
    const result = await underLoad(
      cluster,
      { seed, maxPauseMilliseconds, settleSeconds: 120, tell: (line) => void told.push(line) },
      async () => {
        await sleep(3_000);
        await happens();
        await sleep(3_000);
      },
    );
    expect({ ...result, told }).toMatchObject({ lies: [], differences: [] });
    expect(result.statuses['202']).toBeGreaterThan(20);
    expect(await untilEqual()).toMatchObject({ differing: [] });
  }

  /** Waits until ClickHouse has all windows of the store, and answers come from there again. */
  async function untilEqual(): Promise<ModelComparison> {
    const until = Date.now() + 120_000;
    for (;;) {
      const found = await compareModel(cluster);
      if ((found.differing.length === 0 && found.windows > 0) || Date.now() > until) return found;
      await sleep(500);
    }
  }

  /** Returns whether any window of a customer with traffic is complete now. */
  async function claims(): Promise<boolean> {
    const now = Date.now();
    const range = { from: iso(now - 5 * 3_600_000), to: iso(now) };
    const answer = await readMinutes(http, 'cus-1-0', range);
    return answer?.countedThrough !== undefined || (answer?.complete ?? 0) > 0;
  }

  const untilClaimed = async () => {
    while (!(await claims())) await sleep(200);
  };
  const untilNotClaimed = async () => {
    while (await claims()) await sleep(50);
  };

  it('answers exactly what was sent, also while each projector is killed', async () => {
    await play(1, async () => {
      for (const projector of cluster.of('project')) {
        projector.signal('SIGKILL');
        await projector.untilReady();
      }
    });
    await untilClaimed();
  });

  it('answers from the store while ClickHouse is away, claims nothing, and catches up', async () => {
    await play(2, async () => {
      await cluster.clickHouse.server.kill();
      await untilNotClaimed();
      for (let look = 0; look < 10; look += 1) {
        expect(await claims()).toBe(false);
        await sleep(200);
      }
      await cluster.clickHouse.server.start();
      await untilClaimed();
    });
  });

  it('claims nothing while ClickHouse hangs, and no answer waits for it for long', async () => {
    await play(3, async () => {
      cluster.clickHouse.server.signal('SIGSTOP');
      const begunAt = performance.now();
      await untilNotClaimed();
      expect(performance.now() - begunAt).toBeLessThan(60_000);
      cluster.clickHouse.server.signal('SIGCONT');
      await untilClaimed();
    });
  });

  it('is exact again after an old copy was restored, and claims nothing until then', async () => {
    const { server, dataDirectory } = cluster.clickHouse;
    const copy = `${dataDirectory}-copy`;
    await server.stop();
    await cp(dataDirectory, copy, { recursive: true });
    await server.start();
    await play(4, async () => {
      await untilClaimed();
      await server.kill();
      await rm(dataDirectory, { recursive: true });
      await cp(copy, dataDirectory, { recursive: true });
      await server.start();
      await untilClaimed();
    });
  });

  it('is made anew after it was wiped, and claims nothing until then', async () => {
    const { server, dataDirectory } = cluster.clickHouse;
    await play(5, async () => {
      await server.kill();
      await rm(dataDirectory, { recursive: true });
      await server.start();
      await untilNotClaimed();
      await untilClaimed();
    });
  });
});

function iso(time: number): string {
  return new Date(time).toISOString().replace(/:\d\d\.\d+/, ':00');
}
