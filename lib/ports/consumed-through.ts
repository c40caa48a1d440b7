/**
 * What `consumedThrough` answers where the instants are known at which that was put, or began to be put, that waits. If
 * one of them is still to come, the clock was set back since, and no instant tells any more what was put before what.
 * @param waitingSince  with `undefined` where it is not known of a part of the stream
 */
export function consumedThrough(waitingSince: Iterable<Date | undefined>, now: Date): Date | undefined {
  let earliest = now;
  for (const putAt of waitingSince) {
    if (putAt === undefined || putAt > now) return undefined;
    if (putAt < earliest) earliest = putAt;
  }
  return earliest;
}
