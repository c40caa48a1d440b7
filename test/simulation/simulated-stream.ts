import { readPartitionKey } from '../../lib/ports/partition-key.ts';
import { customerBacklog, type WaitingPart } from '../../lib/ports/customer-backlog.ts';
import { consumedThrough } from '../../lib/ports/consumed-through.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { CustomerBacklog, EventStream, StreamRecord } from '../../lib/ports/event-stream.ts';
import type { Operations } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface SimulatedRecord extends StreamRecord {
  readonly sequence: number;
  readonly putAt: PutAt;
}

/** When a put began, by a clock that had been set back this often. */
interface PutAt {
  readonly instant: Date;
  readonly timesSetBack: number;
}

/** One partition: its records in order, and the number of consumed ones. */
export interface SimulatedPartition {
  readonly number: number;
  readonly records: SimulatedRecord[];
  /** Number of its records that are done. */
  consumed: number;
  isBeingConsumed: boolean;
}

export interface StreamSurroundings {
  readonly scheduler: Scheduler;
  readonly operations: Operations;
  readonly clockOf: (process: Process) => Date;
  /** Returns how often the clock was set back. */
  readonly timesSetBack: () => number;
  /** Called when a partition has new records. */
  readonly onRecords: (partition: SimulatedPartition) => void;
}

/** A partitioned stream that all processes share. Puts may succeed in part, and partitions may be split. */
export class SimulatedStream {
  readonly name: string;
  readonly partitions: SimulatedPartition[] = [];
  /** A dead process puts nothing more. */
  readonly #putsUnderWay = new Map<
    PutAt,
    { readonly process: Process; readonly records: readonly StreamRecord[] }
  >();
  readonly #around: StreamSurroundings;
  #open = 0;

  constructor(name: string, partitionCount: number, around: StreamSurroundings) {
    this.name = name;
    this.#around = around;
    this.split(partitionCount);
  }

  /**
   * Splits the stream: new records go to this number of new partitions; the existing ones must be consumed to their
   * ends.
   */
  split(partitionCount: number): void {
    this.#open = this.partitions.length;
    for (let made = 0; made < partitionCount; made += 1) {
      const number = this.partitions.length;
      this.partitions.push({ number, records: [], consumed: 0, isBeingConsumed: false });
    }
  }

  through(process: Process): EventStream {
    const { operations, clockOf } = this.#around;
    return {
      put: (records) => this.#put(records, process),
      // The two numbers may come from different instants.
      backlog: async (customerId) => {
        const all = operations.run(process, `backlog of ${this.name}`, 'read', () => ({
          records: this.waiting().length,
          oldestPutAt: this.waiting()[0]?.putAt.instant,
        }));
        if (customerId === undefined) return all;
        const own = operations.run(process, `backlog of ${customerId} on ${this.name}`, 'read', () =>
          this.backlogOf(customerId, clockOf(process)),
        );
        const [backlog, { records }] = await Promise.all([all, own]);
        return { ...backlog, ownRecords: records };
      },
      backlogOf: (customerId) =>
        operations.run(process, `backlog of ${customerId} on ${this.name}`, 'read', () =>
          this.backlogOf(customerId, clockOf(process)),
        ),
      consumedThrough: () =>
        operations.run(process, `consumption of ${this.name}`, 'read', () =>
          consumedThrough(
            [...this.#startsUnderWay(), ...this.waiting().map(({ putAt }) => putAt)].map(this.#ordered),
            clockOf(process),
          ),
        ),
    };
  }

  /** Returns the customer's backlog on the stream, including puts under way. */
  backlogOf(customerId: string | undefined, now: Date): CustomerBacklog {
    const underWay = [...this.#putsUnderWay].flatMap(([putAt, { process, records }]) =>
      process.isAlive ? records.map((record) => ({ ...record, putAt })) : [],
    );
    const own = [...underWay, ...this.waiting()].filter(
      ({ partitionKey }) =>
        customerId === undefined || readPartitionKey(partitionKey).customer === customerId,
    );
    return customerBacklog(
      own.map((record) => waitingPart(record, this.#ordered(record.putAt))),
      now,
    );
  }

  waiting(): SimulatedRecord[] {
    return this.partitions.flatMap(({ records, consumed }) => records.slice(consumed));
  }

  /** Returns the instant of a put, unless the clock was set back since: then it no longer shows the order of puts. */
  readonly #ordered = ({ instant, timesSetBack }: PutAt): Date | undefined =>
    timesSetBack === this.#around.timesSetBack() ? instant : undefined;

  #startsUnderWay(): PutAt[] {
    return [...this.#putsUnderWay].flatMap(([putAt, { process }]) => (process.isAlive ? [putAt] : []));
  }

  async #put(records: readonly StreamRecord[], process: Process): Promise<void> {
    const { operations, clockOf, scheduler } = this.#around;
    const putAt = { instant: clockOf(process), timesSetBack: this.#around.timesSetBack() };
    this.#putsUnderWay.set(putAt, { process, records });
    try {
      await operations.run(process, `put on ${this.name} ${records.length} records`, 'write', () => {
        const isPartial = records.length > 1 && scheduler.chance.happens(operations.rates.answerLost);
        const some = isPartial ? records.filter(() => scheduler.chance.happens(0.5)) : records;
        for (const record of some) this.#append(record, putAt);
        if (isPartial) throw new Unavailable(`${this.name} has accepted only some of the records`);
      });
    } finally {
      this.#putsUnderWay.delete(putAt);
    }
  }

  #append(record: StreamRecord, putAt: PutAt): void {
    const count = this.partitions.length - this.#open;
    const partition = this.partitions[this.#open + (hashOf(record.partitionKey) % count)];
    if (partition === undefined) throw new Error('A stream has a partition for each key.');
    partition.records.push({ ...record, sequence: partition.records.length, putAt });
    this.#around.onRecords(partition);
  }
}

function waitingPart({ partitionKey, entries }: StreamRecord, oldestPutAt: Date | undefined): WaitingPart {
  const { minute } = readPartitionKey(partitionKey);
  return {
    records: 1,
    entries,
    oldestPutAt,
    minutes: minute === undefined ? [] : [minute],
    hasWithoutMinute: minute === undefined,
  };
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) >>> 0;
  return hash;
}
