import type { Scheduler } from '../scheduler.ts';
import type { SimulatedTopic, TopicPartition, TopicRecord } from './topic.ts';

/**
 * Consumes records of a partition in order. Returns the offsets of those that must be delivered again, or `nothing`
 * if the process died or did not answer in time; it may then still be at work.
 */
export type ConsumeRecords = (records: readonly TopicRecord[]) => Promise<ReadonlySet<number> | 'nothing'>;

export interface GroupOptions {
  readonly name: string;
  readonly topic: SimulatedTopic;
  readonly scheduler: Scheduler;
  readonly batchSize: number;
  /** Time after its append at which a record is due. */
  readonly delayMilliseconds?: number;
  /** Rate at which a commit is lost. */
  readonly lostCommits: () => number;
  /** True if the broker accepts the commits of members that a rebalance has replaced. */
  readonly takesStaleCommits: () => boolean;
  readonly consume: ConsumeRecords;
}

/** A member that owns a partition until a rebalance gives it to another one. */
interface Claim {
  readonly partition: TopicPartition;
  position: number;
  isAtWork: boolean;
}

const retryMilliseconds = 500;
const delayedRetryMilliseconds = 5_000;

/**
 * A group of consumers with one member per partition, which commits what is done. After a rebalance the previous
 * member may still be at work, and commits when it has ended.
 */
export class SimulatedGroup {
  readonly #options: GroupOptions;
  readonly #claims = new Map<number, Claim>();

  constructor(options: GroupOptions) {
    this.#options = options;
    options.topic.onRecords((partition) => this.#wake(this.#claimOf(partition)));
  }

  get name(): string {
    return this.#options.name;
  }

  get topic(): SimulatedTopic {
    return this.#options.topic;
  }

  /** Gives all partitions to other members, which begin at the committed offsets. */
  rebalance(): void {
    const { topic } = this.#options;
    this.#claims.clear();
    for (const partition of topic.partitions) this.#wake(this.#claimOf(partition));
  }

  /** Reports whether records were deleted that the group has not consumed; the group then stops there. */
  hasLost({ start, committed }: TopicPartition): boolean {
    return (committed.get(this.#options.name) ?? 0) < start;
  }

  /** Moves the group to the first remaining record, as an operator does. */
  reset(partition: TopicPartition): void {
    const { name } = this.#options;
    if (this.hasLost(partition)) partition.committed.set(name, partition.start);
    partition.done.set(name, Math.max(partition.done.get(name) ?? 0, partition.start));
    this.rebalance();
  }

  #claimOf(partition: TopicPartition): Claim {
    const known = this.#claims.get(partition.number);
    if (known !== undefined) return known;
    const position = partition.committed.get(this.#options.name) ?? 0;
    const claim = { partition, position, isAtWork: false };
    this.#claims.set(partition.number, claim);
    return claim;
  }

  #isCurrent(claim: Claim): boolean {
    return this.#claims.get(claim.partition.number) === claim;
  }

  #wake(claim: Claim): void {
    const { scheduler, name, topic, delayMilliseconds = 0 } = this.#options;
    const { partition, position } = claim;
    const next = partition.records[position];
    if (claim.isAtWork || next === undefined || position < partition.start || !this.#isCurrent(claim)) return;
    claim.isAtWork = true;
    const label = `${name} consumes ${topic.name} ${partition.number}`;
    const work = () => void this.#consume(claim);
    const early = next.appendedAt.getTime() + delayMilliseconds - scheduler.time;
    if (early > 0) scheduler.after(early, label, work);
    else scheduler.offer(label, work);
  }

  async #consume(claim: Claim): Promise<void> {
    const { scheduler, batchSize, delayMilliseconds = 0, consume } = this.#options;
    const { partition, position } = claim;
    const due = partition.records
      .slice(position, position + scheduler.chance.upTo(batchSize))
      .filter(({ appendedAt }) => appendedAt.getTime() + delayMilliseconds <= scheduler.time);
    const failed = position < partition.start ? 'nothing' : await consume(due);
    const done = failed === 'nothing' ? 0 : lengthBefore(due, failed);
    if (done > 0) this.#commit(claim, position + done);
    claim.isAtWork = false;
    if (done === due.length) return this.#wake(claim);
    const most = delayMilliseconds === 0 ? retryMilliseconds : delayedRetryMilliseconds;
    scheduler.after(scheduler.chance.upTo(most), 'consume again', () => this.#wake(claim));
  }

  #commit(claim: Claim, position: number): void {
    const { name, scheduler, lostCommits, takesStaleCommits } = this.#options;
    const { committed, done, start } = claim.partition;
    claim.position = position;
    if (scheduler.chance.happens(lostCommits())) return;
    if (!this.#isCurrent(claim) && !takesStaleCommits()) return;
    if (position < start || (committed.get(name) ?? 0) < start) return; // the operator has to act now
    committed.set(name, position);
    done.set(name, Math.max(done.get(name) ?? 0, position));
  }
}

/** Returns the number of records before the first one that must be delivered again. */
function lengthBefore(records: readonly TopicRecord[], failed: ReadonlySet<number>): number {
  const first = records.findIndex(({ offset }) => failed.has(offset));
  return first < 0 ? records.length : first;
}
