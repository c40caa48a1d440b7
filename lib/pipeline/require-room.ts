import { Unavailable } from '../errors.ts';
import type { EventStream } from '../ports/event-stream.ts';

/**
 * Keeps what waits to be aggregated bounded: who comes when there is too much is asked to come again.
 * @throws Unavailable  one of the streams has more than `maxBacklogRecords` to consume
 */
export async function requireRoom(streams: readonly EventStream[], maxBacklogRecords: number): Promise<void> {
  const backlogs = await Promise.all(streams.map((stream) => stream.backlog()));
  const most = Math.max(0, ...backlogs.map((backlog) => backlog?.records ?? 0));
  if (most <= maxBacklogRecords) return;
  throw new Unavailable(`${most} partials wait to be counted, and no more than ${maxBacklogRecords} may.`);
}
