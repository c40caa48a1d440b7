/**
 * Ships the history that its argument describes, in its own process like any shipper: building its requests would
 * slow down the clients being measured. The process sends `ready`, starts at the next message, and then sends its
 * times.
 */
import { once } from 'node:events';
import pMap from 'p-map';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { createHttpClient } from '../client/http-client.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { createPipelineClient } from './scenario/pipeline-client.ts';
import type { Shipped } from './shipper.ts';

const entriesPerBatch = 10_000;
/** Minutes of a batch. As in an access log, it has about an hour of one customer's traffic. */
const minutesPerBatch = 60;

const { url, customer, entries, connections } = z
  .object({ url: z.url(), customer: z.string(), entries: z.int(), connections: z.int() })
  .parse(JSON.parse(process.argv[2] ?? ''));
const bodies = historyOf(entries);
process.send?.('ready');
await once(process, 'message');
process.send?.(await ship(bodies));
process.disconnect();

async function ship(bodies: readonly string[]): Promise<Shipped> {
  const http = createHttpClient(new URL(url), connections);
  const headers = { 'x-customer-id': customer, 'content-type': 'application/json' };
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  try {
    await pMap(
      bodies,
      async (body) => {
        for (;;) {
          const { status } = await http.request('/logs', { method: 'POST', headers, body });
          if (status === 202) return;
          if (status !== 503) throw new Error(`The flood was answered ${status}.`);
          await sleep(1_000);
        }
      },
      { concurrency: connections },
    );
    const accepted = seconds();
    const client = createPipelineClient(http, customer);
    while ((await client.readBacklog()) !== 0) await sleep(50);
    return { accepted, counted: seconds() };
  } finally {
    http.close();
  }
}

function historyOf(entries: number): string[] {
  const traffic = createSampleTraffic(2);
  const lastWeek = Date.now() - 7 * 24 * 3_600_000;
  return Array.from({ length: Math.ceil(entries / entriesPerBatch) }, (_, batch) => {
    const start = new Date(lastWeek + batch * minutesPerBatch * 60_000);
    return JSON.stringify(traffic.entries(entriesPerBatch, start, minutesPerBatch));
  });
}
