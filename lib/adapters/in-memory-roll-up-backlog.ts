import type { CustomerId } from '../domain/customer-id.ts';
import type { WindowStart } from '../domain/window.ts';
import type { RollUpBacklog } from '../ports/roll-up-backlog.ts';

/** The roll-up backlog of tests: a minute that is announced waits until it is done. */
export class InMemoryRollUpBacklog implements RollUpBacklog {
  readonly #waiting: {
    readonly customerId: CustomerId;
    readonly minute: WindowStart;
    readonly through: Date;
  }[] = [];

  /**
   * @param through  everything accepted before this instant was in its minutes when the write of this minute began
   */
  announce(customerId: CustomerId, minute: WindowStart, through: Date): void {
    this.#waiting.push({ customerId, minute, through });
  }

  doneAll(): void {
    this.#waiting.length = 0;
  }

  async of(customerId: CustomerId | undefined, countedThrough: Date | undefined) {
    const own = this.#waiting.filter(
      (waiting) => customerId === undefined || waiting.customerId === customerId,
    );
    const times = own.map(({ through }) => through.getTime());
    return {
      through: countedThrough && new Date(Math.min(countedThrough.getTime(), ...times)),
      entries: own.length === 0 ? 0 : undefined,
      waitsWithin: ({ from, to }: { from: WindowStart; to: WindowStart }) =>
        own.some(({ minute }) => from <= minute && minute < to),
    };
  }

  async oldestWrittenAt(): Promise<Date | undefined> {
    const times = this.#waiting.map(({ through }) => through.getTime());
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }
}
