import type { Range } from '../period/period.ts';

/** Returns the parameters of a request for a range: `2025-12-28T18:00:00Z`. */
export function isoRange({ from, to }: Range): { readonly from: string; readonly to: string } {
  const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`;
  return { from: iso(from), to: iso(to) };
}
