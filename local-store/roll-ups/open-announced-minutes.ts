import { windowsPrefix } from '../../lib/domain/keys.ts';
import type { CustomerId } from '../../lib/ports/roll-up-backlog.ts';
import type { LocalQueue } from '../local-queue.ts';
import type { LocalStream } from '../local-stream.ts';
import type { NotificationRule } from '../notifications.ts';
import { keysOfS3Event } from '../../event-source/queue/s3-event.ts';
import type { QueueSettings } from '../queues.ts';
import { realTimers } from '../timers.ts';
import type { WatchedClock } from '../watched-clock.ts';
import { AnnouncedMinutes } from './announced-minutes.ts';

/** Prefix of the keys of minutes, whose writes are announced to the roll-up queue. */
export const minutePrefix = windowsPrefix('minute');

/**
 * Returns the queue to which writes of minutes are announced, and its dead-letter queue; none if there is no such
 * rule.
 */
export function rollUpQueueNames(
  rules: readonly NotificationRule[],
  settings: readonly QueueSettings[],
): readonly string[] {
  const names = rules.filter(({ prefix }) => prefix === minutePrefix).map(({ queueName }) => queueName);
  const deadLetters = settings.filter(({ name }) => names.includes(name)).map((queue) => queue.deadLetters);
  return [...names, ...deadLetters.flatMap((its) => its?.queueName ?? [])];
}

/** Parts that are filled in while the store opens, and read when something is written. */
export interface OpenedParts {
  readonly streams: ReadonlyMap<string, LocalStream>;
  readonly queues: readonly LocalQueue[];
}

export function openAnnouncedMinutes(
  { streams, queues }: OpenedParts,
  clock: WatchedClock,
): AnnouncedMinutes {
  return new AnnouncedMinutes({
    countedThrough: (customerId) => countedThrough(customerId, streams.values()),
    oldestWrittenAt: () => {
      const times = queues.flatMap((queue) => queue.depth().oldestSentAt?.getTime() ?? []);
      return times.length === 0 ? undefined : new Date(Math.min(...times));
    },
    clock,
    timers: realTimers,
  });
}

/**
 * Adds the minutes that an earlier run left; the time at which their writes began is not known. Messages of other
 * kinds announce no minute.
 */
export function addWaiting(minutes: AnnouncedMinutes, queues: readonly LocalQueue[]): void {
  for (const queue of queues) {
    for (const { id, body } of queue.list()) {
      const key = keysOfS3Event(body).find((each) => each.startsWith(minutePrefix));
      if (key !== undefined) minutes.add(id, key, undefined);
    }
  }
}

async function countedThrough(
  customerId: CustomerId | undefined,
  streams: Iterable<LocalStream>,
): Promise<Date | undefined> {
  let earliest: Date | undefined;
  for (const stream of streams) {
    const through =
      customerId === undefined
        ? await stream.consumedThrough()
        : (await stream.backlogOf(customerId))?.consumedThrough;
    if (through === undefined) return undefined;
    if (earliest === undefined || through < earliest) earliest = through;
  }
  return earliest;
}
