import { Progress } from './progress.ts';
import type { TopicRecord } from './topic-record.ts';

/** Limits of one call of `take`. */
export interface TakeLimits {
  /** At least 1. */
  readonly maxRecords: number;
  /** Keys and values together; one record is always taken. */
  readonly maxBytes: number;
}

/** A partition that this process reads for its group, with the records that were fetched but not yet taken. */
export class OwnedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Offset from which to fetch next. */
  fetchOffset: bigint;
  /** Number of bytes that were fetched but not yet taken. */
  bufferedBytes = 0;
  readonly #ended = new AbortController();
  #isLost = false;
  readonly #buffer: TopicRecord[] = [];
  readonly #progress: Progress;
  readonly #onChange: (change: 'taken' | 'done') => void;
  #wake: (() => void) | undefined;

  /**
   * @param position  offset of the first record that is not done
   * @param onChange  called when there is room for more, and when the position has moved
   */
  constructor(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    position: bigint,
    onChange: (change: 'taken' | 'done') => void,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.fetchOffset = position;
    this.#progress = new Progress(position);
    this.#onChange = onChange;
  }

  /** Aborted when nothing new may begin: another process has the partition, or this one stops. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** True if another process has the partition, and processes again what is not done. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Offset of the first record that is not done. */
  get position(): bigint {
    return this.#progress.position;
  }

  /** Number of taken records, counted from the first one that is not done. */
  get outstanding(): number {
    return this.#progress.outstanding;
  }

  /** Number of records that can be taken at once. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Returns the record that can be taken next. */
  get next(): TopicRecord | undefined {
    return this.#buffer[0];
  }

  /**
   * Takes fetched records in order; returns an empty list if there are none.
   * @param isDue  taking ends at the first record that is not due
   */
  take(
    { maxRecords, maxBytes }: TakeLimits,
    isDue: (record: TopicRecord) => boolean = () => true,
  ): TopicRecord[] {
    let bytes = 0;
    let count = 0;
    for (const record of this.#buffer) {
      bytes += bytesOf(record);
      if (count === maxRecords || (count > 0 && bytes > maxBytes) || !isDue(record)) break;
      count += 1;
    }
    const taken = this.#buffer.splice(0, count);
    for (const record of taken) this.bufferedBytes -= bytesOf(record);
    this.#progress.take(taken.map(({ offset }) => offset));
    if (count > 0) this.#onChange('taken');
    return taken;
  }

  /** Marks taken records as done. Nothing happens if the partition is lost. */
  finish(records: readonly Pick<TopicRecord, 'offset'>[]): void {
    if (this.#isLost) return;
    if (this.#progress.finish(records.map(({ offset }) => offset))) this.#onChange('done');
  }

  /** Resolves when records can be taken, or nothing new may begin. One caller waits at a time. */
  async waitForRecords(): Promise<void> {
    while (this.#buffer.length === 0 && !this.#ended.signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Resolves when records are added, or nothing new may begin. */
  async waitForMore(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Adds fetched records. */
  add(records: readonly TopicRecord[], nextOffset: bigint): void {
    this.fetchOffset = nextOffset;
    for (const record of records) {
      this.#buffer.push(record);
      this.bufferedBytes += bytesOf(record);
    }
    if (records.length > 0) this.#wake?.();
  }

  /** Ends the work on this partition; what is under way may still be finished. */
  stop(): void {
    this.#ended.abort();
    this.#wake?.();
  }

  /** Ends the work on this partition, which another process has now. */
  lose(): void {
    this.#isLost = true;
    this.stop();
  }
}

function bytesOf({ key, value }: TopicRecord): number {
  return key.length + value.byteLength;
}
