import { Unavailable } from '../../../lib/errors.ts';
import type { Operations } from '../faults.ts';
import type { Process, Scheduler } from '../scheduler.ts';

export interface TopicRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly offset: number;
  /** Time of the append by the broker's clock, which is always right. */
  readonly appendedAt: Date;
}

/** One partition: its records, the offset of the first remaining one, and the commits of each group. */
export interface TopicPartition {
  readonly number: number;
  readonly records: TopicRecord[];
  start: number;
  readonly committed: Map<string, number>;
  /** The greatest commit of each group; a zombie may have made a smaller one since. */
  readonly done: Map<string, number>;
}

export interface TopicSurroundings {
  readonly scheduler: Scheduler;
  readonly operations: Operations;
}

/** A topic that all processes share. Appends may succeed in part. */
export class SimulatedTopic {
  readonly name: string;
  readonly partitions: TopicPartition[] = [];
  readonly #around: TopicSurroundings;
  readonly #onRecords = new Set<(partition: TopicPartition) => void>();

  constructor(name: string, partitionCount: number, around: TopicSurroundings) {
    this.name = name;
    this.#around = around;
    for (let made = 0; made < partitionCount; made += 1) this.addPartition();
  }

  addPartition(): void {
    const number = this.partitions.length;
    this.partitions.push({ number, records: [], start: 0, committed: new Map(), done: new Map() });
  }

  /** Calls `tell` whenever a partition has new records. */
  onRecords(tell: (partition: TopicPartition) => void): void {
    this.#onRecords.add(tell);
  }

  append(records: readonly Pick<TopicRecord, 'key' | 'value'>[], process: Process): Promise<void> {
    const { operations, scheduler } = this.#around;
    return operations.run(process, `append to ${this.name} ${records.length} records`, 'write', () => {
      const isPartial = records.length > 1 && scheduler.chance.happens(operations.rates.answerLost);
      const some = isPartial ? records.filter(() => scheduler.chance.happens(0.5)) : records;
      for (const record of some) this.place(record);
      if (isPartial) throw new Unavailable(`${this.name} has accepted only some of the records`);
    });
  }

  /** Appends a record now. */
  place({ key, value }: Pick<TopicRecord, 'key' | 'value'>): void {
    const partition = this.partitions[hashOf(key) % this.partitions.length];
    if (partition === undefined) throw new Error('A topic has a partition for each key.');
    const appendedAt = new Date(this.#around.scheduler.time);
    partition.records.push({ key, value, offset: partition.records.length, appendedAt });
    for (const tell of this.#onRecords) tell(partition);
  }

  /** Returns the records that a group has not committed. */
  waiting(group: string): TopicRecord[] {
    return this.partitions.flatMap(({ records, committed }) => records.slice(committed.get(group) ?? 0));
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) >>> 0;
  return hash;
}
