import type { Clock } from '../ports/clock.ts';
import type { Backlog, EventStream, StreamRecord } from '../ports/event-stream.ts';
import { consumedThrough } from '../ports/consumed-through.ts';
import { requireRecordsWithinLimits } from '../ports/stream-record-limits.ts';

/** An event stream of one partition that lasts as long as the process. */
export interface InMemoryEventStream extends EventStream {
  backlog(): Promise<Backlog>;

  /** Consumes: takes out and returns the oldest records (all of them without `maxRecords`), in the order of the puts. */
  drain(maxRecords?: number): readonly StreamRecord[];
}

/** The event stream of tests: what is put stays until it is drained. */
export function createInMemoryEventStream({ clock }: { readonly clock: Clock }): InMemoryEventStream {
  const kept: { readonly record: StreamRecord; readonly putAt: Date }[] = [];
  return {
    async put(records) {
      requireRecordsWithinLimits(records);
      const putAt = clock.now();
      for (const { partitionKey, data } of records) {
        kept.push({ record: { partitionKey, data: Buffer.from(data) }, putAt });
      }
    },

    async backlog() {
      return { records: kept.length, oldestPutAt: kept[0]?.putAt };
    },

    async consumedThrough() {
      return consumedThrough(
        kept.map(({ putAt }) => putAt),
        clock.now(),
      );
    },

    drain(maxRecords = kept.length) {
      return kept.splice(0, maxRecords).map(({ record }) => record);
    },
  };
}
