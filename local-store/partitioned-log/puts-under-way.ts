import type { WaitingPart } from '../../lib/ports/customer-backlog.ts';
import type { StreamRecord } from '../../lib/ports/event-stream.ts';
import { readPartitionKey } from '../../lib/ports/partition-key.ts';
import { CustomerRecords } from './customer-records.ts';
import type { WaitingRecord } from './waiting-record.ts';

/** A put that is not, or only partly, durable yet. */
export class PutUnderWay {
  readonly putAt: Date;
  /** Customers of all its records, including those not added yet. */
  readonly customers: ReadonlySet<string>;
  readonly #added = new Set<ReadonlyMap<string, CustomerRecords>>();
  #isOrdered = true;

  constructor(putAt: Date, customers: ReadonlySet<string>) {
    this.putAt = putAt;
    this.customers = customers;
  }

  /** Adds records, which wait here until the returned function is called. */
  add(records: readonly WaitingRecord[]): () => void {
    const byCustomer = new Map<string, CustomerRecords>();
    for (const record of records) {
      record.isOrdered = this.#isOrdered;
      let own = byCustomer.get(record.customer);
      if (own === undefined) byCustomer.set(record.customer, (own = new CustomerRecords(record.customer)));
      own.add(record);
    }
    this.#added.add(byCustomer);
    return () => this.#added.delete(byCustomer);
  }

  clockWasSetBackTo(now: number): void {
    if (this.putAt.getTime() <= now) return;
    this.#isOrdered = false;
    for (const byCustomer of this.#added) {
      for (const records of byCustomer.values()) records.clockWasSetBackTo(now);
    }
  }

  /** Counts a customer's records that wait here. */
  recordsOf(customer: string): number {
    let records = 0;
    for (const byCustomer of this.#added) records += byCustomer.get(customer)?.queue.size ?? 0;
    return records;
  }

  /**
   * Returns the records of one customer, or of all if none is given, that wait here. The whole put counts from the
   * instant at which it began.
   */
  partsOf(customer: string | undefined): readonly WaitingPart[] {
    if (customer !== undefined && !this.customers.has(customer)) return [];
    const added = Array.from(this.#added, (byCustomer) =>
      customer === undefined ? [...byCustomer.values()] : byCustomer.get(customer),
    ).flat();
    const oldestPutAt = this.#isOrdered ? this.putAt : undefined;
    const begun = { records: 0, entries: 0, oldestPutAt, minutes: [], hasWithoutMinute: false };
    return [begun, ...added.filter((records) => records !== undefined).map(waitingPart)];
  }
}

/** Creates the part of a record that a partition remembers. */
export function waitingRecord(
  { partitionKey, entries, data }: StreamRecord,
  putAt: Date,
  sequence = 0,
): WaitingRecord {
  const { customer, minute } = readPartitionKey(partitionKey);
  return {
    sequence,
    customer,
    minute,
    entries,
    putAt: putAt.getTime(),
    bytes: data.byteLength + Buffer.byteLength(partitionKey),
    isOrdered: true,
    isTaken: false,
    isFinishing: false,
    isGone: false,
  };
}

/** Returns a customer's records as a part of its backlog. */
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
