import { startOfDay } from './zone.ts';

/** The period that the user chose: a length of time up to now, or from one instant to another. */
export type Period = { readonly kind: 'preset'; readonly preset: Preset } | CustomPeriod;

export interface CustomPeriod {
  readonly kind: 'custom';
  readonly from: number;
  readonly to: number;
}

export const presets = [
  '1h',
  '24h',
  'today',
  'yesterday',
  '7d',
  '30d',
  '90d',
  '12m',
  'all',
  'latest',
] as const;
export type Preset = (typeof presets)[number];
/** `all`: from the first to the last request. `latest`: the last 24 hours, or the last requests if they are older. */
export type PresetOfData = 'all' | 'latest';
export type PresetOfNow = Exclude<Preset, PresetOfData>;

/** A period whose length is known without looking at the data. */
export type KnownPeriod = { readonly kind: 'preset'; readonly preset: PresetOfNow } | CustomPeriod;

export const units = ['minute', 'hour', 'day'] as const;
export type Unit = (typeof units)[number];

/** Instants with `from ≤ t < to`, in milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const minuteMilliseconds = 60_000;
export const hourMilliseconds = 3_600_000;
export const dayMilliseconds = 86_400_000;

/** Ten years: aligned to days of any zone, it is within the 3,660 days that the pipeline adds up at a time. */
export const maxCustomDays = 3_650;

/** A length up to now, or local days counted from today: 0 is today, and −1 is yesterday. */
type PresetLength = { readonly hours: number } | { readonly firstDay: number; readonly lastDay: number };

const presetLengths: Readonly<Record<PresetOfNow, PresetLength>> = {
  '1h': { hours: 1 },
  '24h': { hours: 24 },
  today: { firstDay: 0, lastDay: 0 },
  yesterday: { firstDay: -1, lastDay: -1 },
  '7d': { hours: 168 },
  '30d': { hours: 720 },
  '90d': { hours: 2_160 },
  '12m': { firstDay: -364, lastDay: 0 },
};

const unitsOfPresets: Readonly<Record<PresetOfNow, readonly [Unit, ...Unit[]]>> = {
  '1h': ['minute'],
  '24h': ['hour', 'minute'],
  today: ['hour', 'minute'],
  yesterday: ['hour', 'minute'],
  '7d': ['hour', 'day'],
  '30d': ['day', 'hour'],
  '90d': ['day'],
  '12m': ['day'],
};

/** Returns the units in which a period can be shown, the most suitable one first. */
export function unitsOf(period: KnownPeriod): readonly [Unit, ...Unit[]] {
  if (period.kind === 'preset') return unitsOfPresets[period.preset];
  const hours = (period.to - period.from) / hourMilliseconds;
  if (hours <= 3) return ['minute'];
  if (hours <= 24) return ['hour', 'minute'];
  if (hours <= 48) return ['hour', 'minute', 'day'];
  if (hours <= 24 * 8) return ['hour', 'day'];
  if (hours <= 24 * 62) return ['day', 'hour'];
  return ['day'];
}

/**
 * Returns the whole minutes, hours or days of a period that lasts until now; it ends with the current unit. Days are
 * those of the zone, minutes and hours those of UTC, as the pipeline counts them. A custom period stays as it is, in
 * whole minutes, so its first and last unit can be partial.
 */
export function rangeOf(period: KnownPeriod, unit: Unit, now: number, zone: string): Range {
  if (period.kind === 'custom') {
    return { from: startOfUnit(period.from, 'minute', zone), to: endOfUnit(period.to, 'minute', zone) };
  }
  const length = presetLengths[period.preset];
  if ('firstDay' in length) {
    return { from: startOfDay(now, zone, length.firstDay), to: startOfDay(now, zone, length.lastDay + 1) };
  }
  const to = endOfUnit(now + 1, unit, zone);
  const { hours } = length;
  const from = unit === 'day' ? startOfDay(to, zone, -hours / 24) : to - hours * hourMilliseconds;
  return { from, to };
}

/** Returns the instants at which the units of a range begin, and the end of the range. */
export function edgesOf({ from, to }: Range, unit: Unit, zone: string): number[] {
  const edges: number[] = [];
  for (let edge = from; edge < to; edge = endOfUnit(edge + 1, unit, zone)) edges.push(edge);
  edges.push(to);
  return edges;
}

/** Returns the start of the unit that contains an instant. */
export function startOfUnit(instant: number, unit: Unit, zone: string): number {
  switch (unit) {
    case 'minute':
      return Math.floor(instant / minuteMilliseconds) * minuteMilliseconds;
    case 'hour':
      return Math.floor(instant / hourMilliseconds) * hourMilliseconds;
    case 'day':
      return startOfDay(instant, zone);
  }
}

/** Returns the end of the unit that contains an instant, or the instant itself if a unit starts there. */
export function endOfUnit(instant: number, unit: Unit, zone: string): number {
  const floor = startOfUnit(instant, unit, zone);
  if (floor === instant) return floor;
  switch (unit) {
    case 'minute':
      return floor + minuteMilliseconds;
    case 'hour':
      return floor + hourMilliseconds;
    case 'day':
      return startOfDay(instant, zone, 1);
  }
}
