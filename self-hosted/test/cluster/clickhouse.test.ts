import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../client/http-client.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { compareModel, damageModel, loseWindows, type ModelComparison } from './compare-model.ts';
import { readMinutes } from './read-counts.ts';
import { runCommand } from './run-command.ts';
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

  /** Plays something under load, and then looks at the counts, in the answers and in ClickHouse. */
  async function play(seed: number, happens: () => Promise<void>) {
    const told: string[] = [];
    const tell = (line: string) => void told.push(line);
    const options = { seed, maxPauseMilliseconds, settleSeconds: 120, tell };
    const result = await underLoad(cluster, options, async () => {
      await sleep(2_000);
      await happens();
      await sleep(1_000);
    });
    const { windows, differing } = await untilEqual();
    const hasSent = (result.statuses['202'] ?? 0) > 20 && windows > 20;
    return { lies: result.lies, differences: result.differences, differing, hasSent };
  }
  const exact = { lies: [], differences: [], differing: [], hasSent: true };

  /** Waits until ClickHouse has all windows of the store, and answers come from there again. */
  async function untilEqual(): Promise<ModelComparison> {
    const until = Date.now() + 120_000;
    for (;;) {
      const found = await compareModel(cluster);
      if ((found.differing.length === 0 && found.windows > 0) || Date.now() > until) return found;
      await sleep(500);
    }
  }

  function readRecent(customerId: string) {
    const now = Date.now();
    return readMinutes(http, customerId, { from: iso(now - 5 * 3_600_000), to: iso(now) });
  }

  /** Returns whether any window of a customer with traffic is complete now. */
  async function claims(): Promise<boolean> {
    const answer = await readRecent('cus-1-0');
    return answer?.countedThrough !== undefined || (answer?.complete ?? 0) > 0;
  }

  const untilClaimed = async () => {
    while (!(await claims())) await sleep(200);
  };
  const untilNotClaimed = async () => {
    while (await claims()) await sleep(50);
  };

  it('answers exactly what was sent, while both projectors are killed and ClickHouse hangs', async () => {
    const { server } = cluster.clickHouse;
    const result = await play(1, async () => {
      for (const projector of cluster.of('project')) projector.signal('SIGKILL');
      server.signal('SIGSTOP');
      await untilNotClaimed();
      server.signal('SIGCONT');
      await untilClaimed();
    });
    expect(result).toEqual(exact);
    await untilClaimed();
    // Otherwise the answers may have come from the store all the time.
    expect(await lastSource()).toBe('ClickHouse');
  });

  it('claims nothing while ClickHouse is away, and is made anew while it serves', async () => {
    const { server } = cluster.clickHouse;
    const claimed: boolean[] = [];
    let rebuilt = '';
    const result = await play(2, async () => {
      await server.kill();
      await untilNotClaimed();
      for (let look = 0; look < 10; look += 1) {
        claimed.push(await claims());
        await sleep(100);
      }
      await server.start();
      await untilClaimed();
      const [projector] = cluster.of('project');
      const rebuilding = rebuild();
      await sleep(500);
      projector?.signal('SIGKILL');
      rebuilt = await rebuilding;
    });
    expect(claimed).not.toContain(true);
    expect(rebuilt).toContain('Answers come from the new model.');
    expect(result).toEqual(exact);
  });

  it('is exact after an old copy was restored and after it was wiped, and claims nothing until then', async () => {
    const { server, dataDirectory } = cluster.clickHouse;
    const copy = `${dataDirectory}-copy`;
    await server.stop();
    await cp(dataDirectory, copy, { recursive: true });
    await server.start();
    const result = await play(3, async () => {
      await untilClaimed();
      await server.kill();
      await rm(dataDirectory, { recursive: true });
      await cp(copy, dataDirectory, { recursive: true });
      await server.start();
      await untilClaimed();
      await server.kill();
      await rm(dataDirectory, { recursive: true });
      await server.start();
      await untilNotClaimed();
      await untilClaimed();
    });
    expect(result).toEqual(exact);
    expect(await lastSource()).toBe('ClickHouse');
    const audit = await runCommand(cluster, 'audit', '--pending-seconds', '0');
    expect([audit.exitCode, audit.output]).toEqual([0, expect.stringContaining('No differences.')]);
  });

  it.each([
    ['emptied', 'TRUNCATE TABLE'],
    ['dropped', 'DROP TABLE'],
  ])(
    'is exact after its table was %s, without traffic, and answers from the store until then',
    async (_how, verb) => {
      const answers = new Set([(await readRecent('cus-1-0'))?.requests]);
      const source = async () => {
        answers.add((await readRecent('cus-1-0'))?.requests);
        return lastSource();
      };
      await damageModel(cluster, (table) => `${verb} ${table}`);
      await expect.poll(source).toBe('the store');
      await expect.poll(source).toBe('ClickHouse');
      expect(answers.size).toBe(1);
      expect((await untilEqual()).differing).toEqual([]);
    },
  );

  it('lets its operator find and repair windows that ClickHouse has lost by itself', async () => {
    await sendAndCount('cus-lost', 'cus-kept');
    await loseWindows(cluster);
    const audit = ['audit', '--customer', 'cus-lost', '--pending-seconds', '0'];
    const lost = await runCommand(cluster, ...audit);
    expect([lost.exitCode, lost.output]).toEqual([1, expect.stringContaining('ClickHouse')]);
    expect(await runCommand(cluster, 'audit', '--pending-seconds', '0', '--repair')).toMatchObject({
      exitCode: 0,
    });
    expect((await untilEqual()).differing).toEqual([]);
    expect((await runCommand(cluster, ...audit)).output).toContain('No differences.');
  });

  it('has nothing of a forgotten customer, and everything of the others', async () => {
    await sendAndCount('cus-forgotten', 'cus-kept');
    expect((await runCommand(cluster, 'customers', 'forget', 'cus-forgotten', '--yes')).exitCode).toBe(0);
    expect((await untilEqual()).differing).toEqual([]);
    expect([(await readRecent('cus-forgotten'))?.requests, await lastSource()]).toEqual([0, 'ClickHouse']);
  });

  /** Sends an entry of each customer, and resolves when ClickHouse has all windows that were announced by then. */
  async function sendAndCount(...customers: readonly string[]): Promise<void> {
    for (const name of customers) {
      const headers = { 'x-customer-id': name, 'content-type': 'application/json' };
      const body = JSON.stringify([{ receivedAt: new Date().toISOString(), method: 'GET', path: '/' }]);
      expect((await http.request('/logs', { method: 'POST', headers, body })).status).toBe(202);
    }
    const answeredAt = new Date();
    const through = async () => (await readRecent(customers[0] ?? ''))?.countedThrough ?? answeredAt;
    while ((await through()) <= answeredAt) await sleep(200);
  }

  /** Runs the command of an operator. */
  async function rebuild(): Promise<string> {
    const program = fileURLToPath(new URL('../../main.ts', import.meta.url));
    const child = spawn(process.execPath, [program, 'rebuild-read-model'], {
      env: { ...cluster.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    return Buffer.concat(chunks).toString();
  }

  /** Returns where the process that answers has said last that its answers come from. */
  async function lastSource(): Promise<'ClickHouse' | 'the store'> {
    const [api] = cluster.of('api');
    const log = api === undefined ? '' : await readFile(api.logFile, 'utf8');
    return log.lastIndexOf('Answers come from the store') >
      log.lastIndexOf('Answers come from ClickHouse again')
      ? 'the store'
      : 'ClickHouse';
  }
});

function iso(time: number): string {
  return new Date(time).toISOString().replace(/:\d\d\.\d+/, ':00');
}
