import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionFailed, type HttpAnswer } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import type { WindowCounts } from '../../bench/scenario/window-counts.ts';
import type { Emulator } from './emulator.ts';

export const entry = {
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path: '/pricing',
  userAgent: 'curl/8.7.1',
  status: 200,
};

/** The range that contains all entries of these tests. */
export const december = { from: '2025-12-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };

export interface PostedBatch {
  readonly customerId: string;
  /** Everything except text and bytes is sent as JSON. */
  readonly body: unknown;
  /** Headers in addition to, or in place of, those of a JSON batch; one that is `undefined` is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export async function postLogs(
  { http }: Pick<Emulator, 'http'>,
  { customerId, body, headers = {} }: PostedBatch,
): Promise<HttpAnswer> {
  const sent = { 'x-customer-id': customerId, 'content-type': 'application/json', ...headers };
  return http.request('/logs', {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(sent).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

export function json({ body }: HttpAnswer): unknown {
  return JSON.parse(body.toString());
}

/** Requests the state of a customer's batch. */
export async function askForBatch(
  { http }: Emulator,
  customerId: string,
  key: string,
): Promise<{ readonly storedAt?: string; readonly counted?: boolean; readonly errorCode?: string }> {
  const headers = { 'x-customer-id': customerId };
  return json(await http.request(`/batches/${encodeURIComponent(key)}`, { headers })) as object;
}

/** Resolves when the batch is counted. */
export async function isCounted(emulator: Emulator, customerId: string, key: string): Promise<void> {
  while ((await askForBatch(emulator, customerId, key)).counted !== true) await sleep(50);
}

/** Sends a batch and accepts any outcome, including the death of the emulator. */
export async function postAnyway(emulator: Emulator, batch: PostedBatch): Promise<HttpAnswer | undefined> {
  try {
    return await postLogs(emulator, batch);
  } catch (error) {
    if (error instanceof ConnectionFailed) return undefined;
    throw error;
  }
}

/** Returns the windows of a customer, when nothing waits to be counted any more. */
export async function countedWindows(
  { http }: Emulator,
  customerId: string,
): Promise<readonly WindowCounts[]> {
  const client = createPipelineClient(http, customerId);
  while ((await client.readBacklog()) !== 0) await sleep(5);
  return client.readWindows(december.from, december.to);
}

/** Returns the requests of all windows of a customer, when nothing waits to be counted any more. */
export async function countedRequests(emulator: Emulator, customerId: string): Promise<number> {
  const windows = await countedWindows(emulator, customerId);
  return windows.reduce((sum, { requests }) => sum + requests, 0);
}

/** Returns the requests by the start of their hour or day, when the days have at least this many of them. */
export async function rolledUpRequests(
  { http }: Emulator,
  customerId: string,
  requests: number,
): Promise<Record<'hours' | 'days', Readonly<Record<string, number>>>> {
  const requestsIn = async (window: 'hour' | 'day'): Promise<Record<string, number>> => {
    const query = new URLSearchParams({ window, ...december }).toString();
    const answer = await http.request(`/aggregates?${query}`, { headers: { 'x-customer-id': customerId } });
    const { windows } = json(answer) as { windows: { windowStart: string; requests: number }[] };
    return Object.fromEntries(windows.map((each) => [each.windowStart, each.requests]));
  };
  for (;;) {
    const days = await requestsIn('day');
    const sum = Object.values(days).reduce((total, each) => total + each, 0);
    if (sum >= requests) return { hours: await requestsIn('hour'), days };
    await sleep(50);
  }
}

export interface AnsweredTotal {
  readonly requests: number;
  readonly complete: boolean;
  readonly countedThrough: string | null;
  readonly waiting?: number;
}

/** Returns the answer of `GET /aggregates/total` for a range. */
export async function total(
  { http }: Emulator,
  customerId: string,
  range: { readonly from: string; readonly to: string } = december,
): Promise<AnsweredTotal> {
  const query = new URLSearchParams(range).toString();
  const answer = await http.request(`/aggregates/total?${query}`, {
    headers: { 'x-customer-id': customerId },
  });
  return json(answer) as AnsweredTotal;
}

/** Returns the value of a metric, or the sum over its labels. */
export async function metric({ http }: Emulator, name: string, labels = ''): Promise<number> {
  const text = (await http.request('/metrics')).body.toString();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)));
  return lines
    .filter((line) => line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
