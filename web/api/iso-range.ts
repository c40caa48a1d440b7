import type { Range, Unit } from '../period/period.ts';

/** Returns the parameters of a request for a range: `2025-12-28T18:00:00Z`. */
export function isoRange({ from, to }: Range): { readonly from: string; readonly to: string } {
  const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`;
  return { from: iso(from), to: iso(to) };
}

/** Returns the parameter for local days; hours and minutes of the page are those of UTC, with local names. */
export function localTime(window: Unit, zone: string): Readonly<Record<string, string>> {
  return window === 'day' ? { tz: zone } : {};
}
