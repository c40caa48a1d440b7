import type { Database } from 'lmdb';
import { UnreadableFormat } from '../../lib/errors.ts';
import type { LoggedRecord, ReadLimits } from '../local-stream.ts';
import { decodeEnvelope, envelopeHeaderBytes } from './record-envelope.ts';
import { StagedNumber } from './staged-number.ts';
import { Wakeups } from '../wakeups.ts';

/** The records of one stream: envelopes by partition and sequence number, in which order they are stored. */
export type Records = Database<Buffer, [partition: number, sequence: number]>;

/**
 * So many records one checkpoint deletes at most, so that what a consumer that is gone has left behind does not hold up
 * everybody's commit. More than a batch has, so that the rest shrinks with each checkpoint.
 */
const maxTrimmedPerCheckpoint = 20_000;

/**
 * One partition: its records have the sequence numbers from `first` to `last`, without a gap. `append`, `advance` and
 * `settle` belong to a commit (see `Change`); what is read is only what is durable.
 */
export class Partition {
  readonly number: number;
  readonly #records: Records;
  readonly #first: StagedNumber;
  readonly #last: StagedNumber;
  readonly #positions = new Map<string, StagedNumber>();
  readonly #wakeups = new Wakeups();
  #oldest: { readonly sequence: number; readonly putAt: Date } | undefined;
  #lastPutAt = new Date(0);
  /** From this record on, none was put at an earlier instant than the one before it. */
  #orderedFrom: number;

  /**
   * @param highestCheckpoint  of all consumers that ever were: records are deleted only up to a checkpoint, so that
   *   together with the records that are left it tells the last sequence number that was given
   */
  constructor(number: number, records: Records, highestCheckpoint: number) {
    this.number = number;
    this.#records = records;
    const [oldest] = records.getKeys({ start: [number, 0], end: [number + 1, 0], limit: 1 });
    const [newest] = records.getKeys({ start: [number + 1, 0], end: [number, 0], limit: 1, reverse: true });
    this.#last = new StagedNumber(Math.max(newest?.[1] ?? 0, highestCheckpoint));
    this.#first = new StagedNumber(oldest?.[1] ?? this.#last.durable + 1);
    // To look through what earlier runs have left could be to read all of it.
    this.#orderedFrom = this.#last.durable + 1;
  }

  get first(): number {
    return this.#first.durable;
  }

  get last(): number {
    return this.#last.durable;
  }

  /** Declares a consumer that has done everything through `position`. */
  addConsumer(consumer: string, position: number): void {
    this.#positions.set(consumer, new StagedNumber(position));
  }

  position(consumer: string): number {
    return this.#positionOf(consumer).durable;
  }

  append(envelope: Buffer, putAt: Date): void {
    this.#last.staged += 1;
    if (putAt < this.#lastPutAt) this.#orderedFrom = this.#last.staged;
    this.#lastPutAt = putAt;
    // Inside a batch a write has no promise of its own to await: the batch's stands for all.
    void this.#records.put([this.number, this.#last.staged], envelope);
  }

  /** Moves the consumer on, never back, deletes what all consumers have passed, and returns where it is now. */
  advance(consumer: string, sequence: number): number {
    const position = this.#positionOf(consumer);
    position.staged = Math.max(position.staged, sequence);
    const end = Math.min(this.#consumedByAll() + 1, this.#first.staged + maxTrimmedPerCheckpoint);
    for (; this.#first.staged < end; this.#first.staged += 1) {
      void this.#records.remove([this.number, this.#first.staged]);
    }
    return position.staged;
  }

  settle(isDurable: boolean): void {
    this.#first.settle(isDurable);
    this.#last.settle(isDurable);
    for (const position of this.#positions.values()) position.settle(isDurable);
    this.#wakeups.wakeThrough(this.last);
  }

  read(afterSequence: number, { maxRecords, maxBytes }: ReadLimits): readonly LoggedRecord[] {
    const read: LoggedRecord[] = [];
    // What a commit in flight deletes may be gone before we are told, and nobody who was declared needs it.
    let expected = Math.max(afterSequence + 1, this.#first.staged);
    if (expected > this.last) return read;
    // lmdb keeps one snapshot for a while; without this, a reader that was just woken may not see what woke it.
    this.#records.resetReadTxn();
    const range = {
      start: [this.number, expected],
      end: [this.number, this.last + 1],
      limit: maxRecords,
    };
    let bytes = 0;
    for (const { key, value } of this.#records.getRange(range)) {
      const sequence = key[1];
      if (sequence !== expected) throw this.#missing(expected);
      expected += 1;
      bytes += value.length - envelopeHeaderBytes;
      if (bytes > maxBytes) return read;
      read.push({ ...decodeEnvelope(value), sequence });
    }
    if (read.length === 0) throw this.#missing(expected);
    return read;
  }

  /** Resolves when a record after `afterSequence` is durable. */
  wait(afterSequence: number, signal: AbortSignal): Promise<void> {
    return afterSequence < this.last ? Promise.resolve() : this.#wakeups.wait(afterSequence + 1, signal);
  }

  /** What the slowest consumer, or where there is none anyone, has yet to do. */
  backlog(): { readonly records: number; readonly oldestPutAt: Date | undefined } {
    const oldest = this.#oldestUnconsumed();
    if (oldest > this.last) return { records: 0, oldestPutAt: undefined };
    return { records: this.last + 1 - oldest, oldestPutAt: this.#oldestPutAt(oldest) };
  }

  /**
   * Everything that was put before this instant is consumed. Undefined as long as there is something to consume that was put
   * before the clock was set back, or in an earlier run: behind it may be what has an earlier instant.
   */
  consumedThrough(now: Date): Date | undefined {
    const oldest = this.#oldestUnconsumed();
    if (oldest > this.last) return now;
    if (oldest < this.#orderedFrom) return undefined;
    return this.#oldestPutAt(oldest);
  }

  #oldestUnconsumed(): number {
    // Staged, as in `read`: what is done counts as consumed while its checkpoint is being written.
    const consumed = this.#positions.size === 0 ? 0 : this.#consumedByAll();
    return Math.max(consumed + 1, this.#first.staged);
  }

  #consumedByAll(): number {
    return Math.min(...[...this.#positions.values()].map(({ staged }) => staged));
  }

  /** Asked for with each request, it changes with a checkpoint only. */
  #oldestPutAt(oldest: number): Date {
    if (this.#oldest?.sequence !== oldest) this.#oldest = { sequence: oldest, putAt: this.#putAt(oldest) };
    return this.#oldest.putAt;
  }

  #putAt(sequence: number): Date {
    this.#records.resetReadTxn();
    const envelope = this.#records.get([this.number, sequence]);
    if (envelope === undefined) throw this.#missing(sequence);
    return decodeEnvelope(envelope).putAt;
  }

  #positionOf(consumer: string): StagedNumber {
    const position = this.#positions.get(consumer);
    if (position === undefined) throw new Error(`No consumer "${consumer}" was declared for this stream.`);
    return position;
  }

  #missing(sequence: number): UnreadableFormat {
    return new UnreadableFormat(
      `Record ${sequence} of partition ${this.number} is missing: the log is damaged.`,
    );
  }
}
