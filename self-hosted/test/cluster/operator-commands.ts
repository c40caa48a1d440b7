import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../client/http-client.ts';
import { encodeAnnouncement } from '../../../lib/domain/announcement.ts';
import { parseCustomerId, type CustomerId } from '../../../lib/domain/customer-id.ts';
import { minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeWindow, encodeWindow } from '../../../lib/domain/window-format.ts';
import { parseWindowStart, type WindowStart } from '../../../lib/domain/window.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { combinedLines, logText } from '../../../test/commands/ship/sample-log.ts';
import { parseClusterConfig } from '../../config.ts';
import { kafkaConnectionOf } from '../../kafka-connection.ts';
import type { KafkaConnection } from '../../kafka/connection.ts';
import { encodeMessage } from '../../kafka/queue-sources/messages.ts';
import { createSender, type KafkaSender } from '../../kafka/send.ts';
import { topicName } from '../../kafka/topics.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { openStore } from '../../open-store.ts';
import { readMinutes, readTotal } from './read-counts.ts';
import { runCommand } from './run-command.ts';

const from = '2025-12-28T00:00:00Z';
const december = { from, to: '2025-12-29T00:00:00Z' };
const windowStart = '2025-12-28T18:03:00Z';
/** Attempts after which `verify` gives up on a batch. */
const lastAttempt = 13;

/** Tests each command of an operator on a cluster that runs; they build on each other. */
export function testOperatorCommands(clusterOf: () => LocalCluster): void {
  describe('its operator', () => {
    let cluster: LocalCluster;
    let http: HttpClient;
    let store: ObjectStore;
    let sender: KafkaSender;
    let connection: KafkaConnection;
    let directory: string;
    let closeStore: () => void;

    const run = (...args: readonly string[]) => runCommand(cluster, ...args);
    const runForJson = async (...args: readonly string[]) => {
      const { exitCode, output } = await run(...args, '--json');
      const lines = output
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('{'));
      return { exitCode, found: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
    };
    const url = () => found(cluster.urls[0], 'address').href;

    const stored = async (key: ObjectKey) => found(await store.get(key), key);

    /** Sends one entry, and resolves when it is counted. */
    async function count(customerId: string, key: string): Promise<void> {
      await send(customerId, key, windowStart);
      await untilCounted(customerId, 1);
    }

    async function send(customerId: string, key: string, receivedAt: string): Promise<void> {
      const headers = {
        'x-customer-id': customerId,
        'idempotency-key': key,
        'content-type': 'application/json',
      };
      const body = JSON.stringify([{ receivedAt, method: 'GET', path: '/', userAgent: 'curl/8.0' }]);
      expect((await http.request('/logs', { method: 'POST', headers, body })).status).toBe(202);
    }

    async function untilCounted(customerId: string, requests: number): Promise<void> {
      while ((await readTotal(http, customerId, december))?.requests !== requests) await sleep(200);
    }

    beforeAll(async () => {
      cluster = clusterOf();
      http = createHttpClient(new URL(url()), 4);
      const config = parseClusterConfig(cluster.env);
      connection = await kafkaConnectionOf(config);
      sender = createSender(connection);
      ({ store, close: closeStore } = openStore(config));
      directory = await mkdtemp(join(tmpdir(), 'operator-'));
    });
    afterAll(async () => {
      http.close();
      closeStore();
      await sender.close();
      await rm(directory, { recursive: true, force: true });
    });

    const batchKey = 'batches/cus-dead/k-batch' as ObjectKey;
    let batch: Buffer;
    it('has a batch that verify gives up on, since its object is damaged', async () => {
      await count('cus-dead', 'batch');
      const object = await stored(batchKey);
      batch = object.body;
      await store.put(batchKey, Buffer.from('{"formatVersion":1}\n'), { ifMatch: object.etag });
      expect((await stored(batchKey)).body).not.toEqual(batch);
      const value = encodeMessage({ key: batchKey, firstAt: Date.now(), attempts: lastAttempt });
      await sender.send([{ topic: topicName(connection, 'verify-60'), key: batchKey, value }]);
    });

    it('shows with status which roles run and which do not', async () => {
      let healthy = await runForJson('status', '--url', url());
      // Kafka does not know the processes that only a Flink job calls.
      const aggregate = cluster.env['AGGREGATE_ENGINE'] === 'flink' ? [] : ['aggregate-1', 'aggregate-2'];
      // On a busy machine, Kafka may not answer in time, or a process may be about to join.
      const names = ['summarizer-2', ...aggregate.slice(1)];
      while (
        healthy.exitCode !== 0 ||
        !names.every((name) => JSON.stringify(healthy.found).includes(`"${name}"`))
      ) {
        healthy = await runForJson('status', '--url', url());
      }
      expect(healthy).toMatchObject({
        exitCode: 0,
        found: [
          {
            isRunning: true,
            cluster: {
              problems: [],
              processes: {
                summarizer: ['summarizer-1', 'summarizer-2'],
                ...(aggregate.length > 0 && { aggregate }),
                verify: ['verify-1'],
                'roll-up': ['roll-up-1'],
              },
              countedThrough: expect.any(String) as string,
              customers: expect.arrayContaining(['cus-dead']) as string[],
              deadLetters: 0,
            },
          },
        ],
      });

      const [rollUp] = cluster.of('roll-up');
      await rollUp?.stop();
      const value = encodeAnnouncement(minuteKey(customer('cus-dead'), minute(windowStart)));
      await sender.send([{ topic: topicName(connection, 'windows'), key: 'cus-dead', value }]);
      let seen = await run('status', '--url', url());
      while (!seen.output.includes('NOT running')) seen = await run('status', '--url', url());
      expect(seen.output).toMatch(/NOT running: roll-up\n/);
      expect(seen.output).toMatch(/windows to roll-up +[1-9]\d*, the oldest for/);
      expect(seen.output).toMatch(/is in its minute; hours and days are behind/);
      expect(seen.exitCode).toBe(1);
      await rollUp?.start();

      // Nobody listens there.
      const elsewhere = await run('status', '--url', 'http://127.0.0.1:1');
      expect(elsewhere.output).toMatch(/^API +NOT running at http:\/\/127\.0\.0\.1:1: nothing listens there/);
      expect(elsewhere.exitCode).toBe(1);
    });

    it('repairs a window, its hour and its day with audit --repair while the roles run', async () => {
      await count('cus-wrong', 'batch');
      const key = minuteKey(customer('cus-wrong'), minute(windowStart));
      const object = await stored(key);
      const window = decodeWindow(object.body);
      await store.put(key, encodeWindow({ ...window, requests: 99 }), { ifMatch: object.etag });

      const audit = ['audit', '--customer', 'cus-wrong', '--pending-seconds', '0'];
      const wrong = await run(...audit);
      expect(wrong.output).toMatch(/DIFFERS +cus-wrong 2025-12-28T18:03:00Z\n +requests: is 99, should be 1/);
      expect(wrong.exitCode).toBe(1);
      expect((await run(...audit, '--repair')).exitCode).toBe(0);
      expect(await run(...audit)).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining('No differences.') as string,
      });
      expect((await readMinutes(http, 'cus-wrong', december))?.requests).toBe(1);
      await untilCounted('cus-wrong', 1);
    });

    it('has complete hours of all customers but the one with a damaged minute, and of that one after a repair', async () => {
      await count('cus-damaged', 'batch');
      const key = minuteKey(customer('cus-damaged'), minute(windowStart));
      await store.put(key, Buffer.from('{"formatVersion":1'), { ifMatch: (await stored(key)).etag });
      await send('cus-damaged', 'another', '2025-12-28T18:04:00Z');
      let listed = await run('dead-letters');
      while (!listed.output.includes('roll-up')) listed = await run('dead-letters');
      expect(listed.output).toMatch(/roll-up cus-damaged hour-2025-12-28-18 .*18\.json cannot be recomputed/);

      await count('cus-healthy', 'batch');
      while ((await readTotal(http, 'cus-healthy', december))?.complete !== 1) await sleep(200);
      expect(await readTotal(http, 'cus-damaged', december)).toMatchObject({ requests: 1, complete: 0 });

      // It fails again while the minute is damaged, so it stays.
      // Not all: on a busy machine the batch that `verify` gives up on is among them by now, and has to stay.
      const { found: letters } = await runForJson('dead-letters');
      const kept = letters.filter(({ what }) => String(what).startsWith('roll-up '));
      expect(kept.length).toBeGreaterThan(0);
      for (const { id } of kept) {
        expect((await run('dead-letters', 'redrive', String(id))).output).toMatch(/redriven to roll-up/);
      }
      await store.delete(key, { ifMatch: (await stored(key)).etag });
      const repair = ['audit', '--customer', 'cus-damaged', '--pending-seconds', '0', '--repair'];
      expect((await run(...repair)).exitCode).toBe(0);
      await untilCounted('cus-damaged', 2);
      while ((await readTotal(http, 'cus-damaged', december))?.complete !== 1) await sleep(200);
      expect((await run('dead-letters')).output).not.toContain('roll-up');
    });

    it('sees the dead letter, fixes its cause, and gives it back', async () => {
      let { found } = await runForJson('dead-letters');
      while (found.length === 0) ({ found } = await runForJson('dead-letters'));
      expect(found).toMatchObject([{ queue: 'log-analytics-dead-letters', what: batchKey }]);
      const [{ id } = {}] = found;
      const shown = await run('dead-letters', 'show', String(id));
      expect(JSON.parse(shown.output)).toMatchObject({
        kind: 'dead-message',
        message: { receiveCount: lastAttempt + 1, sourceQueue: 'verify' },
        objects: { [batchKey]: { unreadable: expect.any(String) as string } },
      });

      // The batch comes back from a backup, and its minute is lost, so that `verify` has something to do.
      const damaged = await stored(batchKey);
      await store.put(batchKey, batch, { ifMatch: damaged.etag });
      const minuteOfBatch = minuteKey(customer('cus-dead'), minute(windowStart));
      const window = await stored(minuteOfBatch);
      await store.delete(minuteOfBatch, { ifMatch: window.etag });
      const redriven = await run('dead-letters', 'redrive', '--all');
      expect(redriven).toMatchObject({
        exitCode: 0,
        output: `${String(id)}  redriven to verify\n1 of 1 dead letters were redriven.\n`,
      });
      expect((await run('dead-letters')).output).toBe('There are no dead letters.\n');
    });

    it('discards a dead letter that is damaged', async () => {
      const value = Buffer.from('{"formatVersion":1}');
      await sender.send([{ topic: topicName(connection, 'dead-letters'), key: 'cus-dead', value }]);
      const [{ id } = {}] = (await runForJson('dead-letters')).found;
      expect((await run('dead-letters', 'discard', String(id))).output).toMatch(/Nothing was removed/);
      expect(await run('dead-letters', 'discard', String(id), '--yes')).toMatchObject({
        exitCode: 0,
        output: `${String(id)}  removed: ${value.toString()}\n`,
      });
      expect((await run('dead-letters')).output).toBe('There are no dead letters.\n');
    });

    it('ships a log, which counts once however often it is shipped', async () => {
      const log = join(directory, 'access.log');
      await writeFile(log, logText(combinedLines(500)));
      const ship = ['ship', '--customer', 'cus-ship', '--url', url(), log];
      for (const _attempt of ['first', 'again']) {
        const shipped = await run(...ship);
        expect([shipped.exitCode, shipped.output]).toEqual([0, expect.any(String)]);
        expect((await readMinutes(http, 'cus-ship', december))?.requests).toBe(500);
      }
    });

    it('forgets a customer with its failed record, which was listed before', async () => {
      const key = `cus-poison/${windowStart}`;
      await count('cus-poison', 'batch');
      await sender.send([{ topic: topicName(connection, 'insights'), key, value: Buffer.from('poison') }]);
      let listed = await run('dead-letters');
      while (!listed.output.includes('insights')) listed = await run('dead-letters');
      expect(listed.output).toMatch(/log-analytics-insights \d+ \d+ +A stream record is damaged/);
      const answered = await readMinutes(http, 'cus-poison', december);
      expect(answered).toMatchObject({ requests: 1, complete: 0, countedThrough: undefined });

      const forgotten = await run('customers', 'forget', 'cus-poison', '--yes');
      expect(forgotten.output).toMatch(/1 batch, .* 1 failed record and 0 alerts\./);
      expect((await run('dead-letters')).output).not.toContain('insights');
      await untilCounted('cus-poison', 0);
    });

    it('sees that the batch of the dead letter is counted after all', async () => {
      while ((await readMinutes(http, 'cus-dead', december))?.requests !== 1) await sleep(500);
      const audited = await run('audit', '--customer', 'cus-dead', '--pending-seconds', '60');
      expect([audited.exitCode, audited.output]).toEqual([0, expect.any(String)]);
    });
  });
}

function customer(id: string): CustomerId {
  return found(parseCustomerId(id), id);
}

function minute(start: string): WindowStart {
  return found(parseWindowStart(start), start);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`There is no ${what}.`);
  return value;
}
