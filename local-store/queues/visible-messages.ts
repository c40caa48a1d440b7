import type { ScheduledMessage } from './message-tables.ts';
import type { QueueParts } from './queue-parts.ts';

type Scheduled = Pick<QueueParts, 'tables' | 'settings' | 'held'>;

/**
 * Yields the messages that can be received now: those that are due, and those that are due later than any delay or
 * time-out from now allows. The latter were scheduled before the clock was set back, and would otherwise stay hidden
 * for as long as it was set back.
 */
export function* visibleMessages(queue: Scheduled, now: number): Generator<ScheduledMessage> {
  const { tables, held } = queue;
  for (const [from, until] of [
    [0, now + 1],
    [latestVisibleAt(queue, now) + 1, Infinity],
  ] as const) {
    for (const message of tables.scheduled(from, until)) if (!held.has(message.id)) yield message;
  }
}

/**
 * Returns when the first message can be received: an instant in the past if it can be now, `undefined` if there is
 * none.
 */
export function nextVisibleAt(queue: Scheduled, now: number): Date | undefined {
  const { tables, held } = queue;
  const latest = latestVisibleAt(queue, now);
  tables.refresh();
  for (const { id } of tables.scheduled(latest + 1, Infinity)) if (!held.has(id)) return new Date(now);
  for (const { id, visibleAt } of tables.scheduled(0, latest + 1)) {
    if (!held.has(id)) return new Date(visibleAt);
  }
  return undefined;
}

function latestVisibleAt({ settings }: Pick<QueueParts, 'settings'>, now: number): number {
  return now + Math.max(settings.delaySeconds, settings.visibilityTimeoutSeconds) * 1000;
}
