/**
 * Decides by the time since a batch was stored, and since its first look, which is known even if its header cannot be
 * read. A batch stored far in the future is as overdue as one stored long ago, since a clock was wrong.
 * @param storedAt  `undefined` if it is not known
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
