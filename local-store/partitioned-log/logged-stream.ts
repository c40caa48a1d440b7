import type { Clock } from '../../lib/ports/clock.ts';
import type { Backlog, CustomerBacklog, StreamRecord } from '../../lib/ports/event-stream.ts';
import { customerBacklog } from '../../lib/ports/customer-backlog.ts';
import { consumedThrough } from '../../lib/ports/consumed-through.ts';
import { requireRecordsWithinLimits } from '../../lib/ports/stream-record-limits.ts';
import type { Consumer, LocalStream, LoggedRecord, ReadLimits } from '../local-stream.ts';
import { checkpointsOf, endOfPartition, type Checkpoint, type Checkpoints } from './checkpoints.ts';
import { doneMarksIn, type MarksTable } from './done-marks.ts';
import type { GroupCommit } from '../durable-database/group-commit.ts';
import { roomFor } from '../durable-database/reserved-room.ts';
import { traced } from '../trace.ts';
import { partitionOf } from './hash-key-range.ts';
import { Partition, type Records } from './partition.ts';
import { PutsUnderWay, waitingPart, waitingRecord } from './puts-under-way.ts';
import { encodeEnvelope } from './record-envelope.ts';
import type { WaitingRecord } from './waiting-record.ts';

export interface LoggedStreamParts {
  readonly records: Records;
  readonly checkpoints: Checkpoints;
  readonly marks: MarksTable;
  readonly commits: GroupCommit;
  readonly clock: Clock;
}

/** What an entry of a table takes beside its value. */
const entryBytes = 64;

/** A stream of the partitioned log; see `openPartitionedLog`. */
export class LoggedStream implements LocalStream {
  readonly name: string;
  readonly #partitionCount: number;
  readonly #partitions = new Map<number, Partition>();
  readonly #checkpoints: Checkpoints;
  readonly #commits: GroupCommit;
  readonly #clock: Clock;
  readonly #putsUnderWay = new PutsUnderWay();
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

  /** Gives each consumer its place before anything is deleted; a new one's is durable when this resolves. */
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
    const placed = records.map((record) => ({
      partition: this.#partition(partitionOf(record.partitionKey, this.#partitionCount)),
      envelope: encodeEnvelope(record, putAt),
      waiting: waitingRecord(record, putAt),
    }));
    const touched = new Set(placed.map(({ partition }) => partition));
    const underWay = this.#putsUnderWay.begin(
      putAt,
      placed.map(({ waiting }) => waiting),
    );
    const append = {
      write() {
        for (const { partition, envelope, waiting } of placed) partition.append(waiting, envelope);
      },
      settle: (isDurable: boolean) => {
        for (const partition of touched) partition.settle(isDurable);
        this.#putsUnderWay.end(underWay); // and not later: it would be counted twice
      },
      // In a partition they follow one another, and fill page after page.
      room: roomFor({
        places: touched.size,
        bytes: placed.reduce((bytes, { envelope }) => bytes + envelope.length + entryBytes, 0),
      }),
    };
    try {
      await traced('append', this.name, () => this.#commits.submit(append));
    } finally {
      this.#putsUnderWay.end(underWay); // also where the database was closed before
    }
  }

  async consumedThrough(): Promise<Date | undefined> {
    const now = this.#now();
    // Without waiting in between: what is committed is then seen by one of the two.
    const consumed = [...this.#partitions.values()].map((partition) => partition.consumedThrough(now));
    const underWay = Array.from(this.#putsUnderWay, ({ putAt }) => putAt);
    return consumedThrough([...underWay, ...consumed], now);
  }

  async backlogOf(customerId: string): Promise<CustomerBacklog> {
    const now = this.#now();
    const own = [
      ...Array.from(this.#partitions.values(), ({ waiting }) => waiting.of(customerId)),
      ...Array.from(this.#putsUnderWay, ({ byCustomer }) => byCustomer.get(customerId)),
    ];
    const parts = own.filter((records) => records !== undefined).map(waitingPart);
    return customerBacklog(parts, now);
  }

  async backlog(): Promise<Backlog> {
    let records = 0;
    let oldest = Infinity;
    for (const { waiting } of this.#partitions.values()) {
      records += waiting.size;
      oldest = Math.min(oldest, waiting.first()?.putAt ?? Infinity);
    }
    return { records, oldestPutAt: Number.isFinite(oldest) ? new Date(oldest) : undefined };
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

  async waitForRecords(partition: number, afterSequence: number, signal: AbortSignal): Promise<void> {
    await this.#partition(partition).wait(afterSequence, signal);
  }

  async checkpoint(consumer: string, partition: number, sequence: number): Promise<void> {
    const target = this.#partition(partition);
    if (sequence > target.last) {
      throw new RangeError(
        `Partition ${partition} ends with record ${target.last}; ${sequence} cannot be done.`,
      );
    }
    const waiting = [...target.waitingFor(consumer)];
    const passed = waiting.filter((record) => record.sequence <= sequence);
    if (passed.length > 0) await this.#finish(consumer, target, passed);
  }

  async #finish(consumer: string, partition: Partition, records: readonly WaitingRecord[]): Promise<void> {
    const move = {
      write: () => {
        const { position, last } = partition.finish(consumer, records);
        void this.#checkpoints.put([this.name, consumer, partition.number], position);
        // Else the records that are left would not tell it any more.
        if (position < last) void this.#checkpoints.put([this.name, endOfPartition, partition.number], last);
      },
      settle: (isDurable: boolean) => partition.settle(isDurable),
      room: roomFor({ places: 2 + runsOf(records), bytes: entryBytes * records.length }),
    };
    await traced('checkpoint', this.name, () => this.#commits.submit(move));
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

  /** The time. Where it is earlier than before, the clock was set back, and what waits is marked. */
  #now(isFirst = false): Date {
    const now = this.#clock.now();
    if (isFirst || now.getTime() < this.#lastReading) {
      for (const partition of this.#partitions.values()) partition.clockWasSetBackTo(now.getTime());
      this.#putsUnderWay.clockWasSetBackTo(now.getTime());
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

/** The configured partitions, and those of a larger count before that still have records: nobody else would read them. */
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

/** How many places in their table the records take: those that follow one another are side by side. */
function runsOf(records: readonly WaitingRecord[]): number {
  return records.filter(({ sequence }, index) => records[index - 1]?.sequence !== sequence - 1).length;
}
