import * as z from 'zod';
import { ConnectionFailed, type HttpClient } from '../../../client/http-client.ts';

const pageSchema = z.object({
  countedThrough: z.iso.datetime().nullable(),
  windows: z.array(
    z.object({
      windowStart: z.string(),
      requests: z.int(),
      requestsByPath: z.record(z.string(), z.int()),
      complete: z.boolean(),
    }),
  ),
});

const totalSchema = z.object({
  countedThrough: z.iso.datetime().nullable(),
  requests: z.int(),
  complete: z.boolean(),
});

export interface ReadCounts {
  readonly countedThrough: Date | undefined;
  readonly requests: number;
  /** Requests of each minute; empty for a total. */
  readonly minutes: ReadonlyMap<string, number>;
  /** Number of windows marked as complete. */
  readonly complete: number;
  /** Requests by minute and path; empty for a total. */
  readonly cells: ReadonlyMap<string, number>;
}

export interface ReadRange {
  readonly from: string;
  readonly to: string;
}

/** Reads the minutes of a customer; `undefined` if they cannot be read now. */
export async function readMinutes(
  client: HttpClient,
  customerId: string,
  range: ReadRange,
): Promise<ReadCounts | undefined> {
  const query = new URLSearchParams({ window: 'minute', limit: '1000', ...range });
  const page = await read(client, customerId, `/aggregates?${query.toString()}`, pageSchema);
  if (page === undefined) return undefined;
  const cells = new Map<string, number>();
  for (const { windowStart, requestsByPath } of page.windows) {
    for (const [path, count] of Object.entries(requestsByPath))
      cells.set(`${windowStart.slice(0, 16)} ${path}`, count);
  }
  return {
    countedThrough: page.countedThrough === null ? undefined : new Date(page.countedThrough),
    requests: page.windows.reduce((sum, { requests }) => sum + requests, 0),
    minutes: new Map(page.windows.map(({ windowStart, requests }) => [windowStart.slice(0, 16), requests])),
    complete: page.windows.filter(({ complete }) => complete).length,
    cells,
  };
}

/** Reads the total of a customer, which comes from its hours where it can; `undefined` if it cannot be read now. */
export async function readTotal(
  client: HttpClient,
  customerId: string,
  range: ReadRange,
): Promise<ReadCounts | undefined> {
  const query = new URLSearchParams({ top: '1', ...range });
  const total = await read(client, customerId, `/aggregates/total?${query.toString()}`, totalSchema);
  return (
    total && {
      countedThrough: total.countedThrough === null ? undefined : new Date(total.countedThrough),
      requests: total.requests,
      minutes: new Map(),
      complete: total.complete ? 1 : 0,
      cells: new Map(),
    }
  );
}

/** Reports whether a batch is stored; `undefined` if that cannot be read now. */
export async function isStored(
  client: HttpClient,
  customerId: string,
  key: string,
): Promise<boolean | undefined> {
  try {
    const headers = { 'x-customer-id': customerId };
    const { status } = await client.request(`/batches/${encodeURIComponent(key)}`, { headers });
    return status === 200 ? true : status === 404 ? false : undefined;
  } catch (error) {
    if (error instanceof ConnectionFailed) return undefined;
    throw error;
  }
}

async function read<T>(
  client: HttpClient,
  customerId: string,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  try {
    const { status, body } = await client.request(path, { headers: { 'x-customer-id': customerId } });
    if (status === 503) return undefined;
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${body.toString().slice(0, 200)}`);
    return schema.parse(JSON.parse(body.toString()));
  } catch (error) {
    if (error instanceof ConnectionFailed) return undefined;
    throw error;
  }
}
