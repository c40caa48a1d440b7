import * as z from 'zod';
import type { HttpClient } from '../../client/http-client.ts';
import { UnexpectedAnswer } from '../../bench/scenario/pipeline-client.ts';

const pageSchema = z.object({ windows: z.array(z.object({ requests: z.int() })) });

/** Returns a customer's requests in all windows of a size. */
export async function requestsIn(
  window: 'minute' | 'hour' | 'day',
  customerId: string,
  http: HttpClient,
): Promise<number> {
  const ever = { from: '1970-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' };
  const path = `/aggregates?${new URLSearchParams({ window, ...ever }).toString()}`;
  const answer = await http.request(path, { headers: { 'x-customer-id': customerId } });
  if (answer.status !== 200) throw new UnexpectedAnswer(path, answer);
  const { windows } = pageSchema.parse(JSON.parse(answer.body.toString()));
  return windows.reduce((sum, { requests }) => sum + requests, 0);
}
