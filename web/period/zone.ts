/**
 * Local time of a time zone, from the browser's own tables. Instants are milliseconds since 1970-01-01T00:00Z. A wall
 * clock is the time that a clock in the zone shows, written as the instant at which a UTC clock shows the same.
 */

const dayMilliseconds = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();
/** Offsets at the beginning of UTC days, by zone. */
const offsets = new Map<string, Map<number, number>>();

export function wallClock(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/**
 * Returns how far clocks are ahead of UTC. Asking the browser takes as long as drawing a bar of a chart, so it is asked once for
 * each UTC day, and again within days on which clocks are changed. Nowhere are they changed twice within a day.
 */
function offsetAt(instant: number, zone: string): number {
  const day = Math.floor(instant / dayMilliseconds) * dayMilliseconds;
  const offset = offsetOfDay(day, zone);
  return offset === offsetOfDay(day + dayMilliseconds, zone) ? offset : readOffset(instant, zone);
}

/** Returns the offset at the beginning of a UTC day. */
function offsetOfDay(day: number, zone: string): number {
  const ofZone = offsets.get(zone) ?? new Map<number, number>();
  const known = ofZone.get(day);
  if (known !== undefined) return known;
  const offset = readOffset(day, zone);
  offsets.set(zone, ofZone.set(day, offset));
  return offset;
}

function readOffset(instant: number, zone: string): number {
  const second = Math.floor(instant / 1_000) * 1_000;
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(second)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - second;
}

/**
 * Returns the first instant at which clocks show this time; if they skip it, the instant at which they would have.
 */
export function instantAt(wall: number, zone: string): number {
  const offsetAround = (instant: number) => wallClock(instant, zone) - instant;
  const beforeAChange = wall - offsetAround(wall - dayMilliseconds);
  const afterAChange = wall - offsetAround(wall + dayMilliseconds);
  const shown = [beforeAChange, afterAChange].filter((instant) => wallClock(instant, zone) === wall);
  return shown.length > 0 ? Math.min(...shown) : beforeAChange;
}

/** Returns the first instant of the day that contains an instant, or of the day this many days later. */
export function startOfDay(instant: number, zone: string, daysAfter = 0): number {
  const wall = wallClock(instant, zone);
  const midnight = Math.floor(wall / dayMilliseconds) * dayMilliseconds;
  return instantAt(midnight + daysAfter * dayMilliseconds, zone);
}

/** Names the offset at the instant: `UTC+5:30`. */
export function offsetName(instant: number, zone: string): string {
  const minutes = Math.round((wallClock(instant, zone) - instant) / 60_000);
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** Days between two looks at the offset; clocks are not changed back sooner. */
const offsetLookDays = 7;

/** Names the offsets in a range, in the order in which they come: `UTC+1 and UTC+2`. */
export function offsetNames(from: number, to: number, zone: string): string {
  const names = new Set<string>();
  for (let instant = from; instant < to; instant += offsetLookDays * dayMilliseconds) {
    names.add(offsetName(instant, zone));
  }
  names.add(offsetName(Math.max(from, to - 1), zone));
  return [...names].join(' and ');
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, formatter);
  return formatter;
}
