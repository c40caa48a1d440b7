import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advanceBarriers,
  noBarriers,
  type Barriers,
  type Hop,
  type OffsetLook,
} from '../../lib/domain/barrier.ts';
import { propertyRuns } from '../property-runs.ts';

const hops: readonly Hop[] = [
  [{ topic: 'batches', group: 'summarizer' }],
  [
    { topic: 'insights', group: 'aggregate' },
    { topic: 'late', group: 'aggregate-late' },
  ],
  [{ topic: 'windows', group: 'roll-up' }],
];
const options = { hops, maxGapMilliseconds: 10_000 };
const topics = hops.flat().map(({ topic }) => topic);
const hopOf = (topic: string) => hops.findIndex((hop) => hop.some((lane) => lane.topic === topic));

/** A record, and the batches that it carries on. */
type Record = ReadonlySet<number>;

interface Partition {
  readonly records: Record[];
  committed: number | undefined;
  /** The greatest commit: what is before it is done, though a zombie may commit less. */
  done: number;
  start: number;
}

/** Topics, their groups and a process that watches them; batches are numbers. */
class Model {
  now = 0;
  accepted = 0;
  /** When each batch was accepted. */
  readonly acceptedAt: number[] = [];
  /** Batches that have left a hop. */
  readonly left = hops.map(() => new Set<number>());
  readonly partitions = new Map<string, Partition[]>(topics.map((topic) => [topic, [emptyPartition()]]));
  barriers: Barriers = noBarriers;
  #look:
    | {
        at: Date;
        committed?: OffsetLook['committed'];
        ends?: OffsetLook['ends'];
        starts?: OffsetLook['starts'];
      }
    | undefined;

  accept(place: number): void {
    this.#append('batches', new Set([this.accepted]), place);
    this.acceptedAt.push(this.now);
    this.accepted += 1;
  }

  /** Consumes a record: what it carries is appended to the next topics, and then its offset is committed. */
  consume(topic: string, place: number, isCommitted: boolean): void {
    const partition = this.#partition(topic, place);
    const at = Math.max(partition.committed ?? 0, partition.start);
    const record = partition.records[at];
    if (record === undefined || this.#isStopped(partition)) return;
    const hop = hopOf(topic);
    const next = hops[hop + 1] ?? [];
    for (const batch of record) {
      const lane = next[batch % Math.max(1, next.length)];
      if (lane !== undefined) this.#append(lane.topic, new Set([batch]), batch);
    }
    if (!isCommitted) return; // killed before: it comes again
    for (const batch of record) this.left[hop]?.add(batch);
    partition.committed = at + 1;
    partition.done = Math.max(partition.done, at + 1);
  }

  /** A zombie commits what it has consumed long ago. */
  commitLess(topic: string, place: number): void {
    const partition = this.#partition(topic, place);
    if (partition.committed !== undefined)
      partition.committed = Math.max(partition.start, partition.committed - 1);
  }

  addPartition(topic: string): void {
    this.partitions.get(topic)?.push(emptyPartition());
  }

  /**
   * Records of the batches are deleted before they were consumed, and the role stops until they are announced again. A
   * process of the watch sees that, or has not looked for long.
   */
  loseAndAnnounce(place: number): void {
    const partition = this.#partition('batches', place);
    const lost = partition.records.slice(partition.committed ?? 0);
    if (lost.length === 0) return;
    partition.start = partition.records.length;
    for (const record of lost) {
      this.now += 20_000;
      this.#append('batches', record, place + 1);
    }
    partition.committed = partition.start;
    partition.done = partition.start;
  }

  look(step: 'begin' | 'committed' | 'ends', isDeposed: boolean): void {
    if (step === 'begin') this.#look = { at: new Date(this.now) };
    const look = this.#look;
    if (look === undefined) return;
    if (step === 'committed') {
      look.committed = this.#offsets(({ committed }) => committed);
      look.starts = this.#offsets(({ start }) => start);
      return;
    }
    if (step !== 'ends' || look.committed === undefined || look.starts === undefined) return;
    const ends = this.#offsets(({ records }) => records.length);
    const { committed, starts, at } = look;
    const endedAt = new Date(this.now);
    const asked = { at, endedAt, committed, starts, ends: isDeposed ? this.#deposed(ends) : ends };
    this.barriers = advanceBarriers(this.barriers, asked, options);
    this.#look = undefined;
  }

  /** Looks at everything at once. */
  lookNow(): void {
    this.look('begin', false);
    this.look('committed', false);
    this.look('ends', false);
  }

  /** Returns a batch that a barrier says has left a hop, and that has not. */
  lie(): string | undefined {
    for (const [hop, passed] of this.barriers.passed.entries()) {
      if (passed === undefined) continue;
      const batch = this.acceptedAt.findIndex(
        (at, batch) => at < passed.getTime() && !this.left[hop]?.has(batch),
      );
      if (batch >= 0)
        return `hop ${hop} was passed at ${passed.getTime()}, and batch ${batch} has not left it`;
    }
    return undefined;
  }

  finish(): void {
    for (let round = 0; round < 400; round += 1) {
      for (const topic of topics)
        for (let place = 0; place < (this.partitions.get(topic)?.length ?? 0); place += 1)
          this.consume(topic, place, true);
    }
  }

  #isStopped({ committed, start }: Partition): boolean {
    return (committed ?? 0) < start;
  }

  #append(topic: string, record: Record, place: number): void {
    this.#partition(topic, place).records.push(record);
  }

  #partition(topic: string, place: number): Partition {
    const all = this.partitions.get(topic) ?? [];
    const partition = all[place % all.length];
    if (partition === undefined) throw new Error('Each topic has a partition.');
    return partition;
  }

  #offsets(offsetOf: (partition: Partition) => number | undefined): OffsetLook['ends'] {
    return new Map(
      topics.map((topic) => [
        topic,
        new Map(
          (this.partitions.get(topic) ?? []).flatMap((partition, number) => {
            const offset = offsetOf(partition);
            return offset === undefined ? [] : [[number, BigInt(offset)] as const];
          }),
        ),
      ]),
    );
  }

  /** The ends that a deposed leader gives of a partition: fewer than were seen before. */
  #deposed(ends: OffsetLook['ends']): OffsetLook['ends'] {
    return new Map(
      [...ends].map(([topic, all]) => [
        topic,
        new Map(
          [...all].map(([partition, end]) => {
            const seen = this.barriers.seenEnds.get(topic)?.get(partition);
            return [partition, seen === undefined || seen === 0n ? end : seen - 1n];
          }),
        ),
      ]),
    );
  }
}

function emptyPartition(): Partition {
  return { records: [], committed: undefined, done: 0, start: 0 };
}

const place = fc.nat({ max: 3 });
const topic = fc.constantFrom(...topics);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('accept' as const), place }) },
  {
    weight: 14,
    arbitrary: fc.record({ kind: fc.constant('consume' as const), topic, place, isCommitted: fc.boolean() }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      step: fc.constantFrom('begin' as const, 'committed' as const, 'ends' as const),
      isDeposed: fc.integer({ min: 0, max: 5 }).map((chance) => chance === 0),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ kind: 'look now' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit less' as const), topic, place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add partition' as const), topic }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), place }) },
);

function play(model: Model, given: typeof act extends fc.Arbitrary<infer T> ? T : never): void {
  model.now += 1;
  switch (given.kind) {
    case 'accept':
      return model.accept(given.place);
    case 'consume':
      return model.consume(given.topic, given.place, given.isCommitted);
    case 'look':
      return model.look(given.step, given.isDeposed);
    case 'look now':
      return model.lookNow();
    case 'commit less':
      return model.commitLess(given.topic, given.place);
    case 'add partition':
      return model.addPartition(given.topic);
    case 'lose':
      return model.loseAndAnnounce(given.place);
  }
}

describe('barriers', () => {
  it('never pass before everything from before them, and pass in the end, in any order of events', () => {
    let passes = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 120 }), (acts) => {
        const model = new Model();
        for (const each of acts) {
          play(model, each);
          expect(model.lie()).toBeUndefined();
          if (model.barriers.passed[2] !== undefined) passes += 1;
        }
        model.finish();
        model.now += 1;
        model.lookNow();
        expect(model.barriers.passed.map((at) => at?.getTime())).toEqual(hops.map(() => model.now));
      }),
      { numRuns: propertyRuns(2_000) },
    );
    expect(passes).toBeGreaterThan(propertyRuns(1_000));
  });

  it('are bounded, and the oldest move on while a group is behind', () => {
    const model = new Model();
    model.accept(0);
    for (let second = 1; second <= 500; second += 1) {
      model.now += 1_000;
      model.lookNow();
    }
    expect(model.barriers.pending).toHaveLength(64);
    model.consume('batches', 0, true);
    model.finish();
    model.now += 1_000;
    model.lookNow();
    expect(model.barriers.passed[2]).toEqual(new Date(model.now));
    expect(model.barriers.pending).toHaveLength(0);
  });

  it('end when the clock is set back, so that none lies in the future', () => {
    const model = new Model();
    model.now = 100_000;
    model.lookNow();
    model.now = 50_000;
    model.lookNow();
    expect(model.barriers.passed[2]).toEqual(new Date(50_000));
  });

  it('do not pass on a topic about which nothing is known', () => {
    const model = new Model();
    model.partitions.set('late', []);
    model.lookNow();
    expect(model.barriers.passed).toEqual([]);
  });
});
