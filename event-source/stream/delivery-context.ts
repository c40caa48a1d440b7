import type { KinesisStreamEvent } from 'aws-lambda';
import type { Logger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Timers } from '../../lib/ports/timers.ts';
import type { FailureDestination } from './failure-destination.ts';
import type { EventOrigin } from './kinesis-event.ts';
import type { StreamEventSettings } from './settings.ts';

/** The parts of an event source that a delivery needs. */
export interface DeliveryContext extends EventOrigin {
  readonly stream: { readonly name: string };
  /** Names the reader of the stream in messages. */
  readonly consumer: string;
  readonly functionArn: string;
  readonly settings: StreamEventSettings;
  /** Without a destination, records are tried forever, whatever the limits. */
  readonly destination?: FailureDestination | undefined;
  /** Runs the function, which limits its own time. */
  readonly invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  /** Aborted when no new work may begin. */
  readonly stopping: AbortSignal;
}
