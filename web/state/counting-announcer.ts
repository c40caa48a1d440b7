/** Progress to read out for users of screen readers. */
export type CountingNews = 'still-counting' | 'all-counted' | undefined;

const atMostEveryMilliseconds = 60_000;

/**
 * Decides when to read out the progress of counting. With live traffic, some entries wait at almost any look. So it
 * only reports what lasts for two looks, at most once a minute, and the end of it.
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
