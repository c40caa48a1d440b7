import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../e2e/emulator.ts';
import { logRange } from './access-log.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { Sender, type SenderKind } from './sender.ts';

/** One log on its way through a sender and the proxy to the pipeline. */
export interface Delivery {
  readonly proxy: FaultProxy;
  readonly sender: Sender;
  /** Appends lines to the log, a few at a time, as a web server does. */
  readonly write: (lines: readonly string[]) => Promise<void>;
  /** Asks for the counts by path. */
  readonly counts: () => Promise<Map<string, number>>;
  readonly customerId: string;
}

/** Runs a test with a sender that follows an empty log. */
export async function withDelivery(
  kind: SenderKind,
  emulator: Emulator,
  test: (delivery: Delivery) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-sender-'));
  const customerId = `cus-${directory.slice(-6)}`;
  const log = join(directory, 'access.log');
  await writeFile(log, '');
  const proxy = await startFaultProxy(emulator.baseUrl);
  const sender = new Sender(kind, { directory, log, url: proxy.url, customerId });
  try {
    await sender.start();
    const write = (lines: readonly string[]) => append(log, lines);
    const counts = () => countsByPath(emulator, customerId);
    await test({ proxy, sender, write, counts, customerId });
  } catch (error) {
    throw new Error(`${kind.name} printed:\n${sender.output().slice(-4_000)}`, { cause: error });
  } finally {
    await sender.end('SIGKILL');
    await proxy.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Time for all lines to be counted; the test then compares what there is. */
const deadlineMilliseconds = 90_000;

/**
 * Returns the counts by path after each has reached what is expected, and the sender has sent what it still had. After
 * a deadline it returns those that there are.
 */
export async function countsAfter(
  delivery: Delivery,
  expected: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const deadline = performance.now() + deadlineMilliseconds;
  while (performance.now() < deadline && missingOf(expected, await delivery.counts()).length > 0) {
    delivery.sender.requireRunning();
    await sleep(500);
  }
  await delivery.sender.end('SIGTERM');
  return delivery.counts();
}

/** Returns the paths that were counted less often than they were written. */
export function missingOf(
  expected: ReadonlyMap<string, number>,
  counts: ReadonlyMap<string, number>,
): [string, number][] {
  return [...expected].filter(([path, requests]) => (counts.get(path) ?? 0) < requests);
}

async function append(log: string, lines: readonly string[]): Promise<void> {
  const stream = createWriteStream(log, { flags: 'a' });
  for (let from = 0; from < lines.length; from += 100) {
    const some = `${lines.slice(from, from + 100).join('\n')}\n`;
    if (!stream.write(some)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

async function countsByPath({ http }: Emulator, customerId: string): Promise<Map<string, number>> {
  const query = new URLSearchParams({ ...logRange, top: '1000' });
  const answer = await http.request(`/aggregates/total?${query.toString()}`, {
    headers: { 'x-customer-id': customerId },
  });
  if (answer.status !== 200) return new Map();
  const { topPaths } = JSON.parse(answer.body.toString()) as {
    topPaths: { key: string; requests: number }[];
  };
  return new Map(topPaths.map(({ key, requests }) => [key, requests]));
}
