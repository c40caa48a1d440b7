/** Offsets by partition; the offset of a partition is that of its next record. */
type Offsets = ReadonlyMap<number, bigint>;

/** A topic, and the group of consumers that moves its records on. */
export interface Lane {
  readonly topic: string;
  readonly group: string;
}

/**
 * A step on the way of a batch to its windows: the topics that a record may take in it. Records of a hop are durable on
 * the topics of the next one before the groups commit past them.
 */
export type Hop = readonly Lane[];

/** The offsets of all lanes at one time. What a group has committed is read before any end. */
export interface OffsetLook {
  /** An instant from before the offsets were read. */
  readonly at: Date;
  /** An instant from after that. */
  readonly endedAt: Date;
  /** Commits by topic; a partition without a commit is absent. */
  readonly committed: ReadonlyMap<string, Offsets>;
  readonly starts: ReadonlyMap<string, Offsets>;
  readonly ends: ReadonlyMap<string, Offsets>;
}

/** A barrier that is under way. */
export interface Barrier {
  /** Everything that was on the topics of the first hop before this instant is before the barrier. */
  readonly begunAt: Date;
  /** The hop whose groups it waits for. */
  readonly hop: number;
  /** The ends that these groups have to reach, by topic. */
  readonly targets: ReadonlyMap<string, Offsets>;
}

/** The state of all barriers. */
export interface Barriers {
  /** Those under way, the oldest first. */
  readonly pending: readonly Barrier[];
  /** When the newest barrier began that has passed a hop, by hop; `undefined` if that is not known. */
  readonly passed: readonly (Date | undefined)[];
  /** The greatest end of each partition that was ever seen, by topic. */
  readonly seenEnds: ReadonlyMap<string, Offsets>;
  readonly lookedAt: Date | undefined;
}

/** Number of barriers under way; while a group is far behind, the newest gives way to a newer one. */
const maxPending = 64;

export const noBarriers: Barriers = { pending: [], passed: [], seenEnds: new Map(), lookedAt: undefined };

/** Options of the barriers. */
export interface BarrierOptions {
  readonly hops: readonly Hop[];
  /**
   * The longest time from before a look to after the next one. In a longer one records may have been lost and announced
   * again, so that barriers from before mean nothing any more.
   */
  readonly maxGapMilliseconds: number;
}

/**
 * Begins a barrier and moves all others on. A barrier passes a hop when the groups of the hop have committed past the
 * ends that it noted. Only then does it note the ends of the next topics, where everything from before it is by then.
 * In doubt no barrier passes:
 * - an end that is smaller than one seen before, or missing, comes from a deposed leader, which knows nothing of what
 *   came after it: the whole look is dropped;
 * - a partition without a commit is at 0;
 * - a commit that is outside its topic shows that records were lost, or that the topic was replaced: all barriers end,
 *   since what is announced again comes behind their targets.
 */
export function advanceBarriers(barriers: Barriers, look: OffsetLook, options: BarrierOptions): Barriers {
  const { hops, maxGapMilliseconds } = options;
  const { at } = look;
  const seenEnds = greatestEnds(barriers.seenEnds, look.ends);
  if (hasLost(look, hops, seenEnds)) return { ...noBarriers, seenEnds, lookedAt: at };
  const known = isGap(barriers.lookedAt, look, maxGapMilliseconds) ? noBarriers : barriers;
  if (!areEndsWhole(look.ends, barriers.seenEnds, hops)) return { ...known, seenEnds, lookedAt: at };

  const begun: Barrier = { begunAt: at, hop: 0, targets: targetsOf(hops[0], look) };
  const passed = hops.map((_hop, place) => known.passed[place]);
  const pending: Barrier[] = [];
  for (const barrier of [...known.pending.slice(0, maxPending - 1), begun]) {
    const { begunAt } = barrier;
    let moved = barrier;
    while (hasReached(moved, look, hops)) {
      passed[moved.hop] = later(passed[moved.hop], begunAt);
      const hop = moved.hop + 1;
      moved = { begunAt, hop, targets: targetsOf(hops[hop], look) };
    }
    if (moved.hop < hops.length) pending.push(moved);
  }
  return { pending, passed, seenEnds, lookedAt: at };
}

/** Remembers the ends of a topic, also where the look that read them is not completed. */
export function rememberEnds(barriers: Barriers, topic: string, ends: Offsets): Barriers {
  return { ...barriers, seenEnds: greatestEnds(barriers.seenEnds, new Map([[topic, ends]])) };
}

/** Reports whether too much time has passed since the look before, or the clock was set back. */
function isGap(lookedAt: Date | undefined, { at, endedAt }: OffsetLook, maxGapMilliseconds: number): boolean {
  if (lookedAt === undefined) return false;
  return at < lookedAt || endedAt.getTime() - lookedAt.getTime() > maxGapMilliseconds;
}

function hasReached({ hop, targets }: Barrier, { committed }: OffsetLook, hops: readonly Hop[]): boolean {
  return hops[hop]?.every(({ topic }) => covers(committed.get(topic), targets.get(topic))) ?? false;
}

function covers(committed: Offsets | undefined, targets: Offsets | undefined): boolean {
  if (targets === undefined) return false;
  return [...targets].every(([partition, end]) => (committed?.get(partition) ?? 0n) >= end);
}

function targetsOf(hop: Hop | undefined, { ends }: OffsetLook): Barrier['targets'] {
  return new Map((hop ?? []).map(({ topic }) => [topic, ends.get(topic) ?? new Map<number, bigint>()]));
}

/** Reports whether a look has an end for every partition that was ever seen, and none that is smaller. */
function areEndsWhole(read: OffsetLook['ends'], seen: Barriers['seenEnds'], hops: readonly Hop[]): boolean {
  return hops.flat().every(({ topic }) => {
    const ends = read.get(topic);
    if (ends === undefined || ends.size === 0) return false;
    return [...(seen.get(topic) ?? [])].every(([partition, end]) => (ends.get(partition) ?? -1n) >= end);
  });
}

/** Reports whether a group has lost its place: records were deleted before it read them, or the topic is another one. */
function hasLost(look: OffsetLook, hops: readonly Hop[], seenEnds: ReadonlyMap<string, Offsets>): boolean {
  return hops.flat().some(({ topic }) => {
    const [starts, ends, committed] = [look.starts, seenEnds, look.committed].map((each) => each.get(topic));
    const isBeforeStart = [...(starts ?? [])].some(
      ([partition, start]) => (committed?.get(partition) ?? 0n) < start,
    );
    const isBehindEnd = [...(committed ?? [])].some(
      ([partition, offset]) => offset > (ends?.get(partition) ?? 0n),
    );
    return isBeforeStart || isBehindEnd;
  });
}

function greatestEnds(seen: Barriers['seenEnds'], read: OffsetLook['ends']): Barriers['seenEnds'] {
  const greatest = new Map(seen);
  for (const [topic, ends] of read) {
    const merged = new Map(greatest.get(topic));
    for (const [partition, end] of ends) {
      const known = merged.get(partition);
      if (known === undefined || end > known) merged.set(partition, end);
    }
    greatest.set(topic, merged);
  }
  return greatest;
}

function later(one: Date | undefined, other: Date): Date {
  return one === undefined || other > one ? other : one;
}
