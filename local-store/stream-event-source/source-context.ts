import type { KinesisStreamEvent } from 'aws-lambda';
import type { Clock } from '../../lib/ports/clock.ts';
import type { LocalStream } from '../local-stream.ts';
import type { Logger } from '../logger.ts';
import type { Timers } from '../timers.ts';
import type { FailureDestination } from './failure-destination.ts';
import type { EventOrigin } from './kinesis-event.ts';
import type { StreamEventSettings } from './settings.ts';

/** What every partition of one event source works with. */
export interface SourceContext extends EventOrigin {
  readonly stream: LocalStream;
  /** Declared when the stream was opened. */
  readonly consumer: string;
  readonly functionArn: string;
  readonly settings: StreamEventSettings;
  /** Without one nothing is given up, whatever the limits. */
  readonly destination?: FailureDestination | undefined;
  /** Runs the function; how long it may take is decided there. */
  readonly invoke: (event: KinesisStreamEvent) => Promise<unknown>;
  readonly logger: Logger;
  /** The stream's. */
  readonly clock: Clock;
  readonly timers: Timers;
  /**
   * How long records may gather after an invocation that did not have all that it could. A busy stream is then consumed in
   * a quarter of the invocations; one that was quiet is still consumed at once.
   */
  readonly restMilliseconds: number;
  readonly random: () => number;
  /** Aborted when no new work may begin. */
  readonly stopping: AbortSignal;
}
