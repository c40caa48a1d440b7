/**
 * Decides by the time that has passed since a batch was stored, and since it was first looked at, which is known also
 * where its header cannot be read. One that was stored far in the future is as overdue as one that was stored long ago: a
 * clock was wrong.
 * @param storedAt  `undefined` where it is not known
 */
export function isOverdue(
  storedAt: Date | undefined,
  firstLooks: readonly Date[],
  now: Date,
  overdueSeconds: number,
): boolean {
  const since = storedAt === undefined ? firstLooks : [...firstLooks, storedAt];
  return since.some((instant) => Math.abs(now.getTime() - instant.getTime()) / 1_000 > overdueSeconds);
}
