import type { CustomerId } from '../domain/customer-id.ts';
import type { Clock } from '../ports/clock.ts';
import type { Backlog, CustomerBacklog, EventStream, StreamRecord } from '../ports/event-stream.ts';
import { consumedThrough } from '../ports/consumed-through.ts';
import { customerBacklog, type WaitingPart } from '../ports/customer-backlog.ts';
import { readPartitionKey } from '../ports/partition-key.ts';
import { requireRecordsWithinLimits } from '../ports/stream-record-limits.ts';

/** An event stream of one partition that lives as long as its process. */
export interface InMemoryEventStream extends EventStream {
  backlog(customerId?: CustomerId): Promise<Backlog>;

  backlogOf(customerId: CustomerId | undefined): Promise<CustomerBacklog>;

  /**
   * Removes and returns the oldest records (all of them without `maxRecords`), in the order in which they were put.
   */
  drain(maxRecords?: number): readonly StreamRecord[];
}

interface KeptRecord {
  readonly record: StreamRecord;
  readonly putAt: Date;
}

/** Creates the event stream of tests: records stay until they are drained. */
export function createInMemoryEventStream({ clock }: { readonly clock: Clock }): InMemoryEventStream {
  const kept: KeptRecord[] = [];
  const keptOf = (customerId: CustomerId | undefined) =>
    customerId === undefined
      ? kept
      : kept.filter(({ record }) => readPartitionKey(record.partitionKey).customer === customerId);
  return {
    async put(records) {
      requireRecordsWithinLimits(records);
      const putAt = clock.now();
      for (const { partitionKey, data, entries } of records) {
        const record = { partitionKey, data: Buffer.from(data), ...(entries !== undefined && { entries }) };
        kept.push({ record, putAt });
      }
    },

    async backlog(customerId) {
      const backlog = { records: kept.length, oldestPutAt: kept[0]?.putAt };
      return customerId === undefined ? backlog : { ...backlog, ownRecords: keptOf(customerId).length };
    },

    async backlogOf(customerId) {
      return customerBacklog(keptOf(customerId).map(waitingPart), clock.now());
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

function waitingPart({ record, putAt }: KeptRecord): WaitingPart {
  const { minute } = readPartitionKey(record.partitionKey);
  return {
    records: 1,
    entries: record.entries,
    oldestPutAt: putAt,
    minutes: minute === undefined ? [] : [minute],
    hasWithoutMinute: minute === undefined,
  };
}
