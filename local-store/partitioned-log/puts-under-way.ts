import type { WaitingPart } from '../../lib/ports/customer-backlog.ts';
import type { StreamRecord } from '../../lib/ports/event-stream.ts';
import { readPartitionKey } from '../../lib/ports/partition-key.ts';
import { CustomerRecords } from './customer-records.ts';
import type { WaitingRecord } from './waiting-record.ts';

/** A put that is not durable yet. */
export interface PutUnderWay {
  readonly putAt: Date;
  readonly byCustomer: ReadonlyMap<string, CustomerRecords>;
}

/** The puts of a stream that are not durable yet. They count as waiting from the instant at which they began. */
export class PutsUnderWay implements Iterable<PutUnderWay> {
  readonly #puts = new Set<PutUnderWay>();

  begin(putAt: Date, records: readonly WaitingRecord[]): PutUnderWay {
    const byCustomer = new Map<string, CustomerRecords>();
    for (const record of records) {
      let own = byCustomer.get(record.customer);
      if (own === undefined) byCustomer.set(record.customer, (own = new CustomerRecords(record.customer)));
      own.add(record);
    }
    const put = { putAt, byCustomer };
    this.#puts.add(put);
    return put;
  }

  end(put: PutUnderWay): void {
    this.#puts.delete(put);
  }

  clockWasSetBackTo(now: number): void {
    for (const { byCustomer } of this.#puts) {
      for (const records of byCustomer.values()) records.clockWasSetBackTo(now);
    }
  }

  [Symbol.iterator](): Iterator<PutUnderWay> {
    return this.#puts.values();
  }
}

/** What a partition remembers of a record. */
export function waitingRecord(
  { partitionKey, entries, data }: StreamRecord,
  putAt: Date,
  sequence = 0,
): WaitingRecord {
  return {
    ...readPartitionKey(partitionKey),
    sequence,
    entries,
    putAt: putAt.getTime(),
    bytes: data.byteLength + Buffer.byteLength(partitionKey),
    isOrdered: true,
    isTaken: false,
    isFinishing: false,
    isGone: false,
  };
}

/** A customer's records as a part of its backlog. */
export function waitingPart(records: CustomerRecords): WaitingPart {
  const { queue, entries, minutes, hasUnordered, hasWithoutMinute } = records;
  const oldest = queue.first()?.putAt;
  return {
    records: queue.size,
    entries,
    oldestPutAt: oldest === undefined || hasUnordered ? undefined : new Date(oldest),
    minutes,
    hasWithoutMinute,
  };
}
