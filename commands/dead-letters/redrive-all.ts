import { Unavailable } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import { idOf, type DeadLetter } from './dead-letter.ts';
import { findNewestLetters } from './newest-letters.ts';
import {
  redrive,
  type Fate,
  type PutAgain,
  type Redriven,
  type RedrivePlaces,
  type WaitUntilCounted,
} from './redrive.ts';

interface PutLetter extends PutAgain {
  readonly letter: DeadLetter;
  readonly to: string;
  readonly remove: () => Promise<void>;
}

/**
 * Redrives dead letters. Where counting goes on meanwhile, it puts all of their records, waits until these are counted, and
 * then removes the failed records. Until then these keep the customers' answers from being called complete; a record that
 * fails once more has left another one by then.
 * @param told  receives the outcome of each
 * @throws Unavailable  counting cannot be watched now; nothing was put
 */
export async function redriveAll(
  letters: readonly DeadLetter[],
  places: RedrivePlaces,
  told: (letter: DeadLetter, redriven: Redriven) => void,
): Promise<void> {
  const hasRecords = letters.some(({ kind }) => kind === 'failed-record' || kind === 'failed-invocation');
  const lettersOf = hasRecords ? await findNewestLetters(places.store) : () => undefined;
  const wait = hasRecords ? await places.watchCounting?.() : undefined;
  const all: PutLetter[] = [];
  for (const letter of letters) {
    const redriven = await redrive(letter, places, lettersOf);
    if (redriven.isRedriven && redriven.put !== undefined) {
      all.push({ ...redriven.put, letter, to: redriven.to });
    } else told(letter, redriven);
  }
  if (wait === undefined || all.length === 0) return;
  const fates = await fatesOf(all, wait);
  for (const [place, put] of all.entries()) told(put.letter, await settle(put, fates[place]));
}

async function fatesOf(all: readonly PutLetter[], wait: WaitUntilCounted): Promise<readonly Fate[]> {
  try {
    return await wait(all);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return all.map(() => ({ kind: 'unknown', why: reasonOf(error) }));
  }
}

/** Removes a dead letter, unless its records may still wait. */
async function settle({ to, remove }: PutLetter, fate: Fate | undefined): Promise<Redriven> {
  if (fate === undefined || fate.kind === 'unknown') {
    const why = fate?.why ?? 'it is not known why';
    const reason = `it was put again, but is kept, as it is not known to be counted (${why}); repeat the redrive later, which counts nothing twice`;
    return { isRedriven: false, reason };
  }
  try {
    await remove();
  } catch (error) {
    if (error instanceof Unavailable) return { isRedriven: false, reason: reasonOf(error) };
    throw error;
  }
  if (fate.kind === 'counted') return { isRedriven: true, to };
  const ids = fate.places.map((place) => idOf(place)).join(', ');
  return { isRedriven: false, reason: `it was put again and failed again, and is kept as ${ids} now` };
}
