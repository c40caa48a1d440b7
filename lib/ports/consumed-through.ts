/**
 * Computes the answer of `consumedThrough` from the instants at which the waiting records were put, or began to be
 * put. If one of them is in the future, the clock was set back, and instants no longer show the order of puts.
 * @param waitingSince  contains `undefined` if the instant of some part of the stream is not known
 */
export function consumedThrough(waitingSince: Iterable<Date | undefined>, now: Date): Date | undefined {
  let earliest = now;
  for (const putAt of waitingSince) {
    if (putAt === undefined || putAt > now) return undefined;
    if (putAt < earliest) earliest = putAt;
  }
  return earliest;
}
