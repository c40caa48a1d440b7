const secondMilliseconds = 1_000;
const dayMilliseconds = 86_400_000;
/** No zone is further from UTC: 14 hours now, and less than 15 since 1970. */
const maxOffsetMilliseconds = 15 * 3_600_000;
/** Names of the IANA database; without offsets, which newer versions of `Intl` take too. */
const namePattern = /^[A-Za-z][A-Za-z0-9_+-]{0,31}(?:\/[A-Za-z0-9_+-]{1,31}){0,2}$/;
const maxRememberedZones = 32;
const maxRememberedDays = 4_096;

/** A change of the clocks. */
interface Change {
  readonly at: number;
  /** Offset from then on. */
  readonly offset: number;
}

/** The clocks on a UTC day: their offset at its beginning, and the change within it, if there is one. */
interface ClocksOfDay {
  readonly offset: number;
  readonly change: Change | undefined;
}

/**
 * The clocks of a time zone, from the tables of the runtime. Instants and offsets are in milliseconds. A wall clock is the
 * time that a clock in the zone shows, written as the instant at which a clock of UTC shows the same.
 *
 * It looks at the beginning of each UTC day, and searches for a change of the clocks only where two of these differ. No zone
 * has changed its clocks twice within a day since 1970.
 */
export class TimeZone {
  /** Name in the form in which it was asked for. */
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, ClocksOfDay>();

  /** @throws RangeError  the runtime does not know the zone */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Returns how far clocks are ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    const { offset, change } = this.#clocksOf(Math.floor(instant / dayMilliseconds));
    return change === undefined || instant < change.at ? offset : change.offset;
  }

  /** Returns the instants with `from ≤ instant < to` at which clocks are changed. */
  changesWithin(from: number, to: number): number[] {
    const found: number[] = [];
    for (let day = Math.floor(from / dayMilliseconds); day * dayMilliseconds < to; day++) {
      const { change } = this.#clocksOf(day);
      if (change !== undefined && change.at >= from && change.at < to) found.push(change.at);
    }
    return found;
  }

  /**
   * Returns the first instant at which clocks show a time or a later one. It can be a later one, because clocks skip some
   * times. Times that they show twice count the first time.
   */
  firstInstantAt(wall: number): number {
    const latest = wall + maxOffsetMilliseconds;
    let from = wall - maxOffsetMilliseconds;
    for (const change of [...this.changesWithin(from + 1, latest), Number.POSITIVE_INFINITY]) {
      const instant = Math.max(wall - this.offsetAt(from), from);
      if (instant < change) return instant;
      from = change;
    }
    return latest;
  }

  #clocksOf(day: number): ClocksOfDay {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    if (this.#days.size >= maxRememberedDays) this.#days.clear();
    const [start, end] = [day * dayMilliseconds, (day + 1) * dayMilliseconds];
    const [offset, next] = [
      this.#readOffset(start),
      this.#days.get(day + 1)?.offset ?? this.#readOffset(end),
    ];
    const change = offset === next ? undefined : { at: this.#findChange(start, end, offset), offset: next };
    const clocks = { offset, change };
    this.#days.set(day, clocks);
    return clocks;
  }

  /** Searches for the first second with another offset than the one at `start`. */
  #findChange(start: number, end: number, offset: number): number {
    let [before, after] = [start / secondMilliseconds, end / secondMilliseconds];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#readOffset(middle * secondMilliseconds) === offset) before = middle;
      else after = middle;
    }
    return after * secondMilliseconds;
  }

  /** @param instant  a whole second */
  #readOffset(instant: number): number {
    let [year, month, day, hour, minute, second] = [0, 0, 0, 0, 0, 0];
    for (const { type, value } of this.#format.formatToParts(instant)) {
      if (type === 'year') year = Number(value);
      else if (type === 'month') month = Number(value);
      else if (type === 'day') day = Number(value);
      else if (type === 'hour') hour = Number(value);
      else if (type === 'minute') minute = Number(value);
      else if (type === 'second') second = Number(value);
    }
    return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
  }
}

/** Zones that were asked for lately: creating one takes 50 µs, and reading a year of its clocks 2 ms. */
const remembered = new Map<string, TimeZone>();

/** Finds a time zone by its name in the IANA database; returns `undefined` if there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  if (!namePattern.test(name)) return undefined;
  let zone: TimeZone;
  try {
    zone = new TimeZone(name);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  if (remembered.size >= maxRememberedZones) remembered.clear();
  remembered.set(name, zone);
  return zone;
}
