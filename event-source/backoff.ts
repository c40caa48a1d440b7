import type { Timers } from '../lib/ports/timers.ts';

/** Wait of a source after a failure of its function. */
export const sourceBackoff = {
  firstMilliseconds: 100,
  longestMilliseconds: 10_000,
  randomShare: 0.5,
} as const;

/** Waits for a time; ends early when the source is stopping. */
export async function pause(
  milliseconds: number,
  { timers, stopping }: { readonly timers: Timers; readonly stopping: AbortSignal },
): Promise<void> {
  try {
    await timers.sleep(milliseconds, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}
