import type { KinesisStreamEvent } from 'aws-lambda';
import type { Clock } from '../../lib/ports/clock.ts';
import type { LocalStream } from '../local-stream.ts';
import type { Logger } from '../logger.ts';
import type { Timers } from '../timers.ts';
import type { FailureDestination } from './failure-destination.ts';
import type { EventOrigin } from './kinesis-event.ts';
import type { StreamEventSettings } from './settings.ts';

/** The parts that all partitions of an event source work with. */
export interface SourceContext extends EventOrigin {
  readonly stream: LocalStream;
  /** The consumer, declared when the stream was opened. */
  readonly consumer: string;
  readonly functionArn: string;
  readonly settings: StreamEventSettings;
  /** Without a destination, records are tried forever, whatever the limits. */
  readonly destination?: FailureDestination | undefined;
  /** Runs the function, which limits its own time. */
  readonly invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  readonly logger: Logger;
  /** The stream's clock. */
  readonly clock: Clock;
  readonly timers: Timers;
  /**
   * Time for which records may gather after an invocation that took fewer than it could. A busy stream then needs a
   * quarter of the invocations; a quiet one is still consumed at once.
   */
  readonly restMilliseconds: number;
  readonly random: () => number;
  /** Aborted when no new work may begin. */
  readonly stopping: AbortSignal;
}
