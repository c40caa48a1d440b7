import type { Chance } from '../faults/chance.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedPartition, SimulatedRecord } from './simulated-stream.ts';

/**
 * Counts records. Returns the sequence numbers of those that must be delivered again, or `nothing` if the process
 * died or did not answer in time; it may then still be at work.
 */
export type ConsumeRecords = (
  records: readonly SimulatedRecord[],
  partition: SimulatedPartition,
) => Promise<ReadonlySet<number> | 'nothing'>;

export interface SourceOptions {
  readonly scheduler: Scheduler;
  readonly batchSize: number;
  readonly consume: ConsumeRecords;
}

const retryMilliseconds = 500;

/**
 * Consumes partitions in order like an event source: one invocation per partition at a time, and past all records
 * that are done.
 */
export class SimulatedSource {
  readonly #options: SourceOptions;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** Wakes the source. Call it when a partition may have records to consume. */
  wake(partition: SimulatedPartition): void {
    if (partition.isBeingConsumed || partition.consumed === partition.records.length) return;
    partition.isBeingConsumed = true;
    this.#options.scheduler.offer(
      `consume partition ${partition.number}`,
      () => void this.#consume(partition),
    );
  }

  async #consume(partition: SimulatedPartition): Promise<void> {
    const { scheduler, batchSize, consume } = this.#options;
    const { chance } = scheduler;
    const start = partition.consumed;
    const records = partition.records.slice(start, start + chance.upTo(batchSize));
    const failed = await consume(records, partition);
    const done = doneOf(records, failed, chance);
    partition.consumed = start + done;
    partition.isBeingConsumed = false;
    if (done < records.length) {
      scheduler.after(chance.upTo(retryMilliseconds), 'consume again', () => this.wake(partition));
    } else {
      this.wake(partition);
    }
  }
}

/** Returns the number of records before the first one that must be delivered again; 0 if the checkpoint is lost. */
function doneOf(
  records: readonly SimulatedRecord[],
  failed: ReadonlySet<number> | 'nothing',
  chance: Chance,
): number {
  if (failed === 'nothing' || chance.happens(0.02)) return 0;
  const first = records.findIndex(({ sequence }) => failed.has(sequence));
  return first < 0 ? records.length : first;
}
