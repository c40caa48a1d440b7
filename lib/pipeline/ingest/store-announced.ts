import { Unavailable } from '../../errors.ts';
import type { BatchToStore, Outbox } from '../../ports/outbox.ts';
import type { Timers } from '../../ports/timers.ts';

export interface StoreAnnouncedPorts {
  readonly outbox: Outbox;
  readonly timers: Timers;
}

/** Result of an announced write. */
export interface StoredAnnounced<T> {
  readonly result: T;
  /** True if an intent was written, whose reader emits the partials. */
  readonly hasIntent: boolean;
}

/**
 * Announces a batch and then stores it. The reader of the intent looks for the batch for a limited time, so a longer
 * write is not acknowledged: the client repeats it, which writes a new intent. The time counts from before the
 * announcement, since the intent may be read before its acknowledgement arrives.
 * @throws Unavailable  the intent cannot be written, or the batch was not stored in time; it may still be
 */
export async function storeAnnounced<T>(
  batch: BatchToStore,
  store: () => Promise<T>,
  { outbox, timers }: StoreAnnouncedPorts,
): Promise<StoredAnnounced<T>> {
  const begunAt = timers.elapsed();
  const milliseconds = await outbox.announce(batch);
  if (milliseconds === undefined) return { result: await store(), hasIntent: false };

  const left = () => milliseconds - (timers.elapsed() - begunAt);
  if (left() <= 0) throw tooLate();
  const waiting = new AbortController();
  const over = timers.sleep(left(), waiting.signal).then(() => undefined);
  const storing = store().then((result) => ({ result }));
  try {
    const stored = await Promise.race([storing, over]);
    // A process that was suspended may learn of the write before its timer fires.
    if (stored !== undefined && left() > 0) return { result: stored.result, hasIntent: true };
  } finally {
    waiting.abort();
  }
  announceOnceStored(storing, batch, outbox);
  throw tooLate();
}

/**
 * Announces a batch that is stored after its time. Readers of the first intent may be done with it by then, and its customer may
 * have been forgotten meanwhile: they look again.
 */
function announceOnceStored(storing: Promise<unknown>, batch: BatchToStore, outbox: Outbox): void {
  storing
    .then(() => outbox.announce(batch))
    .catch(() => {
      // Nothing is lost: the client was told to repeat the request.
    });
}

function tooLate(): Unavailable {
  return new Unavailable('The batch was not stored in time.');
}
