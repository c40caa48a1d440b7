import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Logger } from '../logger.ts';
import type { Arrivals } from './arrivals.ts';
import type { InFlightMessages } from './in-flight-messages.ts';
import type { MessageChanges, Submit } from './message-changes.ts';
import type { MessageTables, ScheduledMessage } from './message-tables.ts';
import type { QueueSettings } from './settings.ts';

/** Parts that the operations of one queue share. */
export interface QueueParts {
  readonly settings: QueueSettings;
  readonly tables: MessageTables;
  readonly changes: MessageChanges;
  readonly submitPatiently: Submit;
  readonly arrivals: Arrivals;
  readonly inFlight: InFlightMessages;
  /** Ids of held messages, which are not delivered yet. They are only kept in memory: a crash releases the messages. */
  readonly held: Set<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws RangeError  there is no queue of this name */
  readonly queueNamed: (name: string) => QueueParts;
  /** Called with a message that is removed for good, not moved to another queue. */
  readonly onRemoved: (id: string) => void;
}

/** Creates a message that is sent now, with the delay of its queue. */
export function newMessage({ clock, settings }: Pick<QueueParts, 'clock' | 'settings'>): ScheduledMessage {
  const sentAt = clock.now().getTime();
  const visibleAt = sentAt + settings.delaySeconds * 1000;
  return { id: randomUUID(), sentAt, visibleAt, receiveCount: 0, firstReceivedAt: undefined };
}
