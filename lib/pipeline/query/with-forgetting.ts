import type { Outstanding } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { mayLackUnforgotten } from '../../domain/tombstone.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readTombstones } from '../forget/read-tombstones.ts';

export interface ForgettingPorts {
  readonly store: Pick<ObjectStore, 'get' | 'list'>;
  readonly progress: CountingProgress;
}

interface Claiming {
  readonly countedThrough: Date | undefined;
  readonly waiting?: number | undefined;
}

/**
 * Asks for counts, and asks again without claiming anything about their progress where the customer, or any for
 * `undefined`, is being forgotten. A minute from before its tombstone is removed as a whole, also with what is not
 * forgotten, which is then emitted again.
 *
 * The tombstone is read after the counts, and is written before anything is removed: so counts that lack something have a
 * tombstone behind them.
 */
export async function withForgetting<Answer extends Claiming>(
  customerId: CustomerId | undefined,
  { store, progress }: ForgettingPorts,
  ask: (progress: CountingProgress) => Promise<Answer>,
): Promise<Answer> {
  const answer = await ask(progress);
  const { countedThrough, waiting } = answer;
  if (countedThrough === undefined && waiting === undefined) return answer;
  return (await mayBeForgetting(customerId, countedThrough, store)) ? ask(unknownProgress) : answer;
}

async function mayBeForgetting(
  customerId: CustomerId | undefined,
  countedThrough: Date | undefined,
  store: ForgettingPorts['store'],
): Promise<boolean> {
  let isUnknown = false;
  const tombstones = await readTombstones(customerId, store, () => (isUnknown = true));
  return isUnknown || [...tombstones.values()].some((each) => mayLackUnforgotten(countedThrough, each));
}

const unknown: Outstanding = { through: undefined, entries: undefined, waitsWithin: () => true };
const unknownProgress: CountingProgress = { of: async () => ({ minutes: unknown, rollUps: unknown }) };
