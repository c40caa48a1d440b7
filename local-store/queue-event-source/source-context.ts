import type { SQSEvent } from 'aws-lambda';
import type { Clock } from '../../lib/ports/clock.ts';
import type { LocalQueue } from '../local-queue.ts';
import type { Logger } from '../logger.ts';
import type { Timers } from '../timers.ts';
import type { QueueEventSettings } from '../../event-source/queue/settings.ts';
import type { EventOrigin } from '../../event-source/queue/sqs-event.ts';

/** The parts that an event source works with. */
export interface SourceContext extends EventOrigin {
  readonly queue: LocalQueue;
  readonly settings: QueueEventSettings;
  /** Runs the function, which limits its own time. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  readonly logger: Logger;
  /** The queue's clock. */
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  /** Aborted when no new work may begin. */
  readonly stopping: AbortSignal;
}
