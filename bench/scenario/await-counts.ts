import { ConnectionFailed } from '../../client/http-client.ts';
import { UnexpectedAnswer, type PipelineClient } from './pipeline-client.ts';
import type { Timing } from '../../client/timing.ts';
import { compareWindows, type WindowComparison, type WindowCounts } from './window-counts.ts';

export interface CountsFound {
  readonly windows: readonly WindowComparison[];
  /** Time from the start of the waiting until all windows were as expected; `undefined` if they never were. */
  readonly readableAfterMilliseconds: number | undefined;
}

export interface AwaitOptions {
  readonly expected: readonly WindowCounts[];
  readonly before: readonly WindowCounts[];
  /** Longest time to wait for the counts. */
  readonly withinSeconds: number;
  readonly timing: Timing;
}

const pollMilliseconds = 10;

/**
 * Reads the windows until nothing waits to be counted any more, so that it also finds entries counted twice. If the
 * pipeline does not report what waits, it reads until the windows are as expected.
 */
export async function awaitCounts(
  client: PipelineClient,
  { expected, before, withinSeconds, timing }: AwaitOptions,
): Promise<CountsFound> {
  const [from, to] = rangeOf(expected);
  const startedAt = timing.now();
  let readableAfterMilliseconds: number | undefined;
  for (;;) {
    const isOver = timing.now() - startedAt > withinSeconds * 1_000;
    try {
      const backlog = await client.readBacklog(); // before the windows: they include everything counted by then
      const windows = compareWindows(expected, before, await client.readWindows(from, to));
      const isExact = windows.every(({ differences }) => differences.length === 0);
      if (isExact) readableAfterMilliseconds ??= timing.now() - startedAt;
      const isSettled = backlog === undefined ? isExact : backlog === 0;
      if (isSettled || isOver) return { windows, readableAfterMilliseconds };
    } catch (error) {
      const isPassing =
        error instanceof ConnectionFailed || (error instanceof UnexpectedAnswer && error.status >= 500);
      if (!isPassing || isOver) throw error;
    }
    await timing.wait(pollMilliseconds);
  }
}

/** Returns the first instant of the windows, and the first one after them. */
export function rangeOf(windows: readonly WindowCounts[]): [from: string, to: string] {
  const starts = windows.map(({ windowStart }) => Date.parse(windowStart));
  return [new Date(Math.min(...starts)).toISOString(), new Date(Math.max(...starts) + 60_000).toISOString()];
}
