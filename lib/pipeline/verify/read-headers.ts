import pMap from 'p-map';
import type { NotifiedBatch, Verdicts } from './verdict.ts';

const headersInFlight = 16;

/** Reads something of each batch. Batches that are absent, or that cannot be read, get their verdict here. */
export async function readHeaders<T>(
  batches: Iterable<NotifiedBatch>,
  read: (batch: NotifiedBatch) => Promise<T | undefined>,
  verdicts: Verdicts,
): Promise<Map<NotifiedBatch, T>> {
  const found = new Map<NotifiedBatch, T>();
  await pMap(
    batches,
    async (batch) => {
      try {
        const header = await read(batch);
        if (header === undefined) verdicts.add(batch, { kind: 'absent' });
        else found.set(batch, header);
      } catch (error) {
        verdicts.add(batch, { kind: 'failed', error });
      }
    },
    { concurrency: headersInFlight },
  );
  return found;
}
