import { pause } from '../../event-source/backoff.ts';
import type { SourceContext } from './source-context.ts';

/**
 * Resolves when a batch is due: a message is visible, and the batch window has passed since then or a full batch is
 * visible. Also resolves when the source is stopping.
 */
export async function waitForBatch(context: SourceContext): Promise<void> {
  const visibleSince = await waitForVisible(context);
  if (visibleSince !== undefined && context.settings.batchWindowSeconds > 0)
    await waitForWindow(visibleSince, context);
}

/** Resolves with the time at which a message became visible; `undefined` if the source is stopping. */
async function waitForVisible(context: SourceContext): Promise<number | undefined> {
  const { queue, clock, stopping } = context;
  while (!stopping.aborted) {
    const { arrivals } = queue;
    const next = queue.nextVisibleAt()?.getTime();
    const now = clock.now().getTime();
    if (next !== undefined && next <= now) return next;
    // A queue with a delay gets many messages that change nothing here, since they become visible later than the next
    // one.
    const isNextForSure = next !== undefined && next <= now + queue.delaySeconds * 1000;
    await wait(
      next === undefined ? undefined : next - now,
      isNextForSure ? undefined : arrivals + 1,
      context,
    );
  }
  return undefined;
}

async function waitForWindow(visibleSince: number, context: SourceContext): Promise<void> {
  const { queue, clock, settings, stopping } = context;
  const window = settings.batchWindowSeconds * 1000;
  const deadline = visibleSince + window;
  while (!stopping.aborted) {
    const { arrivals } = queue;
    const now = clock.now().getTime();
    const isClockSetBack = now < visibleSince;
    if (now >= deadline || isClockSetBack) return;
    const full = queue.visibleTogetherAt(settings.batchSize)?.getTime() ?? Infinity;
    if (full <= now) return;
    // Either enough messages are known to become visible in time, or the missing ones must arrive first.
    const missing = settings.batchSize - queue.depth().visible;
    await wait(
      Math.min(full, deadline) - now,
      full <= deadline ? undefined : arrivals + Math.max(1, missing),
      context,
    );
  }
}

/** Waits until the time has passed, `arrivals` is reached, or the source is stopping. */
async function wait(
  milliseconds: number | undefined,
  arrivals: number | undefined,
  { queue, timers, stopping }: SourceContext,
): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  stopping.addEventListener('abort', end, { once: true });
  const waits: Promise<void>[] = [];
  if (milliseconds !== undefined) waits.push(pause(milliseconds, { timers, stopping: over.signal }));
  if (arrivals !== undefined)
    waits.push(untilAborted(queue.waitForArrivals(arrivals, over.signal), over.signal));
  try {
    await Promise.race(waits);
  } finally {
    stopping.removeEventListener('abort', end);
    end();
    await Promise.all(waits);
  }
}

async function untilAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
