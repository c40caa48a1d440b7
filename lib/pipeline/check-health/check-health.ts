import { probeKey } from '../../domain/keys.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

const probeIntervalMilliseconds = 10_000;

/**
 * Creates a check that finds out whether the store can be written. It writes at most every ten seconds, however often it is
 * asked, and repeats its last result in between.
 */
export function createHealthCheck(store: ObjectStore, clock: Clock): () => Promise<void> {
  let probedAt = Number.NEGATIVE_INFINITY;
  let probing: Promise<void> = Promise.resolve();

  /** @throws Unavailable  the store cannot be written */
  return () => {
    const now = clock.now().getTime();
    // A clock that was set back must not stop the probing.
    if (now - probedAt >= probeIntervalMilliseconds || now < probedAt) {
      probedAt = now;
      probing = probe(store, clock.now());
    }
    return probing;
  };
}

async function probe(store: ObjectStore, now: Date): Promise<void> {
  const last = await store.get(probeKey);
  try {
    await store.put(
      probeKey,
      Buffer.from(now.toISOString()),
      last ? { ifMatch: last.etag } : { ifNoneMatch: '*' },
    );
  } catch (error) {
    // Another instance wrote it in between: it can be written.
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}
