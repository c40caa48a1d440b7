import * as z from 'zod';
import type { Emulator } from '../emulator.ts';

const totalSchema = z.object({ requests: z.int() });

/** Reads the number of a customer's requests in the days of the sample log and of today. */
export async function totalRequests({ http }: Pick<Emulator, 'http'>, customerId: string): Promise<number> {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const query = `from=2026-11-20T00:00:00Z&to=${tomorrow.slice(0, 'yyyy-mm-ddThh:mm'.length)}:00Z`;
  const answer = await http.request(`/aggregates/total?${query}`, {
    headers: { 'x-customer-id': customerId },
  });
  return totalSchema.parse(JSON.parse(answer.body.toString())).requests;
}
