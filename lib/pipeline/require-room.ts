import type { EncodedPartial } from '../domain/summarise.ts';
import { Unavailable } from '../errors.ts';
import { streamOf } from './emit.ts';
import type { Streams } from './streams.ts';

/**
 * Keeps what waits to be aggregated bounded: who comes when there is too much is asked to come again.
 * @throws Unavailable  one of the streams that the partials take has more than `maxBacklogRecords` to consume
 */
export async function requireRoom(
  partials: readonly EncodedPartial[],
  streams: Streams,
  maxBacklogRecords: number,
): Promise<void> {
  const names = new Set(partials.map(streamOf));
  const backlogs = await Promise.all([...names].map((name) => streams[name].backlog()));
  const most = Math.max(0, ...backlogs.map((backlog) => backlog?.records ?? 0));
  if (most <= maxBacklogRecords) return;
  throw new Unavailable(`${most} partials wait to be counted, and no more than ${maxBacklogRecords} may.`);
}
