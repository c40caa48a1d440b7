import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import { ConnectionFailed, createHttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { planScenario, referenceStart, type PlannedBatch } from '../../bench/scenario/plan.ts';
import { useEmulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { countedRequests, countedWindows, december, entry, json, metric, postLogs } from './requests.ts';

const emulator = useEmulator();

/** 240 batches of 20, with five entries in each of the same four minutes. */
const { batches } = planScenario({
  runId: 'stop',
  start: referenceStart,
  size: { requestsPerPathAndAgent: 75, entriesPerBatch: 20, repeats: 0 },
  seed: 3,
});
const entriesOfBatchInMinute = 5;
const answersBeforeTheSignal = 80;
const connections = 8;
const batchesHalfSent = batches.slice(0, 8);
const batchesAround = batches.slice(8);

describe.each(['SIGINT', 'SIGTERM'] as const)('%s while requests run', (signal) => {
  const customerId = `cus-${signal.toLowerCase()}`;
  let acknowledged: ReadonlySet<PlannedBatch>;

  it('answers those that run, takes no more, and ends with exit code 0 within 10 s', async () => {
    const halfSent = await Promise.all(batchesHalfSent.map((batch) => sendHalf(batch)));
    let signalledAt = 0;
    const stopping = sendUntilRefused(batchesAround, (answered) => {
      if (answered !== answersBeforeTheSignal) return;
      signalledAt = performance.now();
      emulator.signal(signal);
    });
    await isRefused(emulator.baseUrl);
    const statuses = await Promise.all(halfSent.map((finish) => finish()));
    const { exitCode } = await emulator.ended;
    const seconds = (performance.now() - signalledAt) / 1_000;
    acknowledged = new Set([...batchesHalfSent, ...(await stopping)]);

    expect(statuses).toEqual(batchesHalfSent.map(() => 202));
    expect(exitCode).toBe(0);
    expect(seconds).toBeLessThan(10);
  });

  it('has counted all that was acknowledged, and nothing twice, after the next start', async () => {
    await emulator.start();
    const windows = await countedWindows(emulator, customerId);
    const statuses = await pMap(batches, async (batch) => (await client().sendBatch(batch)).status, {
      concurrency: 8,
    });
    const stored = statuses.filter((status) => status === 409).length;

    // A batch whose answer was lost may be stored, and is then counted: its retry shows which case it is.
    expect(batches.filter((batch, index) => acknowledged.has(batch) && statuses[index] !== 409)).toEqual([]);
    expect(windows.map(({ requests, batches }) => ({ requests, batches }))).toEqual(
      Array.from({ length: 4 }, () => ({ requests: stored * entriesOfBatchInMinute, batches: stored })),
    );
  });

  it('goes on where it stopped: nothing that was counted is delivered again', async () => {
    await countedWindows(emulator, customerId);
    const before = await readAggregates();
    await emulator.end(signal);
    await emulator.start();
    await countedWindows(emulator, customerId);

    expect(await readAggregates()).toEqual(before);
    expect(await metric(emulator, 'log_analytics_partials_consumed_total')).toBe(0);
  });

  function client() {
    return createPipelineClient(emulator.http, customerId);
  }

  /** Returns the windows without how far they are counted, which advances with time. */
  async function readAggregates(): Promise<unknown> {
    const path = `/aggregates?${new URLSearchParams(december).toString()}`;
    const answer = json(await emulator.http.request(path, { headers: { 'x-customer-id': customerId } }));
    return (answer as { readonly windows: unknown }).windows;
  }

  /** Resolves when the emulator has begun with the request, to a function that sends the rest. */
  async function sendHalf({
    idempotencyKey,
    body,
  }: PlannedBatch): Promise<() => Promise<number | undefined>> {
    const headers = {
      'x-customer-id': customerId,
      'idempotency-key': idempotencyKey,
      'content-type': 'application/json',
      'content-length': String(body.length),
      expect: '100-continue',
    };
    const sending = request(new URL('/logs', emulator.baseUrl), { method: 'POST', headers, agent: false });
    sending.flushHeaders();
    await once(sending, 'continue');
    sending.write(body.subarray(0, 100));
    return () => finish(sending, body.subarray(100));
  }

  /** Sends the batches over and over until the emulator no longer answers, and returns those that it acknowledged. */
  async function sendUntilRefused(
    batches: readonly PlannedBatch[],
    onAnswer: (answered: number) => void,
  ): Promise<ReadonlySet<PlannedBatch>> {
    const http = createHttpClient(emulator.baseUrl, connections);
    const pipeline = createPipelineClient(http, customerId);
    const acknowledged = new Set<PlannedBatch>();
    let sent = 0;
    let answered = 0;
    const sendOnOneConnection = async () => {
      for (;;) {
        const batch = batches[sent++ % batches.length];
        if (batch === undefined) return;
        const status = await pipeline.sendBatch(batch).then((answer) => answer.status, ifConnectionFailed);
        if (status === undefined) return;
        if (status === 202 || status === 409) acknowledged.add(batch);
        onAnswer(++answered);
      }
    };
    await Promise.all(Array.from({ length: connections }, sendOnOneConnection));
    http.close();
    return acknowledged;
  }
});

describe('SIGINT while an invocation does not end', () => {
  const customerId = 'cus-hanging';

  it('does not wait until its time is up, and ends with exit code 0', async () => {
    await emulator.end();
    await emulator.start({
      ...loading('hangs-at.mjs'),
      HANGS_AT: `aggregates/minute/${customerId}/`,
    });
    expect((await postLogs(emulator, { customerId, body: [entry] })).status).toBe(202);
    while (!emulator.output.includes('hangs\n')) await sleep(5);
    const { exitCode, output } = await emulator.end();

    expect(exitCode).toBe(0);
    expect(output).toContain('Invocations did not end in time');
    expect(output).toContain('"functions":["aggregateLate"]');
  });

  it('has counted after the next start what that invocation had', async () => {
    await emulator.start();
    expect(await countedRequests(emulator, customerId)).toBe(1);
  });
});

function ifConnectionFailed(error: unknown): undefined {
  if (!(error instanceof ConnectionFailed)) throw error;
}

async function finish(sending: ClientRequest, rest: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    sending.on('response', (response) => resolve(response.resume().statusCode));
    sending.on('error', reject);
    sending.end(rest);
  });
}

/** Resolves when no connection is accepted any more. */
async function isRefused({ hostname, port }: URL): Promise<void> {
  for (;;) {
    const isTaken = await new Promise<boolean>((resolve) => {
      const connection = createConnection(Number(port), hostname);
      connection.once('connect', () => resolve(true));
      connection.once('error', () => resolve(false));
      connection.once('connect', () => connection.destroy());
    });
    if (!isTaken) return;
    await sleep(5);
  }
}
