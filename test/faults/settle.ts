import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { Emulator } from '../e2e/emulator.ts';
import { json } from '../e2e/requests.ts';
import { requestsIn } from './requests-in.ts';
import type { SentBatch } from './sent-batch.ts';

type Named = Pick<SentBatch, 'customerId' | 'batchId'>;

export interface Settled {
  /** The ids of the stored batches. */
  readonly stored: ReadonlySet<string>;
  /** Batches that were not counted in time, in words. */
  readonly unsettled: readonly string[];
}

/** Several times the longest way there is: hidden, looked at, emitted, hidden, looked at. */
const withinSeconds = 150;

/**
 * Waits until every stored batch says that it is counted, and hours and days are up to date. No client sends any
 * more.
 */
export async function settle(emulator: Emulator, sent: readonly Named[]): Promise<Settled> {
  const deadline = performance.now() + withinSeconds * 1_000;
  const stored = new Set<string>();
  const uncounted = await pMap(
    sent,
    async (batch) => {
      const isDone = async () => {
        const state = await stateOf(batch, emulator);
        if (state !== 'absent') stored.add(batch.batchId);
        return state !== 'uncounted';
      };
      return (await isTrueBefore(deadline, isDone)) ? [] : `${batch.batchId} is stored and not counted`;
    },
    { concurrency: 16 },
  );
  const behind = await pMap(new Set(sent.map(({ customerId }) => customerId)), async (customerId) => {
    const isRolledUp = async () => {
      const [minutes, hours, days] = await Promise.all(
        (['minute', 'hour', 'day'] as const).map((size) => requestsIn(size, customerId, emulator.http)),
      );
      return minutes === hours && minutes === days;
    };
    return (await isTrueBefore(deadline, isRolledUp))
      ? []
      : `${customerId} has hours or days that are behind`;
  });
  const unsettled = [...uncounted, ...behind].flat().map((what) => `${what} after ${withinSeconds} s`);
  return { stored, unsettled };
}

async function isTrueBefore(deadline: number, claim: () => Promise<boolean>): Promise<boolean> {
  while (!(await claim())) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

async function stateOf(
  { customerId, batchId }: Named,
  { http }: Emulator,
): Promise<'absent' | 'uncounted' | 'counted'> {
  const answer = await http.request(`/batches/${batchId}`, { headers: { 'x-customer-id': customerId } });
  if (answer.status === 404) return 'absent';
  if (answer.status !== 200) throw new Error(`The state of ${batchId} was answered with ${answer.status}.`);
  return (json(answer) as { counted: boolean }).counted ? 'counted' : 'uncounted';
}
