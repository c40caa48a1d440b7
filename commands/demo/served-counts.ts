import * as z from 'zod';
import { dimensions, emptyCounts, mapDimensions, type Counts } from '../../lib/domain/dimensions.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { answerOrRetry } from '../pipeline-client/answer-or-retry.ts';
import { backlogOf } from '../pipeline-client/backlog.ts';
import type { HttpAnswer, HttpClient } from '../pipeline-client/http-client.ts';
import { realTiming } from '../pipeline-client/timing.ts';

/** What is served of a customer over a range of time. */
export interface ServedCounts {
  readonly requests: number;
  readonly counts: Counts;
}

/** The pipeline answered something that it would not. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(path: string, { status, body }: HttpAnswer) {
    super(`${path} answered ${status}: ${body.toString('utf8', 0, 300)}`);
  }
}

const retryForSeconds = 30;
const requestsByKey = z.record(z.string(), z.int());
const pageSchema = z.object({
  nextToken: z.string().optional(),
  windows: z.array(z.object({ requests: z.int(), ...mapDimensions(() => requestsByKey) })),
});

/**
 * The sum of all minutes of the range, page by page.
 * @throws UnexpectedAnswer, GaveUp
 */
export async function servedCounts(
  http: HttpClient,
  customerId: CustomerId,
  range: { readonly from: Date; readonly to: Date },
): Promise<ServedCounts> {
  const [from, to] = [range.from.toISOString(), range.to.toISOString()];
  const counts = emptyCounts();
  let requests = 0;
  for (let nextToken: string | undefined = ''; nextToken !== undefined;) {
    const query: Record<string, string> = { window: 'minute', from, to, ...(nextToken && { nextToken }) };
    const path = `/aggregates?${new URLSearchParams(query).toString()}`;
    const page = pageSchema.parse(JSON.parse(await read(http, path, { 'x-customer-id': customerId })));
    for (const window of page.windows) {
      requests += window.requests;
      for (const { field } of dimensions) add(counts[field], window[field]);
    }
    nextToken = page.nextToken;
  }
  return { requests, counts };
}

/** Records that wait to be counted. */
export async function waitingRecords(http: HttpClient): Promise<number> {
  return backlogOf(await read(http, '/metrics')) ?? 0;
}

async function read(http: HttpClient, path: string, headers: Record<string, string> = {}): Promise<string> {
  const options = { retryForSeconds, timing: realTiming };
  const { answer } = await answerOrRetry(() => http.request(path, { headers }), options);
  if (answer.status !== 200) throw new UnexpectedAnswer(path, answer);
  return answer.body.toString();
}

function add(counts: Map<string, number>, added: Readonly<Record<string, number>>): void {
  for (const [key, requests] of Object.entries(added)) counts.set(key, (counts.get(key) ?? 0) + requests);
}
