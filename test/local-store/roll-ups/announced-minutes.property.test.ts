import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minuteKey } from '../../../lib/domain/keys.ts';
import { consumedThrough } from '../../../lib/ports/consumed-through.ts';
import { AnnouncedMinutes } from '../../../local-store/roll-ups/announced-minutes.ts';
import { WatchedClock } from '../../../local-store/watched-clock.ts';
import { customer, windowStart } from '../../factories.ts';
import { propertyRuns } from '../../property-runs.ts';

const starts = ['2025-12-28T18:03:00Z', '2025-12-28T18:04:00Z', '2025-12-28T23:59:00Z'].map(windowStart);

/** A batch with an entry in one minute. */
interface Batch {
  readonly minute: number;
  readonly acceptedAt: number;
  /** False once the clock was set back behind it: no instant says what came before it. */
  isOrdered: boolean;
}

/** A write of a minute, from the note of its barrier on. */
interface Write {
  readonly id: string;
  readonly minute: number;
  readonly batches: readonly Batch[];
  isWritten: boolean;
}

const minute = fc.nat(starts.length - 1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const), minute }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('begin' as const), minute }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), which: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('roll up' as const), which: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.nat(60) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      milliseconds: fc.integer({ min: -500, max: 500 }),
    }),
  },
);

/** The pipeline behind one customer, without its I/O: waiting records, and the contents of minutes and hours. */
class Model {
  #now = 1_000_000;
  #elapsed = 0;
  readonly #clock = new WatchedClock({ now: () => new Date(this.#now) });
  readonly accepted: Batch[] = [];
  readonly waiting = new Set<Batch>();
  readonly inMinutes = starts.map(() => new Set<Batch>());
  readonly inHours = new Set<Batch>();
  writes: Write[] = [];
  #ids = 0;
  readonly rollUps = new AnnouncedMinutes({
    countedThrough: async () => this.countedThrough(),
    oldestWrittenAt: () => undefined,
    clock: this.#clock,
    timers: { elapsed: () => this.#elapsed },
  });

  countedThrough(): Date | undefined {
    const since = [...this.waiting].map(({ acceptedAt, isOrdered }) =>
      isOrdered ? new Date(acceptedAt) : undefined,
    );
    return consumedThrough(since, this.#clock.now());
  }

  accept(minute: number): void {
    const batch = { minute, acceptedAt: this.#clock.now().getTime(), isOrdered: true };
    this.accepted.push(batch);
    this.waiting.add(batch);
  }

  async begin(minute: number): Promise<void> {
    const batches = [...this.waiting].filter((batch) => batch.minute === minute);
    if (batches.length === 0 || this.writes.some((write) => write.minute === minute && !write.isWritten))
      return;
    const key = minuteKey(customer(), starts[minute] ?? windowStart());
    const id = String((this.#ids += 1));
    this.rollUps.add(id, key, await this.rollUps.noteBarrier(key));
    this.writes.push({ id, minute, batches, isWritten: false });
  }

  write(which: number): void {
    const write = nth(
      this.writes.filter(({ isWritten }) => !isWritten),
      which,
    );
    if (write === undefined) return;
    write.isWritten = true;
    for (const batch of write.batches) {
      this.inMinutes[write.minute]?.add(batch);
      this.waiting.delete(batch);
    }
  }

  rollUp(which: number): void {
    const write = nth(
      this.writes.filter(({ isWritten }) => isWritten),
      which,
    );
    if (write === undefined) return;
    for (const batch of this.inMinutes[write.minute] ?? []) this.inHours.add(batch);
    this.rollUps.remove(write.id);
    this.writes = this.writes.filter((other) => other !== write);
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
    this.#elapsed += milliseconds;
  }

  set(milliseconds: number): void {
    this.#now += milliseconds;
    for (const batch of this.waiting) if (batch.acceptedAt > this.#now) batch.isOrdered = false;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'accept':
        return this.accept(step.minute);
      case 'begin':
        return this.begin(step.minute);
      case 'write':
        return this.write(step.which);
      case 'roll up':
        return this.rollUp(step.which);
      case 'pass':
        return this.pass(step.milliseconds);
      case 'set':
        return this.set(step.milliseconds);
    }
  }
}

function nth<T>(items: readonly T[], which: number): T | undefined {
  return items[which % items.length];
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe('what waits to be rolled up, in any order of accepting, writing and rolling up', () => {
  it('is all that hours lack: nothing accepted before the barrier, and nothing of a range that does not wait', async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 80 }), async (steps) => {
        const model = new Model();
        for (const each of steps) {
          await model.take(each);
          const outstanding = await model.rollUps.of(customer(), model.countedThrough());
          const { through } = outstanding;
          const missing = model.accepted.filter((batch) => !model.inHours.has(batch));
          if (through !== undefined) known += 1;
          for (const { acceptedAt, minute } of missing) {
            if (through !== undefined) expect(acceptedAt).toBeGreaterThanOrEqual(through.getTime());
            const [start, end] = [starts[minute], windowStart('2025-12-29T00:00:00Z')];
            const isInMinutes = ![...model.waiting].some((batch) => batch.minute === minute);
            if (isInMinutes && start !== undefined)
              expect(outstanding.waitsWithin({ from: start, to: end })).toBe(true);
          }
        }
      }),
      { numRuns: propertyRuns(2_000) },
    );
    expect(known).toBeGreaterThan(0);
  });

  it('is nothing once all is rolled up', async () => {
    const model = new Model();
    model.accept(0);
    await model.begin(0);
    model.pass(5);
    model.write(0);
    expect((await model.rollUps.of(customer(), model.countedThrough())).through).toEqual(new Date(1_000_000));
    model.rollUp(0);
    expect(await model.rollUps.of(customer(), model.countedThrough())).toMatchObject({
      through: new Date(1_000_005),
      entries: 0,
    });
  });
});
