import type { Retention } from '../../lib/pipeline/expire/retention.ts';
import type { ObjectVersions } from '../../lib/ports/object-versions.ts';
import type { Streams } from '../../lib/pipeline/streams/streams.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Outbox } from '../../lib/ports/outbox.ts';
import type { Timers } from '../../lib/ports/timers.ts';
import type { WindowNotifier } from '../../lib/ports/window-notifier.ts';

/** Ports that a process passes to the pipeline's functions. */
export interface ProcessPorts {
  readonly store: ObjectStore;
  readonly versions: ObjectVersions;
  readonly streams: Streams;
  readonly clock: { now(): Date };
  readonly retention: Retention;
  /** Present if intents precede batches. */
  readonly outbox?: Outbox;
  readonly timers?: Timers;
  /** Present if the store does not announce its changes. */
  readonly notifier?: WindowNotifier;
}
