import { pause } from '../../../event-source/backoff.ts';
import { realTimers } from '../../../lib/timers.ts';
import type { OwnedPartition, TakeLimits } from '../consumer/owned-partition.ts';
import type { TopicRecord } from '../consumer/topic-record.ts';

/**
 * Waits for records and takes them: those that are there at once or, with a window, those that are there when it has
 * passed or as many as the limits allow. Returns none when nothing new may begin.
 */
export async function gather(
  partition: OwnedPartition,
  limits: TakeLimits,
  windowMilliseconds: number,
): Promise<readonly TopicRecord[]> {
  await partition.waitForRecords();
  if (windowMilliseconds > 0) await passWindow(partition, limits, windowMilliseconds);
  return partition.signal.aborted ? [] : partition.take(limits);
}

async function passWindow(
  partition: OwnedPartition,
  { maxRecords, maxBytes }: TakeLimits,
  windowMilliseconds: number,
): Promise<void> {
  const open = new AbortController();
  const passed = pause(windowMilliseconds, { timers: realTimers, stopping: open.signal });
  const until = realTimers.elapsed() + windowMilliseconds;
  const isFull = () => partition.buffered >= maxRecords || partition.bufferedBytes >= maxBytes;
  while (realTimers.elapsed() < until && !isFull() && !partition.signal.aborted) {
    await Promise.race([passed, partition.waitForMore()]);
  }
  open.abort();
  await passed;
}
