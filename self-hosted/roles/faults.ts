import QuickLRU from 'quick-lru';

/** Time for which work that fails by a fault of this program is tried again, since the fault may pass. */
const triedMilliseconds = 60_000;
const triedTimes = 3;
/** More fail only if all do, and then none is to blame. */
const maxRemembered = 10_000;

/**
 * Remembers what fails by a fault of this program, and reports when it has failed for so long that it is no longer tried.
 * Until then, the position of its partition waits for it, and so does everybody's `countedThrough`.
 * @param elapsed  returns milliseconds since some instant
 * @returns a function that takes the name of a record or a window each time that it fails
 */
export function createFaults(elapsed: () => number): (name: string) => boolean {
  const failing = new QuickLRU<string, { readonly since: number; readonly times: number }>({
    maxSize: maxRemembered,
  });
  return (name) => {
    const { since, times } = failing.get(name) ?? { since: elapsed(), times: 0 };
    failing.set(name, { since, times: times + 1 });
    return times + 1 >= triedTimes && elapsed() - since >= triedMilliseconds;
  };
}
