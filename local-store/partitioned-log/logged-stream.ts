import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Backlog, CustomerBacklog, StreamRecord } from '../../lib/ports/event-stream.ts';
import { customerBacklog } from '../../lib/ports/customer-backlog.ts';
import { consumedThrough } from '../../lib/ports/consumed-through.ts';
import { readPartitionKey } from '../../lib/ports/partition-key.ts';
import { requireRecordsWithinLimits } from '../../lib/ports/stream-record-limits.ts';
import type {
  Consumer,
  LocalStream,
  LoggedRecord,
  ReadLimits,
  TakeLimits,
  TakenRecords,
} from '../local-stream.ts';
import { checkpointsOf, endOfPartition, type Checkpoint, type Checkpoints } from './checkpoints.ts';
import { doneMarksIn, type MarksTable } from './done-marks.ts';
import type { GroupCommit } from '../durable-database/group-commit.ts';
import { roomFor } from '../durable-database/reserved-room.ts';
import { traced } from '../trace.ts';
import { partitionOf } from './hash-key-range.ts';
import { Partition, type Records } from './partition.ts';
import { PutUnderWay, waitingPart, waitingRecord } from './puts-under-way.ts';
import { encodeEnvelope } from './record-envelope.ts';
import type { WaitingRecord } from './waiting-record.ts';

export interface LoggedStreamParts {
  readonly records: Records;
  readonly checkpoints: Checkpoints;
  readonly marks: MarksTable;
  readonly commits: GroupCommit;
  readonly clock: Clock;
}

/** Bytes of a table entry besides its value. */
const entryBytes = 64;

/**
 * Number of records of a put that are encoded and written together: 10,000 at once would block everybody else in this
 * process for some 200 ms.
 */
const recordsPerCommit = 500;

/**
 * Time that a checkpoint waits for another change to share its flush with: where there is much to do, one comes at
 * once.
 */
const checkpointMilliseconds = 4;

/** A stream of the partitioned log; see `openPartitionedLog`. */
export class LoggedStream implements LocalStream {
  readonly name: string;
  readonly #partitionCount: number;
  readonly #partitions = new Map<number, Partition>();
  readonly #checkpoints: Checkpoints;
  readonly #commits: GroupCommit;
  readonly #clock: Clock;
  readonly #putsUnderWay = new Set<PutUnderWay>();
  #lastReading = Number.NEGATIVE_INFINITY;

  constructor(name: string, partitionCount: number, parts: LoggedStreamParts) {
    this.name = name;
    this.#partitionCount = partitionCount;
    this.#checkpoints = parts.checkpoints;
    this.#commits = parts.commits;
    this.#clock = parts.clock;
    const known = checkpointsOf(name, parts.checkpoints);
    for (const number of partitionsToRead(partitionCount, parts.records)) {
      const sequences = known.filter(({ partition }) => partition === number).map(({ sequence }) => sequence);
      const marks = doneMarksIn(parts.marks, name, number);
      this.#partitions.set(number, new Partition(number, parts.records, marks, Math.max(0, ...sequences)));
    }
  }

  /** Sets the position of each consumer before anything is deleted; a new one's is durable when this resolves. */
  async open(consumers: readonly Consumer[]): Promise<void> {
    const known = checkpointsOf(this.name, this.#checkpoints);
    const isNew = ({ name }: Consumer) => !known.some(({ consumer }) => consumer === name);
    for (const partition of this.#partitions.values()) {
      const positions = consumers.map((consumer) => {
        const isLatest = isNew(consumer) && consumer.startingPosition === 'LATEST';
        const start = isLatest ? partition.last : partition.first - 1;
        const own = known.filter((checkpoint) => checkpoint.consumer === consumer.name);
        return [consumer.name, Math.max(start, sequenceIn(partition.number, own))] as const;
      });
      partition.open(new Map(positions));
    }
    this.#now(true);
    for (const { name } of consumers.filter(isNew)) await this.#storePositions(name);
  }

  async put(records: readonly StreamRecord[]): Promise<void> {
    requireRecordsWithinLimits(records);
    if (records.length === 0) return;
    const putAt = this.#now();
    const customers = records.map(({ partitionKey }) => readPartitionKey(partitionKey).customer);
    const underWay = new PutUnderWay(putAt, new Set(customers));
    this.#putsUnderWay.add(underWay);
    try {
      const chunks: Promise<void>[] = [];
      const append = (some: readonly StreamRecord[]) => {
        const chunk = this.#append(some, underWay);
        chunk.catch(() => undefined); // thrown below, when those after it have begun
        chunks.push(chunk);
      };
      append(records.slice(0, recordsPerCommit));
      const others = records.slice(recordsPerCommit).map(copyOf);
      for (let from = 0; from < others.length; from += recordsPerCommit) {
        await setImmediate();
        append(others.slice(from, from + recordsPerCommit));
      }
      const results = await Promise.allSettled(chunks);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    } finally {
      this.#putsUnderWay.delete(underWay);
    }
  }

  async #append(records: readonly StreamRecord[], underWay: PutUnderWay): Promise<void> {
    const { putAt } = underWay;
    const placed = records.map((record) => ({
      partition: this.#partition(partitionOf(record.partitionKey, this.#partitionCount)),
      envelope: encodeEnvelope(record, putAt),
      waiting: waitingRecord(record, putAt),
    }));
    const touched = new Set(placed.map(({ partition }) => partition));
    const end = underWay.add(placed.map(({ waiting }) => waiting));
    const append = {
      write() {
        for (const { partition, envelope, waiting } of placed) partition.append(waiting, envelope);
      },
      settle: (isDurable: boolean) => {
        for (const partition of touched) partition.settle(isDurable);
        end(); // end now: later they would be counted twice
      },
      // Records of a partition are stored one after the other and fill page after page.
      room: roomFor({
        places: touched.size,
        bytes: placed.reduce((bytes, { envelope }) => bytes + envelope.length + entryBytes, 0),
      }),
    };
    await traced('append', this.name, () => this.#commits.submit(append));
  }

  async consumedThrough(): Promise<Date | undefined> {
    const now = this.#now();
    // There is no wait between the two reads, so one of them sees the committed records.
    const consumed = [...this.#partitions.values()].map((partition) => partition.consumedThrough(now));
    const underWay = Array.from(this.#putsUnderWay, ({ putAt }) => putAt);
    return consumedThrough([...underWay, ...consumed], now);
  }

  async backlogOf(customerId: string | undefined): Promise<CustomerBacklog> {
    const now = this.#now();
    const own = Array.from(this.#partitions.values(), ({ waiting }) =>
      customerId === undefined ? waiting.ofAll() : waiting.of(customerId),
    );
    const kept = own.flatMap((records) => records ?? []).map(waitingPart);
    const underWay = Array.from(this.#putsUnderWay, (put) => put.partsOf(customerId));
    return customerBacklog([...kept, ...underWay.flat()], now);
  }

  async backlog(customerId?: string): Promise<Backlog> {
    let records = 0;
    let oldest = Infinity;
    for (const { waiting } of this.#partitions.values()) {
      records += waiting.size;
      oldest = Math.min(oldest, waiting.first()?.putAt ?? Infinity);
    }
    const backlog = { records, oldestPutAt: Number.isFinite(oldest) ? new Date(oldest) : undefined };
    return customerId === undefined ? backlog : { ...backlog, ownRecords: this.#recordsOf(customerId) };
  }

  /** Counts what `backlogOf` describes, at a fraction of the cost. */
  #recordsOf(customerId: string): number {
    let records = 0;
    for (const { waiting } of this.#partitions.values()) records += waiting.of(customerId)?.queue.size ?? 0;
    for (const put of this.#putsUnderWay) records += put.recordsOf(customerId);
    return records;
  }

  partitions(): readonly number[] {
    return [...this.#partitions.keys()];
  }

  position(consumer: string, partition: number): number {
    return this.#partition(partition).position(consumer);
  }

  read(partition: number, afterSequence: number, limits: ReadLimits): readonly LoggedRecord[] {
    return this.#partition(partition).read(afterSequence, limits);
  }

  async waitForRecords(
    consumer: string,
    partition: number,
    limits: TakeLimits,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#partition(partition).wait(consumer, limits, signal);
  }

  take(consumer: string, partition: number, limits: TakeLimits): TakenRecords {
    return this.#partition(partition).take(consumer, limits);
  }

  release(consumer: string, partition: number, sequences: readonly number[]): void {
    this.#partition(partition).release(consumer, sequences);
  }

  async finish(consumer: string, partition: number, sequences: readonly number[]): Promise<void> {
    if (sequences.length === 0) return;
    const target = this.#partition(partition);
    const waiting = target.waitingFor(consumer);
    const records = sequences.map((sequence) => waiting.taken(sequence));
    const move = {
      write: () => {
        const { position, last } = target.finish(consumer, records);
        void this.#checkpoints.put([this.name, consumer, partition], position);
        // Otherwise the remaining records would no longer determine it.
        if (position < last) void this.#checkpoints.put([this.name, endOfPartition, partition], last);
      },
      settle: (isDurable: boolean) => target.settle(isDurable),
      room: roomFor({ places: 2 + runsOf(records), bytes: entryBytes * records.length }),
    };
    await traced('checkpoint', this.name, () => this.#commits.submitPatiently(move, checkpointMilliseconds));
  }

  async #storePositions(consumer: string): Promise<void> {
    await this.#commits.submit({
      write: () => {
        for (const partition of this.#partitions.values()) {
          void this.#checkpoints.put([this.name, consumer, partition.number], partition.position(consumer));
        }
      },
      settle: () => undefined,
      room: roomFor({ places: this.#partitions.size, bytes: 0 }),
    });
  }

  /** Returns the time. If it is earlier than before, the clock was set back, and waiting records are marked. */
  #now(isFirst = false): Date {
    const now = this.#clock.now();
    if (isFirst || now.getTime() < this.#lastReading) {
      for (const partition of this.#partitions.values()) partition.clockWasSetBackTo(now.getTime());
      for (const put of this.#putsUnderWay) put.clockWasSetBackTo(now.getTime());
    }
    this.#lastReading = now.getTime();
    return now;
  }

  #partition(number: number): Partition {
    const partition = this.#partitions.get(number);
    if (partition === undefined) throw new RangeError(`Stream "${this.name}" has no partition ${number}.`);
    return partition;
  }
}

/**
 * Returns the configured partitions, and those of an earlier, larger count that still have records, which nobody else
 * would read.
 */
function partitionsToRead(partitionCount: number, records: Records): readonly number[] {
  const numbers = Array.from({ length: partitionCount }, (_, number) => number);
  let from = partitionCount;
  for (;;) {
    const [next] = records.getKeys({ start: [from, 0], limit: 1 });
    if (next === undefined) return numbers;
    numbers.push(next[0]);
    from = next[0] + 1;
  }
}

function sequenceIn(number: number, checkpoints: readonly Checkpoint[]): number {
  return checkpoints.find(({ partition }) => partition === number)?.sequence ?? 0;
}

/** Counts the pages that the records take in their table; records that follow one another share pages. */
function runsOf(records: readonly WaitingRecord[]): number {
  return records.filter(({ sequence }, index) => records[index - 1]?.sequence !== sequence - 1).length;
}

function copyOf({ data, ...fields }: StreamRecord): StreamRecord {
  return { ...fields, data: Buffer.from(data) };
}
