import type { LoggedRecord, ReadLimits } from '../local-stream.ts';
import { pause } from './backoff.ts';
import { recordBytes } from './batches.ts';
import type { SourceContext } from './source-context.ts';

/**
 * Waits for records after `position` and returns them: what is there at once or, with a batch window, what comes in
 * until that has passed or the limits are reached. Nothing when the source is stopping.
 */
export async function gather(
  partition: number,
  position: number,
  limits: ReadLimits,
  context: SourceContext,
): Promise<readonly LoggedRecord[]> {
  const { stream, settings, stopping } = context;
  try {
    await stream.waitForRecords(partition, position, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  if (stopping.aborted) return [];
  if (settings.batchWindowSeconds === 0) return stream.read(partition, position, limits);
  return gatherInWindow(partition, position, limits, context);
}

async function gatherInWindow(
  partition: number,
  position: number,
  limits: ReadLimits,
  context: SourceContext,
): Promise<readonly LoggedRecord[]> {
  const { stream, settings, stopping, timers } = context;
  const window = new AbortController();
  const close = () => window.abort();
  stopping.addEventListener('abort', close, { once: true });
  const passed = pause(settings.batchWindowSeconds * 1000, { timers, stopping: window.signal }).finally(
    close,
  );
  const gathered: LoggedRecord[] = [];
  let bytesLeft = limits.maxBytes;
  try {
    while (gathered.length < limits.maxRecords) {
      const last = gathered.at(-1)?.sequence ?? position;
      await stream.waitForRecords(partition, last, window.signal);
      const maxRecords = limits.maxRecords - gathered.length;
      const more = stream.read(partition, last, { maxRecords, maxBytes: bytesLeft });
      if (more.length === 0) break; // there is one, but it has no room
      gathered.push(...more);
      bytesLeft -= more.reduce((sum, record) => sum + recordBytes(record), 0);
    }
  } catch (error) {
    if (!window.signal.aborted) throw error;
  } finally {
    stopping.removeEventListener('abort', close);
    close();
    await passed;
  }
  return gathered;
}
