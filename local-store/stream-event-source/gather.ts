import type { TakeLimits, TakenRecords } from '../local-stream.ts';
import { pause } from '../../event-source/backoff.ts';
import type { SourceContext } from './source-context.ts';

/**
 * Waits for records and takes them: those that are there at once or, with a batch window, those that are there when
 * it has passed or the limits are reached. Returns none when the source is stopping.
 */
export async function gather(
  partition: number,
  limits: TakeLimits,
  context: SourceContext,
): Promise<TakenRecords> {
  const { stream, consumer, settings, stopping } = context;
  try {
    await stream.waitForRecords(consumer, partition, { ...limits, maxRecords: 1 }, stopping);
    if (settings.batchWindowSeconds > 0) await passWindow(partition, limits, context);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  if (stopping.aborted) return { records: [], isFull: false };
  return stream.take(consumer, partition, limits);
}

/** Resolves when the batch window has passed, or as much can be taken as the limits allow. */
async function passWindow(partition: number, limits: TakeLimits, context: SourceContext): Promise<void> {
  const { stream, consumer, settings, stopping, timers } = context;
  const window = new AbortController();
  const close = () => window.abort();
  stopping.addEventListener('abort', close, { once: true });
  const passed = pause(settings.batchWindowSeconds * 1000, { timers, stopping: window.signal }).finally(
    close,
  );
  try {
    await stream.waitForRecords(consumer, partition, limits, window.signal);
  } catch (error) {
    if (!window.signal.aborted) throw error;
  } finally {
    stopping.removeEventListener('abort', close);
    close();
    await passed;
  }
}
