import { ConnectionFailed } from '../../client/http-client.ts';
import { UnexpectedAnswer, type PipelineClient } from './pipeline-client.ts';
import type { Timing } from '../../client/timing.ts';
import { compareWindows, type WindowComparison, type WindowCounts } from './window-counts.ts';

export interface CountsFound {
  readonly windows: readonly WindowComparison[];
  /** From the start of the waiting until all windows were as expected; `undefined` where they never were. */
  readonly readableAfterMilliseconds: number | undefined;
}

export interface AwaitOptions {
  readonly expected: readonly WindowCounts[];
  readonly before: readonly WindowCounts[];
  /** How long the counts may stay away. */
  readonly withinSeconds: number;
  readonly timing: Timing;
}

const pollMilliseconds = 10;

/**
 * Reads the windows until nothing waits to be counted any more, so that what is counted twice is found as well as what
 * is not counted; where the pipeline does not say what waits, until they are as expected.
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
      const backlog = await client.readBacklog(); // before the windows: what is counted by then is in them
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

/** The first instant of the windows, and the first behind them. */
export function rangeOf(windows: readonly WindowCounts[]): [from: string, to: string] {
  const starts = windows.map(({ windowStart }) => Date.parse(windowStart));
  return [new Date(Math.min(...starts)).toISOString(), new Date(Math.max(...starts) + 60_000).toISOString()];
}
