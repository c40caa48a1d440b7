/** What is to be read out about the counting, for those who do not see it. */
export type CountingNews = 'still-counting' | 'all-counted' | undefined;

const atMostEveryMilliseconds = 60_000;

/**
 * Decides when the counting is worth reading out. Where traffic is live, something can wait at any look: so only what lasts
 * for two looks counts, and no more is said than once a minute, or that it is over.
 */
export function createCountingAnnouncer(): (isCounting: boolean, now: number) => CountingNews {
  let wasCounting = false;
  let saidAt: number | undefined;
  return (isCounting, now) => {
    const isLasting = isCounting === wasCounting;
    wasCounting = isCounting;
    if (!isLasting) return undefined;
    if (isCounting) {
      if (saidAt !== undefined && now - saidAt < atMostEveryMilliseconds) return undefined;
      saidAt = now;
      return 'still-counting';
    }
    if (saidAt === undefined) return undefined;
    saidAt = undefined;
    return 'all-counted';
  };
}
