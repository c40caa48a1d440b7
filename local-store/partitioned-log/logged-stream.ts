import type { Clock } from '../../lib/ports/clock.ts';
import type { Backlog, StreamRecord } from '../../lib/ports/event-stream.ts';
import { consumedThrough } from '../../lib/ports/consumed-through.ts';
import { requireRecordsWithinLimits } from '../../lib/ports/stream-record-limits.ts';
import type { Consumer, LocalStream, LoggedRecord, ReadLimits } from '../local-stream.ts';
import { checkpointsOf, type Checkpoint, type Checkpoints } from './checkpoints.ts';
import type { GroupCommit } from '../durable-database/group-commit.ts';
import { roomFor } from '../durable-database/reserved-room.ts';
import { traced } from '../trace.ts';
import { partitionOf } from './hash-key-range.ts';
import { Partition, type Records } from './partition.ts';
import { encodeEnvelope } from './record-envelope.ts';

export interface LoggedStreamParts {
  readonly records: Records;
  readonly checkpoints: Checkpoints;
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
  readonly #putsUnderWay = new Set<Date>();

  constructor(
    name: string,
    partitionCount: number,
    { records, checkpoints, commits, clock }: LoggedStreamParts,
  ) {
    this.name = name;
    this.#partitionCount = partitionCount;
    this.#checkpoints = checkpoints;
    this.#commits = commits;
    this.#clock = clock;
    const known = checkpointsOf(name, checkpoints);
    for (const number of partitionsToRead(partitionCount, records)) {
      const sequences = known.filter(({ partition }) => partition === number).map(({ sequence }) => sequence);
      this.#partitions.set(number, new Partition(number, records, Math.max(0, ...sequences)));
    }
  }

  /** Gives each consumer its place before anything is deleted; a new one's is durable when this resolves. */
  async declare(consumers: readonly Consumer[]): Promise<void> {
    const known = checkpointsOf(this.name, this.#checkpoints);
    for (const { name, startingPosition } of consumers) {
      const own = known.filter(({ consumer }) => consumer === name);
      const isNew = own.length === 0;
      for (const partition of this.#partitions.values()) {
        const start = isNew && startingPosition === 'LATEST' ? partition.last : partition.first - 1;
        partition.addConsumer(name, Math.max(start, sequenceIn(partition.number, own)));
      }
      if (isNew) await this.#storePositions(name);
    }
  }

  async put(records: readonly StreamRecord[]): Promise<void> {
    requireRecordsWithinLimits(records);
    if (records.length === 0) return;
    const putAt = this.#clock.now();
    const placed = records.map((record) => ({
      partition: this.#partition(partitionOf(record.partitionKey, this.#partitionCount)),
      envelope: encodeEnvelope(record, putAt),
    }));
    const touched = new Set(placed.map(({ partition }) => partition));
    this.#putsUnderWay.add(putAt);
    try {
      const append = {
        write() {
          for (const { partition, envelope } of placed) partition.append(envelope, putAt);
        },
        settle(isDurable: boolean) {
          for (const partition of touched) partition.settle(isDurable);
        },
        // In a partition they follow one another, and fill page after page.
        room: roomFor({
          places: touched.size,
          bytes: placed.reduce((bytes, { envelope }) => bytes + envelope.length + entryBytes, 0),
        }),
      };
      await traced('append', this.name, () => this.#commits.submit(append));
    } finally {
      this.#putsUnderWay.delete(putAt);
    }
  }

  async consumedThrough(): Promise<Date | undefined> {
    const now = this.#clock.now();
    // Without waiting in between: what is committed is then seen by one of the two.
    const consumed = [...this.#partitions.values()].map((partition) => partition.consumedThrough(now));
    return consumedThrough([...this.#putsUnderWay, ...consumed], now);
  }

  async backlog(): Promise<Backlog> {
    const backlogs = [...this.#partitions.values()].map((partition) => partition.backlog());
    const times = backlogs.flatMap(({ oldestPutAt }) =>
      oldestPutAt === undefined ? [] : oldestPutAt.getTime(),
    );
    return {
      records: backlogs.reduce((sum, { records }) => sum + records, 0),
      oldestPutAt: times.length === 0 ? undefined : new Date(Math.min(...times)),
    };
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
    if (sequence <= target.position(consumer)) return;
    const move = {
      write: () => {
        const position = target.advance(consumer, sequence);
        void this.#checkpoints.put([this.name, consumer, partition], position);
      },
      settle: (isDurable: boolean) => target.settle(isDurable),
      room: roomFor({ places: 2, bytes: entryBytes }), // its own, and where the records end that are deleted
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
