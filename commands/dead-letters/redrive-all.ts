import { Unavailable } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import type { DeadLetter } from './dead-letter.ts';
import { redrive, type Redriven, type RedrivePlaces } from './redrive.ts';

/**
 * Redrives dead letters. Where it is known when records are counted, it puts all of them, waits for that once, and then
 * removes the failed records. Until then these keep the customers' answers from being called complete; a record that fails
 * once more has left another one by then.
 * @param told  receives the outcome of each
 */
export async function redriveAll(
  letters: readonly DeadLetter[],
  places: RedrivePlaces,
  told: (letter: DeadLetter, redriven: Redriven) => void,
): Promise<void> {
  const put: { readonly letter: DeadLetter; readonly to: string; readonly remove: () => Promise<void> }[] =
    [];
  for (const letter of letters) {
    const redriven = await redrive(letter, places);
    if (redriven.isRedriven && redriven.remove !== undefined) {
      put.push({ letter, to: redriven.to, remove: redriven.remove });
    } else told(letter, redriven);
  }
  if (put.length === 0) return;
  const doubt = await doubtOf(places);
  for (const { letter, to, remove } of put) {
    const reason = doubt ?? (await failureOf(remove));
    told(letter, reason === undefined ? { isRedriven: true, to } : { isRedriven: false, reason });
  }
}

/** @returns why it is not known that everything is counted, or `undefined` if it is */
async function doubtOf({ untilCounted }: RedrivePlaces): Promise<string | undefined> {
  let isCounted = true;
  const failure = await failureOf(async () => {
    isCounted = (await untilCounted?.()) ?? true;
  });
  if (failure === undefined && isCounted) return undefined;
  const why = failure ?? 'counting is behind';
  return `it was put again, but is kept, as it is not known to be counted (${why}); repeat the redrive later, which counts nothing twice`;
}

async function failureOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof Unavailable) return reasonOf(error);
    throw error;
  }
}
