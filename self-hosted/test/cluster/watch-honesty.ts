import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient } from '../../../client/http-client.ts';
import { oneOf, type Traffic } from './clients.ts';
import { readMinutes, readTotal, type ReadRange } from './read-counts.ts';

export interface Honesty {
  /** Answers that claimed too much, or counted too much. */
  readonly lies: readonly string[];
  /** Number of answers that named an instant, of all answers. */
  readonly answers: { readonly all: number; readonly dated: number; readonly complete: number };
}

/**
 * Reads counts continuously, and compares each answer with what the clients knew: everything that was accepted before
 * `countedThrough` must be in it, in the sum and in each minute, and never more than was sent.
 */
export async function watchHonesty(traffic: Traffic, range: ReadRange): Promise<Honesty> {
  const { urls, ledger, customers, stopping } = traffic;
  const clients = urls.map((url) => createHttpClient(url, 4));
  const lies: string[] = [];
  const answers = { all: 0, dated: 0, complete: 0 };
  for (let turn = 0; !stopping.aborted; turn += 1) {
    const client = clients[turn % clients.length];
    const customerId = oneOf(customers, turn);
    if (client === undefined) throw new Error('There is no address to read from.');
    const read = Math.floor(turn / customers.length) % 2 === 0 ? readMinutes : readTotal;
    const answer = await read(client, customerId, range);
    if (answer !== undefined) {
      const { countedThrough, requests, minutes, complete } = answer;
      answers.all += 1;
      answers.complete += complete;
      const what = `${read.name} of ${customerId}`;
      if (countedThrough === undefined) {
        if (complete > 0) lies.push(`${what} is complete through no instant`);
      } else {
        answers.dated += 1;
        const through = countedThrough.getTime();
        const at = countedThrough.toISOString();
        const due = ledger.acceptedBefore(customerId, through);
        if (requests < due) lies.push(`${what}: ${requests} requests, ${due} were accepted before ${at}`);
        if (minutes.size > 0) {
          for (const [minute, accepted] of ledger.minutesAcceptedBefore(customerId, through)) {
            const counted = minutes.get(minute) ?? 0;
            if (counted < accepted)
              lies.push(`${what}: ${counted} in ${minute}, ${accepted} were accepted before ${at}`);
          }
        }
      }
      if (requests > ledger.begun(customerId)) {
        lies.push(`${what}: ${requests} requests, ${ledger.begun(customerId)} were sent`);
      }
    }
    await sleep(150);
  }
  for (const client of clients) client.close();
  return { lies, answers };
}
